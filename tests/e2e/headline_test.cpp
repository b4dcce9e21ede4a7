// The headline (docs/mission.md, M2-44): before a profile is installed, three questions. Is it the right
// chip? The right server? Is the package protected for that chip alone? Only three yeses install, and each no
// ends with its code, one decision record where it was decided, and no trace.
#include "auth/server.hpp"
#include "crypto/ecka.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using messages::AuthenticateErrorCode;
using messages::DownloadErrorCode;
using messages::ErrorReason;
using smdp::OrderState;
using smdp::Refusal;

messages::SignatureOctets sign(const pki::Identity& who, std::initializer_list<View> parts) {
  return must(crypto::SoftwareSigner(who.key).sign(parts));
}

messages::BoundProfilePackage open(const messages::GetBoundProfilePackageOk& ok) {
  return must(asn1::decode<messages::BoundProfilePackage>(ok.boundProfilePackage.tlv));
}

/// An SM-DP+ whose certificates end at a CI of its own.
pki::Hierarchy foreign_pki(const std::function<void(pki::HierarchyOptions&)>& change = {}) {
  SeededRandom random(77);
  pki::HierarchyOptions o;
  o.deterministic = true;
  o.iin = iin;
  o.eid = World::eid(1);
  o.dp_hosts = {host};
  o.not_before = start - std::chrono::days(1);
  if (change) change(o);
  return must(pki::make_hierarchy(o, random));
}

/// Somebody who answers in the server's place with a certificate and key of his own.
void impersonate(Wire& wire, const pki::Identity& impostor) {
  wire.on_challenge = [&impostor](messages::InitiateAuthenticationOkEs9& ok) {
    ok.serverCertificate.tlv = to_bytes(impostor.certificate.der());
    ok.serverSignature1 = sign(impostor, {ok.serverSigned1.tlv});
  };
}

/// The same profile from the same server, bound to another chip: a world that differs in the card alone.
messages::GetBoundProfilePackageOk bound_for_another_chip() {
  World twin({.seed = 2});
  Product product = twin.order(1);
  Phone other(twin, 3);
  EXPECT_TRUE(other.download(product.code));
  return *other.wire.package;
}

/// A card and an order as they were before.
class Untouched {
 public:
  Untouched(World& world, Phone& phone, const smdp::Order& order)
      : world_(world),
        phone_(phone),
        order_(world.now(order)),
        memory_(phone.memory()),
        free_(phone.card.card().free_nvm()) {}
  /// Nothing was written, at either side.
  void expect_wholly() {
    EXPECT_EQ(phone_.memory(), memory_) << "the card's memory was written to";
    EXPECT_EQ(world_.now(order_), order_) << "the order was changed";
    expect_no_profile();
  }
  /// Keys and counters may have moved; no profile, nothing pending, no memory used.
  void expect_no_profile() {
    EXPECT_EQ(phone_.profile_count(), 0u);
    EXPECT_EQ(phone_.pending(), 0u);
    EXPECT_EQ(phone_.card.card().free_nvm(), free_);
  }

 private:
  World& world_;
  Phone& phone_;
  smdp::Order order_;
  Bytes memory_;
  uint64_t free_;
};

struct Answers {
  bool chip, server, bound;
};
class Headline : public ::testing::TestWithParam<Answers> {};

void expect_codes(const Answers& a, const Result<download::Outcome, download::Failure>& end) {
  ASSERT_EQ(bool(end), a.chip && a.server && a.bound) << (end ? "" : end.error().error.message);
  if (end) return;
  const download::Failure& f = end.error();
  if (!a.server) {
    EXPECT_EQ(f.authenticateError, AuthenticateErrorCode::ciPKUnknown);
    EXPECT_EQ(f.step, download::Step::authenticate_server);
  } else if (!a.chip) {
    ASSERT_TRUE(f.status);
    EXPECT_EQ(f.status->subjectCode, "8.1.1");
    EXPECT_EQ(f.status->reasonCode, "3.8");
  } else {
    EXPECT_EQ(f.errorReason, ErrorReason::scp03tSecurityError);
  }
}

