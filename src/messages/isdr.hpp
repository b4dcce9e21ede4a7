// What the ISD-R says of itself when it is selected, and how an LPA inside the eUICC is switched on (SGP.22
// v2.6 5.7.1, 5.7.2). Values that own their octets; see common.hpp.
#pragma once

#include "messages/common.hpp"

namespace sealift::messages {

enum class LpaeSupportBit : uint8_t { lpaeUsingCat = 0, lpaeUsingScws = 1 };
/// E0, in the FCI of the ISD-R.
struct IsdrProprietaryApplicationTemplate {
  VersionType svn{};
  std::optional<NamedBits<LpaeSupportBit>> lpaeSupport;
  asn1::Unknown unknown;
};

enum class LpaeOptionBit : uint8_t { activateCatBasedLpae = 0, activateScwsBasedLpae = 1 };
/// BF42.
struct LpaeActivationRequest {
  NamedBits<LpaeOptionBit> lpaeOption;
  asn1::Unknown unknown;
};
enum class LpaeActivationResult : uint8_t { ok = 0, notSupported = 1 };
struct LpaeActivationResponse {
  LpaeActivationResult lpaeActivationResult{};
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
