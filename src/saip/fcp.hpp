// File control parameters read as a card reads them: ETSI TS 102 221 11.1.1.4, TS 102 222 6.3.2.
//
// Pure functions over Fcp (saip/profile_element.hpp); no state.
#pragma once

#include "saip/profile_element.hpp"

namespace sealift::saip {

enum class Structure : uint8_t { mf, adf, df, transparent, linear_fixed, cyclic, ber_tlv };
std::string_view name(Structure structure);
constexpr bool is_directory(Structure s) {
  return s <= Structure::df;
}
constexpr bool has_records(Structure s) {
  return s == Structure::linear_fixed || s == Structure::cyclic;
}

struct FileDescriptor {
  Structure structure = Structure::transparent;
  bool shareable = true;
  /// Octets a record; 0 where the descriptor leaves it to the template, or has no records.
  uint16_t record_length = 0;
};
/// Reads tag 82: file descriptor byte, data coding byte, and for record files the record length. A DF is
/// told as df; MF and ADF share its byte. Error kinds: invalid, unsupported for an internal or unknown type.
Result<FileDescriptor> parse_file_descriptor(View descriptor);
/// The same, written: 2 octets, or 4 with a record length.
Bytes file_descriptor(Structure structure, uint16_t record_length = 0);

/// A size field (80, 86): minimal big-endian number of at most four octets. Error kind: invalid.
Result<uint32_t> parse_size(View octets);
Bytes size_octets(uint32_t size);

/// Which EF_ARR and record hold the access rules.
struct AccessRules {
  uint16_t arr_file = 0;
  uint8_t arr_record = 0;
  bool operator==(const AccessRules&) const = default;
};
/// Reads tag 8B. A record number alone means 2F06 for the MF, ADFs and files directly under the MF, and 6F06
/// elsewhere (`under_mf` says which). Error kind: invalid.
Result<AccessRules> parse_access_rules(View referenced, bool under_mf);

/// Reads tag 88: empty means no short identifier; else bits 8 to 4, 1 to 30. Error kind: invalid.
Result<std::optional<uint8_t>> parse_short_ef_id(View octets);

/// The key references that a PIN status template (C6) lists; packages write them bare, in order. Error kind:
/// invalid for a reference that TS 102 221 9.5.1 does not have.
Result<std::vector<uint8_t>> parse_pin_status_template(View octets);

}  // namespace sealift::saip