void expect_card_record(const Answers& a, const std::vector<euicc::Decision>& all) {
  if (a.server && !a.chip) {
    EXPECT_TRUE(all.empty()) << "the server decided, the card was never asked";
    return;
  }
  ASSERT_EQ(all.size(), 1u);
  const euicc::Decision& d = all[0];
  EXPECT_EQ(d.installed, a.chip && a.server && a.bound);
  EXPECT_EQ(d.right_server, a.server);
  if (!a.server) {
    EXPECT_FALSE(d.right_chip.has_value()) << "not asked before the server was known";
    EXPECT_EQ(d.code, static_cast<uint8_t>(AuthenticateErrorCode::ciPKUnknown));
    return;
  }
  EXPECT_EQ(d.right_chip, true);
  EXPECT_EQ(d.protected_for_this_chip, a.bound);
  EXPECT_EQ(d.code, a.bound ? 0 : static_cast<uint8_t>(ErrorReason::scp03tSecurityError));
}

void expect_server_record(const Answers& a, const std::vector<smdp::Decision>& all) {
  ASSERT_EQ(all.size(), 1u);
  const smdp::Decision& d = all[0];
  // What is put in the package's place on the way is for the card to find.
  EXPECT_EQ(d.delivered(), a.chip && a.server);
  EXPECT_EQ(d.right_server, a.server);
  EXPECT_EQ(d.right_chip, a.server && a.chip);
  std::optional<Refusal> expected;
  if (!a.server)
    expected = Refusal::client_reported_error;
  else if (!a.chip)
    expected = Refusal::eid_not_expected;
  EXPECT_EQ(d.refusal, expected);
}

TEST_P(Headline, only_three_yeses_install) {
  const Answers a = GetParam();
  static const pki::Hierarchy foreign = foreign_pki();
  static const messages::GetBoundProfilePackageOk other = bound_for_another_chip();
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
  Phone phone(world, a.chip ? 1 : 2);
  if (!a.server) impersonate(phone.wire, foreign[pki::Role::dp_auth]);
  if (!a.bound) {
    phone.wire.on_package = [&](messages::GetBoundProfilePackageOk& ok) {
      auto spliced = open(other);
      spliced.initialiseSecureChannelRequest = open(ok).initialiseSecureChannelRequest;
      ok.boundProfilePackage.tlv = asn1::encode(spliced);
    };
  }
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);

  expect_codes(a, end);
  expect_card_record(a, phone.decisions.decisions);
  expect_server_record(a, world.log.decisions());
  if (!a.server || !a.chip) {
    before.expect_wholly();
    EXPECT_EQ(world.now(product.order).state, OrderState::released);
  } else if (!a.bound) {
    before.expect_no_profile();
    EXPECT_EQ(world.now(product.order).state, OrderState::error);  // a permanent failure, reported and signed
  } else {
    EXPECT_EQ(phone.profile_count(), 1u);
    EXPECT_EQ(world.now(product.order).state, OrderState::installed);
  }
}

INSTANTIATE_TEST_SUITE_P(EightCombinations, Headline,
                         ::testing::Values(Answers{false, false, false}, Answers{false, false, true},
                                           Answers{false, true, false}, Answers{false, true, true},
                                           Answers{true, false, false}, Answers{true, false, true},
                                           Answers{true, true, false}, Answers{true, true, true}),
                         [](const auto& i) {
                           const auto word = [](bool b) { return std::string(b ? "right" : "wrong"); };
                           return word(i.param.chip) + "_chip_" + word(i.param.server) + "_server_" +
                                  (i.param.bound ? "bound" : "not_bound");
                         });

// ---- Right chip? The server decides.

struct Asked {
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
};

