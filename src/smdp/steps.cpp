#include "smdp/steps.hpp"

#include "access/directory.hpp"

namespace sealift::smdp {

Refusal refusal_of(auth::AuthFailure failure) {
  switch (failure) {
    case auth::AuthFailure::ci_unknown:
      return Refusal::ci_unknown;
    case auth::AuthFailure::eum_invalid:
      return Refusal::eum_certificate_invalid;
    case auth::AuthFailure::eum_expired:
      return Refusal::eum_certificate_expired;
    case auth::AuthFailure::euicc_invalid:
      return Refusal::euicc_certificate_invalid;
    case auth::AuthFailure::euicc_expired:
      return Refusal::euicc_certificate_expired;
    case auth::AuthFailure::other_transaction:
      return Refusal::transaction_unknown;
    case auth::AuthFailure::signature:
    case auth::AuthFailure::other_session:
      break;
  }
  return Refusal::euicc_not_authenticated;
}

std::optional<Refusal> restriction(Ports& ports, const Subject& subject) {
  if (!ports.restrictions) return std::nullopt;
  return ports.restrictions->current()->check(subject);
}

std::optional<Refusal> stopped(const Ports& ports, const std::string& tenant) {
  if (!ports.directory || ports.directory->current()->issues_for(tenant)) return std::nullopt;
  return Refusal::issuance_stopped;
}

}  // namespace sealift::smdp
