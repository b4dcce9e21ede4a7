#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

constexpr const char* select_isdr = "00A4040010A0000005591010FFFFFFFF8900000100";

TEST(ParseCommand, takes_the_four_cases) {
  auto c1 = parse_command(*from_hex("00A40004"));
  ASSERT_TRUE(c1);
  EXPECT_FALSE(c1->le);
  EXPECT_TRUE(c1->data.empty());
  auto c2 = parse_command(*from_hex("00B0000000"));
  EXPECT_EQ(c2->le, 256u);
  Bytes third = *from_hex("81E291000201FF");
  auto c3 = parse_command(third);
  EXPECT_EQ(c3->data.size(), 2u);
  EXPECT_EQ(c3->channel, 1);
  EXPECT_EQ(c3->family, 0x80);
  Bytes fourth = *from_hex("C5E29100020102FF");
  auto c4 = parse_command(fourth);
  EXPECT_EQ(c4->channel, 9);
  EXPECT_EQ(c4->le, 255u);
}

TEST(ParseCommand, refuses_lengths_and_classes_it_does_not_know) {
  auto status = [](std::string_view apdu) { return parse_command(*from_hex(apdu)).error(); };
  EXPECT_EQ(status(""), 0x6700);
  EXPECT_EQ(status("00A400"), 0x6700);
  EXPECT_EQ(status("00A404000501"), 0x6700);
  EXPECT_EQ(status("00A404000101FF00"), 0x6700);
  EXPECT_EQ(status("00A404000001"), 0x6700) << "Lc of zero";
  EXPECT_EQ(status("FFA40400"), 0x6E00);
  EXPECT_EQ(status("20A40400"), 0x6E00);
  EXPECT_EQ(status("04A40400"), 0x6882);
  EXPECT_EQ(status("60A40400"), 0x6882);
  EXPECT_EQ(status("10A40400"), 0x6E00) << "chaining";
}

