// Putting the store of an SM-DP+ back from a backup, with issuance stopped: what was given out after the
// backup was taken would be given out again, to another phone (docs/reference/store.md).
#pragma once

#include "store/sqlite/backup.hpp"

namespace sealift::lab {

/// DIR/smdp.db from a file of `sealift smdp backup`. Errors: those of store::restore.
Result<store::BackupFacts> restore_site(const std::string& dir, const std::string& file, bool replace,
                                        Clock& clock);
/// The same for a store that was restored by other means: a database of PostgreSQL, or the path of a file.
Status stop_after_restore(const std::string& store, Clock& clock);

}  // namespace sealift::lab
