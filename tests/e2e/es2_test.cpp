// An operator's day over ES2+: orders by type for a phone, by default server, by SM-DS, taken back; what a
// phone then gets.

#include "http/event_registrar.hpp"
#include "lab/smds_site.hpp"
#include "tests/e2e/es2_world.hpp"

namespace sealift::e2e {
namespace {

using smdp::OrderState;

template <class T>
T granted(http::Es2Result<T> result) {
  if (!result) check(false, result.error().error.message.c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

TEST(Es2Story, an_order_by_type_for_an_eid_is_confirmed_downloaded_and_installed) {
  World world;
  Es2Side side(world);
  Operator mno(side);
  for (uint64_t n : {1, 2, 3}) side.stock(n);
  const Iccid iccid = granted(mno.download_order({.eid = World::eid(1), .profileType = "Test"})).iccid;
  EXPECT_EQ(side.now(iccid).state, OrderState::linked);
  const auto ok = granted(mno.confirm_order({.iccid = iccid, .releaseFlag = true}));
  const auto code = must(download::ActivationCode::parse("1$" + *ok.smdpAddress + "$" + ok.matchingId));
  Phone stranger(world, 2);
  ASSERT_FALSE(stranger.download(code)) << "the order is for another chip";
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(code));
  EXPECT_EQ(side.now(iccid).state, OrderState::installed);
  const auto late = mno.cancel_order({.iccid = iccid, .eid = World::eid(1), .matchingId = ok.matchingId});
  EXPECT_TRUE(late.error().is("8.2.1", "3.3"));
}

TEST(Es2Story, an_order_that_is_taken_back_is_nobodys_and_its_profile_is_ordered_anew) {
  World world;
  Es2Side side(world);
  Operator mno(side);
  const Iccid iccid = side.stock(1);
  granted(mno.download_order({.eid = World::eid(1), .iccid = iccid}));
  const auto first = granted(mno.confirm_order({.iccid = iccid, .releaseFlag = true}));
  granted(mno.cancel_order({.iccid = iccid, .eid = World::eid(1), .matchingId = first.matchingId}));
  Phone phone(world, 1), next(world, 2);
  const auto code = [](const messages::ConfirmOrderOk& ok) {
    return must(download::ActivationCode::parse("1$" + *ok.smdpAddress + "$" + ok.matchingId));
  };
  EXPECT_FALSE(phone.download(code(first)));
  granted(mno.download_order({.eid = World::eid(2), .iccid = iccid}));
  const auto second = granted(mno.confirm_order({.iccid = iccid, .releaseFlag = true}));
  EXPECT_FALSE(phone.download(code(second)));
  EXPECT_TRUE(next.download(code(second)));
  EXPECT_EQ(side.now(iccid).eid, World::eid(2));
}

TEST(Es2Story, an_order_with_a_confirmation_code_and_one_without_release_wait_for_both) {
  World world;
  Es2Side side(world);
  Operator mno(side);
  const Iccid iccid = side.stock(1);
  granted(mno.download_order({.eid = World::eid(1), .iccid = iccid}));
  messages::ConfirmOrderRequest request{.iccid = iccid};
  request.confirmationCode = SecretBytes(to_bytes("4711"));
  const auto ok = granted(mno.confirm_order(std::move(request)));
  const auto code =
      must(download::ActivationCode::parse("1$" + *ok.smdpAddress + "$" + ok.matchingId + "$$1"));
  Phone phone(world, 1);
  phone.user.code = "4711";
  EXPECT_FALSE(phone.download(code)) << "not released";
  granted(mno.release_profile({.iccid = iccid}));
  EXPECT_TRUE(phone.download(code));
}

/// The answer of each call is lost, and the operator asks again: on a new connection, and after the server
/// has started anew on the same store.
TEST(Es2Story, calls_whose_answers_were_lost_are_answered_again_after_a_restart) {
  World world({.keep_in_memory = false});
  const messages::DownloadOrderRequest order{.header = {"mno", "1"}, .profileType = "Test"};
  std::string matchingId;
  Iccid iccid;
  for (int run = 0; run < 2; ++run) {
    if (run == 1) {
      lab::SmdpSiteOptions options;
      options.dir = world.folder.path();
      options.es9plus().host = host;
      options.es9plus().public_port = 443;
      world.site.reset();
      world.site = must(lab::SmdpSite::open(std::move(options), world.clock, world.random, world.log));
    }
    Es2Side side(world);
    for (uint64_t n : {1, 2, 3}) {
      if (run == 0) side.stock(n);
    }
    http::Client client = side.client(side.certificate(Es2Side::kMno));
    http::Es2Client es2(client, host);
    const auto got = granted(es2.download_order(order));
    const messages::ConfirmOrderRequest confirm{
        .header = {"mno", "2"}, .iccid = got.iccid, .releaseFlag = true};
    const auto ok = granted(es2.confirm_order(confirm));
    if (run == 1) {
      EXPECT_EQ(got.iccid, iccid);
      EXPECT_EQ(ok.matchingId, matchingId);
    }
    iccid = got.iccid;
    matchingId = ok.matchingId;
  }
}

}  // namespace
}  // namespace sealift::e2e
