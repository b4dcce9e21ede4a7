// The compromise scenarios of the published formal analysis of consumer RSP, run (M2-31): for each, what an
// attacker gets who has that much, with our defences on. docs/threats.md has the verdicts side by side.
// Numbers are the scenarios'.
#include <gtest/gtest.h>

#include "auth/verified.hpp"
#include "tests/e2e/clear_wire.hpp"

namespace sealift::e2e {
namespace {

using smdp::OrderState;
using smdp::Refusal;

/// An SM-DP+ of the same CI as the world's, with an OID, a name and keys of its own.
World another_server() {
  return World({.seed = 8, .server_host = "evil.example.com", .change_pki = [](pki::HierarchyOptions& o) {
                  o.dp_oid = asn1::Oid::of({2, 999, 66});
                }});
}

template <class R>
void expect_refused(const R& result, const char* subject, const char* reason) {
  ASSERT_FALSE(result);
  ASSERT_TRUE(result.error().status) << result.error().error.message;
  EXPECT_EQ(result.error().status->subjectCode, subject);
  EXPECT_EQ(result.error().status->reasonCode, reason);
}

/// The forms in which a key might pass.
bool passed(const std::vector<ClearWire::Message>& messages, View secret) {
  const std::string digits = hex(secret), b64 = base64(secret);
  for (const auto& m : messages) {
    if (contains(m.der, secret) || contains(m.der, view(digits)) || contains(m.der, view(b64))) return true;
  }
  return false;
}

TEST(Scenario1, a_network_attacker_without_tls_in_the_way_reads_no_key_and_changes_nothing) {
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
  ClearPhone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  const auto subscriber = *product.profile.subscriber();
  ASSERT_GE(phone.wire.passed.size(), 7u) << "everything was in the open";
  EXPECT_FALSE(passed(phone.wire.passed, subscriber.k.expose()));
  EXPECT_FALSE(passed(phone.wire.passed, subscriber.opc.expose()));
  EXPECT_FALSE(passed(phone.wire.passed, View(product.profile.package.expose()).last(64)));
  EXPECT_TRUE(contains(phone.card.nvm().content(), subscriber.k.expose())) << "where it belongs";
  // To another chip the same words mean nothing.
  ClearPhone second(world, 2);
  Product other = world.order(2);
  const auto captured = phone.wire.passed;
  second.wire.middle = [&](ClearWire::Message& m) {
    for (const auto& old : captured) {
      if (old.name == m.name && m.name.back() == '<') m.der = old.der;
    }
  };
  EXPECT_FALSE(second.download(other.code));
  EXPECT_EQ(second.profile_count(), 0u);
}

TEST(Scenario2, the_intended_servers_keys_install_what_the_thief_likes_until_they_are_revoked) {
  World world, thief({.seed = 9});  // the same PKI: every key of the server
  Product bait = thief.order(1);
  Phone phone(world, 1, {.port = thief.site->port()});
  EXPECT_TRUE(phone.download(bait.code)) << "nothing can tell the thief from the server";
  // An order at the server itself is still safe from it, and the chip's own proof is still its own.
  EXPECT_EQ(world.log.decisions().size(), 0u);
}

TEST(Scenario3, the_intended_chips_key_gets_what_was_meant_for_that_chip_and_nothing_else) {
  World world;
  euicc::Personalisation stolen = world.personalisation(1);
  Product hers = world.order(1, {.eid = World::eid(1)}), another = world.order(2, {.eid = World::eid(2)});
  Phone clone(world, std::move(stolen));
  expect_refused(clone.download(another.code), "8.1.1", "3.8");
  EXPECT_TRUE(clone.download(hers.code)) << "a chip is its key";
}

TEST(Scenario4, a_malicious_phone_program_cannot_lead_a_package_elsewhere) {
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
  Phone honest(world, 1), elsewhere(world, 2);
  // Between server and card the program answers with another chip's words.
  honest.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    auto info = must(elsewhere.es10->call<messages::EuiccInfo1>("info", messages::GetEuiccInfo1Request{}));
    (void)info;
    auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
    ok.euiccCertificate.tlv = world.personalisation(2).credentials.front().euicc_certificate;
  };
  EXPECT_FALSE(honest.download(product.code));
  EXPECT_EQ(world.now(product.order).state, OrderState::released);
}

TEST(Scenario5, another_server_of_the_same_ci_is_not_the_one_that_the_code_names) {
  World world, evil = another_server();
  Product product = world.order(1);
  ASSERT_TRUE(product.code.smdpOid) << "our codes always name the server's OID";
  const auto impersonate = [&](Phone& phone) {
    phone.wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& ok) {  // TLS is broken
      const pki::Identity& who = evil.pki[pki::Role::dp_auth];
      ok.serverCertificate.tlv = to_bytes(who.certificate.der());
      ok.serverSignature1 = must(crypto::SoftwareSigner(who.key).sign({ok.serverSigned1.tlv}));
    };
  };
  Phone phone(world, 1);
  impersonate(phone);
  const auto refused = phone.download(product.code);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().step, download::Step::initiate_authentication);
  EXPECT_EQ(phone.trace.find("LPA>card", "ES10b.AuthenticateServer"), nullptr) << "the card was not even asked";
  // Without TLS and without the OID the chip believes it and names itself, but takes no offer of another
  // server in that session.
  Phone careless(world, 2);
  impersonate(careless);
  download::ActivationCode bare = product.code;
  bare.smdpOid.reset();
  const auto told = careless.download(bare);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().downloadError, messages::DownloadErrorCode::invalidCertificate);
  // TLS alone refuses it too: its certificate has another name.
  Phone over_tls(world, 3, {.port = evil.site->port()});
  EXPECT_FALSE(over_tls.download(bare));
  EXPECT_EQ(evil.site->stats().requests, 0u);
}

