#include "lab/virtual_card.hpp"

#include "euicc/install_engine.hpp"

namespace sealift::lab {

static const euicc::SaipEngine& engine() {
  static const euicc::SaipEngine one;
  return one;
}

Result<euicc::Personalisation> make_personalisation(const pki::Identity& eum, const pki::Certificate& ci,
                                                    const Eid& eid, Random& random, bool deterministic) {
  pki::Identity card = TRY(pki::issue_euicc(eum, eid, random, deterministic));
  euicc::Personalisation out;
  out.eid = eid;
  out.credentials.push_back(
      {to_bytes(card.certificate.der()), to_bytes(eum.certificate.der()), card.key.scalar().clone()});
  out.ci_certificates.push_back(to_bytes(ci.der()));
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
  card_ = TRY(euicc::Card::open({*nvm_, *random_, engine(), observer_}));
  return {};
}

}  // namespace sealift::lab
