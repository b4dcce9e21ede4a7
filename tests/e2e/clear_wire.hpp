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
  explicit ClearWire(World& world);
  /// Sees each message before it goes on, and may change it.
  std::function<void(Message&)> middle;
  std::vector<Message> passed;  ///< as they were sent
  bool keep = true;

  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string&, const messages::InitiateAuthenticationRequest& r) override;
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string&, const messages::AuthenticateClientRequest& r) override;
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string&, const messages::GetBoundProfilePackageRequest& r) override;
  download::Es9Result<void> handle_notification(const std::string&,
                                                const messages::HandleNotification& r) override;
  download::Es9Result<void> cancel_session(const std::string&,
                                           const messages::CancelSessionRequestEs9& r) override;
  std::vector<asn1::Oid> peer_oids() const override;

 private:
  static download::Es9Failure lost(Error e);
  static download::Es9Failure refused(smdp::Refusal refusal);
  template <class M>
  Result<M> pass(std::string name, const M& message);
  template <class Response, class Ok, class Request>
  download::Es9Result<Ok> exchange(const std::string& name, const Request& request,
                                   Result<Ok, smdp::Refusal> (*function)(smdp::Ports&, const Request&));
  World& world_;
};

/// A phone whose ES9+ runs over a ClearWire. Quick: no HTTP, no TLS.
struct ClearPhone {
  ClearPhone(World& world, int number);
  ~ClearPhone();
  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code);
  size_t profile_count();

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
