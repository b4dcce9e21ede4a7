// What a card's profile interpreter answers (TCA 8.11): EUICCResponse, carried in SGP.22's simaResponse.
#pragma once

#include "saip/profile_element.hpp"

namespace sealift::saip {

/// PEStatus.status; 6xxx and 9xxx are ISO status words, from A000 on proprietary.
enum class PeStatusCode : uint16_t {
  ok = 0,
  pe_not_supported = 1,
  memory_failure = 2,
  bad_values = 3,
  not_enough_memory = 4,
  invalid_request_format = 5,
  invalid_parameter = 6,
  runtime_not_supported = 7,
  lib_not_supported = 8,
  template_not_supported = 9,
  feature_not_supported = 10,
  pin_code_missing = 11,
  unsupported_profile_version = 31,
};
std::string name(PeStatusCode code);

struct PeStatus {
  PeStatusCode status = PeStatusCode::ok;
  std::optional<uint16_t> identification;
  std::optional<uint8_t> additionalInformation;
  std::optional<uint32_t> offset;
  asn1::Unknown unknown;
  bool operator==(const PeStatus&) const = default;
};
struct EuiccResponse {
  std::vector<PeStatus> peStatus;
  std::optional<asn1::Null> profileInstallationAborted;
  std::optional<std::string> statusMessage;  // 2 to 64 octets
  asn1::Unknown unknown;
  bool operator==(const EuiccResponse&) const = default;
};

// asn1::decode<EuiccResponse>, asn1::encode and asn1::trace are defined; outer tag 30.

/// The status a resolver or decoder error stands for.
PeStatusCode status_of(const Error& error);

}  // namespace sealift::saip
