// The CRLs of a folder of certificates, and of what is below it (sets of several CIs): the files whose name
// ends in .crl, DER. Looked at again and again, since lists are replaced while a server runs.
//
// One thread at a time.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pki/chain.hpp"

namespace sealift::lab {

class CrlFiles {
 public:
  explicit CrlFiles(std::string dir) : dir_(std::move(dir)) {}

  /// True where a file is new, has changed or has gone since the last look; all are new at the first.
  bool look();
  /// Of the last look: those that were new or had changed.
  const std::vector<std::filesystem::path>& changed() const { return changed_; }
  /// And all of them, in order.
  std::vector<std::filesystem::path> all() const;
  /// The octets of one. Errors: not_found, permission, io, limit (larger than any list that is taken).
  static Result<Bytes> read(const std::filesystem::path& file);

 private:
  struct Seen {
    std::filesystem::file_time_type changed;
    uintmax_t size = 0;
    bool operator==(const Seen&) const = default;
  };
  std::string dir_;
  std::map<std::filesystem::path, Seen> seen_;
  std::vector<std::filesystem::path> changed_;
};

/// Takes up every CRL in a folder that can be; those that can not are passed over.
void take_up_crls(const std::string& dir, pki::TrustStore& trust);

}  // namespace sealift::lab
