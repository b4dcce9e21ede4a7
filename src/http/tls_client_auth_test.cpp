#include "http/tls_client_auth.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <functional>

#include "crypto/hash.hpp"
#include "http/test_support.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;
using Demand = ClientCertificates::Demand;

const asn1::Oid extended_key_usage = asn1::Oid::of({2, 5, 29, 37});
const asn1::Oid certificate_policies = asn1::Oid::of({2, 5, 29, 32});

/// A listener that asks for certificates, and what it made of whoever called /who.
class MutualTls : public testing::Test {
 protected:
  ClientCertificates asked(Demand demand = Demand::required) {
    ClientCertificates c;
    c.demand = demand;
    c.rsp_ci = {ci_.der()};
    c.private_ca = {operator_ca_.der()};
    c.clock = &clock_;
    return c;
  }
  void start(const ClientCertificates& certificates) {
    Router router;
    router.add("GET", "/who", [this](const Request& r) {
      callers_.push_back(r.client);
      seen_.reset();
      if (r.client) seen_ = *r.client;
      return Response{200, "text/plain", "you", {}};
    });
    ServerOptions options = test::quick_options();
    options.client_certificates = certificates;
    TlsIdentity own = ci_.tls();
    own.others.push_back(brainpool_.tls());
    server_ = Server::start(std::move(options), own, std::move(router)).value();
  }
  Client client(TlsIdentity identity) {
    ClientOptions options = test::client_options(ci_, server_->port());
    if (!identity.certificates.empty())
      options.identity = std::make_shared<const TlsIdentity>(std::move(identity));
    return Client::make(std::move(options), test::noon_clock()).value();
  }
  Result<Response> call(TlsIdentity identity = {}) {
    Client c = client(std::move(identity));
    return c.get(HostPort{"smdp.test", 443}, "/who");
  }
  /// Neither demand lets a client in that shows a bad certificate, and no request of it is seen.
  void expect_refused(std::function<TlsIdentity()> identity) {
    for (Demand demand : {Demand::required, Demand::optional}) {
      ClientCertificates certificates = asked(demand);
      certificates.crls = crls_;
      start(certificates);
      auto answer = call(identity());
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().kind, ErrorKind::permission) << answer.error().message;
      server_->stop();  // all is counted then
      EXPECT_EQ(server_->stats().requests, 0u);
      EXPECT_EQ(server_->stats().handshake_failures, 1u);
    }
  }
  TlsIdentity without(const asn1::Oid& extension, test::TestCi& ca) {
    pki::CertificateSpec spec = ca.spec({"client.test"});
    spec.remove(extension);
    return ca.tls(spec);
  }

  ManualClock clock_{test::noon()};
  test::TestCi ci_, operator_ca_{2}, stranger_{3}, brainpool_{4, crypto::Curve::brainpool_p256r1};
  std::vector<Bytes> crls_;
  std::unique_ptr<Server> server_;
  std::vector<const ClientIdentity*> callers_;
  std::optional<ClientIdentity> seen_;
};

TEST_F(MutualTls, says_who_the_client_is) {
  start(asked());
  TlsIdentity identity = ci_.tls({"smdpplus.test"});
  const Bytes certificate = identity.certificates[0];
  auto answer = call(std::move(identity));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_TRUE(seen_);
  EXPECT_EQ(seen_->certificate, certificate);
  EXPECT_EQ(seen_->fingerprint, crypto::sha256(View(certificate)));
  EXPECT_EQ(seen_->common_name, "smdpplus.test");
  EXPECT_EQ(seen_->dns_names, std::vector<std::string>{"smdpplus.test"});
  EXPECT_EQ(seen_->registered_ids, std::vector<std::string>{"2.999.10"});
  EXPECT_TRUE(seen_->under_rsp_ci);
  EXPECT_EQ(seen_->not_after, test::noon() + std::chrono::days(1));
}

TEST_F(MutualTls, reads_the_certificate_once_a_connection) {
  start(asked());
  Client c = client(ci_.tls());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(c.get(HostPort{"smdp.test", 443}, "/who"));
  ASSERT_EQ(callers_.size(), 3u);
  EXPECT_EQ(server_->stats().accepted, 1u);
  EXPECT_TRUE(callers_[0] && callers_[0] == callers_[1] && callers_[1] == callers_[2]);
}

