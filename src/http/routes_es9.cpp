#include "http/routes_es9.hpp"

#include "http/function_answer.hpp"
#include "messages/es9_codes.hpp"
#include "messages/es9_json.hpp"
#include "messages/remote_profile_provisioning.hpp"
#include "smdp/es9.hpp"

namespace sealift::http {
namespace {

Response refused(smdp::Refusal refusal, unsigned status = 200) {
  return refused_answer(smdp::row_of(refusal), status);
}

/// The Ports for this request: they say who asks.
smdp::Ports asked_by(const Request& request, const smdp::Ports& ports) {
  smdp::Ports here = ports;
  here.peer = address_of(request);
  return here;
}

/// A function that answers with an output or a refusal.
template <class Message, class Output>
Handler answering(smdp::Ports& ports,
                  Result<Output, smdp::Refusal> (*function)(smdp::Ports&, const Message&)) {
  return [&ports, function](const Request& request) {
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::request_from_json<Message>(request.body);
    if (!message) return failed_answer(codes_of(message.error()));
    smdp::Ports here = asked_by(request, ports);
    Result<Output, smdp::Refusal> result = function(here, *message);
    if (!result) return refused(result.error());
    if constexpr (std::is_void_v<Output>) {
      return json_answer(200, messages::to_json(messages::CancelSessionOk{}));
    } else {
      return json_answer(200, messages::to_json(*result));
    }
  };
}

Response taken_note() {
  return {204, "", "", {{"X-Admin-Protocol", admin_protocol}}};
}

/// Nobody will ever read it, so that it is told of and acknowledged.
Response unreadable_notification(smdp::Ports& ports, const std::string& why) {
  ports.observer.notification_ignored("a notification that cannot be read: " + why);
  return taken_note();
}

/// The one member is there; what it holds is not what it should be.
bool is_a_notification(const messages::JsonError& error) {
  return error.field == "pendingNotification" &&
         (error.fault == messages::JsonFault::bad_value || error.fault == messages::JsonFault::bad_base64);
}

/// A notification: there is no body to put a refusal in, and whoever is not told 204 sends the same again for
/// ever (SGP.22 5.6.4, 6.5.1.4). What is no such request gets 400; what the store could not take now, 503.
Handler notified(smdp::Ports& ports) {
  return [&ports](const Request& request) {
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::request_from_json<messages::HandleNotification>(request.body);
    if (!message && is_a_notification(message.error()))
      return unreadable_notification(ports, message.error().detail);
    if (!message) return failed_answer(codes_of(message.error()), 400);
    if (!smdp::handle_notification(ports, *message)) {
      return refused(smdp::Refusal::server_failed, 503);
    }
    return taken_note();
  };
}

// ---- The ASN.1 binding (6.6). It has no header to put codes in: a refusal is a number of the function's
// own, and what has no number is an HTTP status.

Response asn1_message(const messages::RemoteProfileProvisioningResponse& message) {
  return asn1_answer(asn1::encode(message));
}

/// `Answer` is the function's CHOICE, `Fault` its numbers.
template <class Answer, class Fault, class Output>
Response asn1_result(Result<Output, smdp::Refusal> result) {
  if (result) {
    if constexpr (std::is_void_v<Output>) {
      return asn1_message({Answer{messages::CancelSessionOk{}}});
    } else {
      return asn1_message({Answer{std::move(*result)}});
    }
  }
  const smdp::Refusal refusal = result.error();
  const smdp::RefusalRow& row = smdp::row_of(refusal);
  const auto fault = messages::error_of<Fault>(row.subjectCode, row.reasonCode);
  // No number says "try again later".
  const bool later = refusal == smdp::Refusal::server_busy || refusal == smdp::Refusal::server_failed ||
                     refusal == smdp::Refusal::issuance_stopped;
  Response out = later    ? asn1_fault(503, std::string(row.message))
                 : !fault ? asn1_fault(400, std::string(row.message))
                          : asn1_message({Answer{*fault}});
  out.outcome = outcome_of(row.subjectCode, row.reasonCode);
  return out;
}

struct Asn1Functions {
  smdp::Ports& ports;

  Response operator()(const messages::InitiateAuthenticationRequest& m) const {
    return asn1_result<messages::InitiateAuthenticationResponse, messages::InitiateAuthenticationError>(
        smdp::initiate_authentication(ports, m));
  }
  Response operator()(const messages::AuthenticateClientRequest& m) const {
    return asn1_result<messages::AuthenticateClientResponseEs9, messages::AuthenticateClientError>(
        smdp::authenticate_client(ports, m));
  }
  Response operator()(const messages::GetBoundProfilePackageRequest& m) const {
    return asn1_result<messages::GetBoundProfilePackageResponse, messages::GetBoundProfilePackageError>(
        smdp::get_bound_profile_package(ports, m));
  }
  Response operator()(const messages::CancelSessionRequestEs9& m) const {
    return asn1_result<messages::CancelSessionResponseEs9, messages::CancelSessionError>(
        smdp::cancel_session(ports, m));
  }
  Response operator()(const messages::HandleNotification& m) const {
    if (!smdp::handle_notification(ports, m)) return asn1_fault(503, "the notification could not be kept");
    return taken_note();
  }
};

/// [2] handleNotificationRequest [61], whatever is in it.
bool is_a_notification(View request) {
  asn1::Reader outer(request);
  const auto message = outer.next();
  if (!message || message->tag != 0xA2 || !outer.at_end()) return false;
  asn1::Reader inner(message->value);
  const auto function = inner.next();
  return function && function->tag == 0xBF3D && inner.at_end();
}

Handler answering_asn1(smdp::Ports& ports) {
  return [&ports](const Request& request) {
    if (!speaks_rsp(request)) return asn1_fault(400, "X-Admin-Protocol must begin with gsma/rsp/");
    auto message = asn1::decode<messages::RemoteProfileProvisioningRequest>(view(request.body));
    if (!message && is_a_notification(view(request.body))) {
      return unreadable_notification(ports, message.error().message);
    }
    if (!message) return asn1_fault(400, std::move(message.error().message));
    smdp::Ports here = asked_by(request, ports);
    return std::visit(Asn1Functions{here}, message->alt);
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
  router.add("POST", asn1_path, answering_asn1(ports), asn1_media_type);
}

}  // namespace sealift::http
