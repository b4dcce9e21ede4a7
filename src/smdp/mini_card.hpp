// For this room's tests: an eUICC reduced to what a server sees of it, made of messages, bsp and crypto. It
// verifies what the server signs, so that a download which passes here is one a card could install.
#pragma once

#include <gtest/gtest.h>

#include "crypto/ecka.hpp"
#include "messages/es9.hpp"
#include "pki/issue.hpp"

namespace sealift::smdp::testing {

class MiniCard {
 public:
  MiniCard(const pki::Identity& euicc, const pki::Certificate& eum, const pki::Certificate& ci,
           const Eid& eid, Random& random);
  ~MiniCard();
  MiniCard(MiniCard&&) noexcept;
  MiniCard& operator=(MiniCard&&) noexcept;

  messages::InitiateAuthenticationRequest initiate(std::string address);

  /// ES10b.AuthenticateServer.
  messages::AuthenticateServerResponse authenticate(const messages::InitiateAuthenticationOkEs9& hello,
                                                    std::optional<MatchingId> matchingId);

  /// ES10b.PrepareDownload; the one-time key of before is used again where the server offers it.
  messages::PrepareDownloadResponse prepare(const messages::AuthenticateClientOk& offer,
                                            const std::optional<std::string>& code = std::nullopt);

  /// From now on: for cards that act at the same time, each of which needs its own.
  void use_random(Random& random) { random_ = &random; }
  /// Forgets its one-time key, as after a reset.
  void forget();

  struct Installed {
    Bytes configure, metadata, upp;
  };
  /// ES10b.LoadBoundProfilePackage: signature of the channel, keys, every protected TLV.
  Result<Installed> install(View bpp, const TransactionId& id);

  messages::HandleNotification result(const TransactionId& id, messages::FinalResult result,
                                      const Iccid& iccid);
  messages::HandleNotification success(const TransactionId& id, const Iccid& iccid);
  messages::HandleNotification failure(const TransactionId& id, const Iccid& iccid,
                                       messages::ErrorReason reason);
  messages::HandleNotification notification(messages::NotificationEventBit event, const Iccid& iccid);

  messages::CancelSessionResponse cancel(const TransactionId& id, messages::CancelSessionReason reason);
  messages::CancelSessionResponse cancel(const TransactionId& id, messages::CancelSessionReason reason,
                                         const asn1::Oid& oid);

  crypto::Signature sign(std::initializer_list<View> parts);
  void set_otsk(crypto::EphemeralKey key);

  Eid eid;
  Bytes certificate, eum_certificate;
  messages::EuiccInfo1 info1;
  messages::EuiccInfo2 info2;
  uint64_t seqNumber = 1;

 private:
  messages::NotificationMetadata metadata(messages::NotificationEventBit event, const Iccid& iccid);

  pki::Certificate ci_;
  crypto::KeyIdentifier ci_id_{};
  std::unique_ptr<crypto::SoftwareSigner> signer_;
  Random* random_;
  Challenge challenge_{};
  crypto::Signature signature1_{};
  asn1::Oid smdp_oid_;
  std::optional<pki::Certificate> dppb_;
  std::optional<crypto::EphemeralKey> otsk_;
};

}  // namespace sealift::smdp::testing
