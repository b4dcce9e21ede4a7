// What a public conformance suite after SGP.23 expects of ES2+, case by case, over mutual TLS: our own
// re-implementation of its 17 cases from a description of them.

#include <functional>

#include "tests/e2e/es2_world.hpp"

namespace sealift::e2e {
namespace {

const Iccid unknown = must(Iccid::parse("8900000000000099999"));
const Eid eid_1 = World::eid(1), eid_2 = World::eid(2);

class Es2Conformance : public ::testing::Test {
 protected:
  template <class T>
  static void expect_codes(const http::Es2Result<T>& result, const char* subject, const char* reason) {
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().is(subject, reason)) << result.error().error.message;
  }
  template <class T>
  static void expect_failed(const http::Es2Result<T>& result) {
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().status) << result.error().error.message;
  }
  Iccid ordered(const std::optional<Eid>& eid = std::nullopt) {
    side.stock(++number_);
    return must(mno.download_order({.eid = eid, .profileType = "Test"})).iccid;
  }
  messages::ConfirmOrderOk confirmed(const Iccid& iccid) { return must(mno.confirm_order({.iccid = iccid})); }

  World world;
  Es2Side side{world};
  Operator mno{side};

 private:
  template <class T>
  static T must(http::Es2Result<T> result) {
    if (!result) check(false, result.error().error.message.c_str());
    return std::move(*result);
  }
  uint64_t number_ = 100;
};

TEST_F(Es2Conformance, download_order_of_an_iccid_without_an_eid) {
  const Iccid iccid = side.stock(1);
  const auto ok = mno.download_order({.iccid = iccid});
  ASSERT_TRUE(ok) << ok.error().error.message;
  EXPECT_EQ(ok->iccid, iccid);
  EXPECT_TRUE(mno.download_order({.iccid = iccid})) << "in a second run of the suite";
}

TEST_F(Es2Conformance, download_order_of_a_type_for_an_eid) {
  const Iccid iccid = side.stock(1);
  const auto ok = mno.download_order({.eid = eid_1, .profileType = "Test"});
  ASSERT_TRUE(ok) << ok.error().error.message;
  EXPECT_EQ(ok->iccid, iccid);
}

TEST_F(Es2Conformance, download_order_of_a_profile_that_is_linked_already) {
  const Iccid iccid = side.stock(1);
  EXPECT_TRUE(mno.download_order({.eid = eid_1, .iccid = iccid}));
  EXPECT_TRUE(mno.download_order({.eid = eid_1, .iccid = iccid})) << "the same again";
  expect_codes(mno.download_order({.iccid = iccid}), "8.2.1", "3.3");
}

TEST_F(Es2Conformance, download_order_of_an_unknown_profile) {
  expect_codes(mno.download_order({.iccid = unknown}), "8.2.1", "3.9");
}

TEST_F(Es2Conformance, confirm_order_without_eid_and_matching_id) {
  const auto ok = mno.confirm_order({.iccid = ordered(), .releaseFlag = true});
  ASSERT_TRUE(ok) << ok.error().error.message;
  EXPECT_FALSE(ok->matchingId.empty());
}

TEST_F(Es2Conformance, confirm_order_of_an_unknown_profile) {
  expect_codes(mno.confirm_order({.iccid = unknown, .releaseFlag = true}), "8.2.1", "3.9");
}

TEST_F(Es2Conformance, confirm_order_of_an_available_profile) {
  expect_failed(mno.confirm_order({.iccid = side.stock(1), .releaseFlag = true}));
}

TEST_F(Es2Conformance, confirm_order_with_a_matching_id_in_use) {
  EXPECT_TRUE(
      mno.confirm_order({.iccid = ordered(), .matchingId = "MATCHING-ID-CONFLICT", .releaseFlag = true}));
  expect_codes(
      mno.confirm_order({.iccid = ordered(), .matchingId = "MATCHING-ID-CONFLICT", .releaseFlag = true}),
      "8.2.6", "3.3");
}

TEST_F(Es2Conformance, confirm_order_with_an_smds_that_is_not_there) {
  expect_codes(
      mno.confirm_order(
          {.iccid = ordered(), .eid = eid_1, .smdsAddress = "invalid.smds.address", .releaseFlag = true}),
      "8.9", "5.1");
}

TEST_F(Es2Conformance, confirm_order_with_an_empty_matching_id_and_no_eid) {
  expect_codes(mno.confirm_order({.iccid = ordered(), .matchingId = "", .releaseFlag = true}), "8.1.1",
               "2.2");
}

TEST_F(Es2Conformance, confirm_order_for_another_eid) {
  expect_codes(mno.confirm_order({.iccid = ordered(eid_1), .eid = eid_2, .releaseFlag = true}), "8.1.1",
               "3.10");
}

TEST_F(Es2Conformance, cancel_order_of_a_confirmed_order) {
  const Iccid iccid = ordered(eid_1);
  const std::string id = confirmed(iccid).matchingId;
  EXPECT_TRUE(mno.cancel_order({.iccid = iccid, .eid = eid_1, .matchingId = id}));
  EXPECT_EQ(side.now(iccid).state, smdp::OrderState::available);
}

TEST_F(Es2Conformance, cancel_order_of_an_unknown_profile) {
  expect_codes(mno.cancel_order({.iccid = unknown}), "8.2.1", "3.9");
}

TEST_F(Es2Conformance, cancel_order_without_the_eid_that_it_is_for) {
  expect_failed(mno.cancel_order({.iccid = ordered(eid_1)}));
}

TEST_F(Es2Conformance, cancel_order_with_another_matching_id) {
  const Iccid iccid = ordered(eid_1);
  confirmed(iccid);
  expect_codes(mno.cancel_order({.iccid = iccid, .eid = eid_1, .matchingId = "WRONG_MATCHING_ID"}), "8.2.6",
               "3.10");
}

TEST_F(Es2Conformance, cancel_order_of_an_available_profile) {
  expect_failed(mno.cancel_order({.iccid = side.stock(1)}));
}

/// The suite shows an eUICC's certificate: TLS fails, or 401, or 403.
TEST_F(Es2Conformance, gives_nothing_to_another_client_certificate) {
  const pki::Identity euicc = e2e::must(pki::issue_euicc(world.pki[pki::Role::eum], eid_1, world.random));
  http::TlsIdentity identity;
  identity.certificates.push_back(to_bytes(euicc.certificate.der()));
  identity.private_key = pki::private_key_to_pkcs8(euicc.key);
  http::Client client = side.client(std::move(identity));
  const auto denied =
      http::Es2Client(client, host).download_order({.header = {"a", "b"}, .iccid = side.stock(1)});
  ASSERT_FALSE(denied);
  EXPECT_FALSE(denied.error().status) << "no function was called";
}

TEST_F(Es2Conformance, full_flow_from_the_order_to_the_phone) {
  const Iccid iccid = ordered(eid_1);
  const auto ok = mno.confirm_order({.iccid = iccid, .releaseFlag = true});
  ASSERT_TRUE(ok) << ok.error().error.message;
  Phone phone(world, 1);
  const auto code =
      e2e::must(download::ActivationCode::parse("1$" + *ok->smdpAddress + "$" + ok->matchingId));
  const auto done = phone.download(code);
  ASSERT_TRUE(done) << done.error().error.message;
  EXPECT_EQ(side.now(iccid).state, smdp::OrderState::installed);
}

}  // namespace
}  // namespace sealift::e2e
