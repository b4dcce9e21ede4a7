#include "lab/virtual_card.hpp"

namespace sealift::lab {

Result<euicc::Personalisation> make_personalisation(const pki::Identity& eum, const pki::Certificate& ci, const Eid& eid,
                                                    Random& random, bool deterministic) {
  pki::Identity card = TRY(pki::issue_euicc(eum, eid, random, deterministic));
  euicc::Personalisation out;
  out.eid = eid;
  out.credentials.push_back({to_bytes(card.certificate.der()), to_bytes(eum.certificate.der()), card.key.scalar().clone()});
  out.ci_certificates.push_back(to_bytes(ci.der()));
  return out;
}

Result<Eid> eid_number(std::string_view iin, uint64_t number) {
  std::string digits = std::to_string(number);
  if (iin.size() + digits.size() > 30) return Error{ErrorKind::limit, "the EID range is used up"};
  return Eid::with_check_digits(std::string(iin) + std::string(30 - iin.size() - digits.size(), '0') + digits);
}

}  // namespace sealift::lab
