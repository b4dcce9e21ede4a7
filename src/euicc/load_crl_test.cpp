#include <gtest/gtest.h>

#include <algorithm>

#include "asn1/writer.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::AuthenticateErrorCode;
using messages::DownloadErrorCode;
using messages::LoadCrlResponseError;
using pki::Role;

const Time noon = Time(std::chrono::seconds(1800000000));

struct ListOptions {
  std::vector<Role> revoked;
  uint64_t number = 1;
  uint32_t part = 1, parts = 1;
  size_t filler = 0;  ///< other serial numbers
  pki::CrlScope scope = pki::CrlScope::all;
  std::string point;  ///< its distribution point
};

Bytes list(World& w, const ListOptions& o, const pki::Hierarchy* by = nullptr) {
  const pki::Hierarchy& pki = by ? *by : w.hierarchy;
  pki::CrlSpec spec{.this_update = noon,
                    .next_update = noon,
                    .number = o.number,
                    .part = o.part,
                    .parts = o.parts,
                    .revoked = {}};
  spec.scope = o.scope;
  if (!o.point.empty()) spec.distribution_points = {o.point};
  for (Role role : o.revoked)
    spec.revoked.push_back({to_bytes(w.hierarchy.certificate(role).serial_number()), noon});
  for (size_t i = 0; i < o.filler; ++i)
    spec.revoked.push_back({Bytes{0x40, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}, noon});
  crypto::DeterministicSigner signer(pki[Role::ci].key.clone());
  auto crl = pki::issue_crl(spec, pki.certificate(Role::ci), signer);
  check(bool(crl), "the list is made");
  return to_bytes(crl->der());
}

messages::LoadCrlResponse load_der(World& w, View certificate_list) {
  messages::LoadCrlRequest request;
  request.crl = to_bytes(certificate_list.subspan(asn1::read_header(certificate_list).header_size));
  return w.phone.command<messages::LoadCrlResponse>(request);
}
/// missingParts; -1 where the answer is an error.
std::vector<int> load(World& w, const ListOptions& o) {
  auto response = load_der(w, list(w, o));
  const auto* ok = std::get_if<messages::LoadCrlResponseOk>(&response.alt);
  if (!ok) return {-1};
  std::vector<int> missing;
  if (ok->missingParts) missing.assign(ok->missingParts->begin(), ok->missingParts->end());
  return missing;
}
int refused(const messages::LoadCrlResponse& response) {
  const auto* error = std::get_if<LoadCrlResponseError>(&response.alt);
  return error ? static_cast<int>(*error) : 0;
}
int refused(LoadCrlResponseError error) {
  return static_cast<int>(error);
}

int authenticate(World& w) {
  auto challenge = w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
  auto response =
      w.phone.command<messages::AuthenticateServerResponse>(w.server.authenticate(challenge.euiccChallenge));
  const auto* error = std::get_if<messages::AuthenticateResponseError>(&response.alt);
  return error ? static_cast<int>(error->authenticateErrorCode) : 0;
}

TEST(LoadCrl, is_announced) {
  World w;
  auto info = w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  EXPECT_TRUE(info.rspCapability.contains(messages::RspCapabilityBit::crlSupport));
}

TEST(LoadCrl, shuts_out_servers_that_are_on_the_list) {
  World w;
  EXPECT_EQ(authenticate(w), 0);
  EXPECT_EQ(load(w, {.revoked = {}, .number = 1}), std::vector<int>{});
  EXPECT_EQ(authenticate(w), 0) << "an empty list revokes nobody";
  EXPECT_EQ(load(w, {.revoked = {Role::dp_auth}, .number = 2}), std::vector<int>{});
  EXPECT_EQ(authenticate(w), static_cast<int>(AuthenticateErrorCode::invalidCertificate));
  w.restart();
  EXPECT_EQ(authenticate(w), static_cast<int>(AuthenticateErrorCode::invalidCertificate)) << "it is kept";
  w.server.auth_role = Role::ds_auth;
  EXPECT_EQ(authenticate(w), 0) << "the SM-DS is not on it";
}

TEST(LoadCrl, keeps_its_list_of_servers_when_a_newer_one_of_cas_comes) {
  World w;
  ASSERT_TRUE(load(w, {.revoked = {Role::dp_auth}, .number = 3, .scope = pki::CrlScope::user_certificates}).empty());
  ASSERT_TRUE(load(w, {.number = 9, .scope = pki::CrlScope::ca_certificates}).empty());
  EXPECT_EQ(authenticate(w), static_cast<int>(messages::AuthenticateErrorCode::invalidCertificate));
}

// An LPA that nobody vouches for chooses what it loads: none of the CI's lists may be made to go by another.
TEST(LoadCrl, keeps_the_lists_of_several_distribution_points_beside_each_other) {
  World w;
  const std::string first = "http://ci.example.com/1.crl", second = "http://ci.example.com/2.crl";
  ASSERT_TRUE(load(w, {.revoked = {Role::dp_auth}, .number = 3, .point = first}).empty());
  ASSERT_TRUE(load(w, {.revoked = {Role::ds_auth}, .number = 3, .point = second}).empty());
  ASSERT_TRUE(load(w, {.revoked = {Role::ds_auth}, .number = 9, .point = second}).empty());
  EXPECT_EQ(authenticate(w), static_cast<int>(AuthenticateErrorCode::invalidCertificate));
  EXPECT_EQ(load(w, {.number = 2, .point = first}), std::vector<int>{-1}) << "each has numbers of its own";
  EXPECT_TRUE(load(w, {.number = 4, .point = first}).empty());
  EXPECT_EQ(authenticate(w), 0) << "its own successor replaces it";
  w.server.auth_role = Role::ds_auth;
  EXPECT_EQ(authenticate(w), static_cast<int>(AuthenticateErrorCode::invalidCertificate));
}

