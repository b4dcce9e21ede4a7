#include "crypto/ecdsa.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/ports.hpp"

namespace sealift::crypto {
namespace {

constexpr Curve curves[] = {Curve::p256, Curve::brainpool_p256r1};

TEST(DeterministicSigner, gives_the_signatures_of_rfc_6979_a_2_5) {
  auto key = PrivateKey::from_scalar(
      Curve::p256, *from_hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(key->public_key().point()),
            "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
            "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
  DeterministicSigner signer(std::move(*key));
  EXPECT_EQ(hex(*signer.sign({view("sample")})),
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
  EXPECT_EQ(hex(*signer.sign({view("te"), view("st")})),
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
            "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083");
}

TEST(Signer, signs_what_verifies_and_nothing_else_does) {
  SeededRandom random(11);
  for (Curve curve : curves) {
    PrivateKey key = PrivateKey::generate(curve, random);
    const PrivateKey other = PrivateKey::generate(curve, random);
    const PublicKey public_key = key.public_key();
    SoftwareSigner software(key);
    DeterministicSigner deterministic(std::move(key));
    const Verifier verifier(public_key);
    for (Signer* signer : {static_cast<Signer*>(&software), static_cast<Signer*>(&deterministic)}) {
      EXPECT_EQ(signer->public_key(), public_key);
      for (int i = 0; i < 50; ++i) {
        const Bytes message = to_bytes(random.octets<40>());
        const Signature s = *signer->sign({View(message).first(7), View(message).subspan(7)});
        EXPECT_TRUE(verify(public_key, {View(message)}, s));
        EXPECT_TRUE(verifier.verify({View(message)}, s));
        EXPECT_FALSE(verify(other.public_key(), {View(message)}, s));
        EXPECT_FALSE(verify(public_key, {View(message).first(39)}, s));
        EXPECT_FALSE(verify(public_key, {View(message)}, View(s).first(63)));
        EXPECT_FALSE(verify(public_key, {View(message)}, concat({s, Bytes{0}})));
        Signature changed = s;
        changed[static_cast<size_t>(i)] ^= 1;
        EXPECT_FALSE(verify(public_key, {View(message)}, changed));
        EXPECT_FALSE(verifier.verify({View(message)}, changed));
        EXPECT_EQ(*signature_from_der(signature_to_der(s)), s);
      }
    }
    const Bytes m(3, 9);
    EXPECT_EQ(*deterministic.sign({View(m)}), *deterministic.sign({View(m)}));
    EXPECT_NE(*software.sign({View(m)}), *software.sign({View(m)}));
  }
}

TEST(Verifier, made_after_another_has_gone_knows_its_own_key_alone) {
  SeededRandom random(12);
  for (Curve curve : curves) {
    std::vector<PublicKey> keys;
    std::vector<Signature> signatures;
    for (int i = 0; i < 3; ++i) {
      const PrivateKey key = PrivateKey::generate(curve, random);
      keys.push_back(key.public_key());
      signatures.push_back(*SoftwareSigner(key).sign({view("said")}));
    }
    // What OpenSSL made for one serves the next, on other threads too.
    const auto one_after_the_other = [&] {
      for (int round = 0; round < 50; ++round) {
        const size_t mine = static_cast<size_t>(round) % keys.size();
        const Verifier verifier(keys[mine]);
        for (size_t i = 0; i < keys.size(); ++i)
          EXPECT_EQ(verifier.verify({view("said")}, signatures[i]), i == mine);
        EXPECT_FALSE(verify(keys[(mine + 1) % keys.size()], {view("said")}, signatures[mine]));
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(one_after_the_other);
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(Verify, refuses_r_or_s_of_zero_or_not_below_the_order) {
  SeededRandom random(12);
  const PrivateKey key = PrivateKey::generate(Curve::p256, random);
  SoftwareSigner signer(key);
  const Signature good = *signer.sign({view("m")});
  const Bytes order = *from_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  for (const Bytes& bad : {Bytes(32, 0), order, Bytes(32, 0xff)}) {
    EXPECT_FALSE(verify(key.public_key(), {view("m")}, concat({bad, View(good).last(32)})));
    EXPECT_FALSE(verify(key.public_key(), {view("m")}, concat({View(good).first(32), bad})));
    EXPECT_FALSE(verify(key.public_key(), {view("m")}, concat({bad, bad})));
  }
}

TEST(SignatureDer, refuses_all_but_the_one_form) {
  Signature s{};
  s[31] = 0x80;  // r = 128 takes a zero octet before it
  s[63] = 0x7f;  // s = 127 does not
  const Bytes der = signature_to_der(s);
  EXPECT_EQ(hex(der),
            "3007020200800201"
            "7F");
  EXPECT_EQ(*signature_from_der(der), s);
  for (const char* bad : {"", "30", "3006020180020100", "300602018002017F",  // r negative
                          "300802020080020200"
                          "7F",
                          "3081070202008002017F",  // s not minimal, long length
                          "300702020080020"
                          "17F00",
                          "30080202008002017F00",  // trailing octets
                          "3005020200800200",
                          "310702020080"
                          "02017F",  // s empty, a SET
                          "3007030200800201"
                          "7F",
                          "3080020200800201"
                          "7F0000",  // BIT STRING, indefinite
                          "30070202008002027F", "300402020080"}) {
    EXPECT_FALSE(signature_from_der(*from_hex(bad))) << bad;
  }
  Bytes longest = signature_to_der([] {
    Signature top;
    top.fill(0xff);
    return top;
  }());
  EXPECT_EQ(longest.size(), 72u);
  EXPECT_TRUE(signature_from_der(longest));
  const Bytes too_wide = concat({*from_hex("3026022101"), Bytes(32, 0), *from_hex("020101")});
  EXPECT_FALSE(signature_from_der(too_wide));
  for (size_t n = 0; n < der.size(); ++n) EXPECT_FALSE(signature_from_der(View(der).first(n)));
}

TEST(SoftwareSigner, serves_many_threads_at_once) {
  SeededRandom random(13);
  const PrivateKey key = PrivateKey::generate(Curve::p256, random);
  SoftwareSigner signer(key);
  const Verifier verifier(key.public_key());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const Bytes message{static_cast<uint8_t>(t), static_cast<uint8_t>(i)};
        const auto s = signer.sign({View(message)});
        if (s && verifier.verify({View(message)}, *s)) ++good;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(good, 800);
}

}  // namespace
}  // namespace sealift::crypto
