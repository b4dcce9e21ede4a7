// Every field of every message, spoiled in every way (G-ASN-1, G-ASN-2): the walk follows the declarations
// themselves (asn1/shape.hpp), so that a new field is covered as soon as it is declared, and a sample that
// lacks it fails the test. What must be refused and what is harmless is decided here from the declaration, not
// by the decoder; each harmless kind has a name, and comes back to the same octets.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <new>
#include <set>

#include "asn1/shape.hpp"
#include "asn1/writer.hpp"
#include "base/cpu_time.hpp"
#include "messages/samples.hpp"

// ---- What a decode allocates. Counted where the allocator is ours to replace.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS_MEMORY 0
#else
#define COUNTS_MEMORY 1
#endif

namespace {
thread_local size_t allocated = 0, peak = 0;
/// Of the last decode alone.
thread_local size_t decode_peak = 0;
thread_local double decoded_at = 0;
}
#if COUNTS_MEMORY
void* operator new(size_t size) {
  void* p = std::malloc(size);
  if (p == nullptr) std::abort();
  allocated += malloc_usable_size(p);
  if (allocated > peak) peak = allocated;
  return p;
}
void operator delete(void* p) noexcept {
  if (p != nullptr) allocated -= malloc_usable_size(p);
  std::free(p);
}
void operator delete(void* p, size_t) noexcept {
  operator delete(p);
}
#endif

namespace sealift::messages {
namespace {

using asn1::Shape;
using asn1::ShapeMember;
using asn1::Tag;
using Kind = Shape::Kind;

// ---- A sample as a tree that knows its declaration.

struct Node {
  enum class Place : uint8_t { root, field, element, alternative, unknown };
  Place place = Place::root;
  const ShapeMember* slot = nullptr;    ///< of the place; null at the root
  const ShapeMember* bounds = nullptr;  ///< of the value; null where it has none
  const Shape* shape = nullptr;         ///< null: unknown
  Tag tag = 0;
  Bytes content;               ///< of a leaf
  std::vector<Node> children;  ///< of the rest
  std::string path;
  bool is_structured() const {
    return shape && (shape->kind == Kind::sequence || shape->kind == Kind::sequence_of || shape->kind == Kind::choice);
  }
};

bool takes(const ShapeMember& m, Tag tag) {
  if (m.tag != 0) return m.tag == tag;
  for (const ShapeMember& a : m.shape.members) {
    if (takes(a, tag)) return true;
  }
  return false;
}

void fill(Node& node, const asn1::Tlv& tlv);

Node make_node(const asn1::Tlv& tlv, Node::Place place, const ShapeMember* slot, const Shape* shape,
               std::string path) {
  Node n;
  n.place = place;
  n.slot = n.bounds = slot;
  n.shape = shape;
  n.path = std::move(path);
  fill(n, tlv);
  return n;
}

/// The contents of a node whose place is known.
void fill(Node& n, const asn1::Tlv& tlv) {
  n.tag = tlv.tag;
  const Tag outer = n.slot ? n.slot->tag : (n.shape ? n.shape->tag : 0);
  if (n.shape && n.shape->kind == Kind::choice && outer == 0) {  // stands in the place itself
    for (const ShapeMember& a : n.shape->members) {
      if (!takes(a, tlv.tag)) continue;
      n.bounds = &a;
      n.shape = &a.shape;
      n.path += "." + std::string(a.name);
      break;
    }
  }
  if (!n.is_structured()) {
    n.content = to_bytes(tlv.value);
    return;
  }
  asn1::Reader in(tlv.value);
  size_t next = 0;
  while (!in.at_end()) {
    asn1::Tlv child = in.next().value();
    const auto& members = n.shape->members;
    if (n.shape->kind == Kind::sequence_of) {
      n.children.push_back(make_node(child, Node::Place::element, &members[0], &members[0].shape, n.path + ".-"));
      continue;
    }
    size_t i = n.shape->kind == Kind::choice ? 0 : next;
    while (i < members.size() && !takes(members[i], child.tag)) ++i;
    if (i == members.size()) {
      n.children.push_back(make_node(child, Node::Place::unknown, nullptr, nullptr, n.path + ".(unknown)"));
      continue;
    }
    next = i + 1;
    n.children.push_back(make_node(
        child, n.shape->kind == Kind::choice ? Node::Place::alternative : Node::Place::field, &members[i],
        &members[i].shape, n.path + "." + std::string(members[i].name)));
  }
}

/// DER of the tree, with one node replaced by octets of the test's own.
void write(const Node& n, const Node* target, const Bytes& instead, Bytes& out) {
  if (&n == target) return append(out, instead);
  if (!n.is_structured()) return append(out, asn1::tlv(n.tag, n.content));
  Bytes inner;
  for (const Node& c : n.children) write(c, target, instead, inner);
  append(out, asn1::tlv(n.tag, inner));
}
Bytes contents(const Node& n) {
  if (!n.is_structured()) return n.content;
  Bytes out;
  for (const Node& c : n.children) write(c, nullptr, {}, out);
  return out;
}
Bytes whole(const Node& n) {
  return asn1::tlv(n.tag, contents(n));
}

Bytes tag_octets(Tag tag) {
  Bytes out = asn1::header(tag, 0);
  out.pop_back();
  return out;
}

// ---- The walk.

struct Sample {
  std::string name;
  Bytes der;
  std::shared_ptr<Shape> shape;
  std::function<Result<Bytes>(View)> again;
};

std::vector<Sample> all_samples() {
  std::vector<Sample> out;
  samples::each([&out]<class T>(const char* name, const T& message) {
    out.push_back({name, asn1::encode(message), std::make_shared<Shape>(asn1::shape<T>()),
                   [](View der) -> Result<Bytes> {
                     Result<T> decoded = asn1::decode<T>(der);
                     decoded_at = thread_cpu_us() / 1e3;
                     decode_peak = peak;
                     if (!decoded) return std::move(decoded.error());
                     return asn1::encode(*decoded);
                   }});
  });
  return out;
}

const char* const refused = "";  ///< in the place of a harmless kind's name

class Walk {
 public:
  std::map<std::string, size_t> refusals, harmless;
  std::set<std::string> visited, unbounded;
  double slowest_ms = 0;

