// What an operator says of a profile that it puts in stock: the metadata that eUICC and user will see
// (SGP.22 5.5.3, StoreMetadataRequest), from the JSON of the administration interface
// (docs/reference/admin-api.md).
#pragma once

#include "http/admin_json.hpp"
#include "messages/es8.hpp"

namespace sealift::http {

/// All but the ICCID, which is the profile's own. Without a wish of the operator `smdpAddress` hears of
/// enable, disable and delete. Error kind: invalid, naming the member.
Result<messages::StoreMetadataRequest> profile_metadata_from(const JsonFields& fields,
                                                             const std::string& smdpAddress);

}  // namespace sealift::http
