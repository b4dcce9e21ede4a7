// The door to a site's administration for programs on the same machine, as files in its folder:
//
//   DIR/admin.token   256 random bits in hexadecimal, mode 0600: who can read it may administer the site
//   DIR/admin.json    where the listener is, while it is up
//
// The server holds an AdminDoor as long as it listens; commands read the two files with AdminAddress::find.
#pragma once

#include <string>

#include "base/ports.hpp"
#include "base/secret.hpp"

namespace sealift::lab {

/// Reads a token file. Errors: not_found, permission (others may read it), invalid, io; each names the file.
Result<Secret<32>> read_admin_token(const std::string& path);

/// Where the administration of a site is to be reached.
struct AdminAddress {
  std::string host;     ///< the name that its TLS certificate has
  std::string address;  ///< numeric address to connect to
  uint16_t port = 0;
  /// Reads DIR/admin.json. Errors: not_found where no server is up (says how to start one), permission,
  /// invalid, io.
  static Result<AdminAddress> find(const std::string& dir);
};

/// The server's side. Move-only; the destructor takes the announcement away.
class AdminDoor {
 public:
  /// Makes DIR a site that this process alone serves, and reads its token, or draws one. Errors: conflict
  /// (another process serves DIR), permission, invalid, io.
  static Result<AdminDoor> open(const std::string& dir, Random& random);
  /// Writes DIR/admin.json. Errors: permission, io.
  Status announce(const AdminAddress& at);

  const Secret<32>& token() const { return token_; }
  AdminDoor(AdminDoor&& other) noexcept;
  AdminDoor& operator=(AdminDoor&&) = delete;
  ~AdminDoor();

 private:
  AdminDoor(std::string dir, int lock) : dir_(std::move(dir)), lock_(lock) {}
  std::string dir_;
  int lock_;  ///< open file of the token, locked
  bool announced_ = false;
  Secret<32> token_;
};

}  // namespace sealift::lab
