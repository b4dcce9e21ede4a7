#include "asn1/oid.hpp"

#include <gtest/gtest.h>

namespace sealift::asn1 {

TEST(Oid, writes_and_reads_dotted_decimals) {
  for (const char* text : {"2.23.146.1.2.1.4", "2.5.29.15", "1.2.840.10045.4.3.2", "0.39", "1.0", "2.999.10",
                           "2.0", "1.3.6.1.4.1.4294967295"}) {
    auto oid = Oid::parse(text);
    ASSERT_TRUE(oid) << text << ": " << oid.error().message;
    EXPECT_EQ(oid->dotted(), text);
    auto again = Oid::from_content(oid->content());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *oid);
  }
}

TEST(Oid, has_the_octets_that_certificates_carry) {
  EXPECT_EQ(hex(Oid::of({2, 23, 146, 1, 2, 1, 4}).content()), "67811201020104");
  EXPECT_EQ(hex(Oid::of({2, 999, 10}).content()), "88370A");
  EXPECT_EQ(hex(Oid::of({1, 2, 840, 10045, 4, 3, 2}).content()), "2A8648CE3D040302");
  EXPECT_EQ(Oid::of({2, 999, 10}), *Oid::parse("2.999.10"));
  EXPECT_NE(Oid::of({2, 999, 10}), Oid::of({2, 999, 11}));
}

TEST(Oid, of_every_size_comes_back_from_its_text) {
  for (size_t size = 1; size <= Oid::max_size; ++size) {
    auto oid = Oid::from_content(Bytes(size, 0x38));
    ASSERT_TRUE(oid);
    auto again = Oid::parse(oid->dotted());
    ASSERT_TRUE(again) << size << ": " << again.error().message;
    EXPECT_EQ(*again, *oid);
  }
  // The first two arcs are one number, which may be 80 beyond the largest arc.
  EXPECT_EQ(Oid::from_content(*from_hex("90808080" "4F"))->dotted(), "2.4294967295");
  EXPECT_EQ(Oid::from_content(*from_hex("55" "9080808000")).error().kind, ErrorKind::limit);
}

TEST(Oid, refuses_text_that_is_none) {
  for (const char* text : {"", "2", "2.", ".2", "2..5", "3.1", "1.40", "0.40", "2.05", "02.5", "2.5.a",
                           "2.5 ", "-1.2", "2.4294967296", "2.5.4294967296"}) {
    EXPECT_FALSE(Oid::parse(text)) << text;
  }
  std::string long_text = "2.5";
  for (int i = 0; i < 100; ++i) long_text += ".1";
  EXPECT_EQ(Oid::parse(long_text).error().kind, ErrorKind::limit);
}

TEST(Oid, refuses_octets_that_are_none) {
  EXPECT_FALSE(Oid::from_content({}));
  EXPECT_FALSE(Oid::from_content(*from_hex("80")));
  EXPECT_FALSE(Oid::from_content(*from_hex("558001")));
  EXPECT_EQ(Oid::from_content(*from_hex("5581")).error().kind, ErrorKind::truncated);
  EXPECT_EQ(Oid::from_content(*from_hex("5590FFFFFFFF7F")).error().kind, ErrorKind::limit);
  EXPECT_EQ(Oid::from_content(Bytes(Oid::max_size + 1, 0x01)).error().kind, ErrorKind::limit);
}

}  // namespace sealift::asn1
