#include "asn1/reader.hpp"

#include <gtest/gtest.h>

#include "asn1/writer.hpp"

namespace sealift::asn1 {
namespace {

Bytes h(std::string_view s) {
  return from_hex(s).value();
}

TEST(Reader, reads_multi_octet_tags_and_lengths) {
  Bytes in = tlv(0xBF38, Bytes(300, 1));
  EXPECT_EQ(hex(View(in).first(5)), "BF3882012C");
  auto t = read_single(in, 0xBF38, "x");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->value.size(), 300u);
}

TEST(Reader, refuses_what_is_not_der) {
  for (auto bad : {"", "30", "3081", "308100", "30817F", "3080", "30850000000001", "1F1E00", "1F8000",
                   "BFFFFFFF7F00", "30820001", "3002", "300201"}) {
    Bytes in = h(bad);
    Reader r(in);
    EXPECT_FALSE(r.next()) << bad;
  }
}

TEST(Reader, finish_refuses_trailing_octets) {
  Bytes in = h("0500FF");
  Reader r(in);
  ASSERT_TRUE(r.next());
  EXPECT_FALSE(r.finish());
}

TEST(Reader, integers_are_minimal_and_not_negative) {
  EXPECT_EQ(read_unsigned(h("00FF")).value(), 255u);
  EXPECT_EQ(read_unsigned(h("00FFFFFFFFFFFFFFFF")).value(), ~0ull);
  for (auto bad : {"", "80", "0001", "010000000000000000"}) EXPECT_FALSE(read_unsigned(h(bad))) << bad;
}

TEST(Writer, integers_read_back) {
  for (uint64_t v : {0ull, 1ull, 127ull, 128ull, 255ull, 256ull, 65535ull, ~0ull}) {
    Writer w;
    w.unsigned_integer(0x02, v);
    Bytes der = std::move(w).take();
    EXPECT_EQ(read_unsigned(read_single(der, 0x02, "v")->value).value(), v);
  }
}

}  // namespace
}  // namespace sealift::asn1
