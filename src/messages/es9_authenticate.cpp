#include "messages/schema_es9.hpp"

ASN1_MESSAGE(sealift::messages::InitiateAuthenticationRequest)
ASN1_MESSAGE(sealift::messages::InitiateAuthenticationResponse)
ASN1_MESSAGE(sealift::messages::AuthenticateClientRequest)
ASN1_MESSAGE(sealift::messages::AuthenticateClientResponseEs9)
ASN1_MESSAGE(sealift::messages::ActivationCodeRetrievalInfo)

namespace sealift::messages {

asn1::Oid activation_code_retrieval_info() {
  return asn1::Oid::of({2, 23, 146, 1, 3, 1, 1});
}

}  // namespace sealift::messages
