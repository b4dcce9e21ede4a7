// Several CIs at once, on both curves: which one server and card settle on, by the card's order of priority
// and what the server has (SGP.22 5.6.1, 5.6.3), from TLS to the installed profile.
#include "auc/memory_store.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using crypto::Curve;
using Curves = std::vector<Curve>;
constexpr Curve nist = Curve::p256, brainpool = Curve::brainpool_p256r1;

/// A world whose site has a certificate set, TLS included, below a CI on each curve.
WorldOptions site_on(const Curves& curves) {
  WorldOptions o;
  o.change_pki = [first = curves.front()](pki::HierarchyOptions& h) { h.curve = h.tls_curve = first; };
  o.further_curves.assign(curves.begin() + 1, curves.end());
  return o;
}

/// The CIs and manufacturers of all cards here; those of a site of the same curve have the same keys, since
/// their seed is the same.
class Makers {
 public:
  euicc::Personalisation card(const Curves& priority, int number) {
    std::vector<lab::CardIssuer> issuers;
    for (Curve curve : priority) {
      const pki::Hierarchy& h = hierarchy(curve);
      const pki::Identity& eum = h[pki::Role::eum];
      issuers.push_back({{eum.certificate, eum.key.clone()}, h.certificate(pki::Role::ci)});
    }
    return must(lab::make_personalisation(issuers, World::eid(number), world_.random, true));
  }
  Bytes ci(Curve curve) { return to_bytes(hierarchy(curve).certificate(pki::Role::ci).der()); }
  crypto::KeyIdentifier ci_key(Curve curve) {
    return *octets<20>(hierarchy(curve).certificate(pki::Role::ci).subject_key_id());
  }

 private:
  const pki::Hierarchy& hierarchy(Curve curve) {
    return curve == nist ? world_.pki : world_.further_pkis.front();
  }
  World world_{site_on({nist, brainpool})};
};

PhoneOptions trusting_both(Makers& makers) {
  return {.trusted_ci = {makers.ci(nist), makers.ci(brainpool)}};
}

/// The curve of the certificate that the card showed.
Curve curve_shown(const Phone& phone) {
  const auto& ok =
      std::get<messages::AuthenticateResponseOk>(phone.wire.proof->authenticateServerResponse.alt);
  return must(pki::Certificate::parse(ok.euiccCertificate.tlv)).public_key().curve();
}

struct Case {
  Curves card, site;
  std::optional<Curve> agreed;  ///< none: refused
};
const Case cases[] = {
    {{nist}, {nist}, nist},
    {{nist}, {brainpool}, {}},
    {{nist}, {nist, brainpool}, nist},
    {{nist}, {brainpool, nist}, nist},
    {{brainpool}, {nist}, {}},
    {{brainpool}, {brainpool}, brainpool},
    {{brainpool}, {nist, brainpool}, brainpool},
    {{brainpool}, {brainpool, nist}, brainpool},
    {{nist, brainpool}, {nist}, nist},
    {{nist, brainpool}, {brainpool}, brainpool},
    {{nist, brainpool}, {nist, brainpool}, nist},
    {{nist, brainpool}, {brainpool, nist}, nist},
    {{brainpool, nist}, {nist}, nist},
    {{brainpool, nist}, {brainpool}, brainpool},
    {{brainpool, nist}, {nist, brainpool}, brainpool},
    {{brainpool, nist}, {brainpool, nist}, brainpool},
};

std::string text(const Curves& curves) {
  std::string out;
  for (Curve c : curves) out += std::string(out.empty() ? "" : ", ") + std::string(crypto::name(c));
  return out;
}

TEST(SeveralCis, the_cards_order_decides_among_what_the_server_has) {
  Makers makers;
  int number = 1;
  for (const Case& c : cases) {
    SCOPED_TRACE("card: " + text(c.card) + "; site: " + text(c.site));
    World world(site_on(c.site));
    Product product = world.order(7);
    Phone phone(world, makers.card(c.card, number++), trusting_both(makers));
    auto outcome = phone.download(product.code);
    if (!c.agreed) {
      ASSERT_FALSE(outcome);
      EXPECT_EQ(outcome.error().step, download::Step::initiate_authentication);
      EXPECT_EQ(world.log.refusals(), std::vector{smdp::Refusal::no_common_ci_for_signing});
      EXPECT_EQ(world.now(product.order).state, smdp::OrderState::released);
      continue;
    }
    ASSERT_TRUE(outcome) << outcome.error().error.message;
    EXPECT_EQ(curve_shown(phone), *c.agreed);
    EXPECT_EQ(phone.profile_count(), 1u);
    EXPECT_EQ(world.now(product.order).state, smdp::OrderState::installed);
    ASSERT_TRUE(phone.lpa->enable(product.order.iccid.digits()));
    auc::MemorySubscribers subscribers;
    must(subscribers.add(*product.profile.subscriber()));
    EXPECT_TRUE(lab::Handset(phone.contacts).attach({subscribers, world.random}));
  }
}

