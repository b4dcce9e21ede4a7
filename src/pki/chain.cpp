#include "pki/chain.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "asn1/time.hpp"
#include "pki/role_check.hpp"

namespace sealift::pki {

std::string_view name(ChainError error) {
  static constexpr std::array<std::string_view, 17> names{"malformed",
                                                          "unknown_ci",
                                                          "bad_signature",
                                                          "not_yet_valid",
                                                          "expired",
                                                          "revoked",
                                                          "revocation_unknown",
                                                          "issuer_mismatch",
                                                          "unknown_critical_extension",
                                                          "wrong_role",
                                                          "wrong_key_usage",
                                                          "not_a_ca",
                                                          "path_length",
                                                          "missing_extension",
                                                          "name_constraint",
                                                          "wrong_curve",
                                                          "missing_intermediate"};
  return names[static_cast<size_t>(error)];
}

std::string_view name(Link link) {
  static constexpr std::array<std::string_view, 3> names{"leaf", "eum", "ci"};
  return names[static_cast<size_t>(link)];
}

std::string ChainFailure::message() const {
  static constexpr std::array<std::string_view, 3> who{"certificate", "EUM certificate", "CI certificate"};
  std::string out = std::string(who[static_cast<size_t>(link)]) + ": " + std::string(name(error));
  return detail.empty() ? out : out + ": " + detail;
}

ChainFailure::operator Error() const {
  return {ErrorKind::verification, message()};
}

std::string_view name(CrlError error) {
  static constexpr std::array<std::string_view, 6> names{
      "invalid_signature", "invalid_format", "too_large", "unknown_key", "fresher_loaded", "base_missing"};
  return names[static_cast<size_t>(error) - 1];
}

std::string CrlFailure::message() const {
  return "CRL: " + std::string(name(error)) + ": " + detail;
}

CrlFailure::operator Error() const {
  static constexpr std::array<ErrorKind, 6> kinds{ErrorKind::verification, ErrorKind::invalid,
                                                  ErrorKind::limit,        ErrorKind::not_found,
                                                  ErrorKind::conflict,     ErrorKind::unsupported};
  return {kinds[static_cast<size_t>(error) - 1], message()};
}

std::optional<Eid> VerifiedChain::eid() const {
  if (role_ != Role::euicc) return std::nullopt;
  auto checked = Eid::from_octets(eid_);
  return checked ? std::optional<Eid>(*checked) : std::nullopt;
}

bool same_owner(const VerifiedChain& a, const VerifiedChain& b) {
  return a.owner() && a.owner() == b.owner();
}

namespace {

/// A CI that is believed. Replaced as a whole where its CRLs change.
struct Anchor {
  Certificate certificate;
  crypto::Verifier verifier;
  crypto::KeyIdentifier key_id;
  std::vector<Crl> crls;  // at most one of each scope, distribution point and part
};
using AnchorPtr = std::shared_ptr<const Anchor>;

/// An EUM certificate whose signature and role were found right. Time and revocation are judged anew each
/// time.
struct KnownEum {
  Certificate certificate;
  crypto::Verifier verifier;
  crypto::KeyIdentifier ci_key_id;
};
using KnownEumPtr = std::shared_ptr<const KnownEum>;

/// There are some dozens of EUMs in the world.
constexpr size_t max_known_eums = 256;

std::string hex_or_none(View id) {
  return id.empty() ? "none" : hex(id);
}

/// Certificate::parse says "unsupported" of a curve alone, which a card answers with a code of its own.
ChainFailure unreadable(const Error& error, Link link) {
  return {error.kind == ErrorKind::unsupported ? ChainError::wrong_curve : ChainError::malformed, link,
          error.message};
}

}  // namespace

struct TrustStore::State {
  std::atomic<CrlPolicy> crl_policy = CrlPolicy::if_present;
  mutable std::shared_mutex mutex;
  std::vector<AnchorPtr> anchors;
  std::unordered_map<std::string_view, KnownEumPtr> eums;  // by DER, which the certificate itself holds

