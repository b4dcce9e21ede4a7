// ES9+ as an LPA calls it: the five functions over HTTPS with JSON (SGP.22 5.6, 6.5).
//
// Borrows a Client, and like it belongs to one thread. The server's refusals come back as its codes, so that
// the caller can act on them; everything else is an Error that says what to do.
#pragma once

#include "http/client.hpp"
#include "messages/es9_json.hpp"

namespace sealift::http {

/// Why a call gave no output.
struct CallFailure {
  /// The server's codes, where it answered that the function failed; empty where the call itself did.
  std::optional<messages::StatusCodeData> refused;
  /// For people, in both cases.
  Error error;
  CallFailure() = default;
  CallFailure(Error e) : error(std::move(e)) {}  // NOLINT: implicit, for TRY
  explicit CallFailure(messages::StatusCodeData codes);
};
template <class T>
using CallResult = Result<T, CallFailure>;

class Es9Client {
 public:
  /// `server` is the smdpAddress; `client` must outlive this.
  Es9Client(Client& client, HostPort server) : client_(client), server_(std::move(server)) {}

  CallResult<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const messages::InitiateAuthenticationRequest& request);
  CallResult<messages::AuthenticateClientOk> authenticate_client(const messages::AuthenticateClientRequest& request);
  CallResult<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const messages::GetBoundProfilePackageRequest& request);
  /// Any 2xx means that the server has it and the eUICC may forget it.
  CallResult<void> handle_notification(const messages::HandleNotification& request);
  CallResult<void> cancel_session(const messages::CancelSessionRequestEs9& request);

  /// Whom TLS verified; empty before the first call.
  const std::optional<PeerIdentity>& peer() const { return client_.peer(); }

 private:
  CallResult<Response> send(std::string_view function, const std::string& body);
  template <class Output>
  CallResult<Output> call(std::string_view function, const std::string& body);
  Client& client_;
  HostPort server_;
};

}  // namespace sealift::http
