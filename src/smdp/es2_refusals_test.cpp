// Every refusal of ES2+ is provoked at least once; a row of the table without a scenario fails.

#include <map>

#include "access/administration.hpp"
#include "smdp/es2_test_world.hpp"
#include "smdp/faulty_orders.hpp"
#include "store/memory/records.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::FinalProfileStatus;

const Iccid kNowhere = *Iccid::parse("8900000000000099999");

/// An order for a profile in stock, as far as ConfirmOrder.
Order confirmed_order(Es2World& w, messages::ConfirmOrderRequest request = {}) {
  const Iccid iccid = request.iccid = Es2World::ordered(w.download_order({.profileType = "Test"}));
  Es2World::confirmed(w.confirm_order(std::move(request)));
  return **w.orders.find(iccid);
}

/// What ConfirmOrder says of a new order.
Es2Answer confirming(Es2World& w, messages::ConfirmOrderRequest request) {
  request.iccid = Es2World::ordered(w.download_order({.profileType = "Test"}));
  return w.confirm_order(std::move(request));
}

/// Somebody else changes the order before each write.
class Restless final : public OrderStore {
 public:
  explicit Restless(OrderStore& inner) : inner_(inner) {}
  Status add(const Order& o, const StoredProfile& p, const Audit& a) override { return inner_.add(o, p, a); }
  Result<std::optional<Order>> find(const Iccid& i) override { return inner_.find(i); }
  Result<std::optional<Order>> find(const MatchingId& m) override { return inner_.find(m); }
  Result<std::optional<Order>> find_default(const Eid& e, Time t) override {
    return inner_.find_default(e, t);
  }
  Result<std::optional<Order>> find_available(const std::string& t, const std::string& p, size_t s) override {
    return inner_.find_available(t, p, s);
  }
  Result<std::vector<Order>> list(const OrderFilter& f, const std::optional<Iccid>& a, size_t n) override {
    return inner_.list(f, a, n);
  }
  Result<std::vector<StockCount>> stock(const std::string& t) override { return inner_.stock(t); }
  Result<StoredProfile> profile(const Iccid& i) override { return inner_.profile(i); }
  Result<Bytes> package(const Iccid& i) override { return inner_.package(i); }
  Result<std::optional<Delivery>> delivery(const TransactionId& i) override { return inner_.delivery(i); }
  Status apply(const Transition&) override { return Error{ErrorKind::conflict, "somebody was faster"}; }
  Status hear(const NotificationKey& k, const Iccid& i, const Audit& a) override {
    return inner_.hear(k, i, a);
  }
  Result<std::vector<FunctionCall>> calls(const CallKey& k, const Octets<32>& d) override {
    return inner_.calls(k, d);
  }
  Status remember(const FunctionCall& c, const Audit& a) override { return inner_.remember(c, a); }
  Result<std::vector<Order>> expired(Time now, Time given_out, size_t n) override {
    return inner_.expired(now, given_out, n);
  }
  Result<size_t> prune(Time t) override { return inner_.prune(t); }

 private:
  OrderStore& inner_;
};

Es2Answer over(Es2World& w, OrderStore& store, const Iccid& iccid) {
  Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
              store,   w.sessions, w.observer,      w.settings};
  Es2Ports es2{ports, w.told};
  const messages::DownloadOrderRequest request{.header = {"1.2.3", "over"}, .iccid = iccid};
  return smdp::download_order(es2, w.mno, request, view(messages::to_json(request)));
}

