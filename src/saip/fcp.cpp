#include "saip/fcp.hpp"

namespace sealift::saip {

namespace {
constexpr uint8_t kShareable = 0x40, kDirectory = 0x38, kBerTlv = 0x39;
constexpr uint8_t kTransparent = 0x01, kLinearFixed = 0x02, kCyclic = 0x06;
constexpr uint8_t kDataCoding = 0x21;  // TS 102 221 11.1.1.4.3: one value, proprietary write behaviour
}  // namespace

std::string_view name(Structure structure) {
  switch (structure) {
    case Structure::mf:
      return "MF";
    case Structure::adf:
      return "ADF";
    case Structure::df:
      return "DF";
    case Structure::transparent:
      return "transparent";
    case Structure::linear_fixed:
      return "linear fixed";
    case Structure::cyclic:
      return "cyclic";
    case Structure::ber_tlv:
      return "BER-TLV";
  }
  return "?";
}

Result<FileDescriptor> parse_file_descriptor(View d) {
  if (d.size() < 2 || d.size() > 4) return Error{ErrorKind::invalid, "a file descriptor has 2 to 4 octets"};
  FileDescriptor out;
  out.shareable = (d[0] & kShareable) != 0;
  switch (d[0] & ~kShareable) {
    case kDirectory:
      out.structure = Structure::df;
      break;
    case kBerTlv:
      out.structure = Structure::ber_tlv;
      break;
    case kTransparent:
      out.structure = Structure::transparent;
      break;
    case kLinearFixed:
      out.structure = Structure::linear_fixed;
      break;
    case kCyclic:
      out.structure = Structure::cyclic;
      break;
    default:
      return Error{ErrorKind::unsupported,
                   "file descriptor byte " + hex(d.first(1)) + " is of no known type"};
  }
  if (!has_records(out.structure)) {
    if (d.size() > 2) return Error{ErrorKind::invalid, "a record length for a file without records"};
    return out;
  }
  for (uint8_t b : d.subspan(2)) out.record_length = static_cast<uint16_t>(out.record_length << 8 | b);
  if (d.size() > 2 && (out.record_length == 0 || out.record_length > 0xFF)) {
    return Error{ErrorKind::invalid, "a record has 1 to 255 octets"};
  }
  return out;
}

Bytes file_descriptor(Structure structure, uint16_t record_length) {
  uint8_t type = kDirectory;
  if (structure == Structure::ber_tlv) type = kBerTlv;
  if (structure == Structure::transparent) type = kTransparent;
  if (structure == Structure::linear_fixed) type = kLinearFixed;
  if (structure == Structure::cyclic) type = kCyclic;
  Bytes out{static_cast<uint8_t>(kShareable | type), kDataCoding};
  if (record_length != 0) {
    out.push_back(static_cast<uint8_t>(record_length >> 8));
    out.push_back(static_cast<uint8_t>(record_length));
  }
  return out;
}

Result<uint32_t> parse_size(View octets) {
  if (octets.empty() || octets.size() > 4) return Error{ErrorKind::invalid, "a size has 1 to 4 octets"};
  if (octets.size() > 1 && octets[0] == 0)
    return Error{ErrorKind::invalid, "a size with a leading zero octet"};
  uint32_t out = 0;
  for (uint8_t b : octets) out = out << 8 | b;
  return out;
}

Bytes size_octets(uint32_t size) {
  Bytes out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    auto b = static_cast<uint8_t>(size >> shift);
    if (b != 0 || !out.empty() || shift == 0) out.push_back(b);
  }
  return out;
}

Result<AccessRules> parse_access_rules(View referenced, bool under_mf) {
  constexpr uint16_t kArrOfMf = 0x2F06, kArrOfDirectory = 0x6F06;
  AccessRules out{under_mf ? kArrOfMf : kArrOfDirectory, 0};
  if (referenced.size() == 3) {
    out.arr_file = static_cast<uint16_t>(referenced[0] << 8 | referenced[1]);
  } else if (referenced.size() != 1) {
    return Error{ErrorKind::invalid, "securityAttributesReferenced has 1 or 3 octets"};
  }
  out.arr_record = referenced.back();
  if (out.arr_record == 0) return Error{ErrorKind::invalid, "EF_ARR records count from 1"};
  return out;
}

Result<std::optional<uint8_t>> parse_short_ef_id(View octets) {
  if (octets.empty()) return std::optional<uint8_t>();
  if (octets.size() != 1 || (octets[0] & 0x07) != 0) {
    return Error{ErrorKind::invalid, "a short file identifier is bits 8 to 4 of one octet"};
  }
  auto sfi = static_cast<uint8_t>(octets[0] >> 3);
  if (sfi == 0 || sfi == 31) return Error{ErrorKind::invalid, "a short file identifier is 1 to 30"};
  return std::optional<uint8_t>(sfi);
}

Result<std::vector<uint8_t>> parse_pin_status_template(View octets) {
  for (uint8_t b : octets) {
    uint8_t n = b & 0x7F;
    bool global = b < 0x80;
    bool known = (n >= 1 && n <= 8) || (n >= 10 && n <= 14) || (global && n == 0x11);  // 11: universal PIN
    if (!known)
      return Error{ErrorKind::invalid, "key reference " + hex(Octets<1>{b}) + " in a PIN status template"};
  }
  return std::vector<uint8_t>(octets.begin(), octets.end());
}

}  // namespace sealift::saip