TEST_F(MutualTls, takes_a_client_of_a_private_ca_but_knows_its_oid_is_only_a_claim) {
  start(asked());
  pki::CertificateSpec spec = operator_ca_.spec({"operator.test"});
  spec.remove(certificate_policies);
  auto answer = call(operator_ca_.tls(spec));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_TRUE(seen_);
  EXPECT_EQ(seen_->common_name, "operator.test");
  EXPECT_EQ(seen_->registered_ids, std::vector<std::string>{"2.999.10"});
  EXPECT_FALSE(seen_->under_rsp_ci);
}

TEST_F(MutualTls, refuses_a_client_without_a_certificate_where_one_is_required) {
  start(asked());
  auto answer = call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::permission) << answer.error().message;
  EXPECT_NE(answer.error().message.find("we have none"), std::string::npos) << answer.error().message;
  EXPECT_EQ(server_->stats().requests, 0u);
}

TEST_F(MutualTls, serves_a_client_without_a_certificate_where_it_is_optional_and_says_that_there_is_none) {
  start(asked(Demand::optional));
  ASSERT_TRUE(call());
  EXPECT_EQ(callers_, std::vector<const ClientIdentity*>{nullptr});
  ASSERT_TRUE(call(ci_.tls()));
  EXPECT_NE(callers_.back(), nullptr);
}

TEST_F(MutualTls, refuses_a_certificate_of_another_ca) {
  expect_refused([this] { return stranger_.tls(); });
  expect_refused([this] {
    TlsIdentity with_its_ca = stranger_.tls();
    with_its_ca.certificates.push_back(stranger_.der());
    return with_its_ca;
  });
}

TEST_F(MutualTls, refuses_a_self_signed_certificate_that_is_not_pinned) {
  expect_refused([this] { return ci_.self_signed("client.test"); });
}

TEST_F(MutualTls, judges_validity_by_the_clock_port) {
  using std::chrono::days;
  for (test::TestCi* ca : {&ci_, &operator_ca_}) {
    expect_refused([&] { return ca->tls({"client.test"}, test::noon() - days(9), test::noon() - 1s); });
    expect_refused([&] { return ca->tls({"client.test"}, test::noon() + 1s, test::noon() + days(9)); });
  }
}

TEST_F(MutualTls, refuses_a_revoked_certificate_of_either_kind) {
  for (test::TestCi* ca : {&ci_, &operator_ca_}) {
    const TlsIdentity identity = ca->tls();
    auto copy = [&] { return TlsIdentity{identity.certificates, identity.private_key.clone()}; };
    pki::CrlSpec list{.this_update = test::noon() - 1h, .next_update = test::noon() + 1h};
    crls_ = {ca->crl(list)};
    ClientCertificates certificates = asked();
    certificates.crls = crls_;
    start(certificates);
    ASSERT_TRUE(call(copy())) << "it is not listed yet";
    auto parsed = pki::Certificate::parse(identity.certificates[0]).value();
    list.revoked = {{to_bytes(parsed.serial_number()), test::noon() - 2h}};
    crls_ = {ca->crl(list)};
    expect_refused(copy);
  }
}

/// A list, current for an hour, with this certificate in it, or none.
static Bytes list_of(test::TestCi& ca, const TlsIdentity* revoked) {
  pki::CrlSpec list{.this_update = test::noon() - 2h, .next_update = test::noon() + 1h};
  if (revoked) {
    auto parsed = pki::Certificate::parse(revoked->certificates[0]).value();
    list.revoked = {{to_bytes(parsed.serial_number()), test::noon() - 2h}};
  }
  return ca.crl(list);
}

TEST_F(MutualTls, refuses_whom_a_list_names_that_came_while_it_listens) {
  pki::TrustStore live;
  ASSERT_TRUE(live.add(View(ci_.der())));
  ClientCertificates certificates = asked();
  certificates.live_trust = &live;
  start(certificates);
  const TlsIdentity identity = ci_.tls();
  const auto copy = [&] { return TlsIdentity{identity.certificates, identity.private_key.clone()}; };
  Client before = client(copy());
  ASSERT_TRUE(before.get(HostPort{"smdp.test", 443}, "/who"));
  ASSERT_TRUE(live.add_crl(View(list_of(ci_, &identity))));
  EXPECT_FALSE(call(copy()));
  clock_.advance(1min);
  EXPECT_FALSE(before.get(HostPort{"smdp.test", 443}, "/who")) << "on the connection that it had";
  EXPECT_TRUE(call(ci_.tls())) << "another certificate of that CI";
}

