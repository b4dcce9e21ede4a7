#include "messages/schema_authenticate.hpp"
#include "messages/schema_download.hpp"
#include "messages/schema_metadata.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::InitiateAuthenticationRequest> = extensible(
    0xBF39, &messages::InitiateAuthenticationRequest::unknown,
    field("euiccChallenge", &messages::InitiateAuthenticationRequest::euiccChallenge, 0x81),
    field("smdpAddress", &messages::InitiateAuthenticationRequest::smdpAddress, 0x83).range(0, max_address),
    field("euiccInfo1", &messages::InitiateAuthenticationRequest::euiccInfo1));
template <>
inline constexpr auto schema<messages::InitiateAuthenticationOkEs9> =
    extensible(0x30, &messages::InitiateAuthenticationOkEs9::unknown,
               field("transactionId", &messages::InitiateAuthenticationOkEs9::transactionId, 0x80),
               field("serverSigned1", &messages::InitiateAuthenticationOkEs9::serverSigned1),
               field("serverSignature1", &messages::InitiateAuthenticationOkEs9::serverSignature1, 0x5F37),
               field("euiccCiPKIdToBeUsed", &messages::InitiateAuthenticationOkEs9::euiccCiPKIdToBeUsed),
               field("serverCertificate", &messages::InitiateAuthenticationOkEs9::serverCertificate)
                   .at_most(max_certificate));
template <>
inline constexpr auto schema<messages::InitiateAuthenticationResponse> = choice(
    0xBF39, alternative("initiateAuthenticationOk", 0xA0), alternative("initiateAuthenticationError", 0x81));
template <>
inline constexpr auto schema<messages::AuthenticateClientRequest> = extensible(
    0xBF3B, &messages::AuthenticateClientRequest::unknown,
    field("transactionId", &messages::AuthenticateClientRequest::transactionId, 0x80),
    field("authenticateServerResponse", &messages::AuthenticateClientRequest::authenticateServerResponse),
    field("useMatchingIdForAcr", &messages::AuthenticateClientRequest::useMatchingIdForAcr));
template <>
inline constexpr auto schema<messages::AuthenticateClientOk> = extensible(
    0x30, &messages::AuthenticateClientOk::unknown,
    field("transactionId", &messages::AuthenticateClientOk::transactionId, 0x80),
    field("profileMetaData", &messages::AuthenticateClientOk::profileMetaData),
    field("smdpSigned2", &messages::AuthenticateClientOk::smdpSigned2),
    field("smdpSignature2", &messages::AuthenticateClientOk::smdpSignature2, 0x5F37),
    field("smdpCertificate", &messages::AuthenticateClientOk::smdpCertificate).at_most(max_certificate));
template <>
inline constexpr auto schema<messages::AuthenticateClientResponseEs9> =
    choice(0xBF3B, alternative("authenticateClientOk", 0xA0), alternative("authenticateClientError", 0x81));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::InitiateAuthenticationRequest)
ASN1_MESSAGE(sealift::messages::InitiateAuthenticationResponse)
ASN1_MESSAGE(sealift::messages::AuthenticateClientRequest)
ASN1_MESSAGE(sealift::messages::AuthenticateClientResponseEs9)
