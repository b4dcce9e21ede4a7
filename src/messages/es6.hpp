// ES6, operator to its profile over the air: the one command that SGP.22 defines (v2.6 5.4.1). Values that own
// their octets; see common.hpp.
#pragma once

#include "messages/common.hpp"

namespace sealift::messages {

/// ES6.UpdateMetadata, BF2A: what is there replaces what the ISD-P has; an empty text removes it.
struct UpdateMetadataRequest {
  std::optional<std::string> serviceProviderName;  ///< at most 32 characters
  std::optional<std::string> profileName;          ///< at most 64 characters
  std::optional<IconType> iconType;
  std::optional<Bytes> icon;  ///< at most 1024 octets
  std::optional<PprIds> profilePolicyRules;
  std::optional<VendorSpecificExtension> serviceSpecificDataStoredInEuicc;
  std::optional<bool> reserved103;  ///< for SGP.32
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
