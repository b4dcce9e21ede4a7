// ES10c.GetEID (SGP.22 5.7.20).
#include "euicc/isdr.hpp"
#include "messages/es10c.hpp"

namespace sealift::euicc {

Reply get_eid(Isdr& isdr, View command) {
  auto request = DECODE(GetEuiccDataRequest, command);
  if (request.tagList[0] != 0x5A) return sw::wrong_data;
  messages::GetEuiccDataResponse response;
  response.eidValue = isdr.identity().eid;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
