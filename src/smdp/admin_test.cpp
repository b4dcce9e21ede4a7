#include "smdp/admin.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "smdp/test_world.hpp"
#include "smdp/vault.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

const Iccid kIccid = *Iccid::parse("8949000000000000555");

ImportProfile import_of(Bytes upp) {
  ImportProfile request{.upp = SecretBytes(std::move(upp))};
  request.metadata.serviceProviderName = "Sealift";
  request.metadata.profileName = "Test";
  return request;
}

bool holds(View where, View what) {
  return std::search(where.begin(), where.end(), what.begin(), what.end()) != where.end();
}

TEST(Vault, gives_back_what_was_locked_and_to_its_key_alone) {
  SeededRandom random(1);
  const Secret<32> key(Octets<32>{1}), other(Octets<32>{2});
  const Bytes upp = make_upp(kIccid, 3000);
  const StoredProfile sealed = lock_profile(key, random, kIccid, Protection::session_keys, upp);
  EXPECT_TRUE(equal(unlock_upp(key, kIccid, sealed)->expose(), upp));
  EXPECT_EQ(unlock_upp(other, kIccid, sealed).error().kind, ErrorKind::verification);
  EXPECT_FALSE(unlock_upp(key, *Iccid::parse("8949000000000000556"), sealed))
      << "profiles must not change places";
  const StoredProfile protected_once = lock_profile(key, random, kIccid, Protection::random_keys, upp);
  EXPECT_TRUE(unlock_keys(key, kIccid, protected_once));
  EXPECT_FALSE(unlock_keys(other, kIccid, protected_once));
  EXPECT_FALSE(unlock_keys(key, kIccid, sealed));
}

TEST(Vault, tells_whether_a_profile_is_what_was_locked) {
  SeededRandom random(1);
  const Secret<32> key(Octets<32>{1});
  const Bytes upp = make_upp(kIccid, 3000);
  Bytes other = upp;
  other.back() ^= 1;
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    const StoredProfile locked = lock_profile(key, random, kIccid, protection, upp);
    EXPECT_EQ(is_locked(key, kIccid, protection, locked, upp).value(), true);
    EXPECT_EQ(is_locked(key, kIccid, protection, locked, other).value(), false);
  }
}

TEST(Vault, holds_no_octet_of_a_profile_in_clear) {
  SeededRandom random(1);
  const Secret<32> key(Octets<32>{1});
  const Bytes upp = make_upp(kIccid, 3000);
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    const StoredProfile stored = lock_profile(key, random, kIccid, protection, upp);
    for (size_t at = 0; at + 16 <= upp.size(); at += 16) {
      EXPECT_FALSE(holds(stored.content, View(upp).subspan(at, 16)));
    }
  }
}

TEST(Vault, two_profiles_never_share_keys) {
  SeededRandom random(1);
  const Secret<32> key(Octets<32>{1});
  const Bytes upp = make_upp(kIccid, 1000);
  const auto a = lock_profile(key, random, kIccid, Protection::random_keys, upp);
  const auto b = lock_profile(key, random, kIccid, Protection::random_keys, upp);
  EXPECT_NE(a.content, b.content);
  EXPECT_FALSE(equal(unlock_keys(key, kIccid, a)->keys.ppkEnc.expose(),
                     unlock_keys(key, kIccid, b)->keys.ppkEnc.expose()));
}

TEST(Import, takes_iccid_and_needs_from_the_profile_header) {
  World w;
  const auto order = import_profile(w.ports, access::administrator("alice"), import_of(make_upp(kIccid)));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->iccid, kIccid);
  EXPECT_EQ(order->state, OrderState::available);
  EXPECT_EQ(order->needs, (ProfileNeeds{3, 1, static_cast<uint32_t>(make_upp(kIccid).size()), 0b10010}));
  EXPECT_EQ(asn1::decode<messages::StoreMetadataRequest>(order->metadata)->iccid, kIccid);
  EXPECT_EQ(w.orders.audit().back().actor, "alice");
  EXPECT_EQ(import_profile(w.ports, access::administrator("alice"), import_of(make_upp(kIccid))).error().kind,
            ErrorKind::exists);
}

TEST(Import, takes_the_same_again_for_there_and_anything_else_of_its_iccid_for_wrong) {
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    World w;
    const auto again = [&](ImportProfile what) {
      what.protection = protection;
      const auto done = import_profile(w.ports, access::administrator("alice"), std::move(what));
      return done ? std::string("imported") : done.error().message;
    };
    EXPECT_EQ(again(import_of(make_upp(kIccid))), "imported");
    EXPECT_THAT(again(import_of(make_upp(kIccid))), ::testing::HasSubstr("the same"));
    EXPECT_THAT(again(import_of(make_upp(kIccid, 1000))), ::testing::HasSubstr("other contents"));
    ImportProfile typed = import_of(make_upp(kIccid));
    typed.profileType = "another";
    EXPECT_THAT(again(std::move(typed)), ::testing::HasSubstr("with the type ''"));
  }
}

