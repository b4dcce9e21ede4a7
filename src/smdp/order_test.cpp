#include "smdp/order.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace sealift::smdp {
namespace {

using Change = std::function<void(Order&)>;

TEST(SameTerms, differ_with_each_thing_that_is_ordered) {
  const Order before{.iccid = *Iccid::parse("8949000000000000001")};
  const std::vector<Change> ordered{
      [](Order& o) { o.matchingId = *MatchingId::parse("A"); },
      [](Order& o) { o.eid_ordered = true; },
      [](Order& o) { o.confirmation = Octets<32>{1}; },
      [](Order& o) { o.confirmation_limit = 4; },
      [](Order& o) { o.rebind = false; },
      [](Order& o) { o.reinstall = Reinstall::same_eid; },
      [](Order& o) { o.uses = 2; },
      [](Order& o) { o.expires = Time{std::chrono::seconds(1)}; },
      [](Order& o) { o.protection = Protection::session_keys; },
      [](Order& o) { o.needs.size = 1; },
      [](Order& o) { o.metadata = {1}; },
      [](Order& o) { o.tenant = "other"; },
      [](Order& o) { o.profileType = "other"; },
      [](Order& o) { o.smdsAddress = "smds.example.com"; },
  };
  for (const Change& change : ordered) {
    Order after = before;
    change(after);
    EXPECT_FALSE(same_terms(before, after)) << &change - ordered.data();
  }
}

TEST(SameTerms, do_not_differ_with_what_a_download_moves) {
  const Order before{.iccid = *Iccid::parse("8949000000000000001")};
  Order after = before;
  after.state = OrderState::installed;
  after.eid = *Eid::with_check_digits("890490321234512345123456789010");
  after.confirmation_attempts = after.download_attempts = after.installs = 1;
  after.last_event = 1;
  after.euiccOtpk = Bytes(65, 4);
  after.delivered = *TransactionId::from_octets(Bytes(16, 1));
  EXPECT_TRUE(same_terms(before, after));
}

}  // namespace
}  // namespace sealift::smdp
