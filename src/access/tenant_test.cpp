#include "access/tenant.hpp"

#include <gtest/gtest.h>

namespace sealift::access {
namespace {

Tenant full() {
  Tenant t{.id = "north", .name = "North Mobile"};
  t.clients = {{.fingerprint = Octets<32>{1, 2}},
               {.dnsName = "es2.north.example", .registeredId = "2.999.7", .issuer = Octets<20>{9}}};
  t.requesters = {"2.999.7"};
  t.callback = Callback{"es2.north.example:8443", "/rsp", true, {Bytes{0x30, 0}}};
  t.policies.stepUpKey = Octets<65>{4};
  t.policies.coolingOff = 0;
  t.suspended = true;
  return t;
}

TEST(Tenants, are_kept_octet_for_octet) {
  for (const Tenant& tenant : {full(), Tenant{.id = "a", .name = "A"}, implicit_default()}) {
    const Bytes kept = asn1::encode(tenant);
    const auto again = asn1::decode<Tenant>(kept);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, tenant);
    EXPECT_EQ(asn1::encode(*again), kept);
    EXPECT_TRUE(validate(tenant)) << validate(tenant).error().message;
  }
}

TEST(Tenants, of_a_later_version_keep_what_is_not_known_here) {
  Tenant tenant = full();
  tenant.more.tlvs = {0x9E, 0x01, 0x05};
  const auto again = asn1::decode<Tenant>(asn1::encode(tenant));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->more.tlvs, tenant.more.tlvs);
}

/// What validate() says of `full()` changed so.
template <class Change>
std::string refusal(Change change) {
  Tenant t = full();
  change(t);
  const Status s = validate(t);
  return s ? "accepted" : s.error().message;
}

TEST(Tenants, are_refused_where_a_member_breaks_a_rule_that_is_named) {
  using T = Tenant&;
  const auto begins = [](const std::string& text, const char* with) { return text.rfind(with, 0) == 0; };
  EXPECT_TRUE(begins(refusal([](T t) { t.id = "North"; }), "id:"));
  EXPECT_TRUE(begins(refusal([](T t) { t.id = ""; }), "id:"));
  EXPECT_TRUE(begins(refusal([](T t) { t.name = "\n"; }), "name:"));
  EXPECT_TRUE(begins(refusal([](T t) { t.clients = {{.issuer = Octets<20>{1}}}; }), "clients:"));
  EXPECT_TRUE(begins(refusal([](T t) { t.clients[1].dnsName = "ES2.example"; }), "clients: dnsName"));
  EXPECT_TRUE(begins(refusal([](T t) { t.clients[1].registeredId = "2..7"; }), "clients: registeredId"));
  EXPECT_TRUE(begins(refusal([](T t) { t.clients.resize(17, t.clients[0]); }), "clients: at most"));
  EXPECT_TRUE(begins(refusal([](T t) { t.requesters = {""}; }), "requesters:"));
  for (const char* address : {"", "https://a", "a:0", "a:65536", "a:x", "A", "a b"}) {
    EXPECT_TRUE(begins(refusal([&](T t) { t.callback->address = address; }), "callback: address")) << address;
  }
  for (const char* path : {"rsp", "/rsp/", "/a b", "/a?b"}) {
    EXPECT_TRUE(begins(refusal([&](T t) { t.callback->pathPrefix = path; }), "callback: pathPrefix")) << path;
  }
  EXPECT_TRUE(begins(refusal([](T t) { t.policies.unboundLifetime = 86'401; }), "policies: unboundLifetime"));
  EXPECT_TRUE(begins(refusal([](T t) { t.policies.unboundLifetime = 0; }), "policies: unboundLifetime"));
  EXPECT_TRUE(
      begins(refusal([](T t) { t.policies.confirmationAttempts = 11; }), "policies: confirmationAttempts"));
  EXPECT_TRUE(begins(refusal([](T t) { t.policies.coolingOff = 2'592'001; }), "policies: coolingOff"));
  EXPECT_TRUE(begins(refusal([](T t) { t.policies.reinstall = "always"; }), "policies: reinstall"));
  EXPECT_TRUE(begins(refusal([](T t) { t.policies.uses = 2; }), "policies: more than one of uses"));
}

TEST(TenantList, has_the_default_tenant_unless_somebody_set_it) {
  EXPECT_EQ(*TenantList().find("default"), implicit_default());
  Tenant set = implicit_default();
  set.policies.allowUnbound = false;
  EXPECT_EQ(*TenantList({set}).find("default"), set);
  EXPECT_EQ(TenantList({set}).all().size(), 1u);
  EXPECT_EQ(TenantList().find("north"), nullptr);
}

TEST(TenantList, finds_a_tenant_by_all_that_its_rule_names) {
  const TenantList list({full()});
  ClientIdentity client{.dnsNames = {"other.example", "ES2.North.example"},
                        .registeredIds = {"2.999.7"},
                        .issuers = {Octets<20>{8}, Octets<20>{9}}};
  ASSERT_TRUE(list.of(client));
  EXPECT_EQ(list.of(client)->id, "north");
  ClientIdentity other_ca = client, no_oid = client;
  other_ca.issuers = {Octets<20>{8}};
  no_oid.registeredIds.clear();
  EXPECT_EQ(list.of(other_ca), nullptr) << "the same names below another CA are somebody else";
  EXPECT_EQ(list.of(no_oid), nullptr);
  EXPECT_EQ(list.of({}), nullptr);
  EXPECT_EQ(list.of({.fingerprint = Octets<32>{1, 2}})->id, "north");
}

TEST(TenantList, gives_nobody_where_a_certificate_is_of_two) {
  Tenant a{.id = "a", .name = "A"}, b{.id = "b", .name = "B"};
  a.clients = {{.dnsName = "es2.example"}};
  b.clients = {{.commonName = "ES2"}};
  ClientIdentity both{.fingerprint = Octets<32>{5}, .dnsNames = {"es2.example"}, .commonName = "ES2"};
  EXPECT_EQ(TenantList({a, b}).of(both), nullptr);
  b.clients.push_back({.fingerprint = Octets<32>{5}});
  EXPECT_EQ(TenantList({a, b}).of(both)->id, "b") << "a fingerprint goes before names";
}

TEST(TenantList, knows_which_requesters_a_tenant_may_be) {
  EXPECT_TRUE(may_be_requester(full(), "2.999.7"));
  EXPECT_FALSE(may_be_requester(full(), "2.999.70"));
  EXPECT_TRUE(may_be_requester(implicit_default(), "anything"));
}

}  // namespace
}  // namespace sealift::access