  void walk(const Sample& sample) {
    sample_ = &sample;
    asn1::Reader in(sample.der);
    root_ = make_node(in.next().value(), Node::Place::root, nullptr, sample.shape.get(),
                      sample.name.substr(0, sample.name.find(',')));
    ASSERT_EQ(whole(root_), sample.der) << sample.name;
    spoil(root_, nullptr);
  }
  size_t total() const {
    size_t n = 0;
    for (const auto* counts : {&refusals, &harmless}) {
      for (const auto& [name, count] : *counts) n += count;
    }
    return n;
  }

 private:
  void spoil(const Node& n, const Node* parent) {
    visited.insert(n.path);
    presence(n, parent);
    encoding(n);
    if (n.shape != nullptr) sizes(n);
    if (n.shape != nullptr) wrong_tags(n, parent);
    if (n.is_structured()) inside(n);
    for (const Node& c : n.children) spoil(c, &n);
  }

  /// One case: the message with `instead` in the place of `n` is refused, or harmless by this name.
  void expect(const Node& n, const char* mutation, const Bytes& instead, const std::string& outcome) {
    Bytes der;
    write(root_, &n, instead, der);
    const size_t before = allocated;
    peak = allocated;
    const double start = thread_cpu_us() / 1e3;
    auto again = sample_->again(der);
    const double took = decoded_at - start;
    slowest_ms = std::max(slowest_ms, took);
    const std::string what = sample_->name + ": " + n.path + " " + mutation;
    // The constant is for the message's own members and the words of an error.
    EXPECT_LE(decode_peak - before, 4 * der.size() + 16384) << what << " of " << der.size();
    EXPECT_LE(took, 10.0) << what;
    if (outcome == refused) {
      EXPECT_FALSE(again) << what << " " << hex(View(der).first(std::min<size_t>(der.size(), 200)));
      ++refusals[mutation];
    } else {
      ASSERT_TRUE(again) << what << ": " << again.error().message;
      EXPECT_EQ(*again, der) << what;
      ++harmless[outcome];
    }
  }

  static bool optional(const Node& n) { return n.slot && (n.slot->optional || n.slot->has_default); }
  static uint64_t low(const Node& n) { return n.bounds ? n.bounds->low : 0; }
  static uint64_t high(const Node& n) { return n.bounds ? n.bounds->high : Shape::unlimited; }

