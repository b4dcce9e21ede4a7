// The Wycheproof files for the algorithms of this room, through our own functions: every 'valid' case
// holds, every 'invalid' one is refused. 'acceptable' cases are named below with what we do.
#include <filesystem>
#include <set>

#include "crypto/aes.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/hash.hpp"
#include "crypto/test_wycheproof.hpp"

namespace sealift::crypto {
namespace {

using namespace wycheproof;

enum class Form { der, plain };

void ecdsa(std::string_view name, const json::object& file, Curve curve, Form form) {
  Count count(name);
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
    count.add(test);
  });
}

TEST(Wycheproof, ecdsa_p256_with_der_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_secp256r1_sha256_test.json");
  ecdsa("ecdsa_secp256r1_sha256_test.json", *file, Curve::p256, Form::der);
}
TEST(Wycheproof, ecdsa_p256_with_plain_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_secp256r1_sha256_p1363_test.json");
  ecdsa("ecdsa_secp256r1_sha256_p1363_test.json", *file, Curve::p256, Form::plain);
}
TEST(Wycheproof, ecdsa_brainpool_with_der_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_brainpoolP256r1_sha256_test.json");
  ecdsa("ecdsa_brainpoolP256r1_sha256_test.json", *file, Curve::brainpool_p256r1, Form::der);
}
TEST(Wycheproof, ecdsa_brainpool_with_plain_signatures) {
  LOAD_OR_SKIP(file, "ecdsa_brainpoolP256r1_sha256_p1363_test.json");
  ecdsa("ecdsa_brainpoolP256r1_sha256_p1363_test.json", *file, Curve::brainpool_p256r1, Form::plain);
}

TEST(Wycheproof, key_agreement_p256_with_points) {
  LOAD_OR_SKIP(file, "ecdh_secp256r1_ecpoint_test.json");
  Count count("ecdh_secp256r1_ecpoint_test.json");
  int compressed = 0;
  each_test(*file, [&](const json::object&, const json::object& test) {
    const Bytes point = octets_of(test, "public");
    const Result<PublicKey> peer = PublicKey::from_point(Curve::p256, point);
    agreement(test, Curve::p256, peer ? std::optional(*peer) : std::nullopt, count);
    const auto& flags = test.at("flags").as_array();
    const bool marked = std::find(flags.begin(), flags.end(), json::value("CompressedPoint")) != flags.end();
    if (!marked) return;
    ++compressed;
    EXPECT_FALSE(peer) << "RSP has uncompressed points alone";
  });
  EXPECT_EQ(compressed, 8);
}

TEST(Wycheproof, aes_cmac_with_128_bit_keys) {
  LOAD_OR_SKIP(file, "aes_cmac_test.json");
  Count count("aes_cmac_test.json");
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
    count.add(test);
  });
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
  Count count("aes_cbc_pkcs5_test.json");
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
    count.add(test);
  });
}

TEST(Wycheproof, aes_256_gcm_with_96_bit_nonces) {
  LOAD_OR_SKIP(file, "aes_gcm_test.json");
  Count count("aes_gcm_test.json");
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
    count.add(test);
  });
}

TEST(Wycheproof, hmac_sha256) {
  LOAD_OR_SKIP(file, "hmac_sha256_test.json");
  Count count("hmac_sha256_test.json");
  each_test(*file, [&](const json::object& group, const json::object& test) {
    const Octets<32> mac = hmac_sha256(octets_of(test, "key"), {View(octets_of(test, "msg"))});
    const View shown = View(mac).first(static_cast<size_t>(group.at("tagSize").as_int64()) / 8);
    EXPECT_EQ(equal_constant_time(shown, octets_of(test, "tag")), chars(test, "result") == "valid");
    count.add(test);
  });
}

TEST(Wycheproof, every_vector_of_the_eleven_files_is_counted) {
  if (!std::filesystem::exists(folder())) GTEST_SKIP() << "skipped: vectors not present";
  std::set<std::string> there, named;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".json") there.insert(entry.path().filename());
  }
  int vectors = 0, exercised = 0;
  for (const Row& row : table) {
    const std::optional<json::object> file = load(row.file);
    ASSERT_TRUE(file) << row.file;
    int tests = 0;
    each_test(*file, [&](const json::object&, const json::object&) { ++tests; });
    EXPECT_EQ(tests, row.vectors) << row.file;
    EXPECT_EQ(file->at("numberOfTests").as_int64(), row.vectors) << row.file;
    named.emplace(row.file);
    vectors += row.vectors;
    exercised += row.exercised();
  }
  EXPECT_EQ(there, named);
  EXPECT_EQ(vectors, 4280);
  EXPECT_EQ(exercised, 3677);
}

}  // namespace
}  // namespace sealift::crypto