TEST(Chip, selects_the_isdr_and_gives_its_fci) {
  World w;
  EXPECT_EQ(w.phone.apdu(std::string(select_isdr) + "00").substr(0, 2), "6F");
  EXPECT_NE(w.phone.apdu(std::string(select_isdr) + "00").find("E0058203020600"), std::string::npos);
  EXPECT_EQ(w.phone.apdu("00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
  EXPECT_EQ(w.phone.apdu("00A4040C0CA0000005591010FFFFFFFF89"), "9000") << "right-truncated";
  EXPECT_EQ(w.phone.apdu("00A4040C10A0000005591010FFFFFFFF8900000200"), "9000") << "ECASD";
  EXPECT_EQ(w.phone.apdu("80E2910003BF2E00"), "6D00") << "ECASD takes no ES10";
  EXPECT_EQ(w.phone.apdu("80CA005A00"), "5A10" + test_eid().digits() + "9000");
  EXPECT_EQ(w.phone.apdu("00CA005A12"), "5A10" + test_eid().digits() + "9000");
  EXPECT_EQ(w.phone.apdu("80CA006600"), "6A88") << "the EID is all that ECASD tells";
  EXPECT_EQ(w.phone.apdu("00A4040007A0000000871002"), "6A82");
  EXPECT_EQ(w.phone.apdu("00A40400"), "6700");
}

TEST(Chip, opens_and_closes_channels) {
  World w;
  w.card->reset();
  EXPECT_EQ(w.phone.apdu("01A4040010A0000005591010FFFFFFFF8900000100"), "6881");
  for (int n = 1; n <= 19; ++n) {
    EXPECT_EQ(w.phone.apdu("0070000001"), hex(Bytes{uint8_t(n)}) + "9000");
  }
  EXPECT_EQ(w.phone.apdu("0070000001"), "6A81");
  EXPECT_EQ(w.phone.apdu("4FA4040C10A0000005591010FFFFFFFF8900000100"), "9000") << "channel 19";
  EXPECT_EQ(w.phone.apdu("00708013"), "9000");
  EXPECT_EQ(w.phone.apdu("00708013"), "6881");
  EXPECT_EQ(w.phone.apdu("00700013"), "9000") << "by number";
  EXPECT_EQ(w.phone.apdu("00700013"), "6A86");
  EXPECT_EQ(w.phone.apdu("00708000"), "6A86") << "the basic channel stays";
  EXPECT_EQ(w.phone.apdu("00700020"), "6A86");
  w.card->reset();
  EXPECT_EQ(w.phone.apdu("01A4040C10A0000005591010FFFFFFFF8900000100"), "6881");
}

TEST(Chip, keeps_the_rest_of_an_answer_for_get_response) {
  World w;
  EXPECT_EQ(w.phone.apdu("81E2910003BF2E00"), "6115");
  EXPECT_EQ(w.phone.apdu("81C0000003"), "BF2E126112");
  EXPECT_EQ(w.phone.apdu("81C0000012").size(), 2u * 20);
  EXPECT_EQ(w.phone.apdu("81C0000012"), "6985");
  EXPECT_EQ(w.phone.apdu("81E2910003BF2E0000").size(), 2u * 23) << "Le takes all at once";
  EXPECT_EQ(w.phone.apdu("81E2910003BF2E00"), "6115");
  EXPECT_EQ(w.phone.apdu("80F2000000"), "6985") << "another command on another channel";
  EXPECT_EQ(w.phone.apdu("81C0000015").size(), 2u * 23) << "does not lose it";
}

TEST(Chip, takes_store_data_blocks_in_order_only) {
  World w;
  EXPECT_EQ(w.phone.apdu("81E2110001BF"), "9000");
  EXPECT_EQ(w.phone.apdu("81E29101022E00"), "6115");
  EXPECT_EQ(w.phone.apdu("81E2110001BF"), "9000");
  EXPECT_EQ(w.phone.apdu("81E29102022E00"), "6985") << "block 1 is missing";
  EXPECT_EQ(w.phone.apdu("81E29101022E00"), "6985") << "and what was there is forgotten";
  EXPECT_EQ(w.phone.apdu("81E2120001BF"), "6A86");
  EXPECT_EQ(w.phone.apdu("81E2110001BF"), "9000");
  EXPECT_EQ(w.phone.apdu("81E2910003BF2E00"), "6115") << "block 0 begins anew";
  Bytes huge(17000, 0);
  w.phone.block = 250;
  EXPECT_FALSE(w.phone.script(huge));
  EXPECT_EQ(w.phone.last_sw, 0x6A84);
}

TEST(Chip, refuses_what_is_no_function) {
  World w;
  EXPECT_EQ(w.phone.apdu("81E2910003BF7F00"), "6A88");
  EXPECT_EQ(w.phone.apdu("81E2910003BF2E01"), "6A80") << "cut off";
  EXPECT_EQ(w.phone.apdu("81E2910005BF2E000000"), "6A80") << "more behind it";
  EXPECT_EQ(w.phone.apdu("81E291000400000000"), "6A80");
  EXPECT_EQ(w.phone.apdu("81E2910004BF3E0100"), "6A80");
  EXPECT_EQ(w.phone.apdu("81CA000000"), "6D00");
  EXPECT_EQ(w.phone.apdu("01B0000000"), "6D00");
  EXPECT_EQ(w.phone.apdu("00B0000000"), "6985") << "no profile is enabled";
}

TEST(Chip, tells_eid_and_addresses_to_the_lpa) {
  World w;
  EXPECT_EQ(hex(*w.phone.script(*from_hex("BF3E035C015A"))), "BF3E125A1089049032123451234512345678901235");
  auto addresses = w.phone.command<messages::EuiccConfiguredAddressesResponse>(
      messages::EuiccConfiguredAddressesRequest{});
  EXPECT_EQ(addresses.defaultDpAddress, "default.example.com");
  EXPECT_EQ(addresses.rootDsAddress, "ds.example.com");
  messages::SetDefaultDpAddressRequest set;
  set.defaultDpAddress = "other.example.com";
  EXPECT_EQ(w.phone.command<messages::SetDefaultDpAddressResponse>(set).setDefaultDpAddressResult,
            messages::SetDefaultDpAddressResult::ok);
  w.restart();
  addresses = w.phone.command<messages::EuiccConfiguredAddressesResponse>(
      messages::EuiccConfiguredAddressesRequest{});
  EXPECT_EQ(addresses.defaultDpAddress, "other.example.com");
  set.defaultDpAddress = "";
  w.phone.command<messages::SetDefaultDpAddressResponse>(set);
  addresses = w.phone.command<messages::EuiccConfiguredAddressesResponse>(
      messages::EuiccConfiguredAddressesRequest{});
  EXPECT_FALSE(addresses.defaultDpAddress);
}

TEST(Chip, describes_itself) {
  World w;
  auto info1 = w.phone.command<messages::EuiccInfo1>(messages::GetEuiccInfo1Request{});
  EXPECT_EQ(info1.svn, (messages::VersionType{2, 6, 0}));
  ASSERT_EQ(info1.euiccCiPKIdListForSigning.size(), 1u);
  EXPECT_TRUE(
      equal(info1.euiccCiPKIdListForSigning[0].octets, w.hierarchy.certificate(pki::Role::ci).subject_key_id()));
  auto info2 = w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  EXPECT_TRUE(info2.uiccCapability.contains(messages::UiccCapabilityBit::usimSupport));
  EXPECT_FALSE(info2.forbiddenProfilePolicyRules) << "the RAT allows both rules";
  auto rat = w.phone.command<messages::GetRatResponse>(messages::GetRatRequest{});
  ASSERT_EQ(rat.rat.size(), 1u);
  EXPECT_TRUE(rat.rat[0].pprIds.contains(messages::PprId::ppr1));
}

TEST(Chip, has_an_atr_whose_check_octet_fits) {
  World w;
  Bytes atr = w.card->atr();
  EXPECT_EQ(atr[0], 0x3B);
  EXPECT_EQ(atr.size(), 2u + 4 + (atr[1] & 0x0F) + 1);
  uint8_t sum = 0;
  for (size_t i = 1; i < atr.size(); ++i) sum ^= atr[i];
  EXPECT_EQ(sum, 0);
}

TEST(Personalise, happens_once_and_only_with_parts_that_fit) {
  World w;
  EXPECT_EQ(Card::personalise(w.nvm, personalisation(w.hierarchy, test_eid())).error().kind,
            ErrorKind::exists);
  MemoryNvm empty;
  EXPECT_EQ(Card::open({empty, w.random, w.engine}).error().kind, ErrorKind::not_found);
  Eid other = *Eid::with_check_digits("890490321234512345123456789013");
  EXPECT_FALSE(Card::personalise(empty, personalisation(w.hierarchy, other)))
      << "certificate for another EID";
  auto p = personalisation(w.hierarchy, test_eid());
  p.credentials[0].private_key = w.hierarchy[pki::Role::eum].key.scalar().clone();
  EXPECT_FALSE(Card::personalise(empty, std::move(p))) << "another key";
  p = personalisation(w.hierarchy, test_eid());
  p.ci_certificates.clear();
  EXPECT_FALSE(Card::personalise(empty, std::move(p))) << "an unknown CI";
  EXPECT_EQ(empty.size(), 0u);
}

}  // namespace
}  // namespace sealift::euicc
