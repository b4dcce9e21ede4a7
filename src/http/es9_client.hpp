// ES9+ as an LPA calls it: the five functions over HTTPS, in the JSON or the ASN.1 binding (SGP.22 5.6, 6.5,
// 6.6).
//
// Borrows a Client, and like it belongs to one thread. A refusal of the server comes back as its status and
// codes, so that the caller can act on them (the numbers of the ASN.1 binding are turned into codes); everything
// else is an Error that says what to do.
#pragma once

#include "download/ports.hpp"
#include "http/client.hpp"
#include "http/es9_binding.hpp"

namespace sealift::http {

class Es9Client final : public download::Es9 {
 public:
  /// `client` must outlive this.
  explicit Es9Client(Client& client, Es9Binding binding = Es9Binding::json)
      : client_(client), binding_(binding) {}

  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest& request) override;
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest& request) override;
  download::Es9Result<messages::AuthenticateClientOkEs11> authenticate_client_es11(
      const std::string& server, const messages::AuthenticateClientRequest& request) override;
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest& request) override;
  /// Any 2xx means that the server has it and the eUICC may forget it.
  download::Es9Result<void> handle_notification(const std::string& server,
                                                const messages::HandleNotification& request) override;
  download::Es9Result<void> cancel_session(const std::string& server,
                                           const messages::CancelSessionRequestEs9& request) override;
  std::vector<asn1::Oid> peer_oids() const override;
  Bytes peer_certificate() const override;

 private:
  Result<Response> send(const std::string& server, std::string_view function, std::string_view path,
                        std::string_view media_type, std::string_view body);
  /// `function` is that of the JSON path.
  template <class Request>
  Result<Response> send(const std::string& server, std::string_view function, const Request& request);
  template <class Answer, class Fault, class Output, class Request>
  download::Es9Result<Output> call(const std::string& server, std::string_view function,
                                   const Request& request);
  Client& client_;
  Es9Binding binding_;
};

}  // namespace sealift::http
