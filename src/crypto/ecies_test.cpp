#include "crypto/ecies.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealift::crypto {
namespace {

/// Hands out given octets, so that the ephemeral key is the one of the test data.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string_view digits) : octets_(*from_hex(digits)) {}
  void fill(std::span<uint8_t> out) override { std::copy_n(octets_.begin(), out.size(), out.begin()); }

 private:
  Bytes octets_;
};

const Bytes msin = *from_hex("00012080f6");

// TS 33.501 C.4.3.1.
TEST(Ecies, profile_a_gives_the_scheme_output_of_the_test_data) {
  FixedRandom random("c80949f13ebe61af4ebdbd293ea4f942696b9e815d7e8f0096bbf6ed7de62256");
  Bytes key = *from_hex("5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650");
  auto out = ecies_conceal(EciesProfile::a, key, msin, random);
  ASSERT_TRUE(out);
  EXPECT_EQ(hex(*out),
            "B2E92F836055A255837DEBF850B528997CE0201CB82ADFE4BE1F587D07D8457DCB02352410CDDD9E730EF3FA87");
}

// TS 33.501 C.4.4.1.
TEST(Ecies, profile_b_gives_the_scheme_output_of_the_test_data_for_either_form_of_the_key) {
  for (std::string_view digits : {"0472DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD15A7DED52"
                                  "FCBB097A4ED250E036C7B9C8C7004C4EEDC4"
                                  "F068CD7BF8D3F900E3B4",
                                  "0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1"}) {
    FixedRandom random("99798858A1DC6A2C68637149A4B1DBFD1FDFF5ADDD62A2142F06699ED7602529");
    auto out = ecies_conceal(EciesProfile::b, *from_hex(digits), msin, random);
    ASSERT_TRUE(out);
    EXPECT_EQ(hex(*out),
              "039AAB8376597021E855679A9778EA0B67396E68C66DF32C0F41E9ACCA2DA9B9D146A33FC2716AC7DAE96AA30A4D");
  }
}

TEST(Ecies, refuses_what_is_no_key_of_the_profile) {
  SeededRandom random(1);
  EXPECT_FALSE(ecies_conceal(EciesProfile::a, Bytes(31, 9), msin, random));
  EXPECT_FALSE(ecies_conceal(EciesProfile::a, Bytes(32, 0), msin, random));  // a point of small order
  EXPECT_FALSE(ecies_conceal(EciesProfile::b, Bytes(65, 4), msin, random));
  EXPECT_FALSE(ecies_conceal(EciesProfile::b, Bytes(33, 4), msin, random));
  EXPECT_FALSE(ecies_conceal(EciesProfile::b, {}, msin, random));
}

}  // namespace
}  // namespace sealift::crypto
