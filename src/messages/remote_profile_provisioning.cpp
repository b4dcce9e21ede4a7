#include "messages/remote_profile_provisioning.hpp"

#include "messages/schema_es11.hpp"
#include "messages/schema_es9.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::RemoteProfileProvisioningRequest> = choice(
    0xA2, alternative("initiateAuthenticationRequest"), alternative("authenticateClientRequest"),
    alternative("getBoundProfilePackageRequest"), alternative("cancelSessionRequestEs9"),
    alternative("handleNotification"));
template <>
inline constexpr auto schema<messages::RemoteProfileProvisioningResponse> = choice(
    0xA2, alternative("initiateAuthenticationResponse"), alternative("authenticateClientResponseEs9"),
    alternative("getBoundProfilePackageResponse"), alternative("cancelSessionResponseEs9"),
    alternative("authenticateClientResponseEs11"));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::RemoteProfileProvisioningRequest)
ASN1_MESSAGE(sealift::messages::RemoteProfileProvisioningResponse)
