// M2-42: account recovery is how subscriptions are stolen. Whoever talks a support agent into a new code gets
// none without a second factor, and not before the cooling-off is over.
#include "smdp/reissue.hpp"

#include <gmock/gmock.h>

#include "access/administration.hpp"
#include "crypto/ecdsa.hpp"
#include "smdp/callbacks.hpp"
#include "smdp/faulty_orders.hpp"
#include "smdp/test_world.hpp"
#include "store/memory/records.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using access::Role;

class Reissues : public ::testing::Test {
 protected:
  Reissues() {
    w.ports.directory = directory.get();
    access::Tenant north{.id = "north", .name = "North"};
    north.policies.coolingOff = 3600;
    north.policies.stepUpKey = key.public_key().point();
    EXPECT_TRUE(access::add_tenant(office, local, north));
  }
  Principal hire(const std::string& name, Role role, const std::string& tenant = "north") {
    Principal p{.name = name, .roles = {role}, .tenant = tenant, .token = access::token_digest(view(name))};
    EXPECT_TRUE(records.put({access::principal_kind, name, asn1::encode(p)}, {}));
    EXPECT_TRUE(directory->refresh());
    return p;
  }
  void set(const std::function<void(access::Policies&)>& change) {
    EXPECT_TRUE(access::change_tenant(office, local, "north", [&](access::Tenant& t) -> Status {
      change(t.policies);
      return {};
    }));
  }
  Order stock(const std::string& type = "basic") {
    const std::string number = std::to_string(500 + next_++);
    const Iccid iccid = *Iccid::parse("8949" + std::string(16 - number.size(), '0') + number);
    ImportProfile import{.upp = SecretBytes(make_upp(iccid, 1000)), .tenant = "north", .profileType = type};
    import.metadata.serviceProviderName = "North";
    import.metadata.profileName = "Basic";
    return import_profile(w.ports, local, std::move(import)).value();
  }
  Order ordered(int card) {
    return create_order(w.ports, local, {.iccid = stock().iccid, .eid = card_eid(card)}).value();
  }
  Order installed(int n) {
    Order order = ordered(n);
    MiniCard card = w.card(n);
    EXPECT_TRUE(w.download(card, order));
    Order now = w.now(order);
    now.state = OrderState::installed;
    now.delivered.reset();
    EXPECT_TRUE(w.orders.apply({.after = now}));
    return w.now(order);
  }
  AskReissue ask(const Order& order, int card, bool lost = false) {
    return {.iccid = order.iccid, .eid = card_eid(card), .lost = lost};
  }
  StepUp signed_for(const AskReissue& what, std::chrono::seconds ago = {}) {
    const Time issued = w.clock.now() - ago;
    const std::string text = step_up_text(what, issued);
    const auto signature = crypto::SoftwareSigner(key.clone()).sign({view(text)}).value();
    return {issued, to_bytes(View(signature))};
  }
  /// Asked for with the tenant's own second factor, and its cooling-off over.
  Result<Order> reissue(AskReissue what) {
    what.step_up = signed_for(what);
    const auto asked = TRY(ask_reissue(w.ports, sam, what));
    EXPECT_TRUE(asked.reissue);
    w.clock.advance(std::chrono::hours(1));
    return complete_reissue(w.ports, sam, what.iccid);
  }

  World w;
  store::MemoryRecords records;
  std::unique_ptr<access::Directory> directory = access::Directory::open(records).value();
  access::Office office{w.clock, w.random, *directory};
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  Principal local = access::administrator();
  Principal sam = hire("sam", Role::support), anna = hire("anna", Role::approver);
  int next_ = 0;
};

TEST_F(Reissues, are_refused_to_a_talked_round_support_agent_without_a_second_factor) {
  const Order victims = installed(1);
  const AskReissue attack = ask(victims, 2, true);
  // The agent does all that one person can.
  const auto asked = ask_reissue(w.ports, sam, attack);
  ASSERT_TRUE(asked && asked->awaits) << "nothing but a request for somebody else's approval";
  EXPECT_FALSE(access::approve(office, sam, asked->awaits->id, asked->awaits->digest));
  AskReissue again = attack;
  again.approval = asked->awaits->id;
  EXPECT_EQ(ask_reissue(w.ports, sam, again).error().kind, ErrorKind::permission);
  EXPECT_EQ(complete_reissue(w.ports, sam, victims.iccid).error().kind, ErrorKind::not_found);
  // Also where the tenant asks its own people for none.
  set([](access::Policies& p) { p.stepUp = false; });
  EXPECT_TRUE(ask_reissue(w.ports, sam, attack)->awaits);
  EXPECT_EQ(w.now(victims).state, OrderState::installed);
  EXPECT_EQ(w.now(victims).eid, card_eid(1));
}

