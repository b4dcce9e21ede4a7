#include "crypto/tuak.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "crypto/keccak.hpp"

namespace sealift::crypto {
namespace {

/// TS 35.233 6.3 to 6.8, test sets 1 to 6; sizes follow from the values.
struct Set {
  const char *k, *rand, *sqn, *amf, *top;
  unsigned iterations;
  const char *topc, *f1, *f1_star, *f2, *f3, *f4, *f5, *f5_star;
};
const Set sets[] = {
    {"ABABABABABABABABABABABABABABABAB", "42424242424242424242424242424242", "111111111111", "FFFF",
     "5555555555555555555555555555555555555555555555555555555555555555", 1,
     "BD04D9530E87513C5D837AC2AD954623A8E2330C115305A73EB45D1F40CCCBFF", "F9A54E6AEAA8618D",
     "E94B4DC6C7297DF3", "657ACD64", "D71A1E5C6CAFFE986A26F783E5C78BE1", "BE849FA2564F869AECEE6F62D4337E72",
     "719F1E9B9054", "E7AF6B3D0E38"},
    {"FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0EFEEEDECEBEAE9E8E7E6E5E4E3E2E1E0", "0123456789ABCDEF0123456789ABCDEF",
     "0123456789AB", "ABCD", "808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F", 1,
     "305425427E18C503C8A4B294EA72C95D0C36C6C6B29D0C65DE5974D5977F8524", "C0B8C2D4148EC7AA5F1D78A97E4D1D58",
     "EF81AF7290F7842C6CEAFA537FA0745B", "E9D749DC4EEA0035", "A4CB6F6529AB17F8337F27BAA8234D47",
     "2274155CCF4199D5E2ABCBF621907F90", "480A9345CC1E", "F84EB338848C"},
    {"FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0EFEEEDECEBEAE9E8E7E6E5E4E3E2E1E0", "0123456789ABCDEF0123456789ABCDEF",
     "0123456789AB", "ABCD", "808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9F", 1,
     "305425427E18C503C8A4B294EA72C95D0C36C6C6B29D0C65DE5974D5977F8524",
     "D97B75A1776065271B1E212BC3B1BF173F438B21E6C64A55A96C372E085E5CC5",
     "427BBF07C6E3A86C54F8C5216499F3909A6FD4A164C9FE235B1550258111B821", "07021C73E7635C7D",
     "4D59AC796834EB85D11FA148A5058C3C", "126D47500136FDC5DDFD14F19EBF16749CE4B6435323FBB5715A3A796A6082BD",
     "1D6622C4E59A", "F84EB338848C"},
    {"B8DA837A50652D6AC7C97DA14F6ACC61", "6887E55425A966BD86C9661A5FA72BE8", "0DEA2EE2C5AF", "DF1E",
     "0952BE13556C32EBC58195D9DD930493E12A9003669988FFDE5FA1F0FE35CC01", 1,
     "2BC16EB657A68E1F446F08F57C0EFB1D493527A2E652CE281EB6CA0E4487760A", "749214087958DD8F58BFCDF869D8AE3F",
     "619E865AFE80E382AEE13063F9DFB56D", "4041CE438E3E38E8AA96562EED83AC43",
     "3E3BC01BEA0CD914C4C2C83CE2D92757", "666A8E6F577B1AA77B7FD53CEBB8A3D6", "1F880D005119", "45E617D77FE5"},
    {"1574CA56881D05C189C82880F789C9CD4244955F4426AA2B69C29F15770E5AA5", "C570AAC68CDE651FB1E3088322498BEF",
     "C89BB71F3A41", "297D", "E59F6EB10EA406813F4991B0B9E02F181EDF4C7E17B480F66D34DA35EE88C95E", 1,
     "3C6052E41532A28A47AA3CBB89F223E8F3AAA976AECD48BC3E7D6165A55EFF62", "D7340DAD02B4CB01",
     "C6021E2E66ACCB15", "84D89B41DB1867FFD4C7BA1D82163F4D526A20FBAE5418FBB526940B1EEB905C",
     "D419676AFE5AB58C1D8BEE0D43523A4D2F52EF0B31A4676A0C334427A988FE65", "205533E505661B61D05CC0EAC87818F4",
     "D7B3D2D4980A", "CA9655264986"},
    {"1574CA56881D05C189C82880F789C9CD4244955F4426AA2B69C29F15770E5AA5", "C570AAC68CDE651FB1E3088322498BEF",
     "C89BB71F3A41", "297D", "E59F6EB10EA406813F4991B0B9E02F181EDF4C7E17B480F66D34DA35EE88C95E", 2,
     "B04A66F26C62FCD6C82DE22A179AB65506ECF47F56245CD149966CFA9CEC7A51",
     "90D2289ED1CA1C3DBC2247BB480D431AC71D2E4A7677F6E997CFDDB0CBAD88B7",
     "427355DBAC30E825063ABA61B556E87583ABAC638E3AB01C4C884AD9D458DC2F",
     "D67E6E64590D22EECBA7324AFA4AF4460C93F01B24506D6E12047D789A94C867",
     "EDE57EDFC57CDFFE1AAE75066A1B7479BBC3837438E88D37A801CCCC9F972B89",
     "48ED9299126E5057402FE01F9201CF25249F9C5C0ED2AFCF084755DAFF1D3999", "6AAE8D18C448", "8C5F33B61F4E"},
};

template <size_t N>
Octets<N> of(const char* digits) {
  return *octets_from_hex<N>(digits);
}

TEST(Tuak, gives_all_outputs_of_the_3gpp_test_sets) {
  for (const Set& set : sets) {
    SCOPED_TRACE(set.topc);
    const Bytes k = *from_hex(set.k);
    const auto size = [](const char* digits) { return std::string_view(digits).size() / 2; };
    const auto topc = Tuak::derive_topc(k, *from_hex(set.top), set.iterations);
    ASSERT_TRUE(topc);
    EXPECT_EQ(hex(topc->expose()), set.topc);
    const auto tuak = Tuak::make(k, topc->expose(),
                                 {size(set.f1), size(set.f2), size(set.f3), size(set.f4), set.iterations});
    ASSERT_TRUE(tuak);
    const auto rand = of<16>(set.rand);
    EXPECT_EQ(hex(tuak->f1(rand, of<6>(set.sqn), of<2>(set.amf))), set.f1);
    EXPECT_EQ(hex(tuak->f1_star(rand, of<6>(set.sqn), of<2>(set.amf))), set.f1_star);
    const Tuak::Response r = tuak->f2345(rand);
    EXPECT_EQ(hex(r.res.expose()), set.f2);
    EXPECT_EQ(hex(r.ck.expose()), set.f3);
    EXPECT_EQ(hex(r.ik.expose()), set.f4);
    EXPECT_EQ(hex(r.ak.expose()), set.f5);
    EXPECT_EQ(hex(tuak->f5_star(rand).expose()), set.f5_star);
  }
}

TEST(Tuak, refuses_sizes_that_it_does_not_have) {
  const Bytes k(16, 1), topc(32, 2);
  EXPECT_TRUE(Tuak::make(k, topc));
  EXPECT_FALSE(Tuak::make(Bytes(24, 1), topc));
  EXPECT_FALSE(Tuak::make(k, Bytes(16, 2)));
  EXPECT_FALSE(Tuak::make(k, topc, {.mac = 4}));
  EXPECT_FALSE(Tuak::make(k, topc, {.res = 12}));
  EXPECT_FALSE(Tuak::make(k, topc, {.ck = 8}));
  EXPECT_FALSE(Tuak::make(k, topc, {.ik = 24}));
  EXPECT_FALSE(Tuak::make(k, topc, {.iterations = 0}));
  EXPECT_FALSE(Tuak::make(k, topc, {.iterations = 256}));
  EXPECT_FALSE(Tuak::derive_topc(k, Bytes(31, 3)));
  EXPECT_FALSE(Tuak::derive_topc(Bytes(15, 1), topc));
}

TEST(Tuak, makes_other_outputs_for_every_parameter) {
  const Bytes k(16, 1), topc(32, 2);
  const Octets<16> rand{3};
  const auto res = [&](const TuakParameters& p) {
    const Tuak tuak = *Tuak::make(k, topc, p);
    return hex(tuak.f2345(rand).ak.expose());
  };
  const std::string plain = res({});
  EXPECT_NE(res({.res = 16}), plain);
  EXPECT_NE(res({.ck = 32}), plain);
  EXPECT_NE(res({.ik = 32}), plain);
  EXPECT_NE(res({.iterations = 2}), plain);
}

/// SHA3-256 of one block by our permutation, against OpenSSL's.
TEST(Keccak, makes_the_sha3_of_openssl) {
  for (size_t size : {0u, 1u, 7u, 8u, 64u, 134u, 135u}) {
    Bytes message(size);
    for (size_t i = 0; i < size; ++i) message[i] = static_cast<uint8_t>(37 * i + size);
    std::array<uint8_t, 200> state{};
    std::copy(message.begin(), message.end(), state.begin());
    state[size] ^= 0x06;
    state[135] ^= 0x80;
    keccak_f1600(state);
    Octets<32> expected{};
    unsigned written = 0;
    ASSERT_EQ(EVP_Digest(message.data(), size, expected.data(), &written, EVP_sha3_256(), nullptr), 1);
    EXPECT_EQ(hex(View(state).first(32)), hex(expected)) << size;
  }
}

}  // namespace
}  // namespace sealift::crypto
