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

void append(Bytes& out, View more) {
  out.insert(out.end(), more.begin(), more.end());
}

bool equal(View a, View b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

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
      return Error{ErrorKind::invalid,
                   "not a hexadecimal digit at position " + std::to_string(hi < 0 ? i : i + 1)};
    }
    out.push_back(static_cast<uint8_t>(hi << 4 | lo));
  }
  return out;
}

static constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The two characters of each 12 bits: half the look-ups, and profile packages are long.
static constexpr auto base64_pairs = [] {
  std::array<std::array<char, 2>, 4096> t{};
  for (size_t i = 0; i < t.size(); ++i) t[i] = {base64_alphabet[i >> 6], base64_alphabet[i & 63]};
  return t;
}();

void append_base64(std::string& out, View in) {
  size_t at = out.size();
  out.resize(at + (in.size() + 2) / 3 * 4, '=');
  char* to = out.data() + at;
  size_t whole = in.size() / 3 * 3;
  for (size_t i = 0; i < whole; i += 3, to += 4) {
    uint32_t w = uint32_t{in[i]} << 16 | uint32_t{in[i + 1]} << 8 | in[i + 2];
    std::copy_n(base64_pairs[w >> 12].data(), 2, to);
    std::copy_n(base64_pairs[w & 0xFFF].data(), 2, to + 2);
  }
  if (in.size() == whole) return;
  bool two = in.size() - whole == 2;
  uint32_t w = uint32_t{in[whole]} << 16 | (two ? uint32_t{in[whole + 1]} << 8 : 0);
  std::copy_n(base64_pairs[w >> 12].data(), 2, to);
  if (two) to[2] = base64_alphabet[w >> 6 & 63];
}

std::string base64(View in) {
  std::string out;
  append_base64(out, in);
  return out;
}

/// What a character stands for at each of the four places of a group; the top bit marks what is no base64.
static constexpr uint32_t not_base64 = 0x80000000;
static constexpr auto base64_places = [] {
  std::array<std::array<uint32_t, 256>, 4> t{};
  for (auto& place : t) place.fill(not_base64);
  for (uint32_t v = 0; v < 64; ++v) {
    for (size_t place = 0; place < 4; ++place) {
      t[place][static_cast<uint8_t>(base64_alphabet[v])] = v << (18 - 6 * place);
    }
  }
  return t;
}();

Result<Bytes> from_base64(std::string_view chars) {
  Bytes out(chars.size() / 4 * 3 + 3);
  uint8_t* to = out.data();
  auto put = [&to](uint32_t w) {
    *to++ = static_cast<uint8_t>(w >> 16);
    *to++ = static_cast<uint8_t>(w >> 8);
    *to++ = static_cast<uint8_t>(w);
  };
  uint32_t word = 0;
  int have = 0, padding = 0;
  for (size_t i = 0; i < chars.size(); ++i) {
    // Whole groups at once, as long as nothing but base64 comes.
    while (have == 0 && padding == 0 && chars.size() - i > 4) {
      auto place = [&](size_t n) { return base64_places[n][static_cast<uint8_t>(chars[i + n])]; };
      uint32_t group = place(0) | place(1) | place(2) | place(3);
      if (group & not_base64) break;
      put(group);
      i += 4;
    }
    char c = chars[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      if (have < 2 || ++padding + have > 4) return Error{ErrorKind::invalid, "base64 padding out of place"};
      continue;
    }
    uint32_t v = base64_places[3][static_cast<uint8_t>(c)];
    if (v == not_base64) {
      return Error{ErrorKind::invalid, "not a base64 character at position " + std::to_string(i)};
    }
    if (padding != 0) return Error{ErrorKind::invalid, "base64 goes on after its padding"};
    word = word << 6 | v;
    if (++have == 4) {
      put(word);
      word = 0;
      have = 0;
    }
  }
  if (have != 0 || padding != 0) {
    if (have + padding != 4) return Error{ErrorKind::invalid, "base64 ends within a group"};
    if (word & (have == 2 ? 0xF : 0x3)) return Error{ErrorKind::invalid, "base64 with unused bits set"};
    if (have == 2) {
      *to++ = static_cast<uint8_t>(word >> 4);
    } else {
      *to++ = static_cast<uint8_t>(word >> 10);
      *to++ = static_cast<uint8_t>(word >> 2);
    }
  }
  out.resize(static_cast<size_t>(to - out.data()));
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
