#include "http/es9_client.hpp"

#include "messages/es9_codes.hpp"
#include "messages/names.hpp"
#include "messages/remote_profile_provisioning.hpp"

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

/// A number of the ASN.1 binding as the status that the JSON binding would have.
template <class Fault>
Es9Failure refused(const std::string& server, std::string_view function, Fault fault) {
  messages::FunctionExecutionStatus status{messages::ExecutionStatus::failed, std::nullopt};
  std::string_view name = to_name(fault);
  std::string message = (name.empty() ? "error" : std::string(name)) + " (" +
                        std::to_string(static_cast<unsigned>(fault)) + ")";
  if (const auto* row = messages::codes_of(fault)) {
    status.statusCodeData = messages::StatusCodeData{std::string(row->subjectCode),
                                                     std::string(row->reasonCode), std::nullopt, message};
    return refused(server, function, std::move(status));
  }
  Es9Failure failure = refused(server, function, std::move(status));
  failure.error.message += ": " + message;
  return failure;
}

/// Reads the answer of one function in the ASN.1 binding.
template <class Answer, class Fault, class Output>
Es9Result<Output> asn1_reply(const std::string& server, std::string_view function, std::string_view body) {
  const std::string where = server + " answered " + std::string(function);
  auto reply = asn1::decode<messages::RemoteProfileProvisioningResponse>(view(body));
  if (!reply) return unreached(std::move(reply.error()).within(where));
  auto* answer = std::get_if<Answer>(&reply->alt);
  if (answer == nullptr) return unreached(Error{ErrorKind::invalid, where + " as if it were another function"});
  if (auto* fault = std::get_if<Fault>(&answer->alt)) return refused(server, function, *fault);
  if (auto* output = std::get_if<Output>(&answer->alt)) return std::move(*output);
  return unreached(Error{ErrorKind::invalid, where + " with what was not asked for"});
}

}  // namespace

Result<Response> Es9Client::send(const std::string& server, std::string_view function, std::string_view path,
                                 std::string_view media_type, std::string_view body) {
  HostPort to = TRY(HostPort::parse(server));
  Response response = TRY(client_.post(
      to, path, {{"Content-Type", std::string(media_type)}, {"X-Admin-Protocol", admin_protocol}}, body));
  if (response.status / 100 == 2) return response;
  std::string what =
      server + " answered " + std::string(function) + " with HTTP status " + std::to_string(response.status);
  if (response.status == 404) {
    what += binding_ == Es9Binding::asn1 ? "; does it have the ASN.1 binding?"
                                         : "; is this the address of an SM-DP+?";
  }
  if (response.status >= 500) what += "; try again later";
  // 4xx: the server is there and does not take this request; the same again will fare no better.
  return Error{response.status / 100 == 4 ? ErrorKind::conflict : ErrorKind::io, std::move(what)};
}

template <class Request>
Result<Response> Es9Client::send(const std::string& server, std::string_view function,
                                 const Request& request) {
  if (binding_ == Es9Binding::asn1) {
    Bytes body = asn1::encode(messages::RemoteProfileProvisioningRequest{request});
    return send(server, function, asn1_path, asn1_media_type, text(body));
  }
  return send(server, function, es9_path + std::string(function), "application/json",
              messages::to_json(request));
}

template <class Answer, class Fault, class Output, class Request>
Es9Result<Output> Es9Client::call(const std::string& server, std::string_view function,
                                  const Request& request) {
  Result<Response> response = send(server, function, request);
  if (!response) return unreached(std::move(response.error()));
  if (binding_ == Es9Binding::asn1) {
    return asn1_reply<Answer, Fault, Output>(server, function, response->body);
  }
  auto reply = messages::reply_from_json<Output>(response->body);
  if (!reply) return unreached(Error(reply.error()).within(server + " answered " + std::string(function)));
  if (!reply->output) return refused(server, function, std::move(reply->functionExecutionStatus));
  return std::move(*reply->output);
}

Es9Result<messages::InitiateAuthenticationOkEs9> Es9Client::initiate_authentication(
    const std::string& server, const messages::InitiateAuthenticationRequest& request) {
  return call<messages::InitiateAuthenticationResponse, messages::InitiateAuthenticationError,
              messages::InitiateAuthenticationOkEs9>(server, "initiateAuthentication", request);
}

Es9Result<messages::AuthenticateClientOk> Es9Client::authenticate_client(
    const std::string& server, const messages::AuthenticateClientRequest& request) {
  return call<messages::AuthenticateClientResponseEs9, messages::AuthenticateClientError,
              messages::AuthenticateClientOk>(server, "authenticateClient", request);
}

Es9Result<messages::AuthenticateClientOkEs11> Es9Client::authenticate_client_es11(
    const std::string& server, const messages::AuthenticateClientRequest& request) {
  return call<messages::AuthenticateClientResponseEs11, messages::AuthenticateClientErrorEs11,
              messages::AuthenticateClientOkEs11>(server, "authenticateClient", request);
}

Es9Result<messages::GetBoundProfilePackageOk> Es9Client::get_bound_profile_package(
    const std::string& server, const messages::GetBoundProfilePackageRequest& request) {
  return call<messages::GetBoundProfilePackageResponse, messages::GetBoundProfilePackageError,
              messages::GetBoundProfilePackageOk>(server, "getBoundProfilePackage", request);
}

Es9Result<void> Es9Client::handle_notification(const std::string& server,
                                               const messages::HandleNotification& request) {
  Result<Response> response = send(server, "handleNotification", request);
  if (!response) return unreached(std::move(response.error()));
  return {};
}

Es9Result<void> Es9Client::cancel_session(const std::string& server,
                                          const messages::CancelSessionRequestEs9& request) {
  auto done = call<messages::CancelSessionResponseEs9, messages::CancelSessionError, messages::CancelSessionOk>(
      server, "cancelSession", request);
  if (!done) return std::move(done.error());
  return {};
}

Bytes Es9Client::peer_certificate() const {
  const PeerIdentity* peer = client_.peer();
  return peer ? peer->certificate : Bytes();
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
