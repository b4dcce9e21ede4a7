// The tables of a store, as numbered steps; `PRAGMA user_version` says how many a file has had.
#pragma once

#include <span>

#include "store/sqlite/database.hpp"

namespace sealift::store {

/// The steps of one kind of store, and the number in its files' headers that tells them from other databases.
struct Schema {
  int64_t application_id = 0;
  std::span<const char* const> steps;
};
/// Of an SM-DP+ (SqliteStore), and of an SM-DS (SqliteEvents).
const Schema& smdp_schema();
const Schema& smds_schema();

/// Brings a file to this program's version, each step in a transaction of its own; sets WAL and full
/// synchronisation. Error kinds: invalid (a database of something else, or of a newer Sealift), or the
/// database's.
Status migrate(Database& db, const Schema& schema = smdp_schema());

}  // namespace sealift::store
