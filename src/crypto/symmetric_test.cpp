#include <gtest/gtest.h>

#include "crypto/aes.hpp"
#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"

namespace sealift::crypto {
namespace {

TEST(Aes128, encrypts_the_block_of_fips_197) {
  const auto key = *octets_from_hex<16>("000102030405060708090A0B0C0D0E0F");
  const auto plain = *octets_from_hex<16>("00112233445566778899AABBCCDDEEFF");
  EXPECT_EQ(hex(aes128_encrypt_block(key, plain)), "69C4E0D86A7B0430D8CDB78070B4C55A");
}

TEST(Cbc, encrypts_and_decrypts_sp_800_38a_f_2_in_place) {
  const auto key = *octets_from_hex<16>("2B7E151628AED2A6ABF7158809CF4F3C");
  const auto iv = *octets_from_hex<16>("000102030405060708090A0B0C0D0E0F");
  const Bytes plain = *from_hex("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51");
  const Bytes sealed = *from_hex("7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2");
  Cbc cbc{Key128(key)};
  Bytes room = plain;
  for (int i = 0; i < 2; ++i) {  // a context may be used again, in both directions
    ASSERT_TRUE(cbc.encrypt(iv, room, room));
    EXPECT_EQ(room, sealed);
    ASSERT_TRUE(cbc.decrypt(iv, room, room));
    EXPECT_EQ(room, plain);
  }
}

TEST(Cbc, refuses_part_blocks_and_a_result_of_another_size) {
  const Octets<16> key{};
  Cbc cbc{Key128(key)};
  Bytes room(17);
  EXPECT_FALSE(cbc.encrypt(Block{}, room, room));
  EXPECT_FALSE(cbc.decrypt(Block{}, View(room).first(16), room));
  EXPECT_TRUE(cbc.encrypt(Block{}, View(), std::span<uint8_t>()));
  EXPECT_FALSE(aes128_cbc_decrypt(key, Block{}, View(room).first(15)));
}

TEST(Gcm, refuses_any_change) {
  const Octets<32> key{1};
  const Octets<12> nonce{2};
  const Bytes sealed = aes256_gcm_seal(key, nonce, view("about"), view("content"));
  EXPECT_EQ(text(aes256_gcm_open(key, nonce, view("about"), sealed)->expose()), "content");
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x10;
    EXPECT_FALSE(aes256_gcm_open(key, nonce, view("about"), changed));
    EXPECT_FALSE(aes256_gcm_open(key, nonce, view("about"), View(sealed).first(i)));
  }
  EXPECT_FALSE(aes256_gcm_open(key, nonce, view("abouT"), sealed));
  EXPECT_FALSE(aes256_gcm_open(key, Octets<12>{3}, view("about"), sealed));
  EXPECT_FALSE(aes256_gcm_open(Octets<32>{2}, nonce, view("about"), sealed));
}

TEST(Hash, matches_fips_180_examples_whole_and_in_parts) {
  const std::string abc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
  EXPECT_EQ(hex(sha256(view("abc"))), abc);
  EXPECT_EQ(hex(sha256({view("a"), view(""), view("bc")})), abc);
  Sha256 running;
  EXPECT_EQ(hex(running.update(view("ab")).update(view("c")).finish()), abc);
  EXPECT_EQ(hex(running.update(view("abc")).finish()), abc);
  EXPECT_EQ(hex(sha256(View())), "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
  EXPECT_EQ(hex(sha1(view("abc"))), "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

TEST(X963Kdf, matches_the_nist_cavs_examples) {
  EXPECT_EQ(hex(x963_kdf(*from_hex("96C05619D56C328AB95FE84B18264B08725B85E33FD34F08"), View(), 16).expose()),
            "443024C3DAE66B95E6F5670601558F71");
  EXPECT_EQ(hex(x963_kdf(*from_hex("22518B10E70F2A3F243810AE3254139EFBEE04AA57C7AF7D"),
                         *from_hex("75EEF81AA3041E33B80971203D2C0C52"), 128)
                    .expose()),
            "C498AF77161CC59F2962B9A713E2B215152D139766CE34A776DF11866A69BF2E"
            "52A13D9C7C6FC878C50C5EA0BC7B00E0DA2447CFD874F6CF92F30D0097111485"
            "500C90C3AF8B487872D04685D14C8D1DC8D7FA08BEB0CE0ABABC11F0BD496269"
            "142D43525A78E5BC79A17F59676A5706DC54D54D4D1F0BD7E386128EC26AFC21");
}

TEST(Scrypt, matches_rfc_7914_and_refuses_costs_out_of_range) {
  const auto key = scrypt(view("password"), view("NaCl"), {1024, 8, 16});
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(key->expose()), "FDBABE1C9D3472007856E7190D01E9FE7C6AD7CBC8237830E77376634B373162");
  EXPECT_FALSE(scrypt(view("p"), view("s"), {1000, 8, 1}));
  EXPECT_FALSE(scrypt(view("p"), view("s"), {1, 8, 1}));
  EXPECT_FALSE(scrypt(view("p"), view("s"), {1u << 30, 8, 1}));
  EXPECT_FALSE(scrypt(view("p"), view("s"), {1024, 0, 1}));
}

}  // namespace
}  // namespace sealift::crypto
