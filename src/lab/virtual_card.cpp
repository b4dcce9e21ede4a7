#include "lab/virtual_card.hpp"

#include "euicc/install_engine.hpp"

namespace sealift::lab {

static const euicc::SaipEngine& engine() {
  static const euicc::SaipEngine one;
  return one;
}

/// Cards of one lab trust the same CIs.
static euicc::TrustCache& trust_cache() {
  static euicc::TrustCache one;
  return one;
}

messages::ProfilePolicyAuthorisationRule permissive_rule() {
  messages::ProfilePolicyAuthorisationRule rule;
  rule.pprIds = {messages::PprId::ppr1, messages::PprId::ppr2};
  rule.allowedOperators.emplace_back().mccMnc = {0xEE, 0xEE, 0xEE};
  rule.allowedOperators.back().gid1 = Bytes{};
  rule.allowedOperators.back().gid2 = Bytes{};
  rule.allowedOperators.emplace_back().mccMnc = {0xEE, 0xEE, 0xEE};
  rule.pprFlags = {messages::PprFlag::consentRequired};
  return rule;
}

/// One key pair more, with its certificate, and trust in its CI.
static Status add_credential(euicc::Personalisation& to, const pki::Identity& eum, const pki::Certificate& ci,
                             Random& random, bool deterministic) {
  pki::Identity card = TRY(pki::issue_euicc(eum, to.eid, random, deterministic));
  to.credentials.push_back(
      {to_bytes(card.certificate.der()), to_bytes(eum.certificate.der()), card.key.scalar().clone()});
  to.ci_certificates.push_back(to_bytes(ci.der()));
  return {};
}

Result<euicc::Personalisation> make_personalisation(const pki::Identity& eum, const pki::Certificate& ci,
                                                    const Eid& eid, Random& random, bool deterministic) {
  euicc::Personalisation out;
  out.eid = eid;
  TRY_VOID(add_credential(out, eum, ci, random, deterministic));
  out.rules.push_back(permissive_rule());
  return out;
}

Result<euicc::Personalisation> make_personalisation(std::span<const CardIssuer> issuers, const Eid& eid,
                                                    Random& random, bool deterministic) {
  euicc::Personalisation out;
  out.eid = eid;
  for (const CardIssuer& issuer : issuers)
    TRY_VOID(add_credential(out, issuer.eum, issuer.ci, random, deterministic));
  out.rules.push_back(permissive_rule());
  return out;
}

Result<Eid> eid_number(std::string_view iin, uint64_t number) {
  std::string digits = std::to_string(number);
  if (iin.size() + digits.size() > 30) return Error{ErrorKind::limit, "the EID range is used up"};
  return Eid::with_check_digits(std::string(iin) + std::string(30 - iin.size() - digits.size(), '0') +
                                digits);
}

Result<VirtualCard> VirtualCard::make(euicc::Personalisation data, Random& random,
                                      euicc::Observer* observer) {
  VirtualCard out(random, observer);
  TRY_VOID(euicc::Card::personalise(*out.nvm_, std::move(data)));
  TRY_VOID(out.restart());
  return out;
}

Status VirtualCard::restart() {
  card_.reset();
  card_ = TRY(euicc::Card::open({*nvm_, *random_, engine(), observer_, &trust_cache()}));
  return {};
}

}  // namespace sealift::lab
