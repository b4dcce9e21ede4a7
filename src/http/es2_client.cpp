#include "http/es2_client.hpp"

#include "http/es9_binding.hpp"
#include "http/routes_es2.hpp"

namespace sealift::http {
namespace {

Es2Failure unreached(Error error) {
  return {std::nullopt, std::move(error)};
}

Es2Failure refused(const std::string& server, const char* function,
                   messages::FunctionExecutionStatus status) {
  std::string text = server + " refused " + function + " (" + std::string(name(status.status));
  if (const auto& codes = status.statusCodeData) {
    text += ", subject " + codes->subjectCode + ", reason " + codes->reasonCode + ")";
    if (codes->message) text += ": " + *codes->message;
    if (codes->subjectIdentifier) text += " (" + *codes->subjectIdentifier + ")";
  } else {
    text += ")";
  }
  return {std::move(status), Error{ErrorKind::conflict, std::move(text)}};
}

}  // namespace

bool Es2Failure::is(std::string_view subjectCode, std::string_view reasonCode) const {
  return status && status->statusCodeData && status->statusCodeData->subjectCode == subjectCode &&
         status->statusCodeData->reasonCode == reasonCode;
}

Es2Result<std::string> Es2Client::send(const char* function, const std::string& body) {
  auto to = HostPort::parse(server_);
  if (!to) return unreached(std::move(to.error()).within("the address of the SM-DP+"));
  auto response = client_.post(
      *to, es2_path + std::string(function),
      {{"Content-Type", "application/json;charset=UTF-8"}, {"X-Admin-Protocol", admin_protocol}}, body);
  if (!response) return unreached(std::move(response.error()));
  if (response->status == 200) return std::move(response->body);
  std::string what =
      server_ + " answered " + function + " with HTTP status " + std::to_string(response->status);
  if (response->status == 403) what += ": our client certificate is none of an operator that it knows";
  if (response->status == 404) what += "; is this its ES2+ listener?";
  if (response->status >= 429) what += "; try again later";
  const bool kind = response->status == 403;
  return unreached(Error{kind ? ErrorKind::permission : ErrorKind::io, std::move(what)});
}

template <class Output>
Es2Result<Output> Es2Client::call(const char* function, const std::string& body) {
  const std::string answer = TRY(send(function, body));
  if constexpr (std::is_void_v<Output>) {
    auto status = messages::status_from_json(answer);
    if (!status) return unreached(Error(status.error()).within(server_ + " answered " + function));
    if (!messages::was_executed(*status)) return refused(server_, function, std::move(*status));
    return {};
  } else {
    auto reply = messages::es2_reply_from_json<Output>(answer);
    if (!reply) return unreached(Error(reply.error()).within(server_ + " answered " + function));
    if (!reply->output) return refused(server_, function, std::move(reply->functionExecutionStatus));
    return std::move(*reply->output);
  }
}

Es2Result<messages::DownloadOrderOk> Es2Client::download_order(
    const messages::DownloadOrderRequest& request) {
  return call<messages::DownloadOrderOk>("downloadOrder", messages::to_json(request));
}

Es2Result<messages::ConfirmOrderOk> Es2Client::confirm_order(const messages::ConfirmOrderRequest& request) {
  return call<messages::ConfirmOrderOk>("confirmOrder", messages::to_json(request));
}

Es2Result<void> Es2Client::cancel_order(const messages::CancelOrderRequest& request) {
  return call<void>("cancelOrder", messages::to_json(request));
}

Es2Result<void> Es2Client::release_profile(const messages::ReleaseProfileRequest& request) {
  return call<void>("releaseProfile", messages::to_json(request));
}

}  // namespace sealift::http
