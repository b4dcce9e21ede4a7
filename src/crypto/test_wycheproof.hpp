// For tests: the Wycheproof files, read, counted, and the table of what becomes of every vector.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/bytes.hpp"
#include "crypto/ecka.hpp"

namespace sealift::crypto::wycheproof {

namespace json = boost::json;

/// One file: its vectors, those that go through our functions by result, and why others do not.
struct Row {
  std::string_view file;
  int vectors;
  int valid, invalid, acceptable;  ///< through our functions
  std::string_view left_out;       ///< empty where none is
  int exercised() const { return valid + invalid + acceptable; }
};
/// docs/reference/wycheproof.md is this table.
inline constexpr Row table[] = {
    {"aes_cbc_pkcs5_test.json", 216, 24, 48, 0, "keys of 192 and 256 bits: RSP has AES-CBC with 128 alone"},
    {"aes_cmac_test.json", 311, 21, 81, 0, "keys of other sizes than 128 bits: RSP has CMAC with 128 alone"},
    {"aes_gcm_test.json", 316, 39, 27, 0, "we seal with keys of 256 and nonces of 96 bits alone"},
    {"ecdh_brainpoolP256r1_test.json", 804, 517, 57, 230, ""},
    {"ecdh_secp256r1_ecpoint_test.json", 355, 330, 24, 1, ""},
    {"ecdh_secp256r1_test.json", 612, 330, 52, 230, ""},
    {"ecdsa_brainpoolP256r1_sha256_p1363_test.json", 261, 175, 86, 0, ""},
    {"ecdsa_brainpoolP256r1_sha256_test.json", 485, 176, 309, 0, ""},
    {"ecdsa_secp256r1_sha256_p1363_test.json", 262, 173, 89, 0, ""},
    {"ecdsa_secp256r1_sha256_test.json", 484, 174, 310, 0, ""},
    {"hmac_sha256_test.json", 174, 66, 108, 0, ""},
};

inline std::string folder() {
  const char* root = std::getenv("SEALIFT_VECTORS");
  return std::string(root ? root : "../shared/vectors") + "/wycheproof/";
}

inline std::optional<json::object> load(std::string_view file) {
  std::ifstream in(folder() + std::string(file), std::ios::binary);
  if (!in) return std::nullopt;
  const std::string chars{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return json::parse(chars).as_object();
}

inline std::string chars(const json::object& from, std::string_view key) {
  return std::string(from.at(key).as_string());
}
inline Bytes octets_of(const json::object& from, std::string_view key) {
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

/// Counts the vectors that went through our functions, and holds the sums against the table at the end.
class Count {
 public:
  explicit Count(std::string_view file) : file_(file) {}
  void add(const json::object& test) {
    const std::string result = chars(test, "result");
    ++(result == "valid" ? valid_ : result == "invalid" ? invalid_ : acceptable_);
  }
  ~Count() {
    for (const Row& row : table) {
      if (row.file != file_) continue;
      EXPECT_EQ(valid_, row.valid) << file_;
      EXPECT_EQ(invalid_, row.invalid) << file_;
      EXPECT_EQ(acceptable_, row.acceptable) << file_;
      EXPECT_EQ(row.exercised() < row.vectors, !row.left_out.empty()) << file_;
      return;
    }
    ADD_FAILURE() << file_ << " is not in the table";
  }

 private:
  std::string_view file_;
  int valid_ = 0, invalid_ = 0, acceptable_ = 0;
};

#define LOAD_OR_SKIP(file, name) \
  const std::optional<::boost::json::object> file = ::sealift::crypto::wycheproof::load(name); \
  if (!file) GTEST_SKIP() << "skipped: vectors not present"

/// Private keys in the files are integers: a leading zero octet or fewer than 32.
inline Bytes as_scalar(Bytes number) {
  while (number.size() > 32 && number.front() == 0) number.erase(number.begin());
  while (number.size() < 32) number.insert(number.begin(), 0);
  return number;
}

/// What every key agreement case must do with the peer's key; nullopt where we refuse to read it.
inline void agreement(const json::object& test, Curve curve, const std::optional<PublicKey>& peer,
                      Count& count) {
  std::optional<Secret<32>> shared;
  if (peer) {
    const Result<EphemeralKey> own = EphemeralKey::from_scalar(curve, as_scalar(octets_of(test, "private")));
    if (own) {
      Result<Secret<32>> z = own->agree(*peer);
      if (z) shared = std::move(*z);
    }
  }
  if (chars(test, "result") == "valid") {
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_bytes(shared->expose()), octets_of(test, "shared"));
  } else {
    EXPECT_FALSE(shared);  // invalid, and every acceptable form: we take one encoding alone
  }
  count.add(test);
}

}  // namespace sealift::crypto::wycheproof