void expect_refused_by_server(Asked& a, Phone& phone, Refusal refusal) {
  Untouched before(a.world, phone, a.product.order);
  const auto end = phone.download(a.product.code);
  ASSERT_FALSE(end);
  ASSERT_TRUE(end.error().status) << end.error().error.message;
  EXPECT_EQ(end.error().status->subjectCode, smdp::row_of(refusal).subjectCode);
  EXPECT_EQ(end.error().status->reasonCode, smdp::row_of(refusal).reasonCode);
  const auto decided = a.world.log.decisions();
  ASSERT_EQ(decided.size(), 1u);
  EXPECT_EQ(decided[0].refusal, refusal);
  EXPECT_FALSE(decided[0].right_chip);
  EXPECT_TRUE(phone.decisions.decisions.empty());
  before.expect_wholly();
}

TEST(RightChip, refuses_a_chip_whose_chain_ends_at_a_foreign_ci) {
  Asked a;
  const pki::Hierarchy foreign = foreign_pki();
  const pki::Identity fake = [&] {
    SeededRandom random(5);
    return must(pki::issue_euicc(foreign[pki::Role::eum], World::eid(1), random));
  }();
  Phone phone(a.world, 2);
  phone.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
    ok.euiccCertificate.tlv = to_bytes(fake.certificate.der());
    ok.eumCertificate.tlv = to_bytes(foreign.certificate(pki::Role::eum).der());
    ok.euiccSignature1 = sign(fake, {ok.euiccSigned1.tlv});
  };
  expect_refused_by_server(a, phone, Refusal::ci_unknown);
}

TEST(RightChip, refuses_a_cloned_certificate_without_its_key) {
  Asked a;
  Bytes stolen = a.world.personalisation(1).credentials.front().euicc_certificate;
  Phone phone(a.world, 2);
  phone.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
    ok.euiccCertificate.tlv = stolen;
  };
  expect_refused_by_server(a, phone, Refusal::euicc_not_authenticated);
}

TEST(RightChip, refuses_an_answer_replayed_from_another_session) {
  Asked a;
  Phone owner(a.world, 1), thief(a.world, 2);
  std::optional<messages::AuthenticateClientRequest> seen;
  owner.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    seen = request;
    request.authenticateServerResponse.alt =
        messages::AuthenticateResponseError{request.transactionId, {}, {}};
  };
  EXPECT_FALSE(owner.download(a.product.code));
  ASSERT_EQ(a.world.log.decisions().size(), 1u);
  thief.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    request.authenticateServerResponse = seen->authenticateServerResponse;
  };
  Untouched before(a.world, thief, a.product.order);
  const auto end = thief.download(a.product.code);
  ASSERT_FALSE(end);
  ASSERT_EQ(a.world.log.decisions().size(), 2u);
  EXPECT_EQ(a.world.log.decisions()[1].refusal, Refusal::transaction_unknown) << "signed for another";
  before.expect_wholly();
}

TEST(RightChip, has_no_session_where_no_ci_is_common) {
  Asked a;
  const pki::Hierarchy foreign = foreign_pki();
  auto data = must(lab::make_personalisation(foreign[pki::Role::eum], foreign.certificate(pki::Role::ci),
                                             World::eid(1), a.world.random));
  Phone phone(a.world, std::move(data));
  Untouched before(a.world, phone, a.product.order);
  const auto end = phone.download(a.product.code);
  ASSERT_FALSE(end);
  ASSERT_TRUE(end.error().status) << end.error().error.message;
  EXPECT_EQ(end.error().status->subjectCode, "8.8.2");
  EXPECT_EQ(end.error().status->reasonCode, "3.1");
  EXPECT_EQ(a.world.log.refusals(), std::vector{Refusal::no_common_ci_for_signing});
  before.expect_wholly();
}

// ---- Right server? The card decides, or TLS before anything was said.

void expect_refused_by_tls(World& world, Phone& phone, const Product& product) {
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().step, download::Step::initiate_authentication);
  EXPECT_EQ(end.error().error.kind, ErrorKind::verification) << end.error().error.message;
  EXPECT_FALSE(end.error().status);
  EXPECT_TRUE(world.log.decisions().empty());
  EXPECT_TRUE(phone.decisions.decisions.empty());
  before.expect_wholly();
}