TEST_F(MutualTls, demands_a_current_list_of_a_ci_where_the_policy_does) {
  pki::TrustStore live(pki::CrlPolicy::required);
  ASSERT_TRUE(live.add(View(ci_.der())));
  ClientCertificates certificates = asked();
  certificates.live_trust = &live;
  certificates.private_crls = pki::CrlPolicy::required;
  start(certificates);
  EXPECT_FALSE(call(ci_.tls()));
  EXPECT_TRUE(call(operator_ca_.tls())) << "a private CA that has no list";
  ASSERT_TRUE(live.add_crl(View(list_of(ci_, nullptr))));
  EXPECT_TRUE(call(ci_.tls()));
  clock_.advance(2h);
  EXPECT_FALSE(call(ci_.tls())) << "the list has run out";
}

TEST_F(MutualTls, demands_a_current_list_of_a_private_ca_where_it_has_lists_and_the_policy_does) {
  ClientCertificates certificates = asked();
  certificates.crls = {list_of(operator_ca_, nullptr)};
  for (pki::CrlPolicy policy : {pki::CrlPolicy::if_present, pki::CrlPolicy::required}) {
    certificates.private_crls = policy;
    start(certificates);
    EXPECT_TRUE(call(operator_ca_.tls()));
    clock_.advance(2h);
    EXPECT_EQ(bool(call(operator_ca_.tls())), policy == pki::CrlPolicy::if_present) << "it has run out";
    clock_.set(test::noon());
  }
}

TEST_F(MutualTls, refuses_a_certificate_that_is_not_for_clients) {
  for (test::TestCi* ca : {&ci_, &operator_ca_}) {
    expect_refused([&] {
      pki::CertificateSpec spec = ca->spec({"client.test"});
      spec.find(extended_key_usage)->value =
          from_hex("300A06082B06010505070301").value();  // serverAuth alone
      return ca->tls(spec);
    });
    expect_refused([&] { return without(extended_key_usage, *ca); });
  }
}

TEST_F(MutualTls, refuses_another_role_under_a_ci_of_rsp) {
  expect_refused([this] { return without(certificate_policies, ci_); });
  expect_refused([this] {
    pki::CertificateSpec spec = ci_.spec({"client.test"});
    spec.find(certificate_policies)->value = from_hex("300B3009060767811201020104").value();  // CERT.DPauth
    return ci_.tls(spec);
  });
  start(asked());
  pki::CertificateSpec spec = ci_.spec({"smds.test"});
  spec.find(certificate_policies)->value = from_hex("300B3009060767811201020106").value();  // CERT.DS.TLS
  EXPECT_TRUE(call(ci_.tls(spec)));
}

TEST_F(MutualTls, takes_a_pinned_certificate_and_no_other_of_its_issuer) {
  ClientCertificates certificates = asked();
  const TlsIdentity pinned = stranger_.tls({"pinned.test"});
  certificates.private_ca = {pinned.certificates[0]};
  start(certificates);
  EXPECT_TRUE(call(TlsIdentity{pinned.certificates, pinned.private_key.clone()}));
  EXPECT_FALSE(call(stranger_.tls({"other.test"})));
  clock_.advance(std::chrono::days(2));
  EXPECT_FALSE(call(TlsIdentity{pinned.certificates, pinned.private_key.clone()})) << "it has run out";
}

TEST_F(MutualTls, judges_clients_also_where_it_shows_its_other_certificate) {
  ClientCertificates certificates = asked();
  certificates.private_ca = {brainpool_.der()};
  start(certificates);
  for (bool known : {false, true}) {
    TlsIdentity own = known ? brainpool_.tls() : test::TestCi(5, crypto::Curve::brainpool_p256r1).tls();
    TlsContext context = TlsContext::client({brainpool_.der()}, &own).value();
    SSL_CTX_set1_groups_list(context.get(), "brainpoolP256r1");
    SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    test::RawClient raw(context, server_->port());
    EXPECT_EQ(raw.connected(), known);
  }
  server_->stop();
  EXPECT_EQ(server_->stats().handshake_failures, 1u);
}

