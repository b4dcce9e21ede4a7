#include "http/routes_es9.hpp"

#include "http/es9_binding.hpp"
#include "messages/es9_json.hpp"
#include "smdp/es9.hpp"

namespace sealift::http {
namespace {

using messages::ExecutionStatus;
using messages::JsonError;
using messages::JsonFault;

Response json(unsigned status, std::string body) {
  return {status, "application/json;charset=UTF-8", std::move(body), {{"X-Admin-Protocol", admin_protocol}}};
}

std::string failed(messages::StatusCodeData codes) {
  return messages::to_json(messages::FunctionExecutionStatus{ExecutionStatus::failed, std::move(codes)});
}

Response refused(smdp::Refusal refusal, unsigned status = 200) {
  const smdp::RefusalRow& row = smdp::row_of(refusal);
  return json(status, failed({std::string(row.subjectCode), std::string(row.reasonCode), std::nullopt,
                              std::string(row.message)}));
}

/// Format errors (SGP.22 5.2.6.1, 5.2.6.2): subject 1.3.1 (format), the member at fault as subjectIdentifier.
messages::StatusCodeData codes_of(const JsonError& error) {
  const char* reason = error.fault == JsonFault::missing_field ? "2.2" : "2.1";
  std::string message(messages::name(error.fault));
  if (!error.detail.empty()) message += ": " + error.detail;
  std::optional<std::string> member;
  if (!error.field.empty()) member = error.field;
  return {"1.3.1", reason, std::move(member), std::move(message)};
}

/// Versions differ freely between peers; what is not of this family at all is no RSP request.
bool speaks_rsp(const Request& request) {
  std::string_view protocol = request.header("X-Admin-Protocol");
  return protocol.empty() || protocol.starts_with("gsma/rsp/");
}

Response other_protocol() {
  return json(400, failed({"1.3", "3.1", std::nullopt, "X-Admin-Protocol must begin with gsma/rsp/"}));
}

/// A function that answers with an output or a refusal.
template <class Message, class Output>
Handler answering(smdp::Ports& ports,
                  Result<Output, smdp::Refusal> (*function)(smdp::Ports&, const Message&)) {
  return [&ports, function](const Request& request) {
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::request_from_json<Message>(request.body);
    if (!message) return json(200, failed(codes_of(message.error())));
    Result<Output, smdp::Refusal> result = function(ports, *message);
    if (!result) return refused(result.error());
    if constexpr (std::is_void_v<Output>) {
      return json(200, messages::to_json(messages::CancelSessionOk{}));
    } else {
      return json(200, messages::to_json(*result));
    }
  };
}

/// A notification: there is no body to put a refusal in. One that cannot be read gets 400, since 204 would
/// make the LPA remove it from the eUICC; so does one that the store could not take now, with 503.
Handler notified(smdp::Ports& ports) {
  return [&ports](const Request& request) {
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::request_from_json<messages::HandleNotification>(request.body);
    if (!message) return json(400, failed(codes_of(message.error())));
    if (!smdp::handle_notification(ports, *message)) {
      return refused(smdp::Refusal::server_failed, 503);
    }
    return Response{204, "", "", {{"X-Admin-Protocol", admin_protocol}}};
  };
}

}  // namespace

void add_es9_routes(Router& router, smdp::Ports& ports) {
  const std::string base = es9_path;
  const std::string type = "application/json";
  router.add("POST", base + "initiateAuthentication", answering(ports, smdp::initiate_authentication), type);
  router.add("POST", base + "authenticateClient", answering(ports, smdp::authenticate_client), type);
  router.add("POST", base + "getBoundProfilePackage", answering(ports, smdp::get_bound_profile_package),
             type);
  router.add("POST", base + "handleNotification", notified(ports), type);
  router.add("POST", base + "cancelSession", answering(ports, smdp::cancel_session), type);
}

void add_health_route(Router& router) {
  router.add("GET", "/health", [](const Request&) {
    return Response{200, "application/json", "{\"status\":\"ok\"}", {}};
  });
}

}  // namespace sealift::http