TEST(SeveralCis, the_lpa_takes_the_tls_certificate_of_either_ci) {
  Makers makers;
  for (Curve site : {nist, brainpool}) {
    World world(site_on({site}));
    Product product = world.order(7);
    Phone phone(world, makers.card({site}, 1), trusting_both(makers));
    auto outcome = phone.download(product.code);
    EXPECT_TRUE(outcome) << outcome.error().error.message;
    const Curve other = site == nist ? brainpool : nist;
    Phone stranger(world, makers.card({site}, 2), {.trusted_ci = {makers.ci(other)}});
    auto refused = stranger.download(world.order(8).code);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.kind, ErrorKind::verification) << refused.error().error.message;
  }
}

TEST(SeveralCis, a_chain_of_another_ci_than_the_one_agreed_is_refused) {
  Makers makers;
  World world(site_on({nist, brainpool}));
  Product product = world.order(7);
  Phone phone(world, makers.card({nist, brainpool}, 1), trusting_both(makers));
  phone.wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& challenge) {
    ASSERT_TRUE(equal(challenge.euiccCiPKIdToBeUsed, makers.ci_key(nist)));
    challenge.euiccCiPKIdToBeUsed = makers.ci_key(brainpool);  // the server did not sign this field
  };
  auto outcome = phone.download(product.code);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().step, download::Step::authenticate_client);
  EXPECT_EQ(curve_shown(phone), brainpool) << "the card goes by what it was told";
  EXPECT_EQ(world.log.refusals(), std::vector{smdp::Refusal::ci_unknown});
}

TEST(SeveralCis, a_key_list_for_verification_without_ours_is_refused) {
  Makers makers;
  World world(site_on({nist}));
  Phone phone(world, makers.card({nist, brainpool}, 1), trusting_both(makers));
  phone.wire.on_hello = [&](messages::InitiateAuthenticationRequest& hello) {
    hello.euiccInfo1.euiccCiPKIdListForVerification = {messages::CiPKId(makers.ci_key(brainpool))};
  };
  EXPECT_FALSE(phone.download(world.order(7).code));
  EXPECT_EQ(world.log.refusals(), std::vector{smdp::Refusal::no_certificate_for_euicc});
}

TEST(SeveralCis, a_profile_bound_on_one_curve_is_bound_anew_for_the_other) {
  // The package is lost on its way, then the same card comes again and prefers the other CI.
  Makers makers;
  World world(site_on({nist, brainpool}));
  Product product = world.order(7);
  Phone phone(world, makers.card({nist, brainpool}, 1), trusting_both(makers));
  phone.wire.cut = true;
  EXPECT_FALSE(phone.download(product.code));
  EXPECT_EQ(curve_shown(phone), nist);
  phone.wire.cut = false;
  phone.wire.on_hello = [&](messages::InitiateAuthenticationRequest& hello) {
    auto& list = hello.euiccInfo1.euiccCiPKIdListForSigning;
    std::reverse(list.begin(), list.end());
  };
  auto outcome = phone.download(product.code);
  ASSERT_TRUE(outcome) << outcome.error().error.message;
  EXPECT_EQ(curve_shown(phone), brainpool);
  EXPECT_EQ(phone.profile_count(), 1u);
}

TEST(SeveralCis, a_site_refuses_a_second_set_below_the_same_ci_or_of_another_server) {
  World world;
  auto again = lab::KeysFolder::add(world.folder.path() + "/pki", world.pki, world.random);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::exists);
  pki::HierarchyOptions o;
  o.curve = brainpool;
  o.iin = iin;
  o.eid = World::eid(999);
  o.dp_hosts = {host};
  o.dp_oid = asn1::Oid::of({2, 999, 11});
  o.not_before = start - std::chrono::days(1);
  auto other = must(pki::make_hierarchy(o, world.random));
  (void)must(lab::KeysFolder::add(world.folder.path() + "/pki", other, world.random));
  lab::SmdpSiteOptions site;
  site.dir = world.folder.path();
  site.es9plus().host = host;
  site.keep_in_memory = true;
  auto opened = lab::SmdpSite::open(std::move(site), world.clock, world.random, world.log);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  EXPECT_NE(opened.error().message.find("another OID"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace sealift::e2e
