#include "http/es9_client.hpp"

#include "http/es9_binding.hpp"

namespace sealift::http {

using download::Es9Failure;
using download::Es9Result;

namespace {

Es9Failure unreached(Error error) {
  return {std::nullopt, std::move(error)};
}

Es9Failure refused(const std::string& server, std::string_view function,
                   messages::FunctionExecutionStatus status) {
  std::string text = server + " refused " + std::string(function) + " (" + std::string(name(status.status));
  if (const auto& codes = status.statusCodeData) {
    text += ", subject " + codes->subjectCode + ", reason " + codes->reasonCode;
    if (codes->subjectIdentifier) text += ", " + *codes->subjectIdentifier;
    text += ")";
    if (codes->message) text += ": " + *codes->message;
  } else {
    text += ")";
  }
  return {std::move(status), Error{ErrorKind::conflict, std::move(text)}};
}

}  // namespace

Result<Response> Es9Client::send(const std::string& server, std::string_view function,
                                 const std::string& body) {
  HostPort to = TRY(HostPort::parse(server));
  std::string path = es9_path + std::string(function);
  Response response = TRY(client_.post(
      to, path, {{"Content-Type", "application/json"}, {"X-Admin-Protocol", admin_protocol}}, body));
  if (response.status / 100 == 2) return response;
  std::string what =
      server + " answered " + std::string(function) + " with HTTP status " + std::to_string(response.status);
  if (response.status == 404) what += "; is this the address of an SM-DP+?";
  if (response.status >= 500) what += "; try again later";
  // 4xx: the server is there and does not take this request; the same again will fare no better.
  return Error{response.status / 100 == 4 ? ErrorKind::conflict : ErrorKind::io, std::move(what)};
}

template <class Output>
Es9Result<Output> Es9Client::call(const std::string& server, std::string_view function,
                                  const std::string& body) {
  Result<Response> response = send(server, function, body);
  if (!response) return unreached(std::move(response.error()));
  auto reply = messages::reply_from_json<Output>(response->body);
  if (!reply) return unreached(Error(reply.error()).within(server + " answered " + std::string(function)));
  if (!reply->output) return refused(server, function, std::move(reply->functionExecutionStatus));
  return std::move(*reply->output);
}

Es9Result<messages::InitiateAuthenticationOkEs9> Es9Client::initiate_authentication(
    const std::string& server, const messages::InitiateAuthenticationRequest& request) {
  return call<messages::InitiateAuthenticationOkEs9>(server, "initiateAuthentication",
                                                     messages::to_json(request));
}

Es9Result<messages::AuthenticateClientOk> Es9Client::authenticate_client(
    const std::string& server, const messages::AuthenticateClientRequest& request) {
  return call<messages::AuthenticateClientOk>(server, "authenticateClient", messages::to_json(request));
}

Es9Result<messages::GetBoundProfilePackageOk> Es9Client::get_bound_profile_package(
    const std::string& server, const messages::GetBoundProfilePackageRequest& request) {
  return call<messages::GetBoundProfilePackageOk>(server, "getBoundProfilePackage",
                                                  messages::to_json(request));
}

Es9Result<void> Es9Client::handle_notification(const std::string& server,
                                               const messages::HandleNotification& request) {
  Result<Response> response = send(server, "handleNotification", messages::to_json(request));
  if (!response) return unreached(std::move(response.error()));
  return {};
}

Es9Result<void> Es9Client::cancel_session(const std::string& server,
                                          const messages::CancelSessionRequestEs9& request) {
  auto done = call<messages::CancelSessionOk>(server, "cancelSession", messages::to_json(request));
  if (!done) return std::move(done.error());
  return {};
}

std::vector<asn1::Oid> Es9Client::peer_oids() const {
  std::vector<asn1::Oid> oids;
  if (!client_.peer()) return oids;
  for (const std::string& dotted : client_.peer()->registered_ids) {
    if (auto oid = asn1::Oid::parse(dotted)) oids.push_back(*oid);
  }
  return oids;
}

}  // namespace sealift::http
