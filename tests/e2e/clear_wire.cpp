#include "tests/e2e/clear_wire.hpp"

namespace sealift::e2e {

ClearWire::ClearWire(World& world) : world_(world) {}

template <class M>
Result<M> ClearWire::pass(std::string name, const M& message) {
  Message m{std::move(name), asn1::encode(message)};
  if (keep) passed.push_back(m);
  if (middle) middle(m);
  return asn1::decode<M>(m.der);
}

template <class Response, class Ok, class Request>
download::Es9Result<Ok> ClearWire::exchange(const std::string& name, const Request& request,
                                            Result<Ok, smdp::Refusal> (*function)(smdp::Ports&,
                                                                                  const Request&)) {
  auto heard = pass(name + ">", request);
  if (!heard) return lost(heard.error());
  auto answer = function(world_.site->ports(), *heard);
  if (!answer) return refused(answer.error());
  auto arrived = pass(name + "<", Response{std::move(*answer)});
  if (!arrived) return lost(arrived.error());
  if (Ok* ok = std::get_if<Ok>(&arrived->alt)) return std::move(*ok);
  return lost({ErrorKind::conflict, "an error of the server"});
}

download::Es9Result<messages::InitiateAuthenticationOkEs9> ClearWire::initiate_authentication(
    const std::string&, const messages::InitiateAuthenticationRequest& r) {
  return exchange<messages::InitiateAuthenticationResponse, messages::InitiateAuthenticationOkEs9>(
      "InitiateAuthentication", r, smdp::initiate_authentication);
}

download::Es9Result<messages::AuthenticateClientOk> ClearWire::authenticate_client(
    const std::string&, const messages::AuthenticateClientRequest& r) {
  return exchange<messages::AuthenticateClientResponseEs9, messages::AuthenticateClientOk>(
      "AuthenticateClient", r, smdp::authenticate_client);
}

download::Es9Result<messages::GetBoundProfilePackageOk> ClearWire::get_bound_profile_package(
    const std::string&, const messages::GetBoundProfilePackageRequest& r) {
  return exchange<messages::GetBoundProfilePackageResponse, messages::GetBoundProfilePackageOk>(
      "GetBoundProfilePackage", r, smdp::get_bound_profile_package);
}

download::Es9Result<void> ClearWire::handle_notification(const std::string&,
                                                         const messages::HandleNotification& r) {
  auto heard = pass("HandleNotification>", r);
  if (!heard) return lost(heard.error());
  if (smdp::handle_notification(world_.site->ports(), *heard)) return {};
  return lost({ErrorKind::io, "the server failed"});
}

download::Es9Result<void> ClearWire::cancel_session(const std::string&,
                                                    const messages::CancelSessionRequestEs9& r) {
  auto heard = pass("CancelSession>", r);
  if (!heard) return lost(heard.error());
  auto done = smdp::cancel_session(world_.site->ports(), *heard);
  if (!done) return refused(done.error());
  return {};
}

std::vector<asn1::Oid> ClearWire::peer_oids() const {
  return {};
}

download::Es9Failure ClearWire::lost(Error e) {
  return {std::nullopt, std::move(e)};
}

download::Es9Failure ClearWire::refused(smdp::Refusal refusal) {
  const auto& row = smdp::row_of(refusal);
  messages::FunctionExecutionStatus status;
  status.statusCodeData.emplace();
  status.statusCodeData->subjectCode = row.subjectCode;
  status.statusCodeData->reasonCode = row.reasonCode;
  return {status, {ErrorKind::conflict, "refused"}};
}

ClearPhone::ClearPhone(World& world, int number)
    : card(must(lab::VirtualCard::make(world.personalisation(number), world.random, &decisions))),
      contacts(card),
      wire(world) {
  must(lab::Handset(contacts).start());
  es10.emplace(must(download::Es10::open(contacts)));
  lpa.emplace(*es10, wire, user, silent);
}

ClearPhone::~ClearPhone() = default;

Result<download::Outcome, download::Failure> ClearPhone::download(const download::ActivationCode& code) {
  download::Options options;
  options.deviceInfo = download::default_device_info();
  return lpa->download(code, options);
}

size_t ClearPhone::profile_count() {
  return must(lpa->profiles()).size();
}

}  // namespace sealift::e2e