TEST_F(Reissues, take_the_approval_of_a_second_person_for_this_very_request) {
  const Order old = installed(1), other = installed(3);
  stock();
  const auto asked = ask_reissue(w.ports, sam, ask(old, 2, true));
  ASSERT_TRUE(access::approve(office, anna, asked->awaits->id, asked->awaits->digest));
  for (AskReissue altered : {ask(old, 4, true), ask(other, 2, true)}) {
    altered.approval = asked->awaits->id;
    EXPECT_EQ(ask_reissue(w.ports, sam, altered).error().kind, ErrorKind::verification);
  }
  AskReissue approved = ask(old, 2, true);
  approved.approval = asked->awaits->id;
  const auto done = ask_reissue(w.ports, sam, approved);
  ASSERT_TRUE(done && done->reissue) << done.error().message;
  EXPECT_EQ(done->reissue->second_factor, "approval");
}

TEST_F(Reissues, wait_for_the_end_of_the_cooling_off_and_can_be_cancelled_till_then) {
  const Order old = installed(1);
  stock();
  AskReissue what = ask(old, 2, true);
  what.step_up = signed_for(what);
  ASSERT_TRUE(ask_reissue(w.ports, sam, what)->reissue);
  EXPECT_EQ(ask_reissue(w.ports, sam, what).error().kind, ErrorKind::conflict) << "asked for already";
  w.clock.advance(std::chrono::seconds(3599));
  EXPECT_EQ(complete_reissue(w.ports, sam, old.iccid).error().kind, ErrorKind::conflict);
  EXPECT_EQ(w.now(old).state, OrderState::installed);
  ASSERT_TRUE(cancel_reissue(w.ports, sam, old.iccid));
  w.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(complete_reissue(w.ports, sam, old.iccid).error().kind, ErrorKind::conflict);
  EXPECT_EQ(w.now(old).state, OrderState::installed);
}

TEST_F(Reissues, believe_a_step_up_of_the_tenants_key_for_this_request_and_some_minutes) {
  const Order old = installed(1);
  const AskReissue what = ask(old, 2, true);
  const auto refused = [&](AskReissue how, StepUp step_up) {
    how.step_up = std::move(step_up);
    const auto asked = ask_reissue(w.ports, sam, how);
    return !asked && asked.error().kind == ErrorKind::verification;
  };
  EXPECT_TRUE(refused(what, signed_for(ask(old, 3, true)))) << "for another device";
  EXPECT_TRUE(refused(what, signed_for(ask(old, 2)))) << "of a device that is not lost";
  AskReissue coded = what;
  coded.confirmation = Octets<32>{1};
  EXPECT_TRUE(refused(coded, signed_for(what))) << "without that confirmation code";
  EXPECT_TRUE(refused(what, signed_for(coded))) << "with one";
  coded.confirmation = Octets<32>{2};
  const StepUp two = signed_for(coded);
  coded.confirmation = Octets<32>{1};
  EXPECT_TRUE(refused(coded, two)) << "with another one";
  EXPECT_TRUE(refused(what, signed_for(what, std::chrono::seconds(601)))) << "old";
  EXPECT_TRUE(refused(what, signed_for(what, -std::chrono::seconds(61)))) << "of the future";
  StepUp bent = signed_for(what);
  bent.signature[40] ^= 1;
  EXPECT_TRUE(refused(what, bent));
  EXPECT_TRUE(refused(what, {w.clock.now(), {}}));
  set([](access::Policies& p) { p.stepUpKey.reset(); });
  EXPECT_TRUE(refused(what, signed_for(what))) << "the tenant has no such service";
}

TEST_F(Reissues, take_each_step_up_once) {
  const Order old = installed(1);
  stock();
  AskReissue what = ask(old, 2, true);
  const StepUp older = signed_for(what, std::chrono::seconds(30));
  what.step_up = signed_for(what);
  const auto again = [&] { return ask_reissue(w.ports, sam, what); };
  ASSERT_TRUE(again()->reissue);
  ASSERT_TRUE(cancel_reissue(w.ports, sam, old.iccid));
  EXPECT_EQ(again().error().kind, ErrorKind::verification);
  what.step_up = older;
  EXPECT_EQ(again().error().kind, ErrorKind::verification) << "older than one that was used";
  // Also after one that was approved in its place.
  AskReissue approved = ask(old, 2, true);
  const auto asked = ask_reissue(w.ports, sam, approved);
  ASSERT_TRUE(access::approve(office, anna, asked->awaits->id, asked->awaits->digest));
  approved.approval = asked->awaits->id;
  ASSERT_TRUE(ask_reissue(w.ports, sam, approved)->reissue);
  ASSERT_TRUE(cancel_reissue(w.ports, sam, old.iccid));
  what.step_up = signed_for(what);
  EXPECT_EQ(again().error().kind, ErrorKind::verification);
  w.clock.advance(std::chrono::seconds(1));
  what.step_up = signed_for(what);
  EXPECT_TRUE(again()) << "a new one";
}

