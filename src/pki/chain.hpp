// Chain verification with the rules of the GSMA (SGP.22 4.5.2.2), and the anchors it starts from.
//
// Only verify_chain makes a VerifiedChain: a function that needs a believed certificate asks for that type.
// A TrustStore is shared by all threads; it remembers EUM certificates that verified, so that a known
// manufacturer's eUICC costs one signature check.
#pragma once

#include <memory>

#include "base/ids.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"
#include "pki/gsma_roles.hpp"

namespace sealift::pki {

/// What is wrong with a chain. The order of checks for each certificate, from the CI down: form, issuer
/// known, signature, validity, revocation, then the rules of the role.
enum class ChainError : uint8_t {
  malformed,      ///< not a certificate we can read
  unknown_ci,     ///< the authority key identifier names no CI we trust
  bad_signature,  ///< does not verify under the issuer's key
  not_yet_valid,
  expired,
  revoked,             ///< on its CI's CRL
  revocation_unknown,  ///< a fresh CRL is demanded and there is none
  issuer_mismatch,     ///< issuer or authority key identifier is not the issuer's subject or key
  unknown_critical_extension,
  wrong_role,            ///< the policy OID is another role's, several, or absent
  wrong_key_usage,       ///< keyUsage or extendedKeyUsage
  not_a_ca,              ///< signs certificates without being a CA
  path_length,           ///< pathLenConstraint absent, wrong or exceeded; a CA where a leaf belongs
  missing_extension,     ///< an extension that the role demands is not there
  name_constraint,       ///< organisation or EID outside what the EUM may issue
  wrong_curve,           ///< key on another curve than its CI's, or on one we do not have
  missing_intermediate,  ///< an eUICC came without its EUM certificate
};
std::string_view name(ChainError error);

/// Which certificate of the chain is at fault.
enum class Link : uint8_t { leaf, eum, ci };
std::string_view name(Link link);

struct ChainFailure {
  ChainError error;
  Link link;
  std::string detail;  ///< for people: what was found and what is demanded; carries no EID
  /// "EUM certificate: expired: valid until 2015-01-01T00:00:00Z"
  std::string message() const;
  /// Kind verification, so that TRY can pass a failure up as an Error.
  operator Error() const;  // NOLINT: implicit by design
};

/// The instant to judge certificates at. A card has no clock (SGP.22 4.5.2.2 leaves it the validity periods
/// unjudged): it passes `no_clock`. Whoever has a Clock passes its time.
using JudgeAt = std::optional<Time>;
inline constexpr JudgeAt no_clock = std::nullopt;

/// What to do where no CRL of the CI that covers the certificate is loaded, or one is past its nextUpdate, or
/// its thisUpdate is yet to come. What is listed is revoked under every policy, however old the list.
enum class CrlPolicy : uint8_t {
  if_present,  ///< use what there is
  required,    ///< refuse: fail closed
};

/// Why a CRL was not taken up. The numbers are those of ES10b.LoadCRL's loadCRLError (SGP.22 5.7.12).
enum class CrlError : uint8_t {
  invalid_signature = 1,  ///< does not verify under the CI's key, or its issuer is not that CI
  invalid_format = 2,     ///< not a list that we can read and apply
  too_large = 3,
  unknown_key = 4,     ///< its authority key identifier names no CI we trust
  fresher_loaded = 5,  ///< a newer list of the same scope and part is there
  base_missing = 6,    ///< a delta list: we take whole ones only
};
std::string_view name(CrlError error);

struct CrlFailure {
  CrlError error;
  std::string detail;  ///< for people
  std::string message() const;
  /// Kinds: verification, invalid, limit, not_found, conflict, unsupported, in the order of the errors.
  operator Error() const;  // NOLINT: implicit by design
};

/// A chain that verified. Cheap to copy.
class VerifiedChain {
 public:
  Role role() const { return role_; }
  const Certificate& leaf() const { return leaf_; }
  const crypto::PublicKey& public_key() const { return leaf_.public_key(); }
  /// The EUM certificate between, for an eUICC.
  const std::optional<Certificate>& eum() const { return eum_; }
  /// subjectKeyIdentifier of the CI that it ends at ("CI PKId").
  const crypto::KeyIdentifier& ci_key_id() const { return ci_key_id_; }
  const Certificate& ci() const { return ci_; }
  /// Of an eUICC: its EID, 16 octets of BCD. All zero for other roles.
  const Octets<16>& eid_octets() const { return eid_; }
  /// Of an eUICC: its EID; empty for other roles. Its check digits are not looked at: the specification does
  /// not let the chain fail for them.
  std::optional<Eid> eid() const;
  /// Of a server or EUM: the OID of its owner (subjectAltName registeredID).
  const std::optional<asn1::Oid>& owner() const { return owner_; }

