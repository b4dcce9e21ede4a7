#include "messages/schema_es9.hpp"

ASN1_MESSAGE(sealift::messages::GetBoundProfilePackageRequest)
ASN1_MESSAGE(sealift::messages::GetBoundProfilePackageResponse)
ASN1_MESSAGE(sealift::messages::HandleNotification)
ASN1_MESSAGE(sealift::messages::CancelSessionRequestEs9)
ASN1_MESSAGE(sealift::messages::CancelSessionResponseEs9)