TEST_F(MutualTls, goes_on_with_whom_the_new_trust_believes_too) {
  for (Demand demand : {Demand::required, Demand::optional}) {
    start(asked(demand));
    Client shows = client(operator_ca_.tls()), shows_none = client({});
    const auto all_served = [&] {
      return shows.get(HostPort{"smdp.test", 443}, "/who") && seen_ && !seen_->under_rsp_ci &&
             (demand == Demand::required || (shows_none.get(HostPort{"smdp.test", 443}, "/who") && !seen_));
    };
    ASSERT_TRUE(all_served());
    const uint64_t connections = server_->stats().accepted;
    ASSERT_TRUE(server_->replace_client_certificates(asked(demand)));
    EXPECT_TRUE(all_served()) << "of the same trust again";
    ClientCertificates changed = asked(demand);
    changed.rsp_ci.clear();
    ASSERT_TRUE(server_->replace_client_certificates(changed));
    EXPECT_TRUE(all_served());
    clock_.advance(1min);
    EXPECT_TRUE(all_served()) << "judged again after a while";
    EXPECT_EQ(server_->stats().accepted, connections) << "each on the connection that it had";
  }
}

TEST_F(MutualTls, ends_a_connection_that_the_new_trust_does_not_allow) {
  const TlsIdentity identity = ci_.tls();
  const auto copy = [&] { return TlsIdentity{identity.certificates, identity.private_key.clone()}; };
  ClientCertificates others_alone = asked(Demand::optional), revoked = others_alone, demanded = asked();
  others_alone.rsp_ci.clear();
  const auto serial = to_bytes(pki::Certificate::parse(identity.certificates[0]).value().serial_number());
  revoked.crls = {ci_.crl({.this_update = test::noon() - 1h,
                           .next_update = test::noon() + 1h,
                           .revoked = {{serial, test::noon() - 2h}}})};
  for (const ClientCertificates& now : {others_alone, revoked, demanded}) {
    start(asked(Demand::optional));
    Client c = client(now.demand == Demand::required ? TlsIdentity() : copy());
    ASSERT_TRUE(c.get(HostPort{"smdp.test", 443}, "/who"));
    ASSERT_TRUE(server_->replace_client_certificates(now));
    EXPECT_FALSE(c.get(HostPort{"smdp.test", 443}, "/who"));
    server_->stop();
    EXPECT_EQ(server_->stats().handshake_failures, 1u) << "it tried again on another connection";
  }
  EXPECT_EQ(callers_.size(), 3u);
}

TEST_F(MutualTls, ends_a_connection_whose_certificate_has_run_out) {
  start(asked());
  Client c = client(ci_.tls());
  ASSERT_TRUE(c.get(HostPort{"smdp.test", 443}, "/who"));
  clock_.advance(std::chrono::days(2));
  EXPECT_FALSE(c.get(HostPort{"smdp.test", 443}, "/who"));
  EXPECT_EQ(callers_.size(), 1u);
}

TEST_F(MutualTls, cannot_be_asked_for_without_anybody_to_believe) {
  ClientCertificates nobody = asked();
  nobody.rsp_ci.clear();
  nobody.private_ca.clear();
  EXPECT_EQ(ClientTrust::make(nobody).error().kind, ErrorKind::invalid);
  ClientCertificates garbage = asked();
  garbage.private_ca.push_back({1, 2, 3});
  EXPECT_EQ(ClientTrust::make(garbage).error().kind, ErrorKind::invalid);
  ClientCertificates foreign = asked();
  foreign.crls = {stranger_.crl({.this_update = test::noon(), .next_update = test::noon() + 1h})};
  EXPECT_FALSE(ClientTrust::make(foreign));
  ClientCertificates timeless = asked();
  timeless.clock = nullptr;
  EXPECT_FALSE(ClientTrust::make(timeless));
  auto plain = test::start_server(ci_);
  EXPECT_EQ(plain->replace_client_certificates(asked()).error().kind, ErrorKind::conflict);
}

TEST_F(MutualTls, client_refuses_an_identity_whose_key_is_another) {
  start(asked());
  ClientOptions options = test::client_options(ci_, server_->port());
  options.identity = std::make_shared<const TlsIdentity>(
      TlsIdentity{ci_.tls().certificates, std::move(operator_ca_.tls().private_key)});
  auto made = Client::make(std::move(options), test::noon_clock());
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("client certificate"), std::string::npos) << made.error().message;
}

}  // namespace
}  // namespace sealift::http
