// A subscriber with TUAK, from the order to the network: the algorithm beside Milenage (TS 35.231).
#include "auc/memory_store.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

TEST(Tuak, a_profile_downloads_and_the_phone_attaches_with_it) {
  World world;
  Product product = world.order_for(must(lab::SubscriberProfile::make_random(world.random, true)));
  auto subscriber = product.profile.subscriber();
  ASSERT_TRUE(subscriber);
  ASSERT_TRUE(subscriber->tuak);
  Phone phone(world, 1);
  auto outcome = phone.download(product.code);
  ASSERT_TRUE(outcome) << outcome.error().error.message;
  ASSERT_TRUE(phone.lpa->enable(product.order.iccid.digits()));

  auc::MemorySubscribers subscribers;
  must(subscribers.add(*subscriber));
  lab::Handset handset(phone.contacts);
  auto first = handset.attach({subscribers, world.random});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->imsi, subscriber->imsi);
  EXPECT_FALSE(first->resynchronised);

  // A network that has forgotten its numbers gives one that the card has seen: the card says where it is.
  auc::MemorySubscribers forgetful;
  must(forgetful.add(*subscriber));
  auto again = handset.attach({forgetful, world.random});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->resynchronised);

  // Another K is another subscriber.
  auc::MemorySubscribers wrong;
  auto other = subscriber->clone();
  other.tuak->k = SecretBytes(Bytes(32, 7));
  must(wrong.add(other));
  EXPECT_FALSE(handset.attach({wrong, world.random}));
}

}  // namespace
}  // namespace sealift::e2e