using Scenario = std::function<Es2Answer(Es2World&)>;
const std::map<Es2Refusal, Scenario>& scenarios() {
  using enum Es2Refusal;
  static const std::map<Es2Refusal, Scenario> all{
      {requester_unknown,
       [](Es2World& w) {
         w.mno.identifiers = {"4.5.6", "7.8.9"};
         const Iccid iccid = w.stock().iccid;
         EXPECT_FALSE(w.download_order({.header = {"7.8.9", "call"}, .iccid = iccid}).refusal);
         return w.download_order({.header = {"1.2.3", "call"}, .iccid = iccid});
       }},
      {profile_unknown,
       [](Es2World& w) {
         EXPECT_EQ(w.confirm_order({.iccid = kNowhere}).refusal, profile_unknown);
         EXPECT_EQ(w.cancel_order({.iccid = kNowhere}).refusal, profile_unknown);
         EXPECT_EQ(w.release_profile({.iccid = kNowhere}).refusal, profile_unknown);
         return w.download_order({.iccid = kNowhere});
       }},
      {profile_of_another,
       [](Es2World& w) {
         const Iccid theirs = w.stock("Test", "other").iccid;
         EXPECT_EQ(w.confirm_order({.iccid = theirs}).refusal, profile_of_another);
         EXPECT_EQ(w.cancel_order({.iccid = theirs}).refusal, profile_of_another);
         EXPECT_EQ(w.release_profile({.iccid = theirs}).refusal, profile_of_another);
         return w.download_order({.iccid = theirs});
       }},
      {nothing_named, [](Es2World& w) { return w.download_order({.eid = card_eid(1)}); }},
      {profile_type_differs,
       [](Es2World& w) { return w.download_order({.iccid = w.stock().iccid, .profileType = "Other"}); }},
      {profile_not_available,
       [](Es2World& w) {
         const Iccid iccid = w.stock().iccid;
         EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = iccid}).refusal);
         EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = iccid}).refusal) << "asked for again";
         return w.download_order({.iccid = iccid});
       }},
      {profile_type_unknown,
       [](Es2World& w) {
         w.stock("Theirs", "other");
         EXPECT_EQ(w.download_order({.profileType = ""}).refusal, profile_type_unknown);
         return w.download_order({.profileType = "Theirs"});
       }},
      {profile_type_exhausted,
       [](Es2World& w) {
         w.stock();
         EXPECT_FALSE(w.download_order({.profileType = "Test"}).refusal);
         return w.download_order({.profileType = "Test"});
       }},
      {profile_not_ordered, [](Es2World& w) { return w.confirm_order({.iccid = w.stock().iccid}); }},
      {eid_differs,
       [](Es2World& w) {
         const Iccid iccid = w.stock().iccid;
         EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = iccid}).refusal);
         EXPECT_EQ(w.cancel_order({.iccid = iccid, .eid = card_eid(2)}).refusal, eid_differs);
         return w.confirm_order({.iccid = iccid, .eid = card_eid(2)});
       }},
      {eid_missing,
       [](Es2World& w) {
         w.stock();
         w.stock();
         EXPECT_EQ(confirming(w, {.smdsAddress = "smds.example.com"}).refusal, eid_missing);
         return confirming(w, {.matchingId = ""});
       }},
      {eid_required_by_policy,
       [](Es2World& w) {
         w.mno.policy.allow_unbound = false;
         w.stock();
         return confirming(w, {});
       }},
      {matching_id_invalid,
       [](Es2World& w) {
         w.stock();
         const Iccid iccid = Es2World::ordered(w.download_order({.profileType = "Test"}));
         for (const char* id : {"a", "A B", "A$B", "A_B", "\xC3\x84"}) {
           EXPECT_EQ(w.confirm_order({.iccid = iccid, .matchingId = id}).refusal, matching_id_invalid) << id;
         }
         EXPECT_EQ(
             w.confirm_order(
                  {.iccid = iccid, .eid = card_eid(1), .matchingId = "", .smdsAddress = "smds.example.com"})
                 .refusal,
             matching_id_invalid);
         w.settings.any_matching_id = true;
         return w.confirm_order({.iccid = iccid, .matchingId = "A$B"});
       }},
      {matching_id_in_use,
       [](Es2World& w) {
         w.stock();
         w.stock();
         confirmed_order(w, {.matchingId = "TAKEN"});
         return confirming(w, {.matchingId = "TAKEN"});
       }},
      {confirmation_code_required,
       [](Es2World& w) {
         w.mno.policy.confirmation_required = true;
         w.stock();
         return confirming(w, {});
       }},
      {smds_unreachable,
       [](Es2World& w) {
         w.stock();
         w.stock();
         w.registrar.outcome = EventRegistrar::Outcome::unreachable;
         const Order order = confirmed_order(w, {.eid = card_eid(1), .smdsAddress = "smds.example.com"});
         EXPECT_EQ(w.release_profile({.iccid = order.iccid}).refusal, smds_unreachable);
         return confirming(w, {.eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
       }},
      {smds_refused,
       [](Es2World& w) {
         w.stock();
         w.registrar.outcome = EventRegistrar::Outcome::refused;
         return confirming(w, {.eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
       }},
      {order_not_pending, [](Es2World& w) { return w.cancel_order({.iccid = w.stock().iccid}); }},
      {order_eid_missing,
       [](Es2World& w) {
         const Iccid iccid = w.stock().iccid;
         EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = iccid}).refusal);
         return w.cancel_order({.iccid = iccid});
       }},
      {order_matching_id_missing,
       [](Es2World& w) {
         w.stock();
         return w.cancel_order({.iccid = confirmed_order(w).iccid});
       }},
      {order_matching_id_differs,
       [](Es2World& w) {
         w.stock();
         return w.cancel_order({.iccid = confirmed_order(w).iccid, .matchingId = "ANOTHER"});
       }},
      {package_delivered,
       [](Es2World& w) {
         w.stock();
         MiniCard card = w.card();
         const Order order = confirmed_order(w, {.releaseFlag = true});
         const auto bpp = w.download(card, order);
         EXPECT_TRUE(
             w.cancel(bpp->transactionId,
                      card.cancel(bpp->transactionId, messages::CancelSessionReason::undefinedReason)));
         return w.cancel_by_name(w.now(order), FinalProfileStatus::available);
       }},
      {profile_not_confirmed, [](Es2World& w) { return w.release_profile({.iccid = w.stock().iccid}); }},
      {issuance_stopped,
       [](Es2World& w) {
         w.stock();
         w.stock();
         const Order order = confirmed_order(w);
         store::MemoryRecords records;
         const auto directory = access::Directory::open(records).value();
         w.ports.directory = directory.get();
         w.mno.tenant = access::default_tenant;  // the one that is always there
         Order theirs = order;
         theirs.tenant = access::default_tenant;
         EXPECT_TRUE(w.orders.apply({.after = theirs}));
         access::Office office{w.clock, w.random, *directory};
         const messages::ReleaseProfileRequest request{.header = {"1.2.3", "release"}, .iccid = order.iccid};
         EXPECT_TRUE(access::stop_issuance(office, access::administrator(), "a key is lost"));
         const Es2Answer stopped = w.release_profile(request);
         EXPECT_EQ(w.now(order).state, OrderState::confirmed);
         w.ports.directory = nullptr;
         EXPECT_FALSE(w.release_profile(request).refusal) << "that it was stopped is not remembered";
         return stopped;
       }},
      {server_busy,
       [](Es2World& w) {
         const Iccid iccid = w.stock().iccid;
         Restless restless(w.orders);
         return over(w, restless, iccid);
       }},
      {server_failed,
       [](Es2World& w) {
         const Iccid iccid = w.stock().iccid;
         FaultyOrders faulty(w.orders);
         for (int call = 0; call < 3; ++call) {
           faulty.fail_at(call, FaultyOrders::When::before);
           EXPECT_EQ(over(w, faulty, iccid).refusal, server_failed) << call;
         }
         faulty.fail_at(0, FaultyOrders::When::before);
         return over(w, faulty, iccid);
       }},
  };
  return all;
}

