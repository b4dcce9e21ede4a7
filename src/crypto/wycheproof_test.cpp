// The Wycheproof files for the algorithms of this room, through our own functions: every 'valid' case
// holds, every 'invalid' one is refused. 'acceptable' cases are named below with what we do.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "crypto/aes.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ecka.hpp"
#include "crypto/hash.hpp"

namespace sealift::crypto {
namespace {

namespace json = boost::json;

std::optional<json::object> load(const std::string& file) {
  const char* root = std::getenv("SEALIFT_VECTORS");
  std::ifstream in(std::string(root ? root : "../shared/vectors") + "/wycheproof/" + file, std::ios::binary);
  if (!in) return std::nullopt;
  const std::string chars{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return json::parse(chars).as_object();
}

std::string chars(const json::object& from, std::string_view key) {
  return std::string(from.at(key).as_string());
}
Bytes octets_of(const json::object& from, std::string_view key) {
  return *from_hex(chars(from, key));
}

/// Calls use(group, test) for each test; tells which test failed.
template <class F>
void each_test(const json::object& file, F&& use) {
  for (const json::value& g : file.at("testGroups").as_array()) {
    for (const json::value& t : g.as_object().at("tests").as_array()) {
      const json::object& test = t.as_object();
      SCOPED_TRACE("tcId " + std::to_string(test.at("tcId").as_int64()) + " " + chars(test, "comment"));
      use(g.as_object(), test);
    }
  }
}

struct Count {
  int valid = 0;
  int invalid = 0;
  int acceptable = 0;
  void add(const std::string& result) {
    ++(result == "valid" ? valid : result == "invalid" ? invalid : acceptable);
  }
};

#define LOAD_OR_SKIP(file, name)                       \
  const std::optional<json::object> file = load(name); \
  if (!file) GTEST_SKIP() << "skipped: vectors not present"

enum class Form { der, plain };

void ecdsa(const json::object& file, Curve curve, Form form) {
  Count count;
  each_test(file, [&](const json::object& group, const json::object& test) {
    const auto key =
        PublicKey::from_point(curve, octets_of(group.at("publicKey").as_object(), "uncompressed"));
    ASSERT_TRUE(key);
    const Bytes message = octets_of(test, "msg");
    Bytes signature = octets_of(test, "sig");
    bool holds = true;
    if (form == Form::der) {
      const Result<Signature> plain = signature_from_der(signature);
      holds = plain.has_value();
      if (holds) {
        EXPECT_EQ(signature_to_der(*plain), signature);
        signature = to_bytes(*plain);
      }
    }
    holds = holds && verify(*key, {View(message)}, signature);
    EXPECT_EQ(holds, chars(test, "result") == "valid");
    if (form == Form::plain) {
      EXPECT_EQ(holds, Verifier(*key).verify({View(message)}, signature));
    }
    count.add(chars(test, "result"));
  });
  EXPECT_GT(count.valid, 150);
  EXPECT_GT(count.invalid, 80);
  EXPECT_EQ(count.acceptable, 0);
}

TEST(Wycheproof, ecdsa_p256_with_der_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_secp256r1_sha256_test.json");
  ecdsa(*file, Curve::p256, Form::der);
}
TEST(Wycheproof, ecdsa_p256_with_plain_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_secp256r1_sha256_p1363_test.json");
  ecdsa(*file, Curve::p256, Form::plain);
}
TEST(Wycheproof, ecdsa_brainpool_with_der_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_brainpoolP256r1_sha256_test.json");
  ecdsa(*file, Curve::brainpool_p256r1, Form::der);
}
TEST(Wycheproof, ecdsa_brainpool_with_plain_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_brainpoolP256r1_sha256_p1363_test.json");
  ecdsa(*file, Curve::brainpool_p256r1, Form::plain);
}

/// Private keys in the files are integers: a leading zero octet or fewer than 32.
Bytes as_scalar(Bytes number) {
  while (number.size() > 32 && number.front() == 0) number.erase(number.begin());
  while (number.size() < 32) number.insert(number.begin(), 0);
  return number;
}

/// What every key agreement case must do with the point; nullopt where the file's form is not one we read.
void agreement(const json::object& test, Curve curve, const std::optional<Bytes>& point, Count& count) {
  const std::string result = chars(test, "result");
  std::optional<Secret<32>> shared;
  if (point) {
    const Result<PublicKey> peer = PublicKey::from_point(curve, *point);
    const Result<EphemeralKey> own = EphemeralKey::from_scalar(curve, as_scalar(octets_of(test, "private")));
    if (peer && own) {
      Result<Secret<32>> z = own->agree(*peer);
      ASSERT_TRUE(z);
      shared = std::move(*z);
    }
  }
  if (result == "valid") {
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_bytes(shared->expose()), octets_of(test, "shared"));
  } else {
    EXPECT_FALSE(shared);  // invalid, and every acceptable form: we take one encoding alone
  }
  count.add(result);
}

TEST(Wycheproof, key_agreement_p256_with_points) {
  LOAD_OR_SKIP(file, "ecdh_secp256r1_ecpoint_test.json");
  Count count;
  each_test(*file, [&](const json::object&, const json::object& test) {
    agreement(test, Curve::p256, octets_of(test, "public"), count);
  });
  EXPECT_EQ(count.valid, 330);
  EXPECT_EQ(count.invalid, 24);
  EXPECT_EQ(count.acceptable, 1);  // a compressed point, refused
}

/// SubjectPublicKeyInfo of a named curve and an uncompressed point has one DER form: a fixed head, then the
/// point. Acceptable cases (BER lengths, explicit parameters, a compressed point) are refused.
void agreement_with_spki(const json::object& file, Curve curve, std::string_view head_digits, int valid) {
  const Bytes head = *from_hex(head_digits);
  Count count;
  each_test(file, [&](const json::object&, const json::object& test) {
    const Bytes spki = octets_of(test, "public");
    std::optional<Bytes> point;
    if (spki.size() > head.size() && equal(View(spki).first(head.size()), head)) {
      point = to_bytes(View(spki).subspan(head.size()));
    }
    agreement(test, curve, point, count);
  });
  EXPECT_EQ(count.valid, valid);
  EXPECT_GT(count.invalid, 50);
  EXPECT_EQ(count.acceptable, 230);
}

TEST(Wycheproof, key_agreement_p256_with_key_infos) {
  LOAD_OR_SKIP(file, "ecdh_secp256r1_test.json");
  agreement_with_spki(*file, Curve::p256, "3059301306072A8648CE3D020106082A8648CE3D030107034200", 330);
}
TEST(Wycheproof, key_agreement_brainpool_with_key_infos) {
  LOAD_OR_SKIP(file, "ecdh_brainpoolP256r1_test.json");
  agreement_with_spki(*file, Curve::brainpool_p256r1,
                      "305A301406072A8648CE3D020106092B2403030208010107034200", 517);
}

TEST(Wycheproof, aes_cmac_with_128_bit_keys) {
  LOAD_OR_SKIP(file, "aes_cmac_test.json");
  Count count;
  each_test(*file, [&](const json::object& group, const json::object& test) {
    if (group.at("keySize").as_int64() != 128) return;
    const Octets<16> key = *octets<16>(octets_of(test, "key"));
    const Bytes message = octets_of(test, "msg");
    Cmac mac(key);
    for (uint8_t octet : message) mac.update(View(&octet, 1));
    const Block tag = mac.finish();
    EXPECT_EQ(tag, aes128_cmac(key, {View(message)}));
    EXPECT_EQ(tag, mac.update(message).finish());
    EXPECT_EQ(equal_constant_time(tag, octets_of(test, "tag")), chars(test, "result") == "valid");
    count.add(chars(test, "result"));
  });
  EXPECT_EQ(count.valid + count.invalid, 102);
}

/// PKCS#5 padding, which RSP does not use: put on and taken off here.
std::optional<Bytes> without_padding(View padded) {
  if (padded.empty()) return std::nullopt;
  const size_t n = padded.back();
  if (n == 0 || n > 16 || n > padded.size()) return std::nullopt;
  for (uint8_t octet : padded.last(n)) {
    if (octet != n) return std::nullopt;
  }
  return to_bytes(padded.first(padded.size() - n));
}

TEST(Wycheproof, aes_cbc_with_128_bit_keys) {
  LOAD_OR_SKIP(file, "aes_cbc_pkcs5_test.json");
  Count count;
  each_test(*file, [&](const json::object& group, const json::object& test) {
    if (group.at("keySize").as_int64() != 128) return;
    const Octets<16> key = *octets<16>(octets_of(test, "key"));
    const Block iv = *octets<16>(octets_of(test, "iv"));
    const Bytes plain = octets_of(test, "msg");
    const Bytes sealed = octets_of(test, "ct");
    const Result<SecretBytes> opened = aes128_cbc_decrypt(key, iv, sealed);
    const std::optional<Bytes> unpadded = opened ? without_padding(opened->expose()) : std::nullopt;
    if (chars(test, "result") == "valid") {
      ASSERT_TRUE(unpadded);
      EXPECT_EQ(*unpadded, plain);
      const size_t n = 16 - plain.size() % 16;
      EXPECT_EQ(*aes128_cbc_encrypt(key, iv, concat({plain, Bytes(n, static_cast<uint8_t>(n))})), sealed);
    } else {
      EXPECT_FALSE(unpadded);
    }
    count.add(chars(test, "result"));
  });
  EXPECT_EQ(count.valid + count.invalid, 72);
}

TEST(Wycheproof, aes_256_gcm_with_96_bit_nonces) {
  LOAD_OR_SKIP(file, "aes_gcm_test.json");
  Count count;
  each_test(*file, [&](const json::object& group, const json::object& test) {
    if (group.at("keySize").as_int64() != 256 || group.at("ivSize").as_int64() != 96) return;
    const Octets<32> key = *octets<32>(octets_of(test, "key"));
    const Octets<12> nonce = *octets<12>(octets_of(test, "iv"));
    const Bytes associated = octets_of(test, "aad");
    const Bytes plain = octets_of(test, "msg");
    const Bytes sealed = concat({octets_of(test, "ct"), octets_of(test, "tag")});
    const Result<SecretBytes> opened = aes256_gcm_open(key, nonce, associated, sealed);
    const bool valid = chars(test, "result") == "valid";
    ASSERT_EQ(opened.has_value(), valid);
    if (valid) {
      EXPECT_EQ(to_bytes(opened->expose()), plain);
      EXPECT_EQ(aes256_gcm_seal(key, nonce, associated, plain), sealed);
    }
    count.add(chars(test, "result"));
  });
  EXPECT_EQ(count.valid + count.invalid, 66);
}

TEST(Wycheproof, hmac_sha256) {
  LOAD_OR_SKIP(file, "hmac_sha256_test.json");
  Count count;
  each_test(*file, [&](const json::object& group, const json::object& test) {
    const Octets<32> mac = hmac_sha256(octets_of(test, "key"), {View(octets_of(test, "msg"))});
    const View shown = View(mac).first(static_cast<size_t>(group.at("tagSize").as_int64()) / 8);
    EXPECT_EQ(equal_constant_time(shown, octets_of(test, "tag")), chars(test, "result") == "valid");
    count.add(chars(test, "result"));
  });
  EXPECT_EQ(count.valid + count.invalid, 174);
}

}  // namespace
}  // namespace sealift::crypto