TEST(RightServer, is_refused_by_tls_under_another_ci) {
  World world, impostor({.pki_seed = 2});
  Product product = world.order(1);
  Phone phone(world, 1, {.port = impostor.site->port()});
  expect_refused_by_tls(world, phone, product);
  EXPECT_TRUE(impostor.log.refusals().empty()) << "not one request reached it";
  EXPECT_EQ(impostor.site->stats().requests, 0u);
}

TEST(RightServer, is_refused_by_tls_under_another_name) {
  World world, other({.server_host = "other.example.com"});  // of the same CI
  Product product = world.order(1);
  Phone phone(world, 1, {.port = other.site->port()});
  expect_refused_by_tls(world, phone, product);
  EXPECT_EQ(other.site->stats().requests, 0u);
}

TEST(RightServer, is_refused_by_tls_with_a_self_signed_certificate) {
  World world;
  Product product = world.order(1);
  SeededRandom random(9);
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random);
  auto signer = std::make_shared<crypto::SoftwareSigner>(key);
  pki::Subject subject{
      .name = {}, .registered_id = asn1::Oid::of({2, 999, 10}), .hosts = {host}, .iin = {}, .crl_uris = {}};
  subject.name.attributes = {{pki::attribute::common_name, host}};
  auto spec = pki::profile(pki::Role::dp_tls, subject, key.public_key(), nullptr,
                           start - std::chrono::days(1), start + std::chrono::days(1), random);
  auto certificate = must(pki::issue(spec, key.public_key(), *signer));
  http::TlsIdentity identity;
  identity.certificates.push_back(to_bytes(certificate.der()));
  identity.private_key = pki::private_key_to_pkcs8(key);
  auto impostor = must(http::Server::start({}, identity, http::Router()));
  Phone phone(world, 1, {.port = impostor->port()});
  expect_refused_by_tls(world, phone, product);
  EXPECT_EQ(impostor->stats().requests, 0u);
}

TEST(RightServer, of_another_ci_finds_no_common_one_even_with_a_phone_that_trusts_it) {
  World world, impostor({.pki_seed = 2});
  Product product = world.order(1);
  Phone phone(world, 1, {.trusted_ci = impostor.site->ci_certificates(), .port = impostor.site->port()});
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  ASSERT_TRUE(end.error().status) << end.error().error.message;
  EXPECT_EQ(end.error().status->subjectCode, "8.8.2");
  EXPECT_EQ(end.error().status->reasonCode, "3.1");
  EXPECT_TRUE(phone.decisions.decisions.empty());
  before.expect_wholly();
}

TEST(RightServer, signs_what_it_said) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  phone.wire.on_challenge = [](messages::InitiateAuthenticationOkEs9& ok) { ok.serverSignature1[40] ^= 1; };
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().authenticateError, AuthenticateErrorCode::invalidSignature);
  ASSERT_EQ(phone.decisions.decisions.size(), 1u);
  EXPECT_EQ(phone.decisions.decisions[0].right_server, false);
  before.expect_wholly();
}

TEST(RightServer, binds_with_a_key_of_its_own_oid) {
  World world, other({.change_pki = [](auto&o) { o.dp_oid = asn1::Oid::of({2, 999, 11}); }});
  ASSERT_EQ(to_bytes(world.pki.certificate(pki::Role::ci).public_key().point()),
            to_bytes(other.pki.certificate(pki::Role::ci).public_key().point()));
  Product product = world.order(1);
  Phone phone(world, 1);
  const pki::Identity& binder = other.pki[pki::Role::dp_pb];
  phone.wire.on_offer = [&](messages::AuthenticateClientOk& ok) {
    const auto& mine =
        std::get<messages::AuthenticateResponseOk>(phone.wire.proof->authenticateServerResponse.alt);
    const Octets<67> tail = auth::signature_tlv(mine.euiccSignature1);
    ok.smdpCertificate.tlv = to_bytes(binder.certificate.der());
    ok.smdpSignature2 = sign(binder, {ok.smdpSigned2.tlv, tail});
  };
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().downloadError, DownloadErrorCode::invalidCertificate);
  ASSERT_EQ(phone.decisions.decisions.size(), 1u);
  EXPECT_EQ(phone.decisions.decisions[0].right_server, false);
  EXPECT_EQ(phone.decisions.decisions[0].code, static_cast<uint8_t>(DownloadErrorCode::invalidCertificate));
  ASSERT_EQ(world.log.decisions().size(), 1u);
  EXPECT_EQ(world.log.decisions()[0].refusal, Refusal::client_reported_error);
  before.expect_wholly();
}

