// The tables of a store, as numbered steps; `PRAGMA user_version` says how many a file has had.
#pragma once

#include "store/sqlite/database.hpp"

namespace sealift::store {

/// Brings a file to this program's version, each step in a transaction of its own; sets WAL and full
/// synchronisation. Error kinds: invalid (a database of something else, or of a newer Sealift), or the
/// database's.
Status migrate(Database& db);

}  // namespace sealift::store
