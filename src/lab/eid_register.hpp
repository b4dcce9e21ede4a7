// The EIDs that an EUM has made certificates for: no two chips get the same (SGP.29; mission M4-11).
//
// A file of a PKI's folder, one EID a line. Whoever issues takes the EID first, which keeps others waiting,
// and keeps it once the certificate is where it belongs. Several processes may share a folder.
#pragma once

#include <filesystem>
#include <string>

#include "base/ids.hpp"

namespace sealift::lab {

class EidClaim {
 public:
  /// Locks the register DIR/issued.eids. Error kinds: exists (the EID has a certificate), permission, io.
  static Result<EidClaim> take(const std::filesystem::path& dir, const Eid& eid);
  /// Enters the EID, durably.
  Status keep();

  EidClaim(EidClaim&& other) noexcept;
  EidClaim& operator=(EidClaim&&) = delete;
  ~EidClaim();

 private:
  EidClaim(int fd, std::filesystem::path path, const Eid& eid) : fd_(fd), path_(std::move(path)), eid_(eid) {}
  int fd_;
  std::filesystem::path path_;
  Eid eid_;
};

}  // namespace sealift::lab
