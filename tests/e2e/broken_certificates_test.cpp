// Every certificate that is wrong in one way (pki/broken.hpp), shown to every place that checks certificates:
// the card, the SM-DP+ and the LPA's TLS. Each place gives the answer that the index owes it, and nothing
// changes. The good one of each role passes by the same way, so that it is the fault which is refused.
#include <map>

#include "download/authentication.hpp"
#include "messages/names.hpp"
#include "pki/broken.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using pki::CheckingPlace;
using pki::Role;

constexpr int chip = 999;  // the eUICC of the hierarchy has this EID

WorldOptions options(crypto::Curve curve) {
  return {.change_pki = [curve](pki::HierarchyOptions& o) {
    o.curve = curve;
    o.ds_hosts = {host};
    o.crl_uris = {"http://ci.example.com/all.crl"};
  }};
}

/// An LPA that knows the server's OID refuses before the card is asked; here it is the card that is asked.
download::ActivationCode without_oid(download::ActivationCode code) {
  code.smdpOid.reset();
  return code;
}

/// One world, one order and one phone, to which every variant is shown. Nothing of them may change.
class Bench {
 public:
  explicit Bench(crypto::Curve curve)
      : world(options(curve)), variants(must(pki::make_broken(world.pki, start, world.random))) {}

  std::string answer(CheckingPlace place, const pki::BrokenVariant& v) {
    switch (place) {
      case CheckingPlace::card_authenticate_server:
        return authenticate_server(v);
      case CheckingPlace::card_prepare_download:
        return prepare_download(v);
      case CheckingPlace::card_personalise:
        return personalise(v);
      case CheckingPlace::server_authenticate_client:
        return authenticate_client(v);
      case CheckingPlace::server_handle_notification:
        return handle_notification(v);
      case CheckingPlace::lpa_tls:
        return tls(v);
    }
    return "";
  }

  World world;
  std::vector<pki::BrokenVariant> variants;

 private:
  const pki::Identity& euicc() const { return world.pki[Role::euicc]; }
  /// The key that goes with the certificate, or any where there is none.
  const crypto::PrivateKey& key_of(const pki::BrokenVariant& v) const { return v.key ? *v.key : euicc().key; }
  static messages::SignatureOctets sign(const crypto::PrivateKey& key, std::initializer_list<View> parts) {
    return must(crypto::SoftwareSigner(key).sign(parts));
  }
  /// What an eUICC that has this certificate, or one below it, shows.
  struct Shown {
    Bytes euicc, eum;
    const crypto::PrivateKey* key;
  };
  Shown shown(const pki::BrokenVariant& v) const {
    if (v.role == Role::eum) return {to_bytes(euicc().certificate.der()), v.certificate, &euicc().key};
    return {v.certificate, v.eum ? *v.eum : to_bytes(world.pki.certificate(Role::eum).der()), &key_of(v)};
  }

  /// An LPA that asks for profiles refuses an SM-DS before the card is asked; one that looks for events goes
  /// as far as the card.
  static Result<messages::AuthenticateServerResponse, download::Failure> ask_for_events(Phone& phone) {
    download::Options options;
    options.deviceInfo = download::default_device_info();
    download::Authentication session(*phone.es10, phone.wire, phone.trace, host, std::nullopt, options);
    auto server = TRY(session.initiate());
    return session.authenticate_server(std::move(server), {});
  }

