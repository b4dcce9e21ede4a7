// Inside this room: secret files read with their permissions checked, and written whole or not at all.
#pragma once

#include <filesystem>

#include "base/secret.hpp"

namespace sealift::hsm {

/// Reads a regular file that belongs to us, or to root, and that others can neither read nor write; symbolic
/// links are not followed. Error kinds: not_found, permission, limit (larger than `most`), io; messages say
/// what to do.
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, size_t most);

enum class Replace : uint8_t { no, yes };
/// Writes mode 0600 beside the target, syncs, puts it in place in one step and syncs the directory. Where it
/// fails, the target is what it was, unless the very last step failed: then a power loss decides. Error
/// kinds: exists (Replace::no), permission, io.
Status write_secret_file(const std::filesystem::path& path, View content, Replace replace);

/// Removes a file and syncs its directory. Error kinds: not_found, permission, io.
Status remove_file(const std::filesystem::path& path);

/// True where nobody but us (and root) can change the directory's entries. Error kinds: not_found,
/// permission, io.
Status check_directory(const std::filesystem::path& path);

/// Makes the directory with mode 0700 where it is not there; its parent must be. Error kinds: permission, io.
Status make_directory(const std::filesystem::path& path);

}  // namespace sealift::hsm
