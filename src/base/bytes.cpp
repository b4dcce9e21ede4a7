#include "base/bytes.hpp"

#include <algorithm>

namespace sealift {

Bytes concat(std::initializer_list<View> parts) {
  size_t total = 0;
  for (View p : parts) total += p.size();
  Bytes out;
  out.reserve(total);
  for (View p : parts) append(out, p);
  return out;
}

void append(Bytes& out, View more) { out.insert(out.end(), more.begin(), more.end()); }

bool equal(View a, View b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string hex(View octets) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(octets.size() * 2);
  for (uint8_t b : octets) {
    out.push_back(digits[b >> 4]);
    out.push_back(digits[b & 15]);
  }
  return out;
}

static int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<Bytes> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return Error{ErrorKind::invalid, "hexadecimal with an odd number of digits"};
  Bytes out;
  out.reserve(digits.size() / 2);
  for (size_t i = 0; i < digits.size(); i += 2) {
    int hi = nibble(digits[i]), lo = nibble(digits[i + 1]);
    if (hi < 0 || lo < 0) {
      return Error{ErrorKind::invalid, "not a hexadecimal digit at position " + std::to_string(hi < 0 ? i : i + 1)};
    }
    out.push_back(static_cast<uint8_t>(hi << 4 | lo));
  }
  return out;
}

std::string base64(View in) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((in.size() + 2) / 3 * 4);
  for (size_t i = 0; i < in.size(); i += 3) {
    size_t n = std::min<size_t>(3, in.size() - i);
    uint32_t w = uint32_t{in[i]} << 16 | (n > 1 ? uint32_t{in[i + 1]} << 8 : 0) | (n > 2 ? in[i + 2] : 0);
    out.push_back(alphabet[w >> 18]);
    out.push_back(alphabet[w >> 12 & 63]);
    out.push_back(n > 1 ? alphabet[w >> 6 & 63] : '=');
    out.push_back(n > 2 ? alphabet[w & 63] : '=');
  }
  return out;
}

static constexpr auto base64_values = [] {
  std::array<int8_t, 256> t{};
  t.fill(-1);
  for (int i = 0; i < 26; ++i) {
    t['A' + i] = static_cast<int8_t>(i);
    t['a' + i] = static_cast<int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) t['0' + i] = static_cast<int8_t>(52 + i);
  t['+'] = 62;
  t['/'] = 63;
  return t;
}();

Result<Bytes> from_base64(std::string_view chars) {
  Bytes out;
  out.reserve(chars.size() / 4 * 3);
  uint32_t word = 0;
  int have = 0, padding = 0;
  for (size_t i = 0; i < chars.size(); ++i) {
    char c = chars[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      if (have < 2 || ++padding + have > 4) return Error{ErrorKind::invalid, "base64 padding out of place"};
      continue;
    }
    int v = base64_values[static_cast<uint8_t>(c)];
    if (v < 0) return Error{ErrorKind::invalid, "not a base64 character at position " + std::to_string(i)};
    if (padding != 0) return Error{ErrorKind::invalid, "base64 goes on after its padding"};
    word = word << 6 | static_cast<uint32_t>(v);
    if (++have == 4) {
      out.insert(out.end(), {static_cast<uint8_t>(word >> 16), static_cast<uint8_t>(word >> 8), static_cast<uint8_t>(word)});
      word = 0;
      have = 0;
    }
  }
  if (have == 0 && padding == 0) return out;
  if (have + padding != 4) return Error{ErrorKind::invalid, "base64 ends within a group"};
  if (have == 2) {
    if (word & 0xF) return Error{ErrorKind::invalid, "base64 with unused bits set"};
    out.push_back(static_cast<uint8_t>(word >> 4));
  } else {
    if (word & 0x3) return Error{ErrorKind::invalid, "base64 with unused bits set"};
    out.push_back(static_cast<uint8_t>(word >> 10));
    out.push_back(static_cast<uint8_t>(word >> 2));
  }
  return out;
}

static Status only_digits(std::string_view digits) {
  for (size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') {
      return Error{ErrorKind::invalid, "not a decimal digit at position " + std::to_string(i)};
    }
  }
  return {};
}

Result<Bytes> bcd(std::string_view digits) {
  TRY_VOID(only_digits(digits));
  if (digits.size() % 2 != 0) return Error{ErrorKind::invalid, "an odd number of digits"};
  return from_hex(digits);
}

Result<Bytes> swapped_bcd(std::string_view digits) {
  TRY_VOID(only_digits(digits));
  Bytes out((digits.size() + 1) / 2, 0xFF);
  for (size_t i = 0; i < digits.size(); ++i) {
    uint8_t d = static_cast<uint8_t>(digits[i] - '0');
    uint8_t& b = out[i / 2];
    b = i % 2 == 0 ? static_cast<uint8_t>((b & 0xF0) | d) : static_cast<uint8_t>((b & 0x0F) | d << 4);
  }
  return out;
}

Result<std::string> from_swapped_bcd(View octets) {
  std::string out;
  for (uint8_t b : octets) {
    for (int n : {b & 15, b >> 4}) {
      if (n == 15) return out;
      if (n > 9) return Error{ErrorKind::invalid, "not a decimal digit in swapped BCD"};
      out.push_back(static_cast<char>('0' + n));
    }
  }
  return out;
}

}  // namespace sealift
