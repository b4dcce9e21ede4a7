// The Wycheproof files with SubjectPublicKeyInfo, through the one place of ours that reads such a structure:
// a certificate.
#include "crypto/test_wycheproof.hpp"
#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using namespace crypto::wycheproof;
using crypto::Curve;

/// The key of a certificate that carries these octets where its key belongs; nullopt where it is refused.
class Carrier {
 public:
  Carrier() {
    HierarchyOptions o;
    o.deterministic = true;
    o.eid = *Eid::with_check_digits(o.iin + std::string(30 - o.iin.size(), '0'));
    o.not_before = Time(std::chrono::seconds(1'790'000'000));
    SeededRandom random(1);
    hierarchy_ = std::make_unique<Hierarchy>(std::move(*make_hierarchy(o, random)));
    signer_ = std::make_unique<crypto::DeterministicSigner>((*hierarchy_)[Role::ci].key.clone());
    const Certificate& own = hierarchy_->certificate(Role::dp_auth);
    Subject subject;
    subject.name.attributes = {{attribute::common_name, "Wycheproof"}};
    subject.registered_id = asn1::Oid::of({2, 999, 10});
    spec_ = profile(Role::dp_auth, subject, own.public_key(), &hierarchy_->certificate(Role::ci),
                    own.not_before(), own.not_after(), random);
  }
  std::optional<crypto::PublicKey> key(View spki) {
    auto der = sign_certificate(spec_, spki, *signer_);
    if (!der) return std::nullopt;
    auto certificate = Certificate::parse(*der);
    if (!certificate) return std::nullopt;
    return certificate->public_key();
  }
  View ci_key_info() const { return hierarchy_->certificate(Role::ci).subject_public_key_info(); }

 private:
  std::unique_ptr<Hierarchy> hierarchy_;
  std::unique_ptr<crypto::Signer> signer_;
  CertificateSpec spec_;
};

void agreement_with_key_infos(std::string_view name, const json::object& file, Curve curve, int compressed_points) {
  Carrier carrier;
  ASSERT_TRUE(carrier.key(carrier.ci_key_info())) << "a good key is taken, so a refusal is of the key";
  Count count(name);
  int compressed = 0;
  each_test(file, [&](const json::object&, const json::object& test) {
    auto peer = carrier.key(octets_of(test, "public"));
    if (peer && peer->curve() != curve) peer.reset();
    agreement(test, curve, peer, count);
    const auto& flags = test.at("flags").as_array();
    if (std::find(flags.begin(), flags.end(), json::value("CompressedPoint")) != flags.end()) {
      ++compressed;
      EXPECT_FALSE(peer) << "RSP has uncompressed points alone";
    }
  });
  EXPECT_EQ(compressed, compressed_points);
}

TEST(Wycheproof, key_agreement_p256_with_key_infos) {
  LOAD_OR_SKIP(file, "ecdh_secp256r1_test.json");
  agreement_with_key_infos("ecdh_secp256r1_test.json", *file, Curve::p256, 8);
}

TEST(Wycheproof, key_agreement_brainpool_with_key_infos) {
  LOAD_OR_SKIP(file, "ecdh_brainpoolP256r1_test.json");
  agreement_with_key_infos("ecdh_brainpoolP256r1_test.json", *file, Curve::brainpool_p256r1, 6);
}

}  // namespace
}  // namespace sealift::pki