  void presence(const Node& n, const Node* parent) {
    std::string absent = refused, twice = refused;
    if (n.place == Node::Place::field && optional(n)) absent = "an optional field absent";
    if (n.place == Node::Place::element) {
      if (parent->children.size() - 1 >= low(*parent)) absent = "one element less";
      if (parent->children.size() + 1 <= high(*parent)) twice = "one element more";
    }
    if (n.place == Node::Place::unknown) {
      absent = "an unknown extension absent";
      twice = "two unknown extensions";
    }
    expect(n, "absent", {}, absent);
    expect(n, "doubled", concat({whole(n), whole(n)}), twice);
  }

  void encoding(const Node& n) {
    const Bytes tag = tag_octets(n.tag), body = contents(n);
    expect(n, "of indefinite length", concat({tag, Bytes{0x80}, body, Bytes{0, 0}}), refused);
    Bytes length = asn1::header(n.tag, body.size());
    length.erase(length.begin(), length.begin() + static_cast<ptrdiff_t>(tag.size()));
    Bytes longer = length.size() == 1 ? Bytes{0x81, length[0]} : length;
    if (length.size() > 1) {
      ++longer[0];
      longer.insert(longer.begin() + 1, 0);
    }
    expect(n, "of a length that is not minimal", concat({tag, longer, body}), refused);
    expect(n, "of a length of five octets",
           concat({tag, Bytes{0x85, 0, 0, 0, 0, static_cast<uint8_t>(body.size() & 0x7F)}, body}), refused);
    expect(n, "claiming 4 GiB", concat({tag, Bytes{0x84, 0xFF, 0xFF, 0xFF, 0xFF}, body}), refused);
    expect(n, "claiming 2 GiB", concat({tag, Bytes{0x84, 0x7F, 0xFF, 0xFF, 0xFF}, body}), refused);
  }

  /// What comes of a value without octets.
  static std::string outcome_of_empty(const Node& n) {
    switch (n.shape->kind) {
      case Kind::octets:
      case Kind::text:
        return n.shape->least == 0 && low(n) == 0 ? "a value that may be empty" : refused;
      case Kind::any:
        return "a certificate or package that another room opens";
      case Kind::sequence_of:
        return low(n) == 0 ? "an empty list" : refused;
      case Kind::sequence:
        for (const ShapeMember& m : n.shape->members) {
          if (!m.optional && !m.has_default) return refused;
        }
        return "a sequence of optional fields, empty";
      default:
        return refused;
    }
  }

  /// Contents that are well formed and one more than allowed; nothing where there is no bound.
  static std::optional<Bytes> too_long(const Node& n) {
    const uint64_t most = std::min(n.shape->most, high(n));
    switch (n.shape->kind) {
      case Kind::null:
        return Bytes{0};
      case Kind::boolean:
        return Bytes{0xFF, 0xFF};
      case Kind::integer: {
        if (most == Shape::unlimited) return Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0};
        asn1::Writer w;
        w.unsigned_integer(0x02, most + 1);
        Bytes tlv = std::move(w).take();
        return Bytes(tlv.begin() + 2, tlv.end());
      }
      case Kind::oid:
        return Bytes(most + 1, 0x2A);
      case Kind::bit_string:
        return Bytes(most + 1, 0x00);
      case Kind::octets:
      case Kind::text:
        if (most == Shape::unlimited) break;
        return Bytes(most + 1, n.shape->kind == Kind::text ? 'a' : 0x11);
      case Kind::sequence_of: {
        if (most == Shape::unlimited || n.children.empty()) break;
        Bytes out;
        for (uint64_t i = 0; i <= most; ++i) append(out, whole(n.children[0]));
        return out;
      }
      default:
        break;
    }
    if (n.bounds && n.bounds->whole != Shape::unlimited) return Bytes(n.bounds->whole, 0x11);
    return std::nullopt;
  }

