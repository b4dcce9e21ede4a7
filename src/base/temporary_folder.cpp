#include "base/temporary_folder.hpp"

#include <cstdlib>

namespace sealift {

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code problem;
  std::string name = (std::filesystem::temp_directory_path(problem) / "sealift-XXXXXX").string();
  if (problem || !::mkdtemp(name.data())) {
    return Error{ErrorKind::io, "cannot make a temporary folder: set TMPDIR to one that may be written to"};
  }
  return TemporaryFolder(std::move(name));
}

}  // namespace sealift
