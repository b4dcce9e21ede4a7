#include "http/es9_client.hpp"

#include "http/es9_binding.hpp"

namespace sealift::http {
namespace {

std::string in_words(const messages::StatusCodeData& codes) {
  std::string text = "the server refused: subject " + codes.subjectCode + ", reason " + codes.reasonCode;
  if (codes.subjectIdentifier) text += " (" + *codes.subjectIdentifier + ")";
  if (codes.message) text += ": " + *codes.message;
  return text;
}

}  // namespace

CallFailure::CallFailure(messages::StatusCodeData codes) : refused(std::move(codes)) {
  error = {ErrorKind::conflict, in_words(*refused)};
}

CallResult<Response> Es9Client::send(std::string_view function, const std::string& body) {
  std::string path = es9_path + std::string(function);
  Response response = TRY(client_.post(
      server_, path, {{"Content-Type", "application/json"}, {"X-Admin-Protocol", admin_protocol}}, body));
  if (response.status / 100 == 2) return response;
  std::string what = server_.text() + " answered " + std::string(function) + " with HTTP status " +
                     std::to_string(response.status);
  if (response.status == 404) what += "; is this the address of an SM-DP+?";
  if (response.status >= 500) what += "; try again later";
  return CallFailure(Error{ErrorKind::io, std::move(what)});
}

template <class Output>
CallResult<Output> Es9Client::call(std::string_view function, const std::string& body) {
  Response response = TRY(send(function, body));
  auto reply = messages::reply_from_json<Output>(response.body);
  if (!reply) return CallFailure(Error(reply.error()).within(server_.text() + " answered " + std::string(function)));
  const messages::FunctionExecutionStatus& status = reply->functionExecutionStatus;
  if (reply->output) return std::move(*reply->output);
  if (status.statusCodeData) return CallFailure(*status.statusCodeData);
  return CallFailure(Error{ErrorKind::conflict, server_.text() + " answered " + std::string(function) + " with status " +
                                                    std::string(messages::name(status.status)) + " and no codes"});
}

CallResult<messages::InitiateAuthenticationOkEs9> Es9Client::initiate_authentication(
    const messages::InitiateAuthenticationRequest& request) {
  return call<messages::InitiateAuthenticationOkEs9>("initiateAuthentication", messages::to_json(request));
}

CallResult<messages::AuthenticateClientOk> Es9Client::authenticate_client(
    const messages::AuthenticateClientRequest& request) {
  return call<messages::AuthenticateClientOk>("authenticateClient", messages::to_json(request));
}

CallResult<messages::GetBoundProfilePackageOk> Es9Client::get_bound_profile_package(
    const messages::GetBoundProfilePackageRequest& request) {
  return call<messages::GetBoundProfilePackageOk>("getBoundProfilePackage", messages::to_json(request));
}

CallResult<void> Es9Client::handle_notification(const messages::HandleNotification& request) {
  TRY_VOID(send("handleNotification", messages::to_json(request)));
  return {};
}

CallResult<void> Es9Client::cancel_session(const messages::CancelSessionRequestEs9& request) {
  TRY_VOID(call<messages::CancelSessionOk>("cancelSession", messages::to_json(request)));
  return {};
}

}  // namespace sealift::http
