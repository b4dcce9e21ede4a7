#include "crypto/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/key_agreement.hpp"

namespace sealift::crypto {
namespace {

constexpr Curve curves[] = {Curve::p256, Curve::brainpool_p256r1};

// Group orders: FIPS 186-4 D.1.2.3 and RFC 5639 3.4.
Bytes order_of(Curve curve) {
  return *from_hex(curve == Curve::p256 ? "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
                                        : "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7");
}

TEST(PublicKey, refuses_what_is_not_an_uncompressed_point_of_the_curve) {
  SeededRandom random(1);
  for (Curve curve : curves) {
    const Bytes good = to_bytes(PrivateKey::generate(curve, random).public_key().point());
    ASSERT_TRUE(PublicKey::from_point(curve, good));
    Bytes infinity_of_right_size(65, 0);
    infinity_of_right_size[0] = 4;
    Bytes hybrid = good;
    hybrid[0] = static_cast<uint8_t>(6 + (good[64] & 1));
    Bytes compressed(good.begin(), good.begin() + 33);
    compressed[0] = static_cast<uint8_t>(2 + (good[64] & 1));
    Bytes off_curve = good;
    off_curve[64] ^= 1;
    Bytes beyond_the_field = good;
    std::fill(beyond_the_field.begin() + 1, beyond_the_field.begin() + 33, 0xff);
    const Bytes longer = concat({good, Bytes{0}});
    const Bytes shorter(good.begin(), good.end() - 1);
    for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes{4}, infinity_of_right_size, hybrid, compressed,
                             off_curve, beyond_the_field, longer, shorter}) {
      const auto key = PublicKey::from_point(curve, bad);
      ASSERT_FALSE(key) << hex(bad);
      EXPECT_EQ(key.error().kind, ErrorKind::verification);
    }
    const Curve other = curve == Curve::p256 ? Curve::brainpool_p256r1 : Curve::p256;
    EXPECT_FALSE(PublicKey::from_point(other, good));
  }
}

TEST(PrivateKey, takes_scalars_from_one_to_order_less_one) {
  for (Curve curve : curves) {
    Bytes n = order_of(curve);
    EXPECT_FALSE(PrivateKey::from_scalar(curve, n));
    EXPECT_FALSE(PrivateKey::from_scalar(curve, Bytes(32, 0)));
    EXPECT_FALSE(PrivateKey::from_scalar(curve, Bytes(32, 0xff)));
    EXPECT_FALSE(PrivateKey::from_scalar(curve, Bytes(31, 1)));
    EXPECT_FALSE(PrivateKey::from_scalar(curve, Bytes(33, 1)));
    Bytes one(32, 0);
    one[31] = 1;
    n[31] -= 1;
    const auto lowest = PrivateKey::from_scalar(curve, one);
    const auto highest = PrivateKey::from_scalar(curve, n);
    ASSERT_TRUE(lowest && highest);
    // G and -G: the same x, another y.
    EXPECT_TRUE(equal(View(lowest->public_key().point()).subspan(1, 32),
                      View(highest->public_key().point()).subspan(1, 32)));
    EXPECT_NE(lowest->public_key(), highest->public_key());
  }
}

/// Hands out given octets, then counts up.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Bytes first) : script_(std::move(first)) {}
  void fill(std::span<uint8_t> out) override {
    for (uint8_t& octet : out) octet = at_ < script_.size() ? script_[at_++] : ++tail_;
  }

 private:
  Bytes script_;
  size_t at_ = 0;
  uint8_t tail_ = 0;
};

TEST(PrivateKey, draws_again_when_the_draw_is_out_of_range) {
  for (Curve curve : curves) {
    ScriptedRandom random(concat({order_of(curve), Bytes(32, 0), Bytes(32, 0xff)}));
    const PrivateKey key = PrivateKey::generate(curve, random);
    Bytes expected(32);
    for (size_t i = 0; i < 32; ++i) expected[i] = static_cast<uint8_t>(i + 1);
    EXPECT_EQ(to_bytes(key.scalar().expose()), expected);
  }
}

