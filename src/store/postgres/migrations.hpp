// The tables of a PostgreSQL store, as numbered steps; sealift_store.version says how many a database has
// had.
#pragma once

#include "store/postgres/link.hpp"

namespace sealift::store::postgres {

/// Brings a database to this program's version, each step in a transaction of its own, under a lock, so that
/// any number of nodes may start at once. Error kinds: invalid (a database of something else, or of a newer
/// Sealift, or one that does not keep what it confirms), or the database's.
Status migrate(Link& link);

}  // namespace sealift::store::postgres
