// For tests of this room: an engine whose profiles are plain octets, a phone that talks APDUs, a server that
// knows the other half of every exchange and can be told what to do wrong, and the world that joins them.
#pragma once

#include <functional>

#include "bsp/protector.hpp"
#include "crypto/ports.hpp"
#include "euicc/card.hpp"
#include "messages/es10a.hpp"
#include "messages/es10b.hpp"
#include "messages/es10c.hpp"
#include "pki/issue.hpp"

namespace sealift::euicc::test {

/// A package is any octets that end in "end"; "bad" at its start fails with PEProcessingError, "imsi" with
/// dataMismatch, "naa key" with invalidNaaKey, "open" with insufficientMinimumSecurityLevel. The running
/// profile answers the AID A000000087 1002; 00 B2 gives its image, 00 DC keeps what it is given, 00 B0 gives
/// that back.
class PlainEngine final : public ProfileEngine {
 public:
  messages::UiccCapability capability() const override { return {messages::UiccCapabilityBit::usimSupport}; }
  std::unique_ptr<ProfileInstaller> install(InstallContext context) const override;
  Result<std::unique_ptr<RunningProfile>> start(View image, std::vector<ProfileChange> changes,
                                                ProfileStore& store, Random& random) const override;
};

class Decisions final : public Observer {
 public:
  void decided(const Decision& d) override { all.push_back(d); }
  std::vector<Decision> all;
};

/// Sends ES10 commands over STORE DATA on logical channel 1, with blocks of `block` octets.
class Phone {
 public:
  explicit Phone(Card* card) : card_(card) {}
  size_t block = 120;
  /// Resets the card, opens channel 1, selects the ISD-R.
  void connect();
  /// One APDU in hexadecimal.
  std::string apdu(std::string_view hex_command) { return hex(card_->transmit(*from_hex(hex_command))); }
  /// One script; the response data gathered by GET RESPONSE. An empty optional where the status is no
  /// success.
  std::optional<Bytes> script(View octets);
  /// One command that must be answered with a T.
  template <class Response, class Request>
  Response command(const Request& request) {
    auto answer = script(asn1::encode(request));
    check(answer.has_value(), "the card answers with success");
    auto decoded = asn1::decode<Response>(*answer);
    check(bool(decoded), "the answer decodes");
    return std::move(*decoded);
  }
  uint16_t last_sw = 0;
  /// The scripts that an LPA sends a Bound Profile Package in (SGP.22 2.5.5): outer header with BF23; A0 with
  /// its TLV; A1 alone, each '88'; A2 with its TLV; A3 alone, each '86'.
  static std::vector<Bytes> scripts(View bpp);
  /// Sends a Bound Profile Package as an LPA does; the ProfileInstallationResult where there was one.
  std::optional<messages::ProfileInstallationResult> load(View bpp);

 private:
  Card* card_;
};

/// An SM-DP+ in as few lines as will do. Everything a test may want wrong is a field or a hook.
class Server {
 public:
  Server(const pki::Hierarchy& pki, Random& random) : pki_(pki), random_(random) {}
  std::string address = "smdp.example.com";
  TransactionId transactionId = *TransactionId::parse("00112233445566778899AABBCCDDEEFF");
  Bytes metadata;
  Bytes configuration = *from_hex("BF2400");  ///< ConfigureISDP
  Bytes package = to_bytes("the profile of a subscriber, end");
  Eid eid;
  bool session_key_mode = false;
  bool cc_required = false;
  std::optional<messages::PointOctets> bpp_otpk;

  messages::AuthenticateServerRequest authenticate(const Challenge& challenge);
  messages::PrepareDownloadRequest prepare(const messages::AuthenticateResponseOk& client);
  /// The package bound to the key that the card offered.
  messages::BoundProfilePackage bind(const messages::PrepareDownloadResponseOk& card);
  /// The initialiseSecureChannelRequest, signed.
  messages::InitialiseSecureChannelRequest initialise(const messages::PointOctets& card_key,
                                                      const messages::PointOctets& server_key);
  const crypto::PrivateKey& key(pki::Role role) const { return pki_[role].key; }
  messages::SignatureOctets sign(pki::Role role, std::initializer_list<View> parts) const;

  // Hooks, run before the thing is signed.
  std::function<void(messages::ServerSigned1&)> change_signed1;
  std::function<void(messages::SmdpSigned2&)> change_signed2;
  std::function<void(messages::InitialiseSecureChannelRequest&)> change_initialise;
  pki::Role auth_role = pki::Role::dp_auth, binding_role = pki::Role::dp_pb;

 private:
  const pki::Hierarchy& pki_;
  Random& random_;
};

struct MetadataOptions {
  std::string iccid = "8949000000000000017";
  messages::ProfileClass profile_class = messages::ProfileClass::operational;
  messages::PprIds rules;
  std::vector<std::pair<messages::NotificationEvent, std::string>> notifications;
  bool owner = true;
  std::string name = "Test Profile";
};
Bytes metadata(const MetadataOptions& options = {});

/// A PKI, a card, a phone and a server.
struct World {
  /// `real` runs profiles in the place of PlainEngine.
  explicit World(uint64_t seed = 1, std::function<void(Personalisation&)> change = {},
                 const ProfileEngine* real = nullptr);
  /// Power off and on: the card anew over the same memory.
  void restart();
  /// The card over other memory contents.
  void restart_with(Bytes memory);

  /// A whole download.
  std::optional<messages::ProfileInstallationResult> download();
  std::optional<messages::ProfileInstallationResult> download(const MetadataOptions& options) {
    server.metadata = metadata(options);
    return download();
  }
  /// Its first two steps; the card must agree.
  messages::AuthenticateResponseOk authenticate();
  messages::PrepareDownloadResponseOk prepare(const messages::AuthenticateResponseOk& client);
  std::vector<messages::ProfileInfo> profiles();
  std::vector<messages::NotificationMetadata> notifications();
  messages::EnableResult enable(std::string_view iccid, bool refresh = false);
  messages::DisableResult disable(std::string_view iccid, bool refresh = false);
  messages::DeleteResult remove(std::string_view iccid);

  SeededRandom random;
  pki::Hierarchy hierarchy;
  MemoryNvm nvm;
  PlainEngine plain;
  const ProfileEngine& engine;
  Decisions decisions;
  std::unique_ptr<Card> card;
  Phone phone;
  Server server;
};

/// What a card made of this hierarchy starts with.
Personalisation personalisation(const pki::Hierarchy& pki, const Eid& eid);
Eid test_eid();
bool succeeded(const std::optional<messages::ProfileInstallationResult>& result);
/// ErrorResult of a failed installation.
messages::ErrorResult error_of(const std::optional<messages::ProfileInstallationResult>& result);

}  // namespace sealift::euicc::test
