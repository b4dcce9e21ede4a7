// ES2+ as an SM-DP+ calls its operator: HandleDownloadProgressInfo, and HandleNotification for peers of v3,
// over mutual TLS (SGP.22 5.3.5, 6.5). Makes the request of what a row of the outbox has.
//
// Borrows a Client that has an identity (ClientOptions::identity), and like it belongs to one thread.
#pragma once

#include "http/client.hpp"
#include "smdp/ports.hpp"

namespace sealift::http {

/// Where an operator wants to be told.
struct CallbackAddress {
  HostPort server;
  std::string path;  ///< before /gsma/rsp2/es2plus/...; empty, or begins with '/' and does not end with one
  /// "https://HOST[:PORT][/PATH]", or HOST[:PORT] alone. Error kind: invalid.
  static Result<CallbackAddress> parse(std::string_view url);
};

struct CallbackFailure {
  smdp::Sent how = smdp::Sent::unreachable;  ///< or refused: it is there, and does not take this one
  Error error;                               ///< for people
  std::chrono::seconds retry_after{0};       ///< how long a server that is busy asks us to wait; 0: it does not say
};

class Es2CallbackClient {
 public:
  /// `client` must outlive this. `requester` is our functionRequesterIdentifier.
  Es2CallbackClient(Client& client, std::string requester)
      : client_(client), requester_(std::move(requester)) {}

  /// Any 2xx means that the operator has it, whatever else it says. `told` chooses the function.
  Result<void, CallbackFailure> call(const CallbackAddress& to, const smdp::Outgoing& what, smdp::Told told);

 private:
  Client& client_;
  const std::string requester_;
};

}  // namespace sealift::http
