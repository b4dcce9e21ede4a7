#include "http/routes_es11.hpp"

#include "http/function_answer.hpp"
#include "messages/es9_codes.hpp"
#include "messages/es9_json.hpp"
#include "messages/remote_profile_provisioning.hpp"
#include "smds/es11.hpp"

namespace sealift::http {
namespace {

/// The Ports for this request: they say who asks.
smds::Ports asked_by(const Request& request, const smds::Ports& ports) {
  smds::Ports here = ports;
  here.peer = address_of(request);
  return here;
}

template <class Message, class Output>
Handler answering(smds::Ports& ports,
                  Result<Output, smds::Refusal> (*function)(smds::Ports&, const Message&)) {
  return [&ports, function](const Request& request) {
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::request_from_json<Message>(request.body);
    if (!message) return failed_answer(codes_of(message.error()));
    smds::Ports here = asked_by(request, ports);
    Result<Output, smds::Refusal> result = function(here, *message);
    if (!result) return refused_answer(smds::row_of(result.error()));
    return json_answer(200, messages::to_json(*result));
  };
}

Response asn1_message(const messages::RemoteProfileProvisioningResponse& message) {
  return asn1_answer(asn1::encode(message));
}

/// `Answer` is the function's CHOICE, `Fault` its numbers.
template <class Answer, class Fault, class Output>
Response asn1_result(Result<Output, smds::Refusal> result) {
  if (result) return asn1_message({Answer{std::move(*result)}});
  const smds::Refusal refusal = result.error();
  const smds::RefusalRow& row = smds::row_of(refusal);
  // No number says "try again later".
  if (refusal == smds::Refusal::server_busy || refusal == smds::Refusal::server_failed) {
    return asn1_fault(503, std::string(row.message));
  }
  auto fault = messages::error_of<Fault>(row.subjectCode, row.reasonCode);
  if (!fault) return asn1_fault(400, std::string(row.message));
  return asn1_message({Answer{*fault}});
}

struct Asn1Functions {
  smds::Ports& ports;

  Response operator()(const messages::InitiateAuthenticationRequest& m) const {
    return asn1_result<messages::InitiateAuthenticationResponse, messages::InitiateAuthenticationError>(
        smds::initiate_authentication(ports, m));
  }
  Response operator()(const messages::AuthenticateClientRequest& m) const {
    return asn1_result<messages::AuthenticateClientResponseEs11, messages::AuthenticateClientErrorEs11>(
        smds::authenticate_client(ports, m));
  }
  template <class Other>
  Response operator()(const Other&) const {
    return asn1_fault(404, "an SM-DS has no such function");
  }
};

Handler answering_asn1(smds::Ports& ports) {
  return [&ports](const Request& request) {
    if (!speaks_rsp(request)) return asn1_fault(400, "X-Admin-Protocol must begin with gsma/rsp/");
    auto message = asn1::decode<messages::RemoteProfileProvisioningRequest>(view(request.body));
    if (!message) return asn1_fault(400, std::move(message.error().message));
    smds::Ports here = asked_by(request, ports);
    return std::visit(Asn1Functions{here}, message->alt);
  };
}

}  // namespace

void add_es11_routes(Router& router, smds::Ports& ports) {
  const std::string base = es9_path;
  const std::string type = "application/json";
  router.add("POST", base + "initiateAuthentication", answering(ports, smds::initiate_authentication), type);
  router.add("POST", base + "authenticateClient", answering(ports, smds::authenticate_client), type);
  router.add("POST", asn1_path, answering_asn1(ports), asn1_media_type);
}

}  // namespace sealift::http