  AnchorPtr find(View key_id) const {
    std::shared_lock lock(mutex);
    for (const AnchorPtr& a : anchors) {
      if (equal(a->key_id, key_id)) return a;
    }
    return nullptr;
  }
  KnownEumPtr known(View der) const {
    std::shared_lock lock(mutex);
    auto found = eums.find(text(der));
    return found == eums.end() ? nullptr : found->second;
  }
  void remember(const KnownEumPtr& eum) {
    std::unique_lock lock(mutex);
    if (eums.size() >= max_known_eums) eums.erase(eums.begin());
    eums.emplace(text(eum->certificate.der()), eum);
  }
};

/// One verification: the anchors and the instant it is done at.
class ChainVerifier {
 public:
  template <class T>
  using Checked = Result<T, ChainFailure>;

  ChainVerifier(const TrustStore& trust, JudgeAt when) : state_(*trust.state_), when_(when) {}

  Checked<VerifiedChain> verify(Role role, const Certificate& leaf, std::span<const View> intermediates) {
    switch (rules(role).issued_by) {
      case IssuedBy::itself:
        return ci(leaf);
      case IssuedBy::ci:
        return below_ci(role, leaf);
      case IssuedBy::eum:
        break;
    }
    return below_eum(leaf, intermediates);
  }

  Checked<void> verify_eum(View der) {
    AnchorPtr anchor;
    TRY_VOID(believe_eum(der, anchor));
    return {};
  }

  static Checked<crypto::KeyIdentifier> check_ci(const Certificate& ci) {
    if (!ci.signed_by(ci.public_key()))
      return ChainFailure{ChainError::bad_signature, Link::ci, "not signed by itself"};
    if (!ci.issuer().same(ci.subject()))
      return ChainFailure{ChainError::issuer_mismatch, Link::ci, "issuer is not subject"};
    RoleCheck role = check_role(ci, Role::ci);
    if (!role) return ChainFailure{role.error().error, Link::ci, role.error().detail};
    View authority = ci.authority_key_id();
    if (!authority.empty() && !equal(authority, ci.subject_key_id())) {
      return ChainFailure{ChainError::issuer_mismatch, Link::ci, "authorityKeyIdentifier is not its own"};
    }
    auto key_id = octets<20>(ci.subject_key_id());
    if (!key_id)
      return ChainFailure{ChainError::malformed, Link::ci, "subjectKeyIdentifier is not 20 octets"};
    return *key_id;
  }

 private:
  Checked<VerifiedChain> ci(const Certificate& leaf) {
    AnchorPtr anchor = state_.find(leaf.subject_key_id());
    if (!anchor || anchor->certificate != leaf) {
      return ChainFailure{ChainError::unknown_ci, Link::leaf,
                          "key identifier " + hex_or_none(leaf.subject_key_id())};
    }
    TRY_VOID(judge_time(leaf, Link::leaf));
    VerifiedChain chain(Role::ci, leaf, leaf, anchor->key_id);
    chain.owner_ = leaf.registered_id();
    return chain;
  }

  Checked<VerifiedChain> below_ci(Role role, const Certificate& leaf) {
    AnchorPtr anchor = TRY(anchor_of(leaf, Link::leaf));
    TRY_VOID(judge_below_ci(leaf, *anchor, role, Link::leaf));
    VerifiedChain chain(role, leaf, anchor->certificate, anchor->key_id);
    chain.owner_ = leaf.registered_id();
    return chain;
  }

  Checked<VerifiedChain> below_eum(const Certificate& leaf, std::span<const View> intermediates) {
    View eum_der = TRY(choose_eum(leaf, intermediates));
    AnchorPtr anchor;
    KnownEumPtr eum = TRY(believe_eum(eum_der, anchor));
    const auto& ci_limits = anchor->certificate.extensions().basic_constraints->value;
    if (ci_limits.path_len == 0u)
      return ChainFailure{ChainError::path_length, Link::ci, "leaves no room for an EUM"};
    if (!eum->verifier.verify({leaf.tbs()}, leaf.signature())) {
      return ChainFailure{ChainError::bad_signature, Link::leaf, "does not verify under its EUM's key"};
    }
    TRY_VOID(judge_time(leaf, Link::leaf));
    TRY_VOID(judge_rules(leaf, eum->certificate, Role::euicc, Link::leaf));
    VerifiedChain chain(Role::euicc, leaf, anchor->certificate, anchor->key_id);
    auto eid = eid_of(leaf);
    if (!eid) return failure(eid.error(), Link::leaf);
    RoleCheck inside = check_name_constraints(eum->certificate, leaf, *eid);
    if (!inside) return failure(inside.error(), Link::leaf);
    chain.eid_ = *eid;
    chain.eum_ = eum->certificate;
    return chain;
  }