 private:
  friend class ChainVerifier;
  VerifiedChain(Role role, Certificate leaf, Certificate ci, const crypto::KeyIdentifier& ci_key_id)
      : role_(role), leaf_(std::move(leaf)), ci_(std::move(ci)), ci_key_id_(ci_key_id) {}
  Role role_;
  Certificate leaf_;
  std::optional<Certificate> eum_;
  Certificate ci_;
  crypto::KeyIdentifier ci_key_id_;
  Octets<16> eid_{};
  std::optional<asn1::Oid> owner_;
};

/// True where both have an owner OID and it is the same: CERT.DPauth and CERT.DPpb of one SM-DP+ (SGP.22
/// 5.7.5: the eUICC refuses a binding certificate of another server).
bool same_owner(const VerifiedChain& a, const VerifiedChain& b);

/// The CI certificates that are believed, by key identifier, with their CRLs, which may change while other
/// threads verify.
class TrustStore {
 public:
  explicit TrustStore(CrlPolicy crl_policy = CrlPolicy::if_present);
  ~TrustStore();
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;

  /// Takes up a CI certificate: its form, role and self-signature are checked here, once; its validity each
  /// time a chain ends at it. Adding the same certificate again is no error; another one of the same key
  /// identifier is (unknown_ci is never returned, all others with Link::ci can be).
  Result<void, ChainFailure> add(const Certificate& ci);
  /// Parses, then adds.
  Result<void, ChainFailure> add(View ci_der);
  /// From now on these CIs are trusted and no others; all of them or, where one is refused, none. CRLs of
  /// those whose key stays are kept, so that a CI whose certificate was renewed goes on.
  Result<void, ChainFailure> trust_only(const std::vector<Certificate>& cis);
  void set_crl_policy(CrlPolicy policy);
  /// Takes up a CRL of one of the CIs, in the place of the one of the same scope, distribution point and
  /// part. From then on it is judged by, also for certificates that verified before.
  Result<void, CrlFailure> add_crl(const Crl& crl);
  /// Parses, then adds.
  Result<void, CrlFailure> add_crl(View crl_der);
  /// The lists of the CI of this key identifier, in the order they were added.
  std::vector<Crl> crls(View key_id) const;

  /// The CI of this key identifier.
  std::optional<Certificate> find(View key_id) const;
  /// Every CI, in the order they were added, which is the order of preference.
  std::vector<Certificate> all() const;
  bool empty() const;

 private:
  friend class ChainVerifier;
  struct State;
  std::unique_ptr<State> state_;
};

/// Verifies that `leaf` is a certificate of `role` that ends at a CI of `trust` and is valid at `when`.
/// `intermediates` are the certificates sent along; the EUM's is looked for among them where the leaf is an
/// eUICC's, and the rest are passed over (some TLS servers send the CI's). At most eight.
Result<VerifiedChain, ChainFailure> verify_chain(Role role, const Certificate& leaf,
                                                 std::span<const Certificate> intermediates,
                                                 const TrustStore& trust, JudgeAt when);
/// The same from DER as messages carry it. A known EUM certificate is not even parsed again.
Result<VerifiedChain, ChainFailure> verify_chain(Role role, View leaf_der,
                                                 std::span<const View> intermediates, const TrustStore& trust,
                                                 JudgeAt when);
/// For roles directly below the CI.
inline Result<VerifiedChain, ChainFailure> verify_chain(Role role, View leaf_der, const TrustStore& trust,
                                                        JudgeAt when) {
  return verify_chain(role, leaf_der, std::span<const View>(), trust, when);
}
/// For an eUICC.
Result<VerifiedChain, ChainFailure> verify_euicc(View euicc_der, View eum_der, const TrustStore& trust,
                                                 JudgeAt when);
/// Judges an EUM's certificate anew, its time and revocation above all: for whoever keeps what it vouched
/// for.
Result<void, ChainFailure> verify_eum_again(const Certificate& eum, const TrustStore& trust, JudgeAt when);

}  // namespace sealift::pki