  std::string authenticate_server(const pki::BrokenVariant& v) {
    Phone phone(world, chip);
    bool authenticated = false;
    phone.wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& ok) {
      ok.serverCertificate.tlv = v.certificate;
      ok.serverSignature1 = sign(key_of(v), {ok.serverSigned1.tlv});
    };
    phone.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
      auto& alt = request.authenticateServerResponse.alt;
      authenticated = std::holds_alternative<messages::AuthenticateResponseOk>(alt);
      if (authenticated) alt = messages::AuthenticateResponseError{request.transactionId, {}, {}};
    };
    const Bytes before = phone.memory();
    std::optional<download::Failure> end;
    if (v.role == Role::ds_auth) {
      auto answer = ask_for_events(phone);
      authenticated = answer.has_value();
      if (!answer) end = std::move(answer.error());
    } else {
      auto done = phone.download(without_oid(product().code));
      EXPECT_FALSE(done);
      if (!done) end = std::move(done.error());
    }
    if (authenticated) return "accepted";
    EXPECT_EQ(phone.memory(), before) << "the card's memory was written to";
    EXPECT_FALSE(contains(phone.contacts.emitted, euicc().certificate.der())) << "the card said who it is";
    if (!end || !end->authenticateError) return "?";
    return std::string(messages::to_name(*end->authenticateError));
  }

  std::string prepare_download(const pki::BrokenVariant& v) {
    Phone phone(world, chip);
    bool prepared = false;
    phone.wire.on_offer = [&](messages::AuthenticateClientOk& ok) {
      const auto& mine =
          std::get<messages::AuthenticateResponseOk>(phone.wire.proof->authenticateServerResponse.alt);
      Bytes tail = concat({*from_hex("5F3740"), View(mine.euiccSignature1)});
      ok.smdpCertificate.tlv = v.certificate;
      ok.smdpSignature2 = sign(key_of(v), {ok.smdpSigned2.tlv, tail});
    };
    phone.wire.on_key = [&](messages::GetBoundProfilePackageRequest& request) {
      auto& alt = request.prepareDownloadResponse.alt;
      prepared = std::holds_alternative<messages::PrepareDownloadResponseOk>(alt);
      if (prepared) alt = messages::PrepareDownloadResponseError{request.transactionId, {}, {}};
    };
    const Bytes before = phone.memory();
    const auto end = phone.download(without_oid(product().code));
    EXPECT_FALSE(end);
    if (prepared) return "accepted";
    EXPECT_EQ(phone.memory(), before) << "the card's memory was written to";
    if (end || !end.error().downloadError) return "?";
    return std::string(messages::to_name(*end.error().downloadError));
  }

  std::string personalise(const pki::BrokenVariant& v) {
    euicc::Personalisation data = world.personalisation(chip);
    const Shown s = shown(v);
    auto& credential = data.credentials.front();
    credential.euicc_certificate = s.euicc;
    credential.eum_certificate = s.eum;
    credential.private_key = s.key->scalar().clone();
    euicc::MemoryNvm nvm;
    return euicc::Card::personalise(nvm, std::move(data)) ? "accepted" : "refused";
  }

  std::string authenticate_client(const pki::BrokenVariant& v) {
    Phone phone(world, chip);
    const Shown s = shown(v);
    phone.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
      auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
      ok.euiccCertificate.tlv = s.euicc;
      ok.eumCertificate.tlv = s.eum;
      ok.euiccSignature1 = sign(*s.key, {ok.euiccSigned1.tlv});
    };
    bool offered = false;
    phone.wire.on_offer = [&](messages::AuthenticateClientOk& ok) {
      offered = true;
      ok.smdpSignature2[10] ^= 1;  // the way ends here: the card refuses it
    };
    const smdp::Order before = world.now(product().order);
    const auto end = phone.download(without_oid(product().code));
    EXPECT_FALSE(end);
    if (offered) return "accepted";
    EXPECT_EQ(world.now(product().order), before) << "the order was changed";
    if (end || !end.error().status) return "?";
    return end.error().status->subjectCode + "/" + end.error().status->reasonCode;
  }

  std::string handle_notification(const pki::BrokenVariant& v) {
    if (!phone_) phone_.emplace(world, chip);
    const Shown s = shown(v);
    messages::NotificationMetadata told;
    told.seqNumber = ++notification_;
    told.profileManagementOperation = {messages::NotificationEventBit::notificationEnable};
    told.notificationAddress = host;
    told.iccid = product().order.iccid;
    messages::OtherSignedNotification other;
    other.tbsOtherNotification = asn1::seal(told);
    other.euiccNotificationSignature = sign(*s.key, {other.tbsOtherNotification.tlv});
    other.euiccCertificate.tlv = s.euicc;
    other.eumCertificate.tlv = s.eum;
    const size_t before = world.log.ignored().size();
    messages::HandleNotification request;
    request.pendingNotification.alt = other;
    auto said = phone_->server.handle_notification(host, request);
    EXPECT_TRUE(said) << "answered 204, whatever it is";
    return world.log.ignored().size() == before ? "taken" : "ignored";
  }

  std::string tls(const pki::BrokenVariant& v) {
    http::TlsIdentity identity;
    identity.certificates.push_back(v.certificate);
    identity.private_key = pki::private_key_to_pkcs8(key_of(v));
    http::ServerOptions small;
    small.workers = 1;
    auto server = must(http::Server::start(small, identity, http::Router()));
    http::ClientOptions o;
    o.trusted_ci = {world.site->ci_certificate()};
    o.connect_to = {{{host, 443}, "127.0.0.1", server->port()}};
    auto client = must(http::Client::make(o, world.clock));
    auto got = client.get(http::HostPort{host, 443}, "/");
    EXPECT_EQ(server->stats().requests, got ? 1u : 0u) << "nothing is said to a server that is refused";
    if (got) return "accepted";
    return got.error().kind == ErrorKind::verification ? "refused" : got.error().message;
  }

  /// An order that waits for the chip; a new one where the last came to its end.
  const Product& product() {
    if (!product_ || world.now(product_->order).state != smdp::OrderState::released)
      product_ = world.order(++orders_, {.eid = World::eid(chip)});
    return *product_;
  }

  std::optional<Product> product_;
  std::optional<Phone> phone_;
  uint64_t orders_ = 0, notification_ = 0;
};

