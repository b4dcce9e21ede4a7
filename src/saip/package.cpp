#include "saip/package.hpp"

#include "asn1/reader.hpp"
#include "saip/schema_files.hpp"

namespace sealift::saip {

namespace {

/// ProfileElement alternatives are context-specific and constructed.
bool is_element_tag(uint32_t t) {
  while (t > 0xFF) t >>= 8;
  return (t & 0xE0) == 0xA0;
}

template <class T>
Result<Body> decode_as(View tlv) {
  return Body(TRY(asn1::decode<T>(tlv)));
}

std::optional<Kind> kind_of(uint32_t t) {
  for (size_t i = 0; i < kKinds; ++i) {
    if (tag(static_cast<Kind>(i)) == t) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

Result<Body> decode_body(const asn1::Tlv& tlv) {
  auto kind = kind_of(tlv.tag);
  if (!kind || (*kind >= Kind::rfu1 && *kind <= Kind::rfu5)) {
    return Body(UnknownElement{tlv.tag, find_pe_header(tlv.value)});
  }
  switch (*kind) {
    case Kind::header:
      return decode_as<ProfileHeader>(tlv.whole);
    case Kind::genericFileManagement:
      return decode_as<GenericFileManagement>(tlv.whole);
    case Kind::pinCodes:
      return decode_as<PinCodes>(tlv.whole);
    case Kind::pukCodes:
      return decode_as<PukCodes>(tlv.whole);
    case Kind::akaParameter:
      return decode_as<AkaParameter>(tlv.whole);
    case Kind::cdmaParameter:
      return decode_as<CdmaParameter>(tlv.whole);
    case Kind::securityDomain:
      return decode_as<SecurityDomain>(tlv.whole);
    case Kind::rfm:
      return decode_as<Rfm>(tlv.whole);
    case Kind::application:
      return decode_as<Application>(tlv.whole);
    case Kind::nonStandard:
      return decode_as<NonStandard>(tlv.whole);
    case Kind::end:
      return decode_as<End>(tlv.whole);
    default:
      return Body(TRY(decode_template_element(*kind, tlv.whole)));
  }
}

}  // namespace

const ProfileHeader* Package::header() const {
  return elements.empty() ? nullptr : elements.front().as<ProfileHeader>();
}

Result<ProfileElement> decode_element(View tlv) {
  if (tlv.size() > kMaxPackage) return Error{ErrorKind::limit, "a profile element over the largest package"};
  asn1::Reader in(tlv, "ProfileElement");
  asn1::Tlv outer = TRY(in.next());
  TRY_VOID(in.finish());
  if (!is_element_tag(outer.tag)) return Error{ErrorKind::invalid, "not the tag of a profile element"};
  Body body = TRY(decode_body(outer));
  return ProfileElement(std::move(body), SecretBytes(to_bytes(tlv)));
}

Bytes encode_element(const ProfileElement& element) {
  if (!element.raw().empty()) return to_bytes(element.raw());
  return std::visit(
      [](const auto& body) -> Bytes {
        using T = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<T, TemplateElement>) {
          return encode_template_element(body);
        } else if constexpr (std::is_same_v<T, UnknownElement>) {
          check(false, "an unknown element without its octets");
          return {};
        } else {
          return asn1::encode(body);
        }
      },
      element.body());
}

Result<Package> decode(View upp) {
  if (upp.size() > kMaxPackage) return Error{ErrorKind::limit, "the profile package is over 4 MiB"};
  Package out;
  asn1::Reader in(upp, "profile package");
  while (!in.at_end()) {
    size_t at = in.offset();
    asn1::Tlv x = TRY(in.next());
    auto element = decode_element(x.whole);
    if (!element) {
      return std::move(element.error())
          .within("profile element " + std::to_string(out.elements.size() + 1) + " at octet " +
                  std::to_string(at));
    }
    out.elements.push_back(std::move(*element));
  }
  if (out.elements.empty()) return Error{ErrorKind::truncated, "an empty profile package"};
  return out;
}

Bytes encode(const Package& package) {
  Bytes out;
  for (auto& e : package.elements) append(out, encode_element(e));
  return out;
}

PeSplitter::~PeSplitter() {
  wipe(buffer_);
}

void PeSplitter::compact() {
  if (begin_ == 0) return;
  Bytes rest(buffer_.begin() + static_cast<ptrdiff_t>(begin_), buffer_.end());
  wipe(buffer_);
  buffer_ = std::move(rest);
  begin_ = 0;
}

Status PeSplitter::feed(View octets) {
  if (failed_) return Error{ErrorKind::conflict, "the profile package was refused before"};
  compact();
  if (buffer_.capacity() < buffer_.size() + octets.size()) {
    Bytes bigger;
    bigger.reserve((buffer_.size() + octets.size()) * 2);
    append(bigger, buffer_);
    wipe(buffer_);
    buffer_ = std::move(bigger);
  }
  append(buffer_, octets);
  // Every header in the buffer is looked at now, so that an impossible one is refused with the segment that
  // brought it and not when enough octets have come.
  size_t at = 0;
  while (at < buffer_.size()) {
    auto h = asn1::read_header(View(buffer_).subspan(at));
    if (h.problem == asn1::Header::Problem::truncated) break;
    if (h.problem != asn1::Header::Problem::ok || !is_element_tag(h.tag)) {
      failed_ = true;
      return Error{ErrorKind::invalid, "profile element header at octet " + std::to_string(consumed_ + at) +
                                           ": " + std::string(describe(h.problem))};
    }
    if (h.length > kMaxPackage) {
      failed_ = true;
      return Error{ErrorKind::limit, "a profile element over the largest package"};
    }
    at += h.header_size + h.length;
  }
  return {};
}

std::optional<SecretBytes> PeSplitter::next() {
  if (failed_) return std::nullopt;
  View rest = View(buffer_).subspan(begin_);
  auto h = asn1::read_header(rest);
  if (h.problem != asn1::Header::Problem::ok || rest.size() - h.header_size < h.length) return std::nullopt;
  size_t size = h.header_size + h.length;
  begin_ += size;
  consumed_ += size;
  return SecretBytes(to_bytes(rest.first(size)));
}

}  // namespace sealift::saip