  static ChainFailure failure(const RoleProblem& p, Link link) { return {p.error, link, p.detail}; }

  /// Among several, the one whose key identifier the leaf names; a single one is it, so that its own faults
  /// are told.
  static Checked<View> choose_eum(const Certificate& leaf, std::span<const View> intermediates) {
    constexpr size_t max_intermediates = 8;
    if (intermediates.empty())
      return ChainFailure{ChainError::missing_intermediate, Link::eum, "no EUM certificate"};
    if (intermediates.size() > max_intermediates) {
      return ChainFailure{ChainError::path_length, Link::eum, "more than 8 intermediate certificates"};
    }
    if (intermediates.size() == 1) return intermediates[0];
    for (View der : intermediates) {
      auto parsed = Certificate::parse(der);
      if (parsed && equal(parsed->subject_key_id(), leaf.authority_key_id())) return der;
    }
    return ChainFailure{ChainError::missing_intermediate, Link::eum,
                        "none of the certificates is its issuer's"};
  }

  Checked<KnownEumPtr> believe_eum(View der, AnchorPtr& anchor) {
    KnownEumPtr known = state_.known(der);
    if (known && (anchor = state_.find(known->ci_key_id))) {
      TRY_VOID(judge_time(anchor->certificate, Link::ci));
      TRY_VOID(judge_time(known->certificate, Link::eum));
      TRY_VOID(judge_revocation(known->certificate, *anchor, Link::eum));
      return known;
    }
    auto parsed = Certificate::parse(der);
    if (!parsed) return unreadable(parsed.error(), Link::eum);
    anchor = TRY(anchor_of(*parsed, Link::eum));
    TRY_VOID(judge_below_ci(*parsed, *anchor, Role::eum, Link::eum));
    known = std::make_shared<const KnownEum>(
        KnownEum{*parsed, crypto::Verifier(parsed->public_key()), anchor->key_id});
    state_.remember(known);
    return known;
  }

  Checked<AnchorPtr> anchor_of(const Certificate& certificate, Link link) {
    View id = certificate.authority_key_id();
    if (id.empty())
      return ChainFailure{ChainError::missing_extension, link, "authorityKeyIdentifier with a keyIdentifier"};
    AnchorPtr anchor = state_.find(id);
    if (!anchor) return ChainFailure{ChainError::unknown_ci, link, "key identifier " + hex(id)};
    TRY_VOID(judge_time(anchor->certificate, Link::ci));
    return anchor;
  }

  Checked<void> judge_below_ci(const Certificate& certificate, const Anchor& anchor, Role role, Link link) {
    if (!anchor.verifier.verify({certificate.tbs()}, certificate.signature())) {
      return ChainFailure{ChainError::bad_signature, link,
                          "does not verify under the key of CI " + hex(anchor.key_id)};
    }
    TRY_VOID(judge_time(certificate, link));
    TRY_VOID(judge_revocation(certificate, anchor, link));
    return judge_rules(certificate, anchor.certificate, role, link);
  }

  Checked<void> judge_time(const Certificate& certificate, Link link) {
    if (!when_) return {};
    if (*when_ < certificate.not_before()) {
      return ChainFailure{ChainError::not_yet_valid, link,
                          "valid from " + asn1::rfc3339(certificate.not_before())};
    }
    if (*when_ > certificate.not_after()) {
      return ChainFailure{ChainError::expired, link, "valid until " + asn1::rfc3339(certificate.not_after())};
    }
    return {};
  }