class EveryEs2Refusal : public ::testing::TestWithParam<Es2RefusalRow> {};

TEST_P(EveryEs2Refusal, is_provoked_and_told_to_the_observer) {
  const auto scenario = scenarios().find(GetParam().refusal);
  ASSERT_NE(scenario, scenarios().end()) << "no test provokes: " << GetParam().message;
  Es2World w;
  const Es2Answer answer = scenario->second(w);
  EXPECT_EQ(answer.refusal, GetParam().refusal) << answer.body;
  ASSERT_FALSE(w.told.refusals.empty());
  EXPECT_EQ(w.told.refusals.back(), GetParam().refusal);
  const auto status = messages::status_from_json(answer.body);
  ASSERT_TRUE(status) << answer.body;
  EXPECT_EQ(status->status, messages::ExecutionStatus::failed);
  EXPECT_EQ(status->statusCodeData->subjectCode, GetParam().subjectCode);
  EXPECT_EQ(status->statusCodeData->reasonCode, GetParam().reasonCode);
}
INSTANTIATE_TEST_SUITE_P(Table, EveryEs2Refusal,
                         ::testing::ValuesIn(all_es2_refusals().begin(), all_es2_refusals().end()),
                         [](const auto& row) {
                           std::string name(row.param.message);
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

// SGP.22 5.3: where several things are wrong, the first in its order is told.
TEST(Es2Refusals, are_told_in_the_order_of_the_checks) {
  Es2World w;
  const Iccid theirs = w.stock("Theirs", "other").iccid;
  EXPECT_EQ(w.download_order({.iccid = theirs, .profileType = "Test"}).refusal,
            Es2Refusal::profile_of_another);
  const Iccid iccid = w.stock().iccid;
  EXPECT_EQ(w.confirm_order({.iccid = iccid, .matchingId = ""}).refusal, Es2Refusal::profile_not_ordered);
  EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = iccid}).refusal);
  EXPECT_EQ(w.download_order({.iccid = iccid, .profileType = "Other"}).refusal,
            Es2Refusal::profile_type_differs);
  EXPECT_EQ(w.confirm_order({.iccid = iccid, .eid = card_eid(2), .matchingId = "a$"}).refusal,
            Es2Refusal::eid_differs);
  w.registrar.outcome = EventRegistrar::Outcome::unreachable;
  EXPECT_EQ(
      w.confirm_order({.iccid = iccid, .matchingId = "a$", .smdsAddress = "x", .releaseFlag = true}).refusal,
      Es2Refusal::matching_id_invalid);
  EXPECT_TRUE(w.registrar.registered.empty()) << "no SM-DS is asked for what is refused in any case";
  EXPECT_EQ(w.cancel_order({.iccid = iccid, .matchingId = "X"}).refusal, Es2Refusal::order_eid_missing);
}

}  // namespace
}  // namespace sealift::smdp