TEST(Scenario6, another_chip_gets_what_is_bound_to_nobody_and_nothing_that_is) {
  World world;
  Product bound = world.order(1, {.eid = World::eid(1)}), loose = world.order(2);
  Phone thief(world, 2), owner(world, 1);
  expect_refused(thief.download(bound.code), "8.1.1", "3.8");
  EXPECT_TRUE(thief.download(loose.code)) << "whoever comes first: an order without an EID trusts the code alone";
  expect_refused(owner.download(loose.code), "8.1.1", "3.8");
  EXPECT_TRUE(owner.download(bound.code));
}

TEST(Scenarios8and9, an_order_in_somebody_elses_name_waits_for_that_persons_consent) {
  World world;
  // The attacker ordered for the victim's chip; the victim's phone asks its default server.
  Product planted = world.order(1, {.eid = World::eid(1), .matchingId = MatchingId()});
  Phone victim(world, 1);
  victim.user.answer = download::Answer::no;
  EXPECT_FALSE(victim.download(planted.code));
  EXPECT_EQ(victim.user.asked, 1u) << "nothing is fetched unasked";
  EXPECT_EQ(victim.profile_count(), 0u);
  EXPECT_EQ(victim.wire.package, std::nullopt);
}

TEST(Scenario10, a_leaked_code_is_worth_nothing_where_the_order_names_a_chip_or_a_confirmation_code) {
  World world;
  Product bound = world.order(1, {.eid = World::eid(1)});
  smdp::CreateOrder how;
  how.confirmationCode = SecretBytes(to_bytes("4711"));
  Product confirmed = world.order(2, std::move(how));
  Phone thief(world, 2), owner(world, 1);
  expect_refused(thief.download(bound.code), "8.1.1", "3.8");
  thief.user.code = "0000";
  expect_refused(thief.download(confirmed.code), "8.2.7", "3.8");
  EXPECT_EQ(thief.profile_count(), 0u);
  EXPECT_TRUE(owner.download(bound.code)) << "and the owner was not kept from it";
  owner.user.code = "4711";
  EXPECT_TRUE(owner.download(confirmed.code));
}

TEST(Scenario11, a_code_fed_to_a_victims_phone_brings_nothing_that_was_ordered_for_another_chip) {
  World world;
  Product attackers = world.order(1, {.eid = World::eid(2)});
  Phone victim(world, 1);
  expect_refused(victim.download(attackers.code), "8.1.1", "3.8");
  EXPECT_EQ(victim.user.asked, 0u) << "the victim is not even asked";
  EXPECT_EQ(victim.profile_count(), 0u);
}

TEST(StolenCode, needs_a_genuine_chip) {  // M2-26: trust does not come from the QR code
  World world;
  Product product = world.order(1);
  const pki::Hierarchy foreign = [] {
    SeededRandom random(77);
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.iin = iin;
    o.eid = World::eid(5);
    o.dp_hosts = {host};
    o.not_before = start - std::chrono::days(1);
    return must(pki::make_hierarchy(o, random));
  }();
  // A chip with a home-made certificate that pretends to trust and sign under the world's CI.
  SeededRandom random(5);
  const pki::Identity fake = must(pki::issue_euicc(foreign[pki::Role::eum], World::eid(5), random));
  Phone phone(world, 5);
  phone.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
    ok.euiccCertificate.tlv = to_bytes(fake.certificate.der());
    ok.eumCertificate.tlv = to_bytes(foreign.certificate(pki::Role::eum).der());
    ok.euiccSignature1 = must(crypto::SoftwareSigner(fake.key).sign({ok.euiccSigned1.tlv}));
  };
  EXPECT_FALSE(phone.download(product.code));
  EXPECT_EQ(world.now(product.order).state, OrderState::released);
}

TEST(KnownEid, without_its_key_is_worth_nothing) {  // M2-39: an identifier, not a secret
  World world;
  Product waiting = world.order(1, {.eid = World::eid(1), .matchingId = MatchingId()});  // the EID alone selects it
  // Another genuine chip signs another's EID: it cannot, the EID is in its certificate. So it shows the
  // certificate of the chip that it wants to be.
  const Bytes certificate = world.personalisation(1).credentials.front().euicc_certificate;
  Phone liar(world, 2);
  liar.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    auto& ok = std::get<messages::AuthenticateResponseOk>(request.authenticateServerResponse.alt);
    ok.euiccCertificate.tlv = certificate;
  };
  expect_refused(liar.download(waiting.code), "8.1", "6.1");
  liar.wire.on_proof = nullptr;
  expect_refused(liar.download(waiting.code), "8.1.1", "3.8");
  EXPECT_EQ(world.now(waiting.order).state, OrderState::released);
  EXPECT_TRUE(Phone(world, 1).download(waiting.code));
}

}  // namespace
}  // namespace sealift::e2e