  Checked<void> judge_revocation(const Certificate& certificate, const Anchor& anchor, Link link) {
    for (const Crl& crl : anchor.crls) {
      if (const Crl::Entry* entry = crl.find(certificate.serial_number())) {
        return ChainFailure{ChainError::revoked, link,
                            "by its CI on " + asn1::rfc3339(entry->when) + " (" +
                                std::string(pki::name(entry->reason)) + ")"};
      }
    }
    if (state_.crl_policy == CrlPolicy::if_present) return {};
    auto fresh = [&](const Crl& c) {
      return !when_ || (c.next_update() && *when_ <= *c.next_update() && *when_ >= c.this_update());
    };
    bool stale = false;
    for (const Crl& crl : anchor.crls) {
      if (!crl.covers(certificate)) continue;
      auto usable_part = [&](const Crl& c) { return c.same_list(crl) && fresh(c); };
      auto parts = std::count_if(anchor.crls.begin(), anchor.crls.end(), usable_part);
      if (static_cast<size_t>(parts) >= crl.parts()) return {};
      stale = stale || !fresh(crl);
    }
    return ChainFailure{
        ChainError::revocation_unknown, link,
        (stale ? "out of date: the CRL of CI " : "not complete, or not loaded: the CRL of CI ") +
            hex(anchor.key_id)};
  }

  static Checked<void> judge_rules(const Certificate& certificate, const Certificate& issuer, Role role,
                                   Link link) {
    RoleCheck role_check = check_role(certificate, role);
    if (!role_check) return failure(role_check.error(), link);
    if (!certificate.issuer().same(issuer.subject()) ||
        !equal(certificate.authority_key_id(), issuer.subject_key_id())) {
      return ChainFailure{ChainError::issuer_mismatch, link,
                          "issued by \"" + certificate.issuer().text() + "\", found below \"" +
                              issuer.subject().text() + "\""};
    }
    // SGP.22 2.6.7: one curve per chain; the TLS key is free of it
    if (!rules(role).tls && certificate.public_key().curve() != issuer.public_key().curve()) {
      return ChainFailure{ChainError::wrong_curve, link,
                          "on " + std::string(crypto::name(certificate.public_key().curve())) + " below " +
                              std::string(crypto::name(issuer.public_key().curve()))};
    }
    return {};
  }

