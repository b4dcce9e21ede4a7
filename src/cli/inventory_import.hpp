// Profiles for the stock of an SM-DP+, many at a time: the packages of a folder or of one file after another,
// or one package personalised for each row of a list of subscribers.
//
// A ProfileSource is asked by several threads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"

namespace sealift::cli {

/// A package to import, or why this one is none.
struct Candidate {
  std::string name;  ///< file, or line of the list
  Result<SecretBytes> package = Error{};
};

class ProfileSource {
 public:
  virtual ~ProfileSource() = default;
  /// None at the end. Thread safe.
  virtual std::optional<Candidate> next() = 0;
  virtual size_t size() const = 0;
};

/// Files *.der of a folder, in order of their names. Error kinds: not_found, io.
Result<std::unique_ptr<ProfileSource>> packages_in_folder(const std::string& dir);
/// A file of packages, one after another (a package is whole with its end element). Error kinds: those of
/// reading it, invalid.
Result<std::unique_ptr<ProfileSource>> packages_in_file(const std::string& path);
/// `template_path` once for each line "iccid,imsi,k,opc" (the last two in hexadecimal, OPc or TOPc) of a list
/// with these names in its first line. Error kinds: those of reading them, invalid.
Result<std::unique_ptr<ProfileSource>> packages_for_subscribers(const std::string& template_path,
                                                                const std::string& list_path);

}  // namespace sealift::cli
