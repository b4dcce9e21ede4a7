#include "base/ids.hpp"

#include <algorithm>

namespace sealift {

static int mod97(View bcd_octets) {
  int r = 0;
  for (uint8_t b : bcd_octets) r = (r * 100 + (b >> 4) * 10 + (b & 15)) % 97;
  return r;
}

static bool all_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<Eid> Eid::parse(std::string_view digits) {
  if (digits.size() != 32 || !all_digits(digits))
    return Error{ErrorKind::invalid, "an EID has 32 decimal digits"};
  Bytes b = TRY(bcd(digits));
  if (mod97(b) != 1) return Error{ErrorKind::invalid, "the EID's check digits are wrong (SGP.29 10)"};
  return from_octets(b);
}

Result<Eid> Eid::from_octets(View octets) {
  if (octets.size() != 16) return Error{ErrorKind::invalid, "an EID has 16 octets"};
  for (uint8_t b : octets) {
    if ((b >> 4) > 9 || (b & 15) > 9) return Error{ErrorKind::invalid, "an EID has decimal digits only"};
  }
  Eid out;
  std::copy(octets.begin(), octets.end(), out.b_.begin());
  return out;
}

Result<Eid> Eid::with_check_digits(std::string_view thirty_digits) {
  if (thirty_digits.size() != 30 || !all_digits(thirty_digits)) {
    return Error{ErrorKind::invalid, "30 decimal digits are needed before the EID's check digits"};
  }
  Bytes b = TRY(bcd(std::string(thirty_digits) + "00"));
  int digits = 98 - mod97(b);
  b[15] = static_cast<uint8_t>(digits / 10 << 4 | digits % 10);
  return from_octets(b);
}

Result<Iccid> Iccid::parse(std::string_view digits) {
  while (!digits.empty() && (digits.back() == 'F' || digits.back() == 'f')) digits.remove_suffix(1);
  if (digits.size() < 18 || digits.size() > 20 || !all_digits(digits)) {
    return Error{ErrorKind::invalid, "an ICCID has 18 to 20 decimal digits"};
  }
  Bytes b = TRY(swapped_bcd(digits));
  b.resize(10, 0xFF);
  return from_octets(b);
}

Result<Iccid> Iccid::from_octets(View octets) {
  if (octets.size() != 10) return Error{ErrorKind::invalid, "an ICCID has 10 octets"};
  bool filler = false;
  for (uint8_t b : octets) {
    for (int n : {b & 15, b >> 4}) {
      if (n == 15) {
        filler = true;
      } else if (n > 9 || filler) {
        return Error{ErrorKind::invalid, "an ICCID is decimal digits followed by F filler"};
      }
    }
  }
  Iccid out;
  std::copy(octets.begin(), octets.end(), out.b_.begin());
  return out;
}

std::string Iccid::digits() const {
  return from_swapped_bcd(b_).value();
}

Result<Imsi> Imsi::parse(std::string_view digits) {
  if (digits.size() < 6 || digits.size() > 15 || !all_digits(digits)) {
    return Error{ErrorKind::invalid, "an IMSI has 6 to 15 decimal digits"};
  }
  Imsi out;
  out.digits_ = digits;
  return out;
}

Octets<9> Imsi::ef_imsi() const {
  Octets<9> out;
  out.fill(0xFF);
  bool odd = digits_.size() % 2 == 1;
  out[0] = static_cast<uint8_t>(digits_.size() / 2 + 1);
  out[1] = static_cast<uint8_t>((digits_[0] - '0') << 4 | (odd ? 9 : 1));
  for (size_t i = 1; i < digits_.size(); ++i) {
    uint8_t d = static_cast<uint8_t>(digits_[i] - '0');
    uint8_t& b = out[1 + (i + 1) / 2];
    b = (i % 2 == 1) ? static_cast<uint8_t>((b & 0xF0) | d) : static_cast<uint8_t>((b & 0x0F) | d << 4);
  }
  return out;
}

Result<Imsi> Imsi::from_ef_imsi(View content) {
  if (content.empty() || content[0] == 0 || content[0] > 8 || content.size() < size_t{content[0]} + 1) {
    return Error{ErrorKind::invalid, "EF_IMSI with a wrong length octet"};
  }
  View body = content.subspan(1, content[0]);
  std::string digits(1, static_cast<char>('0' + (body[0] >> 4)));
  digits += TRY(from_swapped_bcd(body.subspan(1)));
  return parse(digits);
}

Result<Aid> Aid::from_octets(View octets) {
  if (octets.size() < 5 || octets.size() > 16) return Error{ErrorKind::invalid, "an AID has 5 to 16 octets"};
  Aid out;
  std::copy(octets.begin(), octets.end(), out.b_.begin());
  out.size_ = static_cast<uint8_t>(octets.size());
  return out;
}

Result<TransactionId> TransactionId::from_octets(View octets) {
  if (octets.empty() || octets.size() > 16)
    return Error{ErrorKind::invalid, "a transactionId has 1 to 16 octets"};
  TransactionId out;
  std::copy(octets.begin(), octets.end(), out.b_.begin());
  out.size_ = static_cast<uint8_t>(octets.size());
  return out;
}

Result<TransactionId> TransactionId::parse(std::string_view hex_digits) {
  Bytes b = TRY(from_hex(hex_digits));
  return from_octets(b);
}

Result<MatchingId> MatchingId::parse(std::string_view utf8) {
  if (utf8.size() > 255) return Error{ErrorKind::limit, "a MatchingID has at most 255 octets"};
  if (!is_utf8(view(utf8))) return Error{ErrorKind::invalid, "a MatchingID is UTF-8 text"};
  MatchingId out;
  out.v_ = utf8;
  return out;
}

bool MatchingId::keeps_grammar() const {
  return std::all_of(v_.begin(), v_.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'; });
}

bool is_utf8(View s) {
  size_t i = 0;
  while (i < s.size()) {
    uint8_t b = s[i];
    size_t more = b < 0x80 ? 0 : (b >> 5) == 6 ? 1 : (b >> 4) == 14 ? 2 : (b >> 3) == 30 ? 3 : 9;
    if (more == 9 || s.size() - i <= more) return false;
    uint32_t c = more == 0 ? b : b & (0x3F >> more);
    for (size_t k = 1; k <= more; ++k) {
      if ((s[i + k] & 0xC0) != 0x80) return false;
      c = c << 6 | (s[i + k] & 0x3F);
    }
    static constexpr uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace sealift
