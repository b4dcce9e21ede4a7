// Several profiles on one card: until it is full, and none of them touched by what happens to another.
#include "auc/memory_store.hpp"
#include "euicc/memory.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using messages::ErrorReason;
using smdp::OrderState;

euicc::Memory inside(Phone& phone, euicc::MemoryNvm& copy) {
  copy = euicc::MemoryNvm(phone.memory());
  return must(euicc::Memory::open(copy));
}

/// All that a card keeps of one profile, in its very octets.
struct Kept {
  Bytes image, metadata, configuration, changes;
  std::string nickname;
  bool operator==(const Kept&) const = default;
};
Kept kept_of(Phone& phone, const Iccid& iccid) {
  euicc::MemoryNvm copy;
  auto memory = inside(phone, copy);
  auto record = memory.find(iccid);
  check(record.has_value(), "the profile is on the card");
  Kept out{to_bytes(must(memory.image(record->isdp_aid)).expose()),
           record->metadata,
           record->configuration,
           {},
           record->nickname};
  for (const auto& change : memory.changes(record->isdp_aid)) {
    append(out.changes, view(change.key));
    out.changes.push_back(change.value.has_value());
    if (change.value) append(out.changes, *change.value);
  }
  return out;
}

std::string apdu(Phone& phone, std::string_view command) {
  return hex(must(phone.contacts.transmit(*from_hex(command))));
}

TEST(Isolation, what_happens_to_one_profile_leaves_the_others_bit_for_bit) {
  World world;
  Phone phone(world, 1);
  lab::Handset handset(phone.contacts);
  std::vector<Product> products;
  for (uint64_t n = 1; n <= 3; ++n) {
    products.push_back(world.order(n));
    ASSERT_TRUE(phone.download(products.back().code));
  }
  const Iccid &a = products[0].order.iccid, &b = products[1].order.iccid, &c = products[2].order.iccid;
  const Kept b_before = kept_of(phone, b), c_before = kept_of(phone, c);
  const Kept a_before = kept_of(phone, a);
  EXPECT_NE(a_before.image, b_before.image);

  // A is used: a file written, its sequence number moved on, a PIN lost.
  must(phone.lpa->enable(a.digits()));
  auc::MemorySubscribers subscribers;
  must(subscribers.add(*products[0].profile.subscriber()));
  EXPECT_TRUE(handset.attach({subscribers, world.random}));
  EXPECT_EQ(apdu(phone, "00A40004026F7800").substr(0, 2), "62");
  EXPECT_FALSE(handset.verify_pin("9999"));
  must(phone.lpa->set_nickname(a.digits(), "Mine"));
  const Kept a_after = kept_of(phone, a);
  EXPECT_EQ(a_after.image, a_before.image);
  EXPECT_NE(a_after.changes, a_before.changes) << "else nothing was written";
  EXPECT_EQ(kept_of(phone, b), b_before);
  EXPECT_EQ(kept_of(phone, c), c_before);

  // With B enabled, nothing of A is to be found.
  must(phone.lpa->enable(b.digits()));
  EXPECT_EQ(must(handset.read_imsi()), products[1].profile.subscriber()->imsi);
  auc::MemorySubscribers only_a;
  must(only_a.add(*products[0].profile.subscriber()));
  EXPECT_FALSE(handset.attach({only_a, world.random})) << "A's keys do not answer";
  EXPECT_EQ(kept_of(phone, a), a_after) << "a profile that is not enabled is not written to";

  // An ISD-P is not for the terminal to select, nor is the ISD-R's data on a profile's channel.
  for (const auto& p : must(phone.lpa->profiles())) {
    const std::string aid = hex(p.isdpAid->octets());
    EXPECT_EQ(apdu(phone, "00A40400" + hex(Bytes{static_cast<uint8_t>(aid.size() / 2)}) + aid).substr(0, 4),
              "6A82");
  }

  must(phone.lpa->disable(b.digits()));
  const Kept b_used = kept_of(phone, b);
  must(phone.lpa->remove(a.digits()));
  EXPECT_EQ(kept_of(phone, b), b_used);
  EXPECT_EQ(kept_of(phone, c), c_before);
  EXPECT_EQ(phone.profile_count(), 2u);
}

/// What a profile takes of a card, and of the way to it.
struct Cost {
  uint64_t on_card = 0, on_the_way = 0;
};
Cost cost_of_a_profile() {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  const uint64_t before = phone.card.card().free_nvm();
  EXPECT_TRUE(phone.download(product.code));
  return {before - phone.card.card().free_nvm(), product.profile.package.size()};
}

TEST(FullCard, keeps_what_it_has_and_says_that_there_is_no_room) {
  const Cost cost = cost_of_a_profile();
  ASSERT_GT(cost.on_card, cost.on_the_way + 100) << "else the server alone decides, by the size it sends";
  World world;
  auto data = world.personalisation(1);
  data.capacity = static_cast<uint32_t>(3 * cost.on_card + (cost.on_card + cost.on_the_way) / 2);
  Phone phone(world, std::move(data));
  std::vector<Product> installed;
  for (uint64_t n = 1; n <= 3; ++n) {
    installed.push_back(world.order(n));
    const auto end = phone.download(installed.back().code);
    ASSERT_TRUE(end) << end.error().error.message;
  }
  // The server thinks that a fourth fits; the card knows better, and says so.
  Product fourth = world.order(4);
  const auto full = phone.download(fourth.code);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().errorReason, ErrorReason::installFailedDueToInsufficientMemoryForProfile)
      << full.error().error.message;
  EXPECT_EQ(phone.profile_count(), 3u);
  EXPECT_EQ(world.now(fourth.order).state, OrderState::released) << "it may be tried again";
  // A profile that is larger than what is left is not even sent.
  Product large = world.order(100, {}, 20'000);
  const auto refused = phone.download(large.code);
  ASSERT_FALSE(refused);
  ASSERT_TRUE(refused.error().status) << refused.error().error.message;
  EXPECT_EQ(refused.error().status->subjectCode, "8.1");
  EXPECT_EQ(refused.error().status->reasonCode, "4.8");

  // Every profile still works, and where one goes there is room for another.
  lab::Handset handset(phone.contacts);
  for (const Product& p : installed) {
    must(phone.lpa->enable(p.order.iccid.digits()));
    EXPECT_EQ(must(handset.read_imsi()), p.profile.subscriber()->imsi);
  }
  must(phone.lpa->remove(installed.front().order.iccid.digits()));
  (void)must(phone.lpa->deliver_notifications());
  const auto again = phone.download(fourth.code);
  EXPECT_TRUE(again) << again.error().error.message;
  EXPECT_EQ(phone.profile_count(), 3u);
}

}  // namespace
}  // namespace sealift::e2e
