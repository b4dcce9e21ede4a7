// ES10a, LPAd to eUICC: addresses kept in the eUICC (SGP.22 v2.6 5.7.3, 5.7.4). Values that own their octets;
// see common.hpp.
#pragma once

#include "messages/common.hpp"

namespace sealift::messages {

/// ES10a.GetEuiccConfiguredAddresses, BF3C.
struct EuiccConfiguredAddressesRequest {
  asn1::Unknown unknown;
};
struct EuiccConfiguredAddressesResponse {
  std::optional<std::string> defaultDpAddress;
  std::string rootDsAddress;
  asn1::Unknown unknown;
};

/// ES10a.SetDefaultDpAddress, BF3F. An empty address removes the one that is set.
struct SetDefaultDpAddressRequest {
  std::string defaultDpAddress;
  asn1::Unknown unknown;
};
enum class SetDefaultDpAddressResult : uint8_t { ok = 0, undefinedError = 127 };
struct SetDefaultDpAddressResponse {
  SetDefaultDpAddressResult setDefaultDpAddressResult{};
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
