#include "download/server_trust.hpp"

#include <gtest/gtest.h>

#include "crypto/ports.hpp"
#include "pki/issue.hpp"

namespace sealift::download {
namespace {

const Time start{std::chrono::seconds(1'790'000'000)};

struct Published : CrlSource {
  std::map<std::string, Bytes> lists;
  size_t asked = 0;
  Result<Bytes> fetch(const std::string& uri) override {
    ++asked;
    if (auto l = lists.find(uri); l != lists.end()) return l->second;
    return Error{ErrorKind::io, "nobody at " + uri};
  }
};

struct Trust : testing::Test {
  static constexpr const char* uri = "http://crl.example.com/ci.crl";
  Trust() : random(7), pki(make()) {}
  pki::Hierarchy make() {
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.eid = *Eid::with_check_digits("890490320000000000000000000001");
    o.not_before = start - std::chrono::days(1);
    o.crl_uris = {uri};
    auto made = pki::make_hierarchy(o, random);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  Bytes list(std::vector<pki::Role> revoked, Time until = start + std::chrono::days(7), uint64_t number = 1) {
    pki::CrlSpec spec;
    spec.this_update = start - std::chrono::hours(1);
    spec.next_update = until;
    spec.number = number;
    for (pki::Role r : revoked) {
      pki::RevokedCertificate one;
      one.serial_number = to_bytes(pki.certificate(r).serial_number());
      one.when = start - std::chrono::hours(2);
      spec.revoked.push_back(std::move(one));
    }
    crypto::DeterministicSigner signer(pki[pki::Role::ci].key.clone());
    return to_bytes(pki::issue_crl(spec, pki.certificate(pki::Role::ci), signer)->der());
  }
  pki::TrustStore store(pki::CrlPolicy policy) {
    pki::TrustStore out(policy);
    EXPECT_TRUE(out.add(pki.certificate(pki::Role::ci)));
    return out;
  }
  View certificate(pki::Role r) const { return pki.certificate(r).der(); }

  SeededRandom random;
  pki::Hierarchy pki;
  ManualClock clock{start};
  Published published;
};

TEST_F(Trust, takes_a_server_that_no_list_names) {
  auto cis = store(pki::CrlPolicy::required);
  published.lists[uri] = list({pki::Role::dp_tls});
  ServerTrust trust(cis, clock, &published);
  EXPECT_TRUE(trust.judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
  EXPECT_TRUE(trust.judge(pki::Role::dp_pb, certificate(pki::Role::dp_pb)));
  EXPECT_EQ(published.asked, 1u) << "a list is got once";
  ASSERT_EQ(trust.fetched().size(), 1u);
  EXPECT_EQ(trust.fetched()[0], published.lists[uri]);
}

TEST_F(Trust, refuses_a_revoked_server_by_a_list_got_or_given) {
  published.lists[uri] = list({pki::Role::dp_auth});
  auto cis = store(pki::CrlPolicy::if_present);
  ServerTrust fetching(cis, clock, &published);
  auto status = fetching.judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::verification);
  EXPECT_NE(status.error().message.find("revoked"), std::string::npos) << status.error().message;
  EXPECT_TRUE(fetching.judge(pki::Role::dp_pb, certificate(pki::Role::dp_pb)));

  auto given = store(pki::CrlPolicy::if_present);
  ASSERT_TRUE(given.add_crl(published.lists[uri]));
  EXPECT_FALSE(ServerTrust(given, clock).judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
}

TEST_F(Trust, fails_closed_by_policy_where_no_fresh_list_is_to_be_had) {
  auto open = store(pki::CrlPolicy::if_present);
  EXPECT_TRUE(ServerTrust(open, clock, &published).judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
  auto closed = store(pki::CrlPolicy::required);
  auto status = ServerTrust(closed, clock, &published).judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth));
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("nobody at"), std::string::npos) << status.error().message;
  published.lists[uri] = list({}, start - std::chrono::minutes(1));
  auto stale = store(pki::CrlPolicy::required);
  EXPECT_FALSE(ServerTrust(stale, clock, &published).judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
}

TEST_F(Trust, refuses_a_list_that_its_ci_did_not_sign) {
  Bytes forged = list({});
  forged.back() ^= 1;
  published.lists[uri] = forged;
  auto cis = store(pki::CrlPolicy::required);
  ServerTrust trust(cis, clock, &published);
  EXPECT_FALSE(trust.judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
  EXPECT_TRUE(trust.fetched().empty()) << "and does not hand it to the card";
}

TEST_F(Trust, goes_nowhere_for_a_certificate_that_its_ci_did_not_sign) {
  Bytes forged = to_bytes(certificate(pki::Role::dp_auth));
  forged.back() ^= 1;
  for (const auto policy : {pki::CrlPolicy::if_present, pki::CrlPolicy::required}) {
    auto cis = store(policy);
    EXPECT_TRUE(ServerTrust(cis, clock, &published).judge(pki::Role::dp_auth, forged)) << "the card refuses it";
    EXPECT_EQ(published.asked, 0u);
  }
}

TEST_F(Trust, judges_validity_in_time) {
  auto cis = store(pki::CrlPolicy::if_present);
  ServerTrust trust(cis, clock);
  clock.advance(std::chrono::days(365 * 11));
  EXPECT_FALSE(trust.judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
}

TEST_F(Trust, leaves_to_the_card_what_only_the_card_can_know) {
  pki::TrustStore nobody(pki::CrlPolicy::required);
  EXPECT_TRUE(ServerTrust(nobody, clock, &published).judge(pki::Role::dp_auth, certificate(pki::Role::dp_auth)));
  auto cis = store(pki::CrlPolicy::if_present);
  EXPECT_TRUE(ServerTrust(cis, clock).judge(pki::Role::dp_auth, certificate(pki::Role::dp_pb)))
      << "a wrong role is the card's to refuse, with its code";
}

}  // namespace
}  // namespace sealift::download
