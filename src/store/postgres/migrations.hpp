// The tables of a PostgreSQL store, as numbered steps; sealift_store.version says how many a database has
// had.
#pragma once

#include "store/postgres/link.hpp"

namespace sealift::store::postgres {

/// The steps of one kind of store.
struct Schema {
  const char* version_table;  ///< with the one column `version`
  const char* first_table;    ///< without the other one it is somebody else's
  std::span<const char* const> steps;
};
/// Of an SM-DP+ (PostgresStore), and of an SM-DS (PostgresEvents): each wants a database for itself.
const Schema& smdp_schema();
const Schema& smds_schema();

/// Brings a database to this program's version, each step in a transaction of its own, under a lock, so that
/// any number of nodes may start at once. Error kinds: invalid (a database of something else, or of a newer
/// Sealift, or one that does not keep what it confirms), or the database's.
Status migrate(Link& link, const Schema& schema);

}  // namespace sealift::store::postgres
