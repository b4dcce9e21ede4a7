#include "http/routes_es12.hpp"

#include "http/function_answer.hpp"
#include "http/tls.hpp"
#include "messages/es12.hpp"
#include "smds/es12.hpp"

namespace sealift::http {
namespace {

/// The OID that TLS vouches for; none where nobody does.
std::optional<asn1::Oid> caller(const Request& request) {
  if (!request.client || !request.client->under_rsp_ci || request.client->registered_ids.empty())
    return std::nullopt;
  auto oid = asn1::Oid::parse(request.client->registered_ids.front());
  return oid ? std::optional(*oid) : std::nullopt;
}

Response not_known() {
  return failed_answer(
      {"1.1", "1.2", std::nullopt, "show a TLS certificate of an SM-DP+ or SM-DS that is known here"}, 403);
}

template <class Message>
Handler answering(smds::Ports& ports, messages::JsonResult<Message> (*read)(std::string_view),
                  Result<void, smds::Refusal> (*function)(smds::Ports&, const asn1::Oid&, const Message&)) {
  return [&ports, read, function](const Request& request) {
    const std::optional<asn1::Oid> who = caller(request);
    if (!who) return not_known();
    if (!speaks_rsp(request)) return other_protocol();
    auto message = read(request.body);
    if (!message) return failed_answer(codes_of(message.error()));
    smds::Ports here = ports;
    here.peer = address_of(request);
    const auto done = function(here, *who, *message);
    if (!done) return refused_answer(smds::row_of(done.error()));
    return json_answer(200, messages::to_json(messages::FunctionExecutionStatus{}));
  };
}

}  // namespace

void add_es12_routes(Router& router, smds::Ports& ports) {
  for (const std::string base : {es12_path, es15_path}) {
    router.add("POST", base + "registerEvent",
               answering(ports, messages::register_event_from_json, smds::register_event),
               "application/json");
    router.add("POST", base + "deleteEvent",
               answering(ports, messages::delete_event_from_json, smds::delete_event), "application/json");
  }
}

}  // namespace sealift::http
