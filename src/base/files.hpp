// Files on disk: read within a limit, written whole or not at all, secret ones with their permissions checked.
//
// For adapters, set-up and commands; roles have no files. Errors name the file, say what the operating system
// said, and what to do: not_found, exists, permission, limit, invalid (not a file), io (disk full among them).
#pragma once

#include <filesystem>

#include "base/secret.hpp"

namespace sealift {

/// What errno `code` means for `path`: "cannot open 'x': No such file or directory".
Error file_error(std::string_view what, const std::filesystem::path& path, int code);

/// Reads a whole file of at most `most` octets.
Result<Bytes> read_file(const std::filesystem::path& path, size_t most);
/// Reads a regular file that belongs to us, or to root, and that others can neither read nor write; symbolic
/// links are not followed.
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, size_t most);

enum class Readers : uint8_t { owner, everybody };  ///< mode 0600 or 0644
enum class Replace : uint8_t { no, yes };
/// Writes beside the target, syncs, puts it in place in one step and syncs the directory. Where it fails, the
/// target is what it was, unless the very last step failed: then a power loss decides.
Status write_file(const std::filesystem::path& path, View content, Readers readers, Replace replace);

/// Removes a file and syncs its directory.
Status remove_file(const std::filesystem::path& path);

/// True where nobody but us (and root) can change the directory's entries.
Status check_directory(const std::filesystem::path& path);

/// Makes the directory with mode 0700 where it is not there; its parent must be.
Status make_directory(const std::filesystem::path& path);

}  // namespace sealift