TEST(LoadCrl, shuts_out_a_binding_certificate) {
  World w;
  EXPECT_EQ(load(w, {.revoked = {Role::dp_pb}}), std::vector<int>{});
  auto response = w.phone.command<messages::PrepareDownloadResponse>(w.server.prepare(w.authenticate()));
  const auto* error = std::get_if<messages::PrepareDownloadResponseError>(&response.alt);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->downloadErrorCode, DownloadErrorCode::invalidCertificate);
}

TEST(LoadCrl, says_which_parts_of_a_list_are_missing) {
  World w;
  EXPECT_EQ(load(w, {.revoked = {Role::dp_auth}, .number = 7}), std::vector<int>{});
  EXPECT_EQ(load(w, {.revoked = {}, .number = 8, .part = 2, .parts = 3}), (std::vector<int>{1, 3}));
  EXPECT_NE(authenticate(w), 0) << "the list before it holds until the new one is whole";
  EXPECT_EQ(load(w, {.revoked = {Role::ds_auth}, .number = 8, .part = 3, .parts = 3}), std::vector<int>{1});
  EXPECT_EQ(load(w, {.revoked = {}, .number = 8, .part = 3, .parts = 3}), std::vector<int>{1}) << "again";
  EXPECT_EQ(load(w, {.revoked = {}, .number = 8, .part = 1, .parts = 3}), std::vector<int>{});
  EXPECT_EQ(authenticate(w), 0) << "and goes then";
}

TEST(LoadCrl, refuses_by_its_codes) {
  World w(1, [](Personalisation& p) { p.capacity = 12000; });
  using enum LoadCrlResponseError;
  Bytes good = list(w, {.revoked = {Role::dp_auth}, .number = 5});

  Bytes bad = good;
  bad.back() ^= 1;
  EXPECT_EQ(refused(load_der(w, bad)), refused(invalidSignature));
  EXPECT_EQ(refused(load_der(w, *from_hex("30023000"))), refused(invalidCRLFormat));
  EXPECT_EQ(refused(load_der(w, list(w, {.filler = 700}))), refused(notEnoughMemorySpace));
  World other(2);
  EXPECT_EQ(refused(load_der(w, list(w, {}, &other.hierarchy))), refused(verificationKeyNotFound));
  EXPECT_EQ(authenticate(w), 0) << "nothing of these was kept";

  EXPECT_EQ(refused(load_der(w, good)), 0);
  EXPECT_EQ(refused(load_der(w, list(w, {.number = 4}))), refused(fresherCrlAlreadyLoaded));
  EXPECT_EQ(refused(load_der(w, list(w, {.number = 5, .part = 2, .parts = 2}))), refused(invalidCRLFormat))
      << "a list has one number of parts";
  EXPECT_EQ(refused(load_der(w, good)), 0) << "the same once more";

  Bytes numberless = good;
  const Bytes crl_number = *from_hex("0603551D14");
  auto at = std::search(numberless.begin(), numberless.end(), crl_number.begin(), crl_number.end());
  ASSERT_NE(at, numberless.end());
  at[4] = 0x63;  // an extension that nobody knows
  EXPECT_EQ(refused(load_der(w, numberless)), refused(invalidCRLFormat));
}

TEST(LoadCrl, has_no_list_that_a_delta_could_be_added_to) {
  World w;
  Bytes good = list(w, {.number = 5});
  // tbs with one more extension: critical deltaCRLIndicator of base 4. The signature is not reached.
  asn1::Reader in(good);
  auto outer = *in.next();
  asn1::Reader parts = in.inside(outer);
  auto tbs = *parts.next();
  asn1::Reader fields = parts.inside(tbs);
  Bytes contents;
  while (!fields.at_end()) {
    auto field = *fields.next();
    if (field.tag != 0xA0) {
      append(contents, field.whole);
      continue;
    }
    auto extensions = *fields.inside(field).next();
    append(contents, asn1::tlv(0xA0, asn1::tlv(0x30, concat({extensions.value,
                                                             *from_hex("300D0603551D1B0101FF0403020104")}))));
  }
  Bytes delta = asn1::tlv(0x30, concat({asn1::tlv(0x30, contents), parts.rest()}));
  EXPECT_EQ(refused(load_der(w, delta)), refused(LoadCrlResponseError::baseCrlMissing));
}

TEST(LoadCrl, answers_undefined_error_where_the_memory_fails) {
  World w;
  w.nvm.refuse_append(0);
  EXPECT_EQ(refused(load_der(w, list(w, {}))), refused(LoadCrlResponseError::undefinedError));
  w.phone.connect();
  EXPECT_EQ(authenticate(w), 0);
}

TEST(LoadCrl, takes_memory_and_survives_a_memory_reset) {
  World w;
  uint64_t before = w.card->free_nvm();
  EXPECT_EQ(load(w, {.revoked = {Role::dp_auth}, .filler = 100}), std::vector<int>{});
  EXPECT_LT(w.card->free_nvm(), before - 1000);
  messages::EuiccMemoryResetRequest reset;
  reset.resetOptions = {messages::ResetOption::deleteOperationalProfiles,
                        messages::ResetOption::resetDefaultSmdpAddress};
  w.phone.command<messages::EuiccMemoryResetResponse>(reset);
  EXPECT_NE(authenticate(w), 0);
}

}  // namespace
}  // namespace sealift::euicc