  TrustStore::State& state_;
  JudgeAt when_;
};

TrustStore::TrustStore(CrlPolicy crl_policy) : state_(std::make_unique<State>()) {
  state_->crl_policy = crl_policy;
}
TrustStore::~TrustStore() = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;

Result<void, ChainFailure> TrustStore::add(const Certificate& ci) {
  crypto::KeyIdentifier key_id = TRY(ChainVerifier::check_ci(ci));
  auto anchor = std::make_shared<const Anchor>(Anchor{ci, crypto::Verifier(ci.public_key()), key_id, {}});
  std::unique_lock lock(state_->mutex);
  for (const AnchorPtr& other : state_->anchors) {
    if (other->key_id != key_id) continue;
    if (other->certificate == ci) return {};
    return ChainFailure{ChainError::issuer_mismatch, Link::ci,
                        "another CI has the key identifier " + hex(key_id)};
  }
  state_->anchors.push_back(std::move(anchor));
  return {};
}

Result<void, ChainFailure> TrustStore::add(View ci_der) {
  auto parsed = Certificate::parse(ci_der);
  if (!parsed) return unreadable(parsed.error(), Link::ci);
  return add(*parsed);
}

Result<void, ChainFailure> TrustStore::trust_only(const std::vector<Certificate>& cis) {
  std::vector<AnchorPtr> next;
  for (const Certificate& ci : cis) {
    const crypto::KeyIdentifier key_id = TRY(ChainVerifier::check_ci(ci));
    const AnchorPtr before = state_->find(key_id);
    const bool same_key = before && before->certificate.public_key() == ci.public_key();
    next.push_back(std::make_shared<const Anchor>(
        Anchor{ci, crypto::Verifier(ci.public_key()), key_id, same_key ? before->crls : std::vector<Crl>()}));
  }
  std::unique_lock lock(state_->mutex);
  state_->anchors = std::move(next);
  state_->eums.clear();  // they are judged anew
  return {};
}

void TrustStore::set_crl_policy(CrlPolicy policy) {
  state_->crl_policy = policy;
}

/// Numbers without leading zeros, big endian.
static bool number_below(View a, View b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

/// A CI has a handful of lists; more are somebody's mistake.
static constexpr size_t max_crls = 64;

Result<void, CrlFailure> TrustStore::add_crl(const Crl& crl) {
  AnchorPtr anchor = state_->find(crl.authority_key_id());
  if (!anchor)
    return CrlFailure{CrlError::unknown_key,
                      "no CI with key identifier " + hex_or_none(crl.authority_key_id())};
  if (!crl.signed_by(anchor->certificate.public_key()) || !crl.issuer().same(anchor->certificate.subject())) {
    return CrlFailure{CrlError::invalid_signature, "not signed by CI " + hex(anchor->key_id)};
  }
  std::unique_lock lock(state_->mutex);
  auto slot = std::find_if(state_->anchors.begin(), state_->anchors.end(),
                           [&](const AnchorPtr& a) { return a->key_id == anchor->key_id; });
  auto changed = std::make_shared<Anchor>(**slot);
  auto same = std::find_if(changed->crls.begin(), changed->crls.end(),
                           [&](const Crl& c) { return c.same_list(crl) && c.part() == crl.part(); });
  if (same == changed->crls.end()) {
    if (changed->crls.size() == max_crls)
      return CrlFailure{CrlError::too_large, "more than 64 lists of one CI"};
    changed->crls.push_back(crl);
  } else if (number_below(crl.number(), same->number()) || crl.this_update() < same->this_update()) {
    return CrlFailure{CrlError::fresher_loaded, "a newer one of this CI is loaded"};
  } else {
    *same = crl;
  }
  *slot = std::move(changed);
  return {};
}

Result<void, CrlFailure> TrustStore::add_crl(View crl_der) {
  auto crl = Crl::parse(crl_der);
  if (crl) return add_crl(*crl);
  const CrlError error = crl.error().kind == ErrorKind::limit      ? CrlError::too_large
                         : crl.error().kind == ErrorKind::conflict ? CrlError::base_missing
                                                                   : CrlError::invalid_format;
  return CrlFailure{error, crl.error().message};
}

std::vector<Crl> TrustStore::crls(View key_id) const {
  AnchorPtr anchor = state_->find(key_id);
  return anchor ? anchor->crls : std::vector<Crl>();
}

std::optional<Certificate> TrustStore::find(View key_id) const {
  AnchorPtr anchor = state_->find(key_id);
  return anchor ? std::optional<Certificate>(anchor->certificate) : std::nullopt;
}

std::vector<Certificate> TrustStore::all() const {
  std::shared_lock lock(state_->mutex);
  std::vector<Certificate> out;
  for (const AnchorPtr& a : state_->anchors) out.push_back(a->certificate);
  return out;
}

bool TrustStore::empty() const {
  std::shared_lock lock(state_->mutex);
  return state_->anchors.empty();
}

Result<VerifiedChain, ChainFailure> verify_chain(Role role, const Certificate& leaf,
                                                 std::span<const Certificate> intermediates,
                                                 const TrustStore& trust, JudgeAt when) {
  std::vector<View> ders;
  for (const Certificate& c : intermediates) ders.push_back(c.der());
  return ChainVerifier(trust, when).verify(role, leaf, ders);
}

Result<VerifiedChain, ChainFailure> verify_chain(Role role, View leaf_der,
                                                 std::span<const View> intermediates, const TrustStore& trust,
                                                 JudgeAt when) {
  auto leaf = Certificate::parse(leaf_der);
  if (!leaf) return unreadable(leaf.error(), Link::leaf);
  return ChainVerifier(trust, when).verify(role, *leaf, intermediates);
}

Result<VerifiedChain, ChainFailure> verify_euicc(View euicc_der, View eum_der, const TrustStore& trust,
                                                 JudgeAt when) {
  return verify_chain(Role::euicc, euicc_der, std::span<const View>(&eum_der, 1), trust, when);
}

Result<void, ChainFailure> verify_eum_again(const Certificate& eum, const TrustStore& trust, JudgeAt when) {
  return ChainVerifier(trust, when).verify_eum(eum.der());
}

}  // namespace sealift::pki