TEST(Import, refuses_what_is_no_profile_or_no_metadata) {
  World w;
  EXPECT_FALSE(import_profile(w.ports, access::administrator("alice"), import_of({})));
  EXPECT_FALSE(import_profile(w.ports, access::administrator("alice"), import_of({0xA0, 0x05, 1})));
  Bytes cut = make_upp(kIccid);
  cut.resize(cut.size() - 2);
  EXPECT_FALSE(import_profile(w.ports, access::administrator("alice"), import_of(std::move(cut))));
  auto long_name = import_of(make_upp(kIccid));
  long_name.metadata.serviceProviderName = std::string(33, 'x');
  EXPECT_EQ(import_profile(w.ports, access::administrator("alice"), std::move(long_name)).error().kind,
            ErrorKind::limit);
  auto bare_icon = import_of(make_upp(kIccid));
  bare_icon.metadata.icon = Bytes{1};
  EXPECT_EQ(import_profile(w.ports, access::administrator("alice"), std::move(bare_icon)).error().kind,
            ErrorKind::invalid);
  EXPECT_FALSE(*w.orders.find(kIccid));
}

TEST(Orders, get_a_random_matching_id_that_keeps_the_grammar) {
  World w;
  const Order a = w.order(), b = w.order();
  EXPECT_NE(a.matchingId, b.matchingId);
  EXPECT_EQ(a.matchingId->value().size(), 32u) << "128 bits";
  EXPECT_TRUE(a.matchingId->keeps_grammar());
}

TEST(Orders, make_an_activation_code) {
  World w;
  const Order plain = w.order({.matchingId = *MatchingId::parse("ABC-1")});
  EXPECT_EQ(*activation_code(w.ports, plain), "1$smdp.example.com$ABC-1$2.999.10");
  const Order code =
      w.order({.matchingId = *MatchingId::parse("ABC-2"), .confirmationCode = SecretBytes(to_bytes("1"))});
  EXPECT_EQ(*activation_code(w.ports, code), "1$smdp.example.com$ABC-2$2.999.10$1");
  EXPECT_EQ(activation_code(w.ports, Order{}).error().kind, ErrorKind::conflict);
}

TEST(Orders, are_refused_where_they_make_no_sense) {
  World w;
  const Order taken = w.order({.matchingId = *MatchingId::parse("TAKEN")});
  EXPECT_EQ(create_order(w.ports, access::administrator("bob"), {.iccid = taken.iccid}).error().kind,
            ErrorKind::conflict);
  EXPECT_EQ(create_order(w.ports, access::administrator("bob"), {.iccid = kIccid}).error().kind,
            ErrorKind::not_found);
  ASSERT_TRUE(import_profile(w.ports, access::administrator("bob"), import_of(make_upp(kIccid))));
  EXPECT_EQ(create_order(w.ports, access::administrator("bob"), {.iccid = kIccid, .matchingId = MatchingId()})
                .error()
                .kind,
            ErrorKind::invalid);
  EXPECT_EQ(create_order(w.ports, access::administrator("bob"),
                         {.iccid = kIccid, .matchingId = *MatchingId::parse("low")})
                .error()
                .kind,
            ErrorKind::invalid);
  EXPECT_EQ(
      create_order(w.ports, access::administrator("bob"), {.iccid = kIccid, .matchingId = taken.matchingId})
          .error()
          .kind,
      ErrorKind::conflict);
  EXPECT_EQ(create_order(w.ports, access::administrator("bob"),
                         {.iccid = kIccid, .confirmationCode = SecretBytes()})
                .error()
                .kind,
            ErrorKind::invalid);
  EXPECT_EQ(show_order(w.ports, access::administrator(), kIccid)->state, OrderState::available);
  EXPECT_EQ(list_orders(w.ports, access::administrator(), {}, std::nullopt, 10)->size(), 2u);
}

TEST(Orders, with_a_confirmation_code_are_downloaded_with_it_alone) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.confirmationCode = SecretBytes(to_bytes("4711"))});
  EXPECT_EQ(w.download(card, order, "4712").error(), Refusal::confirmation_code_refused);
  const auto offer = w.authenticate(card, order.matchingId);
  ASSERT_TRUE(offer);
  EXPECT_TRUE(offer->smdpSigned2.value.ccRequiredFlag);
  EXPECT_TRUE(w.get(card, *offer, "4711"));
}

}  // namespace
}  // namespace sealift::smdp
