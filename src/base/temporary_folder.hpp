// A new folder, removed with all that is in it when the object goes: for demonstrations, measurements and
// tests.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace sealift {

class TemporaryFolder {
 public:
  /// Mode 0700, in TMPDIR or /tmp. Error kind: io.
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& o) noexcept : path_(std::exchange(o.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace sealift
