#include "asn1/schema.hpp"

#include <algorithm>

namespace sealift::asn1 {

bool Decoder::fail(View at, ErrorKind kind, std::string what) {
  if (failed_) return false;
  failed_ = true;
  kind_ = kind;
  what_ = std::move(what);
  offset_ = static_cast<size_t>(at.data() - base_);
  return false;
}

bool Decoder::inside(const char* name) {
  path_ = path_.empty() ? name : std::string(name) + "." + path_;
  return false;
}

bool Decoder::next(View& in, Tlv& out) {
  Header h = read_header(in);
  if (h.problem != Header::Problem::ok) {
    auto kind = h.problem == Header::Problem::truncated ? ErrorKind::truncated : ErrorKind::invalid;
    return fail(in, kind, std::string(describe(h.problem)));
  }
  if (in.size() - h.header_size < h.length) return fail(in, ErrorKind::truncated, "ends within a value");
  size_t size = h.header_size + h.length;
  out = {h.tag, in.subspan(h.header_size, h.length), in.first(size)};
  in = in.subspan(size);
  return true;
}

bool Decoder::enter(View at) {
  if (++depth_ > max_depth) return fail(at, ErrorKind::limit, "nested too deeply");
  return true;
}

Error Decoder::error() const {
  std::string where = path_.empty() ? "" : path_ + " ";
  return Error{kind_, where + "at offset " + std::to_string(offset_) + ": " + what_};
}

size_t characters(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void Printer::open(std::string_view name) {
  out_.append(static_cast<size_t>(indent_) * 2, ' ').append(name).push_back('\n');
  ++indent_;
}

void Printer::line(std::string_view name, std::string_view value) {
  out_.append(static_cast<size_t>(indent_) * 2, ' ').append(name).append(": ").append(value).push_back('\n');
}

BitString BitString::of(std::initializer_list<size_t> bits) {
  BitString out;
  if (bits.size() == 0) return out;
  size_t last = std::max(bits);
  out.octets.resize(last / 8 + 1);
  for (size_t n : bits) out.octets[n / 8] |= static_cast<uint8_t>(0x80 >> (n % 8));
  out.unused = static_cast<uint8_t>(7 - last % 8);
  return out;
}

Result<BitString> Codec<BitString>::parse(View v) {
  if (v.empty() || v[0] > 7 || (v.size() == 1 && v[0] != 0)) {
    return Error{ErrorKind::invalid, "a BIT STRING with a wrong count of unused bits"};
  }
  if (v.size() > most) return Error{ErrorKind::limit, "a BIT STRING that is too long"};
  BitString out{to_bytes(v.subspan(1)), v[0]};
  if (!out.octets.empty() && (out.octets.back() & ((1 << out.unused) - 1)) != 0) {
    return Error{ErrorKind::invalid, "a BIT STRING with unused bits set"};
  }
  return out;
}

Bytes Codec<BitString>::contents(const BitString& v) {
  Bytes out{v.unused};
  append(out, v.octets);
  return out;
}

std::string Codec<BitString>::show(const BitString& v) {
  std::string out;
  for (size_t i = 0; i < v.octets.size() * 8; ++i) {
    if (v.bit(i)) out += (out.empty() ? "" : ",") + std::to_string(i);
  }
  return "{" + out + "}";
}

}  // namespace sealift::asn1