  void sizes(const Node& n) {
    if (n.shape->kind != Kind::null && !contents(n).empty()) expect(n, "empty", asn1::tlv(n.tag, {}), outcome_of_empty(n));
    if (auto bytes = too_long(n)) {
      expect(n, "too long", asn1::tlv(n.tag, *bytes), refused);
    } else if (n.shape->kind != Kind::sequence && n.shape->kind != Kind::choice) {
      unbounded.insert(n.path);
    }
    if (n.shape->kind == Kind::integer) {
      Bytes padded = n.content;
      padded.insert(padded.begin(), 0);
      if (n.content[0] < 0x80) expect(n, "an integer that is not minimal", asn1::tlv(n.tag, padded), refused);
      padded[0] = 0xFF;
      expect(n, "a negative integer", asn1::tlv(n.tag, padded), refused);
    }
    if (n.is_structured() || n.shape->kind == Kind::integer) return;
    if (n.shape->least == n.shape->most && n.shape->most > 0) {
      Bytes shorter = n.content, longer = n.content;
      shorter.pop_back();
      longer.push_back(0);
      expect(n, "one octet short", asn1::tlv(n.tag, shorter), refused);
      expect(n, "one octet long", asn1::tlv(n.tag, longer), refused);
    } else if (n.shape->least > 1) {
      expect(n, "shorter than allowed", asn1::tlv(n.tag, View(n.content).first(n.shape->least - 1)), refused);
    }
  }

  void wrong_tags(const Node& n, const Node* parent) {
    Bytes unknown = tag_octets(asn1::is_constructed(n.tag) ? 0xBF7D : 0x9F7D);
    Bytes other_class = tag_octets(n.tag), other_form = other_class;
    other_class[0] ^= 0x40;
    other_form[0] ^= 0x20;
    const Bytes body = contents(n);
    for (const auto& [mutation, tag] : {std::pair{"of an unknown tag", unknown},
                                        std::pair{"of another class", other_class},
                                        std::pair{"of the other form", other_form}}) {
      Bytes tlv = asn1::tlv(0x30, body);  // the length as it was, behind another tag
      Bytes instead = concat({tag, View(tlv).subspan(1)});
      Tag as_number = 0;
      for (uint8_t b : tag) as_number = as_number << 8 | b;
      expect(n, mutation, instead, outcome_of_tag(n, parent, as_number));
    }
  }
  static std::string outcome_of_tag(const Node& n, const Node* parent, Tag tag) {
    if (n.place != Node::Place::field || !optional(n) || !parent->shape->extensible) return refused;
    for (const ShapeMember& m : parent->shape->members) {
      if (takes(m, tag)) return refused;  // every sample has all its neighbours: it is there twice
    }
    for (const Node* c = &n + 1; c != parent->children.data() + parent->children.size(); ++c) {
      if (c->place == Node::Place::field) return refused;  // something known behind something unknown
    }
    return "an optional field under a tag that is unknown, at the end";
  }

  static Bytes nested(Tag tag, size_t depth) {
    std::vector<Bytes> headers;
    size_t size = 0;
    for (size_t i = 0; i < depth; ++i) {
      headers.push_back(asn1::header(tag, size));
      size += headers.back().size();
    }
    Bytes out;
    out.reserve(size);
    for (size_t i = depth; i-- > 0;) append(out, headers[i]);
    return out;
  }

