// Backups of a store in SQLite, taken while a server uses it, and put back (docs/reference/store.md).
//
// A backup has all that was acknowledged before it began. What it cannot have is what happened afterwards:
// profiles that were given out since would be given out again, so a store that is put back carries a record
// of the caller's that stops issuance until people have looked.
#pragma once

#include <string>

#include "access/records.hpp"

namespace sealift::store {

/// What is in a backup, for people.
struct BackupFacts {
  uint64_t orders = 0;  ///< profiles of all states
  uint64_t open = 0;    ///< of these released or downloaded: what may have been given out after the backup
  Time last_change{};   ///< of the last audit row; the epoch where there is none
};

/// Copies the store to `file`, which must not be there, for its owner alone; checks the copy before it gets
/// its name. Error kinds: not_found (no store), exists, invalid (not a store, or damaged), permission, io.
Result<BackupFacts> back_up(const std::string& store, const std::string& file);

/// Puts a backup where `store` is to be, with `mark` and its audit row in it. A store that is there already
/// is kept as `store`.before-restore where `replace`. Error kinds: exists, conflict (a server uses the
/// store), invalid (not a backup, damaged, or of a newer Sealift), not_found, permission, io.
Result<BackupFacts> restore(const std::string& file, const std::string& store, bool replace,
                            const access::Record& mark, const access::Audit& audit);

}  // namespace sealift::store
