// A phone of a simulation: the real LPA and the real card, over a network that loses, doubles, delays and
// reorders, and with a battery that fails in the middle of a write.
#pragma once

#include <deque>
#include <optional>

#include "download/download.hpp"
#include "euicc/card.hpp"
#include "euicc/install_engine.hpp"
#include "lpa/lpa.hpp"
#include "tests/sim/server.hpp"
#include "tests/sim/smds.hpp"

namespace sealift::sim {

/// Messages that were held back and arrive later, whoever sent them.
using Late = std::deque<std::function<void()>>;

/// ES9+ and ES11 as the network lets them through.
class Network final : public download::Es9 {
 public:
  Network(Shared& shared, Server& server, Smds& smds, Ledger& ledger, Late& late, const Eid& eid)
      : shared_(shared), server_(server), smds_(smds), ledger_(ledger), late_(late), eid_(eid) {}
  /// The order that the phone is after, as far as the ledger is concerned.
  std::optional<Iccid> wanted;

  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest& r) override;
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string&, const messages::AuthenticateClientRequest& r) override;
  download::Es9Result<messages::AuthenticateClientOkEs11> authenticate_client_es11(
      const std::string&, const messages::AuthenticateClientRequest& r) override;
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string&, const messages::GetBoundProfilePackageRequest& r) override;
  download::Es9Result<void> handle_notification(const std::string&, const messages::HandleNotification& r) override;
  download::Es9Result<void> cancel_session(const std::string&, const messages::CancelSessionRequestEs9& r) override;
  std::vector<asn1::Oid> peer_oids() const override { return {}; }

 private:
  template <class Response, class Request>
  download::Es9Result<Response> exchange(const char* name,
                                         Result<Response, smdp::Refusal> (*function)(smdp::Ports&, const Request&),
                                         const Request& request);
  template <class Response, class Request>
  download::Es9Result<Response> ask_smds(const char* name,
                                         Result<Response, smds::Refusal> (*function)(smds::Ports&, const Request&),
                                         const Request& request);
  /// The phone's end of the wire, with its losses; `serve` is the server's.
  template <class Answer, class Serve>
  std::optional<Answer> carry(const char* name, View request, Serve serve);
  void delivered(const messages::GetBoundProfilePackageRequest&, const messages::GetBoundProfilePackageOk&);

  Shared& shared_;
  Server& server_;
  Smds& smds_;
  Ledger& ledger_;
  Late& late_;
  Eid eid_;
};

class Phone final : public download::ApduTransport, public lpa::UserInterface {
 public:
  Phone(Shared& shared, Server& server, Smds& smds, Ledger& ledger, Late& late, const pki::Hierarchy& pki,
        uint64_t number);

  /// One try. True once a profile came of it. `wanted` is what the code stands for; none where the server
  /// chooses.
  bool download(const download::ActivationCode& code, const std::optional<Iccid>& wanted,
                std::optional<std::string> confirmation);
  /// What waits for it, by way of the SM-DS (SGP.22 3.6.2); none where that could not be asked.
  std::optional<std::vector<download::ActivationCode>> discover();
  /// Tells the servers what waits; true where nothing waits any more.
  bool deliver();
  /// Enables, disables or deletes some profile, by the dice.
  void tinker();
  /// Off and on again, with no power loss ahead.
  void restart() { power_up(nvm_->after_power_loss()); }
  /// The profiles on the card, without faults.
  std::vector<messages::ProfileInfo> profiles();
  const Eid& eid() const { return eid_; }
  /// ICCIDs that were ever seen on the card.
  std::set<Iccid> ever;
  std::set<Iccid> deleted;

  // The contacts of the card, and the user.
  Result<Bytes> transmit(View command) override;
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    return download::Answer::yes;
  }
  std::optional<std::string> confirmation_code() override { return code_; }
  download::Answer enable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer disable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer remove(const messages::ProfileInfo&) override { return download::Answer::yes; }

 private:
  void power_up(Bytes memory);
  void maybe_fail_soon();
  /// A channel to the ISD-R; none where the power failed on the way.
  std::optional<download::Es10> open();
  void look(download::Es10&);

  Shared& shared_;
  Ledger& ledger_;
  Eid eid_;
  Network network_;
  euicc::SaipEngine engine_;
  std::unique_ptr<euicc::MemoryNvm> nvm_;
  std::unique_ptr<euicc::Card> card_;
  std::optional<std::string> code_;
  download::Progress silent_;
};

}  // namespace sealift::sim
