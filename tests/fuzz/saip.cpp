// Profile packages in an operator's hands: decode, encode, judge, show, give to another subscriber.
#include "saip/personalise.hpp"
#include "saip/print.hpp"
#include "saip/validate.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace sealift::saip;

/// In pieces it is the same elements, or the same refusal.
void in_pieces(View upp, const Package* whole, size_t piece) {
  PeSplitter splitter;
  size_t count = 0;
  for (size_t at = 0; at < upp.size(); at += piece) {
    if (!splitter.feed(upp.subspan(at, std::min(piece, upp.size() - at)))) {
      require(whole == nullptr, "what decodes whole is cut into elements");
      return;
    }
    while (auto element = splitter.next()) {
      if (whole) {
        require(count < whole->elements.size() && equal(element->expose(), whole->elements[count].raw()),
                "the elements are the same in pieces");
      }
      ++count;
    }
  }
  require(!whole || (splitter.empty() && count == whole->elements.size()), "and as many");
}

void run(View input) {
  Input in(input);
  const uint8_t how = in.octet();
  const View upp = in.rest();
  auto package = decode(upp);
  in_pieces(upp, package ? &*package : nullptr, 1 + how);
  if (!package) return;
  require(equal(encode(*package), upp), "what decodes encodes to the same octets");
  for (const ProfileElement& element : package->elements) {
    require(equal(encode_element(ProfileElement(decode_element(element.raw()).value())), element.raw()),
            "each alone too");
  }
  for (const Finding& finding : find_faults(*package))
    require(!finding.rule.empty(), "a finding names its rule");
  (void)to_text(describe(*package, how & 1));
  Subscriber other;
  if (how & 2) other.iccid = *Iccid::parse("8949000000000000041");
  if (how & 4) other.imsi = *Imsi::parse("262011234567890");
  if (how & 8) {
    other.k = SecretBytes(Bytes(16, 0xA7));
    other.opc = SecretBytes(Bytes(16, 0xB8));
  }
  const bool done = bool(personalise(*package, other));
  const Bytes after = encode(*package);
  if (!done) {
    require(equal(after, upp), "a package that could not be personalised is unchanged");
    return;
  }
  auto again = decode(after);
  require(bool(again), "a personalised package decodes");
  require(equal(encode(*again), after), "and encodes to the same octets");
  if (how & 2) require(again->header() != nullptr, "who got an ICCID has a header");
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> out;
  for (uint8_t how : {0, 0x0F, 0xFF}) out.push_back(concat({Bytes{how}, unusual_profile()}));
  out.push_back(concat({Bytes{0x4E}, encode(built_profile(first_iccid, true))}));
  out.push_back(concat({Bytes{0x4E}, encode(built_profile(second_iccid, false))}));
  const Package unusual = std::move(decode(unusual_profile())).value();
  for (const auto& element : unusual.elements) {
    out.push_back(concat({Bytes{0x2F}, encode_element(element)}));
  }
  return out;
}

}  // namespace

const Target target_saip{"saip",
                         run,
                         seeds,
                         Shape::der,
                         1,
                         0,
                         {"\xA0", "\xA1", "\xA2", "\xA3", "\xA4", "\xA5", "\xA6", "\xA7", "\xA8", "\xA9",
                          "\xAA", "\xB0", "\xBF\x1F", "\x67\x81\x0F\x01\x02\x01", "\x82\x04\x42\x21\x00\x10",
                          "\x83\x02\x2F\xE2", "\x83\x02\x6F\x07", "\x83\x02\x6F\x78"}};

}  // namespace sealift::fuzz