TEST(PrivateKey, comes_out_the_same_from_the_same_seed) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  const PublicKey first = PrivateKey::generate(Curve::p256, a).public_key();
  EXPECT_EQ(first, PrivateKey::generate(Curve::p256, b).public_key());
  EXPECT_NE(first, PrivateKey::generate(Curve::p256, c).public_key());
}

TEST(PublicKey, has_the_identifier_x509_gives_it) {
  // The P-256 base point; its SHA-1 computed with sha1sum.
  Bytes one(32, 0);
  one[31] = 1;
  const auto key = PrivateKey::from_scalar(Curve::p256, one);
  EXPECT_EQ(hex(key->public_key().point()),
            "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
            "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");
  EXPECT_EQ(hex(key->public_key().key_identifier()), "B467A3999EB5EFA671DE0032F08A9C9E5EFDA0E1");
}

TEST(EphemeralKey, agrees_with_its_peer_and_survives_storage) {
  SeededRandom random(3);
  for (Curve curve : curves) {
    const EphemeralKey server = EphemeralKey::generate(curve, random);
    const EphemeralKey card = EphemeralKey::generate(curve, random);
    const auto z = server.agree(card.public_key());
    ASSERT_TRUE(z);
    const auto again = EphemeralKey::from_scalar(curve, card.scalar().expose());
    const auto stored = EphemeralKey::from_stored(curve, card.scalar().expose(), card.public_key().point());
    ASSERT_TRUE(again && stored);
    EXPECT_EQ(again->public_key(), card.public_key());
    EXPECT_TRUE(equal(again->agree(server.public_key())->expose(), z->expose()));
    EXPECT_TRUE(equal(stored->agree(server.public_key())->expose(), z->expose()));
    EXPECT_FALSE(equal(card.agree(card.public_key())->expose(), z->expose()));
  }
}

TEST(EphemeralKey, refuses_a_peer_on_another_curve_and_bad_storage) {
  SeededRandom random(4);
  const EphemeralKey nist = EphemeralKey::generate(Curve::p256, random);
  const EphemeralKey brainpool = EphemeralKey::generate(Curve::brainpool_p256r1, random);
  EXPECT_FALSE(nist.agree(brainpool.public_key()));
  EXPECT_FALSE(EphemeralKey::from_scalar(Curve::p256, Bytes(32, 0)));
  EXPECT_FALSE(EphemeralKey::from_stored(Curve::p256, order_of(Curve::p256), nist.public_key().point()));
  EXPECT_FALSE(
      EphemeralKey::from_stored(Curve::p256, nist.scalar().expose(), brainpool.public_key().point()));
}

TEST(KeyAgreement, gives_the_secret_that_its_peer_computes_with_a_new_key_each_time) {
  SeededRandom random(5);
  SoftwareKeyAgreement server(random);
  for (Curve curve : curves) {
    const EphemeralKey card = EphemeralKey::generate(curve, random);
    const Agreement one = server.agree(card.public_key()).value();
    const Agreement two = server.agree(card.public_key()).value();
    EXPECT_EQ(one.otpk.curve(), curve);
    EXPECT_NE(one.otpk, two.otpk);
    EXPECT_TRUE(equal(card.agree(one.otpk)->expose(), one.z.expose()));
    EXPECT_TRUE(equal(card.agree(two.otpk)->expose(), two.z.expose()));
  }
}

TEST(KeyAgreement, of_one_seed_is_the_same_twice) {
  SeededRandom card_random(6), one(7), two(7);
  const EphemeralKey card = EphemeralKey::generate(Curve::p256, card_random);
  EXPECT_EQ(SoftwareKeyAgreement(one).agree(card.public_key())->otpk,
            SoftwareKeyAgreement(two).agree(card.public_key())->otpk);
}

}  // namespace
}  // namespace sealift::crypto
