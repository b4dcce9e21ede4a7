#include "messages/schema_es11.hpp"

ASN1_MESSAGE(sealift::messages::AuthenticateClientResponseEs11)
