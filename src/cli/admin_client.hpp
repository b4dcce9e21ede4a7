// A command's way to an administration interface: JSON over HTTPS with a bearer token, the server verified
// against the CI like every other server. Commands go this way also on the server's own machine; none of them
// opens its store.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>

#include "base/ports.hpp"
#include "cli/command.hpp"
#include "http/client.hpp"

namespace sealift::cli {

/// Which server is meant: that of a folder on this machine, or one far away.
struct AdminTarget {
  std::string dir;
  std::string server;  ///< https://NAME:PORT
  std::string token;   ///< file
  std::string ci;      ///< file, DER or PEM
  /// Adds --dir, --server, --token and --ci.
  void add_options(CLI::App* command);
  /// What leads a command that is printed to the same server: " --dir site". Its token has to be said as
  /// well.
  std::string options() const;
  /// With the token that this command was given: " --dir site --token anna.token".
  std::string options_with_token() const;
};

class AdminClient {
 public:
  /// Errors: not_found (no server runs in the folder: how to start it), permission, invalid, io.
  static Result<AdminClient> open(const AdminTarget& target);

  /// The object that the server answered with. Errors: as the server gave them, or io, timeout, verification.
  Result<boost::json::object> get(const std::string& path);
  Result<boost::json::object> post(const std::string& path, const boost::json::object& body);

 private:
  AdminClient(http::Client client, std::unique_ptr<Clock> clock)
      : clock_(std::move(clock)), client_(std::move(client)) {}
  /// Asks again while the server says that this principal calls too often.
  Result<http::Response> patient(const std::function<Result<http::Response>()>& ask) const;
  Result<boost::json::object> answer_of(Result<http::Response> response) const;

  std::unique_ptr<Clock> clock_;  ///< the client judges certificates by it
  http::Client client_;
  http::HostPort server_;
  std::string authorization_;
  std::string token_file_;
  std::string why_;  ///< a server may not take it
  std::string dir_;  ///< empty for a server far away
};

}  // namespace sealift::cli
