// For tests of downloads: a card, a server and a user that do what a test tells them, over the real message
// codecs. Nothing is signed in earnest: what signatures are worth is tested where they are verified.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "asn1/writer.hpp"
#include "download/download.hpp"

namespace sealift::download::test {

using namespace messages;

inline const TransactionId transaction = *TransactionId::parse("00112233445566778899AABBCCDDEEFF");
inline const CertificateOctets no_certificate{{0x30, 0x00}};
Aid aid(uint8_t last);
inline const Iccid iccid = *Iccid::parse("8949000000000000017");

/// A card whose ES10 functions are answers by outer tag. Knows channels, STORE DATA chains and GET RESPONSE.
class FakeCard : public ApduTransport {
 public:
  std::map<uint16_t, std::function<Bytes(View)>> functions;  ///< by a tag of two octets, BF..
  std::function<Bytes(View)> segment;                        ///< every unit of a Bound Profile Package
  std::function<std::optional<Bytes>(View)> intercept;       ///< answers an APDU before the card looks at it
  uint8_t channel = 1;
  size_t at_once = 256;  ///< octets of an answer before GET RESPONSE is needed
  uint16_t success = 0x9000;

  std::vector<Bytes> commands;  ///< every APDU
  std::vector<Bytes> scripts;   ///< every complete STORE DATA chain

  FakeCard();
  ~FakeCard() override;
  Result<Bytes> transmit(View command) override;
  template <class Request, class Response>
  void on(uint16_t tag, std::function<Response(const Request&)> function) {
    functions[tag] = [function](View der) {
      auto request = asn1::decode<Request>(der);
      EXPECT_TRUE(request) << request.error().message;
      return asn1::encode(function(*request));
    };
  }
  static Bytes status(uint16_t sw);

 private:
  Bytes store_data(View command);
  Bytes deliver(size_t limit);
  Bytes script_, rest_;
};

/// A server that answers well until told otherwise.
class FakeServer : public Es9 {
 public:
  std::vector<std::string> calls;
  std::function<void(InitiateAuthenticationOkEs9&)> change_initiate;
  std::function<void(AuthenticateClientOk&)> change_client;
  std::function<void(GetBoundProfilePackageOk&)> change_package;
  std::map<std::string, Es9Failure> failures;  ///< by function
  std::function<Es9Result<void>(const std::string& server, const HandleNotification&)> on_notification;
  StoreMetadataRequest metadata;
  bool confirmation_code = false;
  Bytes package;
  std::vector<asn1::Oid> tls_oids;
  // what it was told
  std::optional<AuthenticateErrorCode> heard_authenticate_error;
  std::optional<DownloadErrorCode> heard_download_error;
  std::optional<CancelSessionReason> heard_cancel;
  std::optional<Bytes> heard_hash;

  FakeServer();
  ~FakeServer() override;
  Es9Result<InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const InitiateAuthenticationRequest& r) override;
  Es9Result<AuthenticateClientOk> authenticate_client(const std::string& server,
                                                      const AuthenticateClientRequest& r) override;
  Es9Result<GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const GetBoundProfilePackageRequest& r) override;
  Es9Result<void> handle_notification(const std::string& server, const HandleNotification& r) override;
  Es9Result<void> cancel_session(const std::string& server, const CancelSessionRequestEs9& r) override;
  std::vector<asn1::Oid> peer_oids() const override;

 private:
  std::optional<Es9Failure> called(const std::string& function, const std::string& server);
};

class FakeUser : public Consent {
 public:
  Answer answer = Answer::yes;
  std::optional<std::string> code;
  std::optional<PprIds> asked_policies;
  int asked_codes = 0;
  Answer download(const StoreMetadataRequest&, const PprIds& policies) override;
  std::optional<std::string> confirmation_code() override;
};

StoreMetadataRequest profile_metadata();

/// A package of the right shape, whose metadata segments a phone can read: '88' of at most `segment` octets.
Bytes package_of(const StoreMetadataRequest& metadata, bool own_keys = false, size_t segment = 1007);

NotificationMetadata notification(uint64_t number, NotificationEventBit event, const std::string& server);
ProfileInstallationResult installation(FinalResult result, uint64_t number = 1,
                                       const std::string& server = "smdp.example.com");
FinalResult installed();

/// A card that goes through a download, and its notifications.
class DownloadCard : public FakeCard {
 public:
  std::optional<AuthenticateErrorCode> authenticate_error;
  std::optional<DownloadErrorCode> download_error;
  std::vector<ProfilePolicyAuthorisationRule> rat;
  FinalResult result = installed();
  bool answers_package = true;
  std::vector<PendingNotification> pending;
  std::vector<ProfileInfo> installed_profiles;
  std::optional<CtxParams1> context;
  std::optional<CancelSessionReason> cancelled;

  DownloadCard();
  ~DownloadCard() override;
  static uint64_t number_of(const PendingNotification& n);

 private:
  AuthenticateServerResponse authenticate(const AuthenticateServerRequest& r);
  PrepareDownloadResponse prepare(const PrepareDownloadRequest& r);
};

}  // namespace sealift::download::test
