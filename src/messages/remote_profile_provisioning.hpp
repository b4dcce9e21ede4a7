// The ASN.1 binding of ES9+ and ES11 (SGP.22 v2.6 6.6): one request and one response type, A2, whose
// alternatives are the functions. HandleNotification has no response. Values that own their octets.
#pragma once

#include "messages/es11.hpp"

namespace sealift::messages {

struct RemoteProfileProvisioningRequest {
  std::variant<InitiateAuthenticationRequest, AuthenticateClientRequest, GetBoundProfilePackageRequest,
               CancelSessionRequestEs9, HandleNotification>
      alt;
};
struct RemoteProfileProvisioningResponse {
  std::variant<InitiateAuthenticationResponse, AuthenticateClientResponseEs9, GetBoundProfilePackageResponse,
               CancelSessionResponseEs9, AuthenticateClientResponseEs11>
      alt;
};

}  // namespace sealift::messages
