// ES10b.GetRAT (SGP.22 5.7.22).
#include "euicc/isdr.hpp"

namespace sealift::euicc {

Reply get_rat(Isdr& isdr, View command) {
  DECODE(GetRatRequest, command);
  messages::GetRatResponse response;
  response.rat = isdr.identity().rules;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
