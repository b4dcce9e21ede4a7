#include "messages/schema_authenticate.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::AuthenticateServerRequest> =
    extensible(0xBF38, &messages::AuthenticateServerRequest::unknown,
               field("serverSigned1", &messages::AuthenticateServerRequest::serverSigned1),
               field("serverSignature1", &messages::AuthenticateServerRequest::serverSignature1, 0x5F37),
               field("euiccCiPKIdToBeUsed", &messages::AuthenticateServerRequest::euiccCiPKIdToBeUsed),
               field("serverCertificate", &messages::AuthenticateServerRequest::serverCertificate)
                   .at_most(max_certificate),
               field("ctxParams1", &messages::AuthenticateServerRequest::ctxParams1));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::ServerSigned1)
ASN1_MESSAGE(sealift::messages::CtxParamsForCommonAuthentication)
ASN1_MESSAGE(sealift::messages::AuthenticateServerRequest)
ASN1_MESSAGE(sealift::messages::EuiccSigned1)
ASN1_MESSAGE(sealift::messages::AuthenticateServerResponse)