class BrokenCertificates : public ::testing::TestWithParam<crypto::Curve> {};

TEST_P(BrokenCertificates, get_the_code_of_the_place_and_change_nothing) {
  Bench bench(GetParam());
  std::map<CheckingPlace, size_t> shown, accepted;
  for (const pki::BrokenVariant& v : bench.variants) {
    for (const pki::ExpectedRefusal& expected : v.places) {
      EXPECT_EQ(bench.answer(expected.place, v), expected.answer)
          << v.name << " at " << pki::name(expected.place) << ": " << v.what;
      ++shown[expected.place];
      accepted[expected.place] += v.name.ends_with(".good");
    }
  }
  EXPECT_EQ(shown.size(), 6u);
  for (const auto& [place, count] : shown) {
    EXPECT_GE(count, 25u) << pki::name(place);
    EXPECT_GE(accepted[place], 1u) << "a good one passes " << pki::name(place) << " by the same way";
  }
}

INSTANTIATE_TEST_SUITE_P(BothCurves, BrokenCertificates,
                         ::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& i) { return i.param == crypto::Curve::p256 ? "p256" : "brainpool"; });

// M1-14: the CI lists a server whose key was stolen; a card that was given the list does not talk to it.
TEST(Revocation, stops_a_hacked_server_at_the_card) {
  for (Role role : {Role::dp_auth, Role::dp_pb}) {
    World world;
    Phone phone(world, 1);
    Product product = world.order(1);
    pki::CrlSpec spec;
    spec.this_update = start;
    spec.next_update = start + std::chrono::days(7);
    spec.revoked = {{to_bytes(world.pki.certificate(role).serial_number()), start,
                     pki::RevocationReason::key_compromise}};
    crypto::SoftwareSigner ci(world.pki[Role::ci].key);
    const pki::Crl list = must(pki::issue_crl(spec, world.pki.certificate(Role::ci), ci));
    messages::LoadCrlRequest load;
    load.crl = to_bytes(list.der().subspan(asn1::read_header(list.der()).header_size));
    auto loaded = must(phone.es10->call<messages::LoadCrlResponse>("ES10b.LoadCRL", load));
    ASSERT_TRUE(std::holds_alternative<messages::LoadCrlResponseOk>(loaded.alt));

    const Bytes before = phone.memory();
    const auto end = phone.download(product.code);
    ASSERT_FALSE(end);
    if (role == Role::dp_auth) {
      EXPECT_EQ(end.error().authenticateError, messages::AuthenticateErrorCode::invalidCertificate);
    } else {
      EXPECT_EQ(end.error().downloadError, messages::DownloadErrorCode::invalidCertificate);
    }
    EXPECT_EQ(phone.memory(), before);
    EXPECT_EQ(phone.profile_count(), 0u);
    Phone unaware(world, 2);
    EXPECT_TRUE(unaware.download(world.order(2).code)) << "the same server, a card without the list";
  }
}

}  // namespace
}  // namespace sealift::e2e
