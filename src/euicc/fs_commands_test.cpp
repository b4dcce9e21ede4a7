#include "euicc/fs_test_card.hpp"

namespace sealift::euicc::test {
namespace {

TEST(Select, answers_the_fcp_of_the_mf_with_its_pins) {
  TestCard card;
  EXPECT_EQ(card.ask("00A40004023F00"),
            "6220820278218302"
            "3F00A503800171"
            "8A0105"
            "8B032F0601"
            "C6099001C083010183010A 9000");
}

TEST(Select, answers_the_fcp_of_record_files_and_applications) {
  TestCard card;
  EXPECT_EQ(card.ask("00A40404"
                     "0CA0000000871002FF49FF0589"),
            "6228820278218"
            "40CA0000000871002FF49FF05898A01058B032F0601C60C9001E0830101830181"
            "83010A 9000");
  EXPECT_EQ(card.ask("00A40004026F3B"),
            "62198205422100"
            "0A0283026F3B8A01058B036F060380020014"
            "8800 9000");
}

TEST(Select, finds_files_by_identifier_path_and_parent) {
  TestCard card;
  EXPECT_EQ(card.ask("00A4000C022FE2"), "9000");
  EXPECT_EQ(card.ask("00A4080C047F106F3A"), "9000");
  EXPECT_EQ(card.ask("00A4000C026F07"), "6A82");  // in the USIM, not here
  EXPECT_EQ(card.ask("00A4030C"), "9000");        // parent of DF TELECOM
  EXPECT_EQ(card.ask("00A4030C"), "6A82");        // the MF has none
  EXPECT_EQ(card.ask("00A4000C027FFF"), "6A82");  // no application yet
  card.select_usim();
  EXPECT_EQ(card.ask("00A4090C045FC04F01"), "9000");
  EXPECT_EQ(card.ask("00A4000C027FFF"), "9000");
  EXPECT_EQ(card.ask("00A4080C047FFF6F07"), "9000");
  EXPECT_EQ(card.ask("00A4000C023F00"), "9000");
  EXPECT_EQ(card.ask("00A4000C027FD0"), "6A82");  // a temporary identifier is nobody's
}

TEST(Select, takes_names_cut_short_and_goes_to_the_next) {
  TestCard card;
  EXPECT_EQ(card.ask("00A4040C05A000000087"), "9000");
  EXPECT_EQ(card.ask("80F2000100"), "840CA0000000871002FF49FF0589 9000");
  EXPECT_EQ(card.ask("00A4040E05A000000087"), "9000");
  EXPECT_EQ(card.ask("80F2000100"), "840CA0000000871004FF49FF0589 9000");
  EXPECT_EQ(card.ask("00A4040E05A000000087"), "6A82");
  EXPECT_EQ(card.ask("00A4040D05A000000087"), "9000");
  EXPECT_EQ(card.ask("00A4040C05A0000000FF"), "6A82");
  EXPECT_TRUE(card.profile->has_application(h("A0000000871002")));
  EXPECT_FALSE(card.profile->has_application(h("A0000005591010")));
}

TEST(Select, refuses_unknown_parameters) {
  TestCard card;
  EXPECT_EQ(card.ask("00A4050C023F00"), "6A86");
  EXPECT_EQ(card.ask("00A40020023F00"), "6A86");
  EXPECT_EQ(card.ask("00A4000C033F0000"), "6700");
  EXPECT_EQ(card.ask("80A4000C023F00"), "6E00");
  EXPECT_EQ(card.ask("00FA000000"), "6D00");
}

TEST(Status, answers_the_current_directory_or_nothing) {
  TestCard card;
  EXPECT_EQ(card.ask("80F2000C"), "9000");
  EXPECT_EQ(card.ask("80F2000000").substr(0, 20), card.ask("00A40004023F00").substr(0, 20));
  EXPECT_EQ(card.ask("80F2000200"), "6A86");
  EXPECT_EQ(card.ask("80F2030C"), "6A86");
}

TEST(ReadBinary, reads_by_offset_length_and_short_identifier) {
  TestCard card;
  EXPECT_EQ(card.ask("00B0000000"), "6986");
  EXPECT_EQ(card.ask("00B0820000"), "98001032547698103214 9000");
  EXPECT_EQ(card.ask("00B0000802"), "3214 9000");
  EXPECT_EQ(card.ask("00B000080A"), "3214 6282");
  EXPECT_EQ(card.ask("00B0000A01"), "6B00");
  EXPECT_EQ(card.ask("00B09F0000"), "6A82");
  EXPECT_EQ(card.ask("00A4000C022F06"), "9000");
  EXPECT_EQ(card.ask("00B0000000"), "6981");
}

TEST(UpdateBinary, writes_only_inside_and_only_with_the_right) {
  TestCard card;
  EXPECT_EQ(card.ask("00D6820001AA"), "6982");
  card.verify_adm();
  EXPECT_EQ(card.ask("00D6820002AABB"), "9000");
  EXPECT_EQ(card.ask("00D6000A01AA"), "6B00");
  EXPECT_EQ(card.ask("00D6000902AABB"), "6700");
  EXPECT_EQ(card.ask("00B0000003"), "AABB10 9000");
  card.restart();
  EXPECT_EQ(card.ask("00B0820003"), "AABB10 9000");
}

TEST(UpdateBinary, answers_6581_and_changes_nothing_when_the_memory_fails) {
  TestCard card;
  card.verify_adm();
  card.store.broken = true;
  EXPECT_EQ(card.ask("00D6820002AABB"), "6581");
  EXPECT_EQ(card.ask("00B0000002"), "9800 9000");
}

TEST(Access, follows_rules_with_pins_of_the_right_place) {
  TestCard card;
  card.select_usim();
  EXPECT_EQ(card.ask("00B0870000"), "6982");
  card.verify_pin1();
  EXPECT_EQ(card.ask("00B0870000"), "080910101032540636 9000");
  EXPECT_EQ(card.ask("00A4000C026F3B"), "9000");
  EXPECT_EQ(card.ask("00DC01040A00112233445566778899"), "6982");  // PIN1 alone is not both
  EXPECT_EQ(card.ask("002000810839393939FFFFFFFF"), "9000");
  EXPECT_EQ(card.ask("00DC01040A00112233445566778899"), "9000");
  EXPECT_EQ(card.ask("00A4000C026F99"), "9000");
  EXPECT_EQ(card.ask("00B0000000"), "6982");
  card.verify_adm();
  EXPECT_EQ(card.ask("00B0000000"), "0102030405 9000");
  EXPECT_EQ(card.ask("00D6000001FF"), "6982");  // never
}

TEST(Access, is_the_cards_so_another_channel_has_it_too_and_a_reset_takes_it) {
  TestCard card;
  card.verify_pin1();
  card.profile->channel_opened(1);
  EXPECT_EQ(card.ask("00A4040C0CA0000000871002FF49FF0589", 1), "9000");
  EXPECT_EQ(card.ask("00B0870000", 1), "080910101032540636 9000");
  EXPECT_EQ(card.ask("00B0000000", 0), "6986");  // what is selected is the channel's own
  card.profile->channel_closed(1);
  EXPECT_EQ(card.ask("80F2000C", 1), "6881");
  card.restart();
  card.select_usim();
  EXPECT_EQ(card.ask("00B0870000"), "6982");
}

TEST(Records, are_read_absolute_next_and_previous) {
  TestCard card;
  card.verify_pin1();
  card.ask("00A4080C047F106F3A");
  EXPECT_EQ(card.ask("00B2020400"), "4242424206FF 9000");
  EXPECT_EQ(card.ask("00B2040400"), "6A83");
  EXPECT_EQ(card.ask("00B2000400"), "6A83");  // no current record
  EXPECT_EQ(card.ask("00B2000200"), "4141414105FF 9000");
  EXPECT_EQ(card.ask("00B2000200"), "4242424206FF 9000");
  EXPECT_EQ(card.ask("00B2000200"), "4343434307FF 9000");
  EXPECT_EQ(card.ask("00B2000200"), "6A83");
  EXPECT_EQ(card.ask("00B2000300"), "4242424206FF 9000");
  EXPECT_EQ(card.ask("00B2000400"), "4242424206FF 9000");
  EXPECT_EQ(card.ask("00B2010500"), "6A86");
  EXPECT_EQ(card.ask("00B2010407"), "6700");
  EXPECT_EQ(card.ask("00DC0104054141414105"), "6700");
  EXPECT_EQ(card.ask("00DC0204065A5A5A5A5A5A"), "9000");
  card.restart();
  card.verify_pin1();
  card.ask("00A4080C047F106F3A");
  EXPECT_EQ(card.ask("00B2020400"), "5A5A5A5A5A5A 9000");
}

TEST(Records, of_a_cyclic_file_go_round_and_only_the_oldest_goes) {
  TestCard card;
  card.verify_pin1();
  card.select_usim();
  EXPECT_EQ(card.ask("00B201E400"), "000005 9000");
  EXPECT_EQ(card.ask("00DC0104030000AA"), "6A86");
  EXPECT_EQ(card.ask("00DC0003030000AA"), "9000");
  EXPECT_EQ(card.ask("00B2010400"), "0000AA 9000");
  EXPECT_EQ(card.ask("00B2030400"), "000003 9000");
  EXPECT_EQ(card.ask("8032000003000001"), "0000AB000001 9000");
  EXPECT_EQ(card.ask("8032000003FFFFFF"), "9850");
  EXPECT_EQ(card.ask("00B2010400"), "0000AB 9000");
  card.ask("00A4000C026F07");
  EXPECT_EQ(card.ask("8032000003000001"), "6981");
}

TEST(SearchRecord, finds_by_pattern_offset_and_octet) {
  TestCard card;
  card.verify_pin1();
  card.ask("00A4080C047F106F3A");
  EXPECT_EQ(card.ask("00A2010402"
                     "4242"),
            "02 9000");
  EXPECT_EQ(card.ask("00A2010401FF"), "010203 9000");
  EXPECT_EQ(card.ask("00A2030501FF"), "030201 9000");
  EXPECT_EQ(card.ask("00A20104024299"), "6282");
  EXPECT_EQ(card.ask("00A20406"
                     "03040441"),
            "6A83");
  EXPECT_EQ(card.ask("00A2010603040441"), "6282");     // from octet 4 on
  EXPECT_EQ(card.ask("00A20106030406FF"), "6282");     // offset past the end
  EXPECT_EQ(card.ask("00A20106030C07FF"), "03 9000");  // after the octet 07
}

TEST(BerTlv, objects_pass_in_blocks_and_outlive_a_reset) {
  TestCard card;
  card.verify_pin1();
  card.select_usim();
  Bytes object = h("8182012C");
  for (int i = 0; i < 300; ++i) object.push_back(static_cast<uint8_t>(i));
  auto block = [](uint8_t p2, View data) {
    return hex(Bytes{0x80, 0xDB, 0x00, p2, static_cast<uint8_t>(data.size())}) + hex(data);
  };
  EXPECT_EQ(card.ask(block(0x85, View(object).first(200))), "63F1");
  EXPECT_EQ(card.ask(block(0x00, View(object).subspan(200))), "9000");
  card.restart();
  card.verify_pin1();
  card.select_usim();
  EXPECT_EQ(card.ask("80CB0085015C00"), "5C0181 9000");
  Response first = card.send("80CB0080018100");
  EXPECT_EQ(first.sw, 0x62F1);
  Response rest = card.send("80CB000000");
  EXPECT_EQ(rest.sw, 0x9000);
  append(first.data, rest.data);
  EXPECT_EQ(first.data, object);
  EXPECT_EQ(card.ask("80CB0080018200"), "6A88");
  EXPECT_EQ(card.ask("80CB000000"), "6985");
  EXPECT_EQ(card.ask("80DB008005828203FF00"), "6A84");  // 1023 octets have no room
  EXPECT_EQ(card.ask("80DB00800181"), "9000");          // taken away
  EXPECT_EQ(card.ask("80CB0085015C00"), "5C00 9000");
}

TEST(Links, show_and_change_the_file_they_stand_for_under_their_own_rule) {
  TestCard card;
  card.select_usim();
  card.ask("00A4000C026F40");
  EXPECT_EQ(card.ask("00B2010400"), "4141414105FF 9000");
  EXPECT_EQ(card.ask("00DC0104065A5A5A5A5A5A"), "6982");
  card.verify_adm();
  EXPECT_EQ(card.ask("00DC0104065A5A5A5A5A5A"), "9000");
  card.verify_pin1();
  card.ask("00A4080C047F106F3A");
  EXPECT_EQ(card.ask("00B2010400"), "5A5A5A5A5A5A 9000");
}

TEST(LifeCycle, a_deactivated_file_is_seen_but_not_read) {
  TestCard card;
  card.verify_pin1();
  card.select_usim();
  card.ask("00A4000C026F07");
  EXPECT_EQ(card.ask("00040000"), "6982");
  card.verify_adm();
  EXPECT_EQ(card.ask("00040000"), "9000");
  EXPECT_EQ(card.ask("00B0000000"), "6985");
  card.restart();
  card.verify_pin1();
  card.verify_adm();
  card.select_usim();
  EXPECT_EQ(card.ask("00A4000C026F07"), "6283");
  EXPECT_EQ(card.ask("00440000"), "9000");
  EXPECT_EQ(card.ask("00B0000000"), "080910101032540636 9000");
}

TEST(SecurityDomain, is_selected_and_gives_its_data_but_no_files) {
  TestCard card;
  EXPECT_EQ(card.ask("00A4040008A000000151000000"), "6F118408A000000151000000A5059F650200FF 9000");
  EXPECT_EQ(card.ask("00CA006600"), "66026374 9000");
  EXPECT_EQ(card.ask("00CA00E000"), "6A88");
  EXPECT_EQ(card.ask("00B0820000"), "6D00");
  EXPECT_EQ(card.ask("00A40004023F00").substr(0, 4), "6220");
}

// Whatever is done, starting again from the image and the committed changes gives the same profile.
TEST(Replay, gives_the_state_that_commands_left) {
  TestCard card;
  SeededRandom random(99);
  const char* heads[] = {"00A40004023F00",
                         "00A40404"
                         "0CA0000000871002FF49FF0589",
                         "00A4000C026F39",
                         "00A4000C026F3B",
                         "002000010831323334FFFFFFFF",
                         "002000010830303030FFFFFFFF",
                         "002C0001103132333435363738"
                         "31323334FFFFFFFF",
                         "002000810839393939FFFFFFFF",
                         "0020000A083535353535353535",
                         "8032000003000001",
                         "00DC0003030000AA",
                         "00DC01040A00112233445566778899",
                         "00D6870002AABB",
                         "80DB008505"
                         "8103010203",
                         "80DB00850181",
                         "00040000",
                         "00440000",
                         "002600010831323334FFFFFFFF",
                         "002800010831323334FFFFFFFF",
                         "00A4080C047F106F3A",
                         "00DC0204065A5A5A5A5A5A",
                         "00A4000C026F07",
                         "002400011031323334FFFFFFFF31323334FFFFFFFF"};
  for (int i = 0; i < 3000; ++i) {
    card.ask(heads[random.octets<1>()[0] % std::size(heads)]);
    if (i % 250 == 0) {
      const Bytes before = card.state();
      card.restart();
      ASSERT_EQ(card.state(), before) << i;
    }
  }
  EXPECT_GT(card.store.commits, 200u);
}

TEST(ProfileImage, comes_back_the_same_and_no_damaged_one_is_taken_up) {
  const Bytes octets = to_bytes(serialise(make_image()).expose());
  auto image = parse_image(octets);
  ASSERT_TRUE(image);
  EXPECT_EQ(to_bytes(serialise(*image).expose()), octets);
  for (size_t n = 0; n < octets.size(); ++n) EXPECT_FALSE(parse_image(View(octets).first(n))) << n;
  Bytes longer = octets;
  longer.push_back(0);
  EXPECT_FALSE(parse_image(longer));
  for (size_t n = 0; n < octets.size() * 8; ++n) {
    Bytes flipped = octets;
    flipped[n / 8] ^= static_cast<uint8_t>(1 << n % 8);
    if (auto other = parse_image(flipped)) {
      EXPECT_EQ(to_bytes(serialise(*other).expose()), flipped);  // one form for each image
    }
  }
}

}  // namespace
}  // namespace sealift::euicc::test