TEST_F(Reissues, say_in_audit_rows_which_profile_and_how) {
  const Order old = installed(1), spare = stock();
  AskReissue what = ask(old, 2, true);
  what.step_up = signed_for(what);
  const size_t before = records.audit().size();
  ASSERT_TRUE(ask_reissue(w.ports, sam, what)->reissue);
  ASSERT_TRUE(cancel_reissue(w.ports, sam, old.iccid));
  AskReissue coded = ask(old, 2, true);
  coded.confirmation = Octets<32>{1};
  const auto asked = ask_reissue(w.ports, sam, coded);
  ASSERT_TRUE(access::approve(office, anna, asked->awaits->id, asked->awaits->digest));
  coded.approval = asked->awaits->id;
  ASSERT_TRUE(ask_reissue(w.ports, sam, coded)->reissue);
  w.clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(complete_reissue(w.ports, sam, old.iccid));
  std::vector<std::string> rows;
  const auto audit = records.audit();
  for (size_t i = before; i < audit.size(); ++i) {
    if (audit[i].action.ends_with("approval") || audit[i].action == "approve") continue;
    EXPECT_EQ(audit[i].iccid, old.iccid) << audit[i].action;
    EXPECT_EQ(audit[i].detail.find(card_eid(2).digits()), std::string::npos) << "no EID";
    rows.push_back(audit[i].action + " " + audit[i].detail);
  }
  const std::string id = asked->awaits->id, by = spare.iccid.digits();
  EXPECT_EQ(rows,
            (std::vector<std::string>{
                "ask_reissue second factor: step-up, one EID, device lost", "cancel_reissue ",
                "ask_reissue second factor: approval " + id + ", one EID, device lost, confirmation code",
                "choose_profile ICCID " + by, "complete_reissue by ICCID " + by}));
}

TEST_F(Reissues, of_a_profile_that_no_device_got_make_a_new_code_of_it) {
  const Order old = ordered(1);
  const auto order = reissue(ask(old, 2));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->iccid, old.iccid);
  EXPECT_EQ(order->state, OrderState::released);
  EXPECT_NE(order->matchingId, old.matchingId);
  MiniCard before = w.card(1), now = w.card(2);
  EXPECT_EQ(w.authenticate(before, old.matchingId).error(), Refusal::matching_id_unknown)
      << "the old code is dead";
  EXPECT_EQ(w.authenticate(before, order->matchingId).error(), Refusal::eid_not_expected);
  EXPECT_TRUE(w.download(now, *order));
}

TEST_F(Reissues, of_a_profile_on_a_lost_device_end_it_and_give_another_of_its_type) {
  const Order old = installed(1);
  EXPECT_EQ(ask_reissue(w.ports, sam, ask(old, 2)).error().kind, ErrorKind::conflict) << "it is on a device";
  EXPECT_EQ(reissue(ask(old, 2, true)).error().kind, ErrorKind::conflict) << "no other profile is in stock";
  const Order spare = stock();
  const auto order = complete_reissue(w.ports, sam, old.iccid);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->iccid, spare.iccid);
  EXPECT_EQ(order->eid, card_eid(2));
  EXPECT_EQ(w.now(old).state, OrderState::unavailable);
  EXPECT_EQ(*complete_reissue(w.ports, sam, old.iccid), *order) << "asked again, the same";
  MiniCard lost = w.card(1), now = w.card(2);
  EXPECT_FALSE(w.authenticate(lost, old.matchingId));
  EXPECT_TRUE(w.download(now, *order));
}

TEST_F(Reissues, that_were_cut_short_go_on_with_the_profile_they_had_chosen) {
  using enum FaultyOrders::When;
  for (const auto& [fault, when] : {std::pair(0, before),
                                    {1, before},
                                    {2, before},
                                    {3, before},
                                    {3, after},
                                    {4, before},
                                    {5, before},
                                    {5, after}}) {
    const Order old = installed(1);
    const Order first = stock(), second = stock();
    AskReissue what = ask(old, 2, true);
    what.step_up = signed_for(what);
    ASSERT_TRUE(ask_reissue(w.ports, sam, what));
    w.clock.advance(std::chrono::hours(1));
    FaultyOrders faulty(w.orders);
    faulty.fail_at(fault, when);
    Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                faulty,  w.sessions, w.observer,      w.settings};
    ports.directory = directory.get();
    EXPECT_FALSE(complete_reissue(ports, sam, old.iccid)) << fault;
    const auto whole = complete_reissue(w.ports, sam, old.iccid);
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(w.now(old).state, OrderState::unavailable);
    const int taken =
        (w.now(first).state != OrderState::available) + (w.now(second).state != OrderState::available);
    EXPECT_EQ(taken, 1) << "one profile takes the place, whatever failed";
    for (const Order& left : {first, second}) {
      const bool waits = w.now(left).state == OrderState::available;
      EXPECT_TRUE(!waits || withdraw_profile(w.ports, local, left.iccid));
    }
  }
}

