// ES9+ with TLS taken away: LPA and server exchange the DER of the ASN.1 binding in the open, through a man
// in the middle who keeps everything and may change any octet. In tests alone; the release has no such way.
#pragma once

#include "tests/e2e/world.hpp"

namespace sealift::e2e {

class ClearWire final : public download::Es9 {
 public:
  struct Message {
    std::string name;  ///< "InitiateAuthentication>" from the LPA, "InitiateAuthentication<" from the server
    Bytes der;
  };
  explicit ClearWire(World& world) : world_(world) {}
  /// Sees each message before it goes on, and may change it.
  std::function<void(Message&)> middle;
  std::vector<Message> passed;  ///< as they were sent
  bool keep = true;

  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string&, const messages::InitiateAuthenticationRequest& r) override {
    return exchange<messages::InitiateAuthenticationResponse, messages::InitiateAuthenticationOkEs9>(
        "InitiateAuthentication", r, smdp::initiate_authentication);
  }
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string&, const messages::AuthenticateClientRequest& r) override {
    return exchange<messages::AuthenticateClientResponseEs9, messages::AuthenticateClientOk>(
        "AuthenticateClient", r, smdp::authenticate_client);
  }
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string&, const messages::GetBoundProfilePackageRequest& r) override {
    return exchange<messages::GetBoundProfilePackageResponse, messages::GetBoundProfilePackageOk>(
        "GetBoundProfilePackage", r, smdp::get_bound_profile_package);
  }
  download::Es9Result<void> handle_notification(const std::string&, const messages::HandleNotification& r) override {
    auto heard = pass("HandleNotification>", r);
    if (!heard) return lost(heard.error());
    if (smdp::handle_notification(world_.site->ports(), *heard)) return {};
    return lost({ErrorKind::io, "the server failed"});
  }
  download::Es9Result<void> cancel_session(const std::string&, const messages::CancelSessionRequestEs9& r) override {
    auto heard = pass("CancelSession>", r);
    if (!heard) return lost(heard.error());
    auto done = smdp::cancel_session(world_.site->ports(), *heard);
    if (!done) return refused(done.error());
    return {};
  }
  std::vector<asn1::Oid> peer_oids() const override { return {}; }

 private:
  static download::Es9Failure lost(Error e) { return {std::nullopt, std::move(e)}; }
  static download::Es9Failure refused(smdp::Refusal refusal) {
    const auto& row = smdp::row_of(refusal);
    messages::FunctionExecutionStatus status;
    status.statusCodeData.emplace();
    status.statusCodeData->subjectCode = row.subjectCode;
    status.statusCodeData->reasonCode = row.reasonCode;
    return {status, {ErrorKind::conflict, "refused"}};
  }
  template <class M>
  Result<M> pass(std::string name, const M& message) {
    Message m{std::move(name), asn1::encode(message)};
    if (keep) passed.push_back(m);
    if (middle) middle(m);
    return asn1::decode<M>(m.der);
  }
  template <class Response, class Ok, class Request>
  download::Es9Result<Ok> exchange(const std::string& name, const Request& request,
                                   Result<Ok, smdp::Refusal> (*function)(smdp::Ports&, const Request&)) {
    auto heard = pass(name + ">", request);
    if (!heard) return lost(heard.error());
    auto answer = function(world_.site->ports(), *heard);
    if (!answer) return refused(answer.error());
    auto arrived = pass(name + "<", Response{std::move(*answer)});
    if (!arrived) return lost(arrived.error());
    if (Ok* ok = std::get_if<Ok>(&arrived->alt)) return std::move(*ok);
    return lost({ErrorKind::conflict, "an error of the server"});
  }
  World& world_;
};

/// A phone whose ES9+ runs over a ClearWire. Quick: no HTTP, no TLS.
struct ClearPhone {
  ClearPhone(World& world, int number)
      : card(must(lab::VirtualCard::make(world.personalisation(number), world.random, &decisions))),
        contacts(card),
        wire(world) {
    must(lab::Handset(contacts).start());
    es10.emplace(must(download::Es10::open(contacts)));
    lpa.emplace(*es10, wire, user, silent);
  }
  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code) {
    download::Options options;
    options.deviceInfo = download::default_device_info();
    return lpa->download(code, options);
  }
  size_t profile_count() { return must(lpa->profiles()).size(); }

  CardLog decisions;
  lab::VirtualCard card;
  Contacts contacts;
  ClearWire wire;
  User user;
  download::Progress silent;
  std::optional<download::Es10> es10;
  std::optional<lpa::Lpa> lpa;
};

}  // namespace sealift::e2e
