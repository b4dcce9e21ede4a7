// ES10b.GetEUICCChallenge (SGP.22 5.7.7): begins a session; whatever session there was is over.
#include "euicc/isdr.hpp"

namespace sealift::euicc {

Reply get_euicc_challenge(Isdr& isdr, View command) {
  DECODE(GetEuiccChallengeRequest, command);
  if (!interrupt_package(isdr)) return sw::memory_problem;
  ChallengeGiven given{isdr.ports.random.octets<16>()};
  messages::GetEuiccChallengeResponse response;
  response.euiccChallenge = given.euiccChallenge;
  isdr.session = given;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
