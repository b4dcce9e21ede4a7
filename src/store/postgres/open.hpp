// Opening a store in PostgreSQL: what stores of an SM-DP+ and of an SM-DS do alike. Nothing outside
// store/postgres includes this.
#pragma once

#include "store/postgres/migrations.hpp"
#include "store/postgres/pool.hpp"
#include "store/postgres/store.hpp"

namespace sealift::store::postgres {

/// Connects, migrates, and gives the connections. Error kinds: those of PostgresStore::open.
Result<std::unique_ptr<Pool>> open_pool(PostgresOptions options, const Schema& schema);

}  // namespace sealift::store::postgres
