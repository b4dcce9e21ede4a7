#include "messages/schema_cancel.hpp"
#include "messages/schema_download.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::PrepareDownloadRequest> = extensible(
    0xBF21, &messages::PrepareDownloadRequest::unknown,
    field("smdpSigned2", &messages::PrepareDownloadRequest::smdpSigned2),
    field("smdpSignature2", &messages::PrepareDownloadRequest::smdpSignature2, 0x5F37),
    field("hashCc", &messages::PrepareDownloadRequest::hashCc),
    field("smdpCertificate", &messages::PrepareDownloadRequest::smdpCertificate).at_most(max_certificate));
template <>
inline constexpr auto schema<messages::CancelSessionRequest> =
    extensible(0xBF41, &messages::CancelSessionRequest::unknown,
               field("transactionId", &messages::CancelSessionRequest::transactionId, 0x80),
               field("reason", &messages::CancelSessionRequest::reason, 0x81));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::SmdpSigned2)
ASN1_MESSAGE(sealift::messages::PrepareDownloadRequest)
ASN1_MESSAGE(sealift::messages::EuiccSigned2)
ASN1_MESSAGE(sealift::messages::PrepareDownloadResponse)
ASN1_MESSAGE(sealift::messages::CancelSessionRequest)
ASN1_MESSAGE(sealift::messages::EuiccCancelSessionSigned)
ASN1_MESSAGE(sealift::messages::CancelSessionResponse)