// ---- Protected for that chip? The card decides; the server, where the one-time key itself is another's.

void expect_refused_package(World& world, Phone& phone, const Product& product, ErrorReason reason) {
  Untouched before(world, phone, product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().errorReason, reason) << end.error().error.message;
  ASSERT_EQ(phone.decisions.decisions.size(), 1u);
  EXPECT_FALSE(phone.decisions.decisions[0].installed);
  EXPECT_NE(phone.decisions.decisions[0].protected_for_this_chip, true);
  EXPECT_EQ(phone.decisions.decisions[0].code, static_cast<uint8_t>(reason));
  before.expect_no_profile();
  EXPECT_EQ(world.now(product.order).state, OrderState::error);
}

TEST(ProtectedForThisChip, refuses_a_package_of_another_chip_and_session) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  phone.wire.on_package = [](messages::GetBoundProfilePackageOk& ok) {
    ok.boundProfilePackage = bound_for_another_chip().boundProfilePackage;
  };
  expect_refused_package(world, phone, product, ErrorReason::invalidTransactionId);
}

TEST(ProtectedForThisChip, refuses_a_package_signed_for_another_chips_one_time_key) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  phone.wire.on_package = [](messages::GetBoundProfilePackageOk& ok) {
    auto theirs = open(bound_for_another_chip());
    theirs.initialiseSecureChannelRequest.transactionId = ok.transactionId;
    ok.boundProfilePackage.tlv = asn1::encode(theirs);
  };
  expect_refused_package(world, phone, product, ErrorReason::invalidSignature);
}

TEST(ProtectedForThisChip, refuses_a_package_replayed_from_an_earlier_session_of_the_same_chip) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  phone.wire.cut = true;
  EXPECT_FALSE(phone.download(product.code));
  const auto captured = phone.wire.package;
  ASSERT_TRUE(captured);
  ASSERT_TRUE(phone.decisions.decisions.empty());
  phone.wire.cut = false;
  phone.wire.on_package = [&](messages::GetBoundProfilePackageOk& ok) {
    ASSERT_NE(ok.transactionId, captured->transactionId);
    ok.boundProfilePackage = captured->boundProfilePackage;
  };
  expect_refused_package(world, phone, product, ErrorReason::invalidTransactionId);
}

TEST(ProtectedForThisChip, binds_to_no_key_that_the_chip_did_not_sign) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  SeededRandom thief(3);
  phone.wire.on_key = [&](messages::GetBoundProfilePackageRequest& request) {
    auto& ok = std::get<messages::PrepareDownloadResponseOk>(request.prepareDownloadResponse.alt);
    ok.euiccSigned2.value.euiccOtpk =
        crypto::EphemeralKey::generate(crypto::Curve::p256, thief).public_key().point();
    ok.euiccSigned2 = asn1::seal(std::move(ok.euiccSigned2.value));
  };
  Untouched before(world, phone, product.order);
  const smdp::Order order = world.now(product.order);
  const auto end = phone.download(product.code);
  ASSERT_FALSE(end);
  ASSERT_TRUE(end.error().status);
  EXPECT_EQ(end.error().status->subjectCode, "8.1");
  EXPECT_EQ(end.error().status->reasonCode, "6.1");
  ASSERT_EQ(world.log.decisions().size(), 1u);
  EXPECT_EQ(world.log.decisions()[0].refusal, Refusal::euicc_signature_invalid);
  EXPECT_FALSE(world.log.decisions()[0].protected_for_this_chip);
  EXPECT_EQ(world.now(product.order), order);
  before.expect_no_profile();
}

}  // namespace
}  // namespace sealift::e2e
