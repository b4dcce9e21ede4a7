#include "euicc/fs_test_card.hpp"

namespace sealift::euicc::test {
namespace {

constexpr const char* right = "002000010831323334FFFFFFFF";
constexpr const char* wrong = "002000010830303030FFFFFFFF";

TEST(VerifyPin, counts_down_blocks_and_says_so) {
  TestCard card;
  EXPECT_EQ(card.ask("00200001"), "63C3");
  EXPECT_EQ(card.ask(wrong), "63C2");
  EXPECT_EQ(card.ask(wrong), "63C1");
  EXPECT_EQ(card.ask("00200001"), "63C1");
  EXPECT_EQ(card.ask(right), "9000");
  EXPECT_EQ(card.ask("00200001"), "63C3");
  for (const char* sw : {"63C2", "63C1", "63C0", "6983", "6983"}) EXPECT_EQ(card.ask(wrong), sw);
  EXPECT_EQ(card.ask(right), "6983");
  EXPECT_EQ(card.ask("00200001"), "6983");
}

TEST(VerifyPin, loses_the_try_even_where_the_power_goes_before_the_answer) {
  TestCard card;
  card.ask(wrong);
  card.restart();
  EXPECT_EQ(card.ask("00200001"), "63C2");
}

TEST(VerifyPin, a_wrong_value_takes_the_verified_status_away) {
  TestCard card;
  card.select_usim();
  card.verify_pin1();
  EXPECT_EQ(card.send("00B0870000").sw, 0x9000);
  card.ask(wrong);
  EXPECT_EQ(card.send("00B0870000").sw, 0x6982);
}

TEST(VerifyPin, knows_local_pins_only_in_their_application) {
  TestCard card;
  EXPECT_EQ(card.ask("00200081"), "6A88");
  card.select_usim();
  EXPECT_EQ(card.ask("00200081"), "63C3");
  card.ask("00A4000C025FC0");
  EXPECT_EQ(card.ask("00200081"), "63C3");
  card.ask("00A4040C0CA0000000871004FF49FF0589");
  EXPECT_EQ(card.ask("00200081"), "6A88");
}

TEST(VerifyPin, refuses_wrong_sizes_and_parameters) {
  TestCard card;
  EXPECT_EQ(card.ask("0020000104"
                     "31323334"),
            "6700");
  EXPECT_EQ(card.ask("002001010831323334FFFFFFFF"), "6A86");
  EXPECT_EQ(card.ask("00200002"), "6A88");
}

TEST(VerifyPin, tells_no_try_free_when_the_memory_fails) {
  TestCard card;
  card.store.broken = true;
  EXPECT_EQ(card.ask(right), "6581");
  card.select_usim();
  EXPECT_EQ(card.send("00B0870000").sw, 0x6982);
}

TEST(ChangePin, takes_the_old_value_and_a_well_formed_new_one) {
  TestCard card;
  EXPECT_EQ(card.ask("002400011030303030FFFFFFFF34343434FFFFFFFF"), "63C2");
  EXPECT_EQ(card.ask("002400011031323334FFFFFFFF343434FFFFFFFFFF"), "6A80");
  EXPECT_EQ(card.ask("002400011031323334FFFFFFFF34343434FFFFFFFF"), "9000");
  card.restart();
  EXPECT_EQ(card.ask(right), "63C2");
  EXPECT_EQ(card.ask("002000010834343434FFFFFFFF"), "9000");
}

TEST(DisablePin, opens_what_the_pin_kept_until_it_is_enabled_again) {
  TestCard card;
  card.select_usim();
  EXPECT_EQ(card.ask("002800010831323334FFFFFFFF"), "6985");  // enabled already
  EXPECT_EQ(card.ask("002600010830303030FFFFFFFF"), "63C2");
  EXPECT_EQ(card.ask("002600010831323334FFFFFFFF"), "9000");
  card.restart();
  card.select_usim();
  EXPECT_EQ(card.send("00B0870000").sw, 0x9000);
  EXPECT_EQ(card.ask(right), "6984");
  EXPECT_EQ(card.ask("002600010831323334FFFFFFFF"), "6984");
  EXPECT_EQ(card.ask("002400011031323334FFFFFFFF34343434FFFFFFFF"), "6984");
  EXPECT_EQ(card.ask("002800010831323334FFFFFFFF"), "9000");
  card.restart();
  card.select_usim();
  EXPECT_EQ(card.send("00B0870000").sw, 0x6982);
}

TEST(DisablePin, is_not_for_pins_that_may_not_be_disabled) {
  TestCard card;
  card.select_usim();
  EXPECT_EQ(card.ask("002600810839393939FFFFFFFF"), "6985");
}

TEST(UnblockPin, gives_a_new_pin_for_the_puk_and_counts_its_own_tries) {
  TestCard card;
  for (int i = 0; i < 4; ++i) card.ask(wrong);
  EXPECT_EQ(card.ask("002C0001"), "63CA");
  EXPECT_EQ(card.ask("002C000110383838383838383834343434FFFFFFFF"), "63C9");
  card.restart();
  EXPECT_EQ(card.ask("002C0001"), "63C9");
  EXPECT_EQ(card.ask("002C000110313233343536373834343434FFFFFFFF"), "9000");
  EXPECT_EQ(card.ask("002C0001"), "63CA");
  EXPECT_EQ(card.ask("002000010834343434FFFFFFFF"), "9000");
  EXPECT_EQ(card.ask("002C000A"), "6985");  // an administrative key has no PUK
  for (int i = 0; i < 10; ++i) card.ask("002C000110383838383838383834343434FFFFFFFF");
  EXPECT_EQ(card.ask("002C000110313233343536373834343434FFFFFFFF"), "6983");
}

}  // namespace
}  // namespace sealift::euicc::test