  void inside(const Node& n) {
    const Bytes body = contents(n);
    auto with = [&](View more) { return asn1::tlv(n.tag, concat({body, more})); };
    expect(n, "with an octet behind its fields", with(Bytes{0x00}), refused);
    expect(n, "with an end of contents behind its fields", with(Bytes{0x00, 0x00}), refused);
    expect(n, "with half a field behind its fields", with(Bytes{0x9F, 0x7D, 0x05, 0x01}), refused);
    std::string outcome = n.shape->kind == Kind::sequence && n.shape->extensible ? "an unknown extension kept" : refused;
    expect(n, "with an unknown field behind its fields", with(Bytes{0x9F, 0x7D, 0x01, 0x01}), outcome);
    // A sequence that may be empty keeps whatever it does not know, without looking into it.
    bool keeps = n.shape->kind == Kind::sequence && n.shape->extensible && outcome_of_empty(n) != refused;
    for (size_t depth : {1, 2, 3, 15, 16, 17, 100, 1'000, 10'000}) {
      expect(n, "nested", asn1::tlv(n.tag, nested(0xBF7D, depth)), keeps ? "an unknown extension, nested" : refused);
    }
    const bool foreign = std::none_of(n.shape->members.begin(), n.shape->members.end(),
                                      [&](const ShapeMember& m) { return takes(m, n.tag); });
    for (size_t depth : {2, 16, 17, 10'000}) {
      if (!foreign) break;  // what stands within may be a field of that tag
      expect(n, "nested in itself", nested(n.tag, depth), keeps ? "an unknown extension, nested" : refused);
    }
    if (n.place == Node::Place::root) {
      expect(n, "with an octet behind it", concat({whole(n), Bytes{0x00}}), refused);
      expect(n, "with a field behind it", concat({whole(n), Bytes{0x30, 0x00}}), refused);
    }
  }

  const Sample* sample_ = nullptr;
  Node root_;
};

/// Every path that a declaration has.
void paths(const Shape& s, const std::string& at, std::set<std::string>& out) {
  for (const ShapeMember& m : s.members) {
    std::string path = at + "." + std::string(m.name);
    // A CHOICE that stands in the place itself has no node of its own.
    if (!(m.shape.kind == Kind::choice && m.tag == 0)) out.insert(path);
    paths(m.shape, path, out);
  }
}

TEST(SpoiledFields, are_refused_in_every_message_or_harmless_by_name) {
  Walk walk;
  std::set<std::string> declared;
  for (const Sample& s : all_samples()) {
    walk.walk(s);
    paths(*s.shape, s.name.substr(0, s.name.find(',')), declared);
    if (HasFailure()) FAIL() << "first failures in " << s.name;
  }
  for (const std::string& path : declared) {
    EXPECT_TRUE(walk.visited.contains(path)) << "no sample has " << path;
  }
  for (const auto& [name, count] : walk.refusals) std::cout << "  refused " << count << " " << name << "\n";
  for (const auto& [name, count] : walk.harmless) std::cout << "  harmless " << count << " " << name << "\n";
  std::cout << "  " << walk.total() << " cases over " << declared.size() << " declared fields, slowest "
            << walk.slowest_ms << " ms\n";
  EXPECT_GT(declared.size(), 700u);
  EXPECT_GT(walk.total(), 15'000u);
  const std::set<std::string> known{"an optional field absent",
                                    "one element less",
                                    "one element more",
                                    "an unknown extension absent",
                                    "two unknown extensions",
                                    "a value that may be empty",
                                    "a certificate or package that another room opens",
                                    "an empty list",
                                    "a sequence of optional fields, empty",
                                    "an optional field under a tag that is unknown, at the end",
                                    "an unknown extension kept",
                                    "an unknown extension, nested"};
  for (const auto& [name, count] : walk.harmless) EXPECT_TRUE(known.contains(name)) << name;
  // What has no bound of its own is bounded by the body or by the card's memory.
  for (const std::string& path : walk.unbounded) {
    bool package = path.find("oundProfilePackage") != std::string::npos;
    EXPECT_TRUE(package) << path << " has no bound";
  }
}

/// A list of the smallest elements there are: refused by their number, before one is made.
TEST(SpoiledFields, that_are_lists_cost_no_more_memory_than_they_bring) {
#if COUNTS_MEMORY
  auto cost = [](auto probe, Tag outer, Tag list, View element, size_t count) {
    Bytes elements;
    for (size_t i = 0; i < count; ++i) append(elements, element);
    Bytes der = asn1::tlv(outer, asn1::tlv(list, elements));
    const size_t before = allocated;
    peak = allocated;
    EXPECT_FALSE(asn1::decode<decltype(probe)>(der));
    return (peak - before) / (der.size() + 0.0);
  };
  EXPECT_LE(cost(ProfileInfoListResponse{}, 0xBF2D, 0xA0, Bytes{0xE3, 0x00}, 100'000), 4.0);
  EXPECT_LE(cost(ListNotificationResponse{}, 0xBF28, 0xA0, Bytes{0xBF, 0x2F, 0x00}, 100'000), 4.0);
  EXPECT_LE(cost(RetrieveNotificationsListResponse{}, 0xBF2B, 0xA0, Bytes{0x30, 0x00}, 100'000), 4.0);
  EXPECT_LE(cost(GetRatResponse{}, 0xBF43, 0xA0, Bytes{0x30, 0x00}, 100'000), 4.0);
  EXPECT_LE(cost(LoadCrlResponse{}, 0xBF35, 0xA0, concat({Bytes{0xA0, 0x00}}), 100'000), 4.0);
#else
  GTEST_SKIP() << "skipped: the sanitizer has the allocator";
#endif
}

}  // namespace
}  // namespace sealift::messages
