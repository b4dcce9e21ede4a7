#include "euicc/package_stream.hpp"

namespace sealift::euicc {

namespace {

struct ListRule {
  asn1::Tag list, element;
  PackagePart part;
};
constexpr ListRule lists[] = {
    {0xA0, 0x87, PackagePart::configure},
    {0xA1, 0x88, PackagePart::metadata},
    {0xA2, 0x87, PackagePart::replace_keys},
    {0xA3, 0x86, PackagePart::profile},
};

/// The lists that may follow a part.
bool may_follow(PackagePart before, PackagePart after) {
  if (after == PackagePart::profile && before == PackagePart::metadata) return true;
  return static_cast<int>(after) == static_cast<int>(before) + 1;
}

asn1::Tag element_tag(PackagePart part) {
  for (const auto& rule : lists) {
    if (rule.part == part) return rule.element;
  }
  return 0;
}

}  // namespace

void PackageStream::take(size_t n) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(n));
  left_ -= n;
}

PackageStream::Step PackageStream::outer(const asn1::Header& h) {
  if (h.tag != 0xBF36) return Step::malformed;
  opened_ = true;
  left_ = h.length + h.header_size;
  take(h.header_size);
  return Step::again;
}

PackageStream::Step PackageStream::between(const asn1::Header& h, Sink& sink) {
  uint64_t whole = uint64_t{h.header_size} + h.length;
  if (whole > left_) return Step::malformed;
  if (!initialised_) {
    if (h.tag != 0xBF23 || whole > max_initialise) return Step::malformed;
    if (pending_.size() < whole) return Step::more;
    bool go_on = sink.object(PackagePart::initialise, View(pending_).first(whole));
    take(whole);
    initialised_ = true;
    return go_on ? Step::again : Step::stopped;
  }
  for (const auto& rule : lists) {
    if (rule.list != h.tag) continue;
    if (!may_follow(part_, rule.part) || h.length == 0) return Step::malformed;
    part_ = rule.part;
    list_left_ = h.length;
    in_list_ = true;
    take(h.header_size);
    return Step::again;
  }
  return Step::malformed;
}

PackageStream::Step PackageStream::within(const asn1::Header& h, Sink& sink) {
  uint64_t whole = uint64_t{h.header_size} + h.length;
  if (h.tag != element_tag(part_) || whole > max_tlv || whole > list_left_) return Step::malformed;
  if (pending_.size() < whole) return Step::more;
  bool go_on = sink.object(part_, View(pending_).first(whole));
  take(whole);
  list_left_ -= whole;
  if (!go_on) return Step::stopped;
  if (list_left_ > 0) return Step::again;
  in_list_ = false;
  if (!sink.end_of(part_)) return Step::stopped;
  return Step::again;
}

PackageStream::Step PackageStream::next(Sink& sink) {
  asn1::Header h = asn1::read_header(pending_);
  if (h.problem == asn1::Header::Problem::truncated) return Step::more;
  if (h.problem != asn1::Header::Problem::ok) return Step::malformed;
  if (!opened_) return outer(h);
  return in_list_ ? within(h, sink) : between(h, sink);
}

PackageStream::Fed PackageStream::feed(View octets, Sink& sink) {
  append(pending_, octets);
  while (!pending_.empty()) {
    if (done_) return Fed::malformed;  // octets behind the end
    Step step = next(sink);
    if (step == Step::more) break;
    if (step == Step::malformed) return Fed::malformed;
    if (step == Step::stopped) return Fed::stopped;
    if (opened_ && left_ == 0) {
      if (in_list_ || part_ != PackagePart::profile) return Fed::malformed;
      done_ = true;
    }
  }
  return done_ ? Fed::complete : Fed::more;
}

}  // namespace sealift::euicc
