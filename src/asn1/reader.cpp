#include "asn1/reader.hpp"

#include <cstdio>

namespace sealift::asn1 {

using Problem = Header::Problem;

static Header refuse(Problem problem) {
  Header h;
  h.problem = problem;
  return h;
}

Header read_header(View in) {
  Header h;
  size_t i = 0;
  if (in.empty()) return h;
  h.tag = in[i++];
  if ((h.tag & 0x1F) == 0x1F) {
    for (int n = 0;; ++n) {
      if (n == 3) return refuse(Problem::tag_too_long);
      if (i == in.size()) return h;
      uint8_t b = in[i++];
      if (n == 0 && (b == 0x80 || b < 0x1F)) return refuse(Problem::tag_not_minimal);
      h.tag = h.tag << 8 | b;
      if ((b & 0x80) == 0) break;
    }
  }
  if (i == in.size()) return h;
  size_t length = in[i++];
  if (length == 0x80) return refuse(Problem::indefinite);
  if (length > 0x80) {
    size_t n = length & 0x7F;
    if (n > 4) return refuse(Problem::length_too_long);
    if (in.size() - i < n) return h;
    if (in[i] == 0) return refuse(Problem::length_not_minimal);
    length = 0;
    while (n-- > 0) length = length << 8 | in[i++];
    if (length < 0x80) return refuse(Problem::length_not_minimal);
  }
  h.header_size = i;
  h.length = length;
  h.problem = Problem::ok;
  return h;
}

std::string_view describe(Problem problem) {
  switch (problem) {
    case Problem::ok:
      return "well formed";
    case Problem::truncated:
      return "ends within a tag or length";
    case Problem::tag_too_long:
      return "a tag of more than 4 octets";
    case Problem::tag_not_minimal:
      return "a tag that is not minimal";
    case Problem::indefinite:
      return "an indefinite length, which DER does not have";
    case Problem::length_too_long:
      return "a length of more than 4 octets";
    case Problem::length_not_minimal:
      return "a length that is not minimal";
  }
  return "?";
}

static std::string tag_text(Tag tag) {
  char out[12];
  std::snprintf(out, sizeof out, "%02X", tag);
  return out;
}

Error Reader::fail(ErrorKind kind, std::string_view what, size_t at) const {
  return Error{kind, std::string(name_) + " at offset " + std::to_string(at) + ": " + std::string(what)};
}

Result<Tlv> Reader::next() {
  Header h = read_header(in_);
  if (h.problem != Problem::ok) {
    auto kind = h.problem == Problem::truncated ? ErrorKind::truncated : ErrorKind::invalid;
    return fail(kind, describe(h.problem), offset());
  }
  size_t left = in_.size() - h.header_size;
  if (left < h.length) {
    return fail(ErrorKind::truncated,
                tag_text(h.tag) + " says " + std::to_string(h.length) + " octets, " + std::to_string(left) +
                    " are left",
                offset());
  }
  size_t size = h.header_size + h.length;
  Tlv out{h.tag, in_.subspan(h.header_size, h.length), in_.first(size)};
  in_ = in_.subspan(size);
  return out;
}

Result<Tlv> Reader::expect(Tag tag, std::string_view what) {
  size_t at = offset();
  if (in_.empty())
    return fail(ErrorKind::truncated, std::string(what) + " (" + tag_text(tag) + ") is missing", at);
  Tlv tlv = TRY(next());
  if (tlv.tag == tag) return tlv;
  return fail(ErrorKind::invalid,
              std::string(what) + " should have tag " + tag_text(tag) + ", found " + tag_text(tlv.tag), at);
}

Tag Reader::peek_tag() const {
  Header h = read_header(in_);
  return h.problem == Problem::ok ? h.tag : 0;
}

bool Reader::peek(Tag tag) const {
  return !in_.empty() && peek_tag() == tag;
}

Status Reader::finish() const {
  if (in_.empty()) return {};
  return fail(ErrorKind::invalid, std::to_string(in_.size()) + " octets too many", offset());
}

Reader Reader::inside(const Tlv& tlv) const {
  Reader r(*this);
  r.in_ = tlv.value;
  return r;
}

Result<Tlv> read_single(View der, Tag tag, std::string_view what) {
  Reader r(der, what);
  Tlv tlv = TRY(r.expect(tag, what));
  TRY_VOID(r.finish());
  return tlv;
}

Result<uint64_t> read_unsigned(View v) {
  if (v.empty()) return Error{ErrorKind::invalid, "an INTEGER without octets"};
  if (v[0] & 0x80) return Error{ErrorKind::invalid, "a negative INTEGER"};
  if (v.size() > 1 && v[0] == 0 && (v[1] & 0x80) == 0) {
    return Error{ErrorKind::invalid, "an INTEGER that is not minimal"};
  }
  if (v.size() > 9 || (v.size() == 9 && v[0] != 0))
    return Error{ErrorKind::limit, "an INTEGER of more than 64 bits"};
  uint64_t out = 0;
  for (uint8_t b : v) out = out << 8 | b;
  return out;
}

}  // namespace sealift::asn1