TEST_F(Reissues, that_were_cut_short_take_another_profile_where_somebody_got_the_one_they_had_chosen) {
  set([](access::Policies& p) { p.reissuesPerDay = 100; });
  for (int fault = 1; fault < 8; ++fault) {
    const Order old = installed(1);
    const Order first = stock();
    AskReissue what = ask(old, 2, true);
    what.step_up = signed_for(what);
    ASSERT_TRUE(ask_reissue(w.ports, sam, what));
    w.clock.advance(std::chrono::hours(1));
    FaultyOrders faulty(w.orders);
    faulty.fail_at(fault, FaultyOrders::When::before);
    Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                faulty,  w.sessions, w.observer,      w.settings};
    ports.directory = directory.get();
    if (complete_reissue(ports, sam, old.iccid)) break;  // it takes fewer calls
    ASSERT_EQ(w.now(first).state, OrderState::available);
    ASSERT_TRUE(create_order(w.ports, local, {.iccid = first.iccid, .eid = card_eid(3)}));
    const auto none = complete_reissue(w.ports, sam, old.iccid);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, ::testing::HasSubstr("no other profile of type")) << fault;
    const Order second = stock();
    const auto whole = complete_reissue(w.ports, sam, old.iccid);
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->iccid, second.iccid);
    EXPECT_EQ(w.now(old).state, OrderState::unavailable);
    EXPECT_EQ(w.now(first).eid, card_eid(3));
  }
}

TEST_F(Reissues, are_so_many_a_day_and_each_within_its_tenant) {
  set([](access::Policies& p) { p.reissuesPerDay = 1; });
  const Order first = ordered(1), second = ordered(3);
  ASSERT_TRUE(reissue(ask(first, 2)));
  AskReissue more = ask(second, 4);
  more.step_up = signed_for(more);
  EXPECT_EQ(ask_reissue(w.ports, sam, more).error().kind, ErrorKind::limit);
  const Principal stranger = hire("sven", Role::support, "south");
  EXPECT_EQ(ask_reissue(w.ports, stranger, more).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(list_reissues(w.ports, stranger)->empty());
  EXPECT_EQ(list_reissues(w.ports, sam)->size(), 1u);
  w.clock.advance(std::chrono::hours(24));
  more.step_up = signed_for(more);
  EXPECT_TRUE(ask_reissue(w.ports, sam, more));
}

TEST_F(Reissues, are_told_to_the_operator_when_they_are_asked_for_and_when_they_are_given) {
  struct Everybody final : CallbackList {
    Told told(const std::string&) const override { return Told::progress; }
  } everybody;
  const Order old = installed(1);
  stock();
  w.ports.callbacks = &everybody;
  ASSERT_TRUE(reissue(ask(old, 2, true)));
  std::vector<Point> told;
  Outbox& box = w.orders.outbox();
  const auto addressees = box.addressees(w.clock.now()).value();
  for (const Addressee& whose : addressees) {
    for (;;) {
      const auto rows = box.claim(whose, w.clock.now(), std::chrono::seconds(60), 100).value();
      if (rows.empty()) break;
      for (const Queued& row : rows) {
        EXPECT_EQ(row.what.iccid, old.iccid);
        EXPECT_EQ(decode_progress(row.what.content)->eid, card_eid(1))
            << "the old device is whom it concerns";
        told.push_back(decode_progress(row.what.content)->point);
        EXPECT_TRUE(box.delivered(row.number));
      }
    }
  }
  EXPECT_EQ(told, (std::vector{reissue_asked, reissued}));
}

TEST_F(Reissues, give_nothing_out_while_issuance_is_stopped) {
  const Order old = ordered(1);
  AskReissue what = ask(old, 2);
  what.step_up = signed_for(what);
  ASSERT_TRUE(ask_reissue(w.ports, sam, what));
  w.clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(access::stop_issuance(office, local, "stop"));
  EXPECT_EQ(complete_reissue(w.ports, sam, old.iccid).error().kind, ErrorKind::conflict);
  EXPECT_EQ(w.now(old).matchingId, old.matchingId);
}

}  // namespace
}  // namespace sealift::smdp
