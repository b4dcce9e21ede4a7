#include "mutate.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include "asn1/reader.hpp"
#include "asn1/writer.hpp"

namespace sealift::fuzz {
namespace {

constexpr int deepest = 12;

/// A TLV taken apart: it has children, or octets.
struct Node {
  asn1::Tag tag = 0;
  std::vector<Node> children;
  Bytes octets;
};

/// The TLVs that the octets are; none where they are none.
std::vector<Node> take_apart(View in, int depth = 0) {
  std::vector<Node> out;
  asn1::Reader reader(in);
  while (!reader.at_end()) {
    auto tlv = reader.next();
    if (!tlv || depth > deepest) return {};
    Node node{tlv->tag, {}, to_bytes(tlv->value)};
    // Octet strings may hold TLVs as well: extensions, signed blocks.
    if (asn1::is_constructed(tlv->tag) || (tlv->tag == 0x04 && tlv->value.size() > 4)) {
      node.children = take_apart(tlv->value, depth + 1);
    }
    out.push_back(std::move(node));
  }
  return out;
}

Bytes put_together(const std::vector<Node>& nodes) {
  Bytes out;
  for (const Node& node : nodes) {
    append(out, asn1::tlv(node.tag, node.children.empty() ? node.octets : put_together(node.children)));
  }
  return out;
}

/// A place in the tree: a list and an index into it.
struct Place {
  std::vector<Node>* list;
  size_t at;
  Node& node() const { return (*list)[at]; }
};
void places(std::vector<Node>& list, std::vector<Place>& out) {
  for (size_t i = 0; i < list.size(); ++i) {
    out.push_back({&list, i});
    places(list[i].children, out);
  }
}

class Change {
 public:
  Change(size_t most, uint64_t seed, const PlainMutation& plain)
      : most_(most), random_(seed), plain_(plain) {}
  size_t pick(size_t below) { return below == 0 ? 0 : random_() % below; }

  Bytes plain(View in) {
    Bytes out = to_bytes(in);
    out.resize(std::max<size_t>({most_, in.size(), 1}));
    out.resize(plain_(out.data(), in.size(), out.size()));
    return out;
  }
  Bytes der(View in) {
    std::vector<Node> tree = take_apart(in);
    std::vector<Place> all;
    places(tree, all);
    if (all.empty()) return plain(in);
    const Place here = all[pick(all.size())], there = all[pick(all.size())];
    const auto position = here.list->begin() + static_cast<ptrdiff_t>(here.at);
    const Node copy = there.node();  // before anything moves
    switch (pick(10)) {
      case 0:
        here.list->erase(position);
        break;
      case 1:
        here.list->insert(position, here.node());
        break;
      case 2:
        here.list->insert(position, copy);
        break;
      case 3:
        here.node() = copy;
        break;
      case 4:
        here.node().children.clear();
        here.node().octets.clear();
        break;
      case 5:
        here.node().tag = retag(here.node().tag, copy.tag);
        break;
      case 6:
        std::swap((*here.list)[here.at], (*here.list)[pick(here.list->size())]);
        break;
      default:
        fill(here.node());
    }
    return put_together(tree);
  }
  Bytes chunks(View in, size_t chunk_prefix) {
    std::vector<Bytes> pieces;
    for (View piece : split(in)) pieces.push_back(to_bytes(piece));
    if (pieces.empty()) pieces.emplace_back();
    const size_t here = pick(pieces.size()), there = pick(pieces.size());
    const auto position = pieces.begin() + static_cast<ptrdiff_t>(here);
    const Bytes copy = pieces[there];
    switch (pick(16)) {
      case 0:
        pieces.erase(position);
        break;
      case 1:
      case 2:
        pieces.insert(position, copy);
        break;
      case 3:
        std::swap(pieces[here], pieces[there]);
        break;
      case 4:
        pieces.resize(here + 1);
        break;
      case 5:
        pieces[here].clear();
        break;
      case 6:
      case 7:
      case 8:
        pieces[here] = plain(pieces[here]);
        break;
      default:
        pieces[here] = inside(pieces[here], chunk_prefix);
    }
    return join(pieces);
  }

 private:
  /// DER in base64 between the quotation marks of JSON; nothing where there is none.
  std::optional<Bytes> json(View chunk) {
    const std::string_view all = text(chunk);
    std::vector<std::pair<size_t, size_t>> found;  // begin and size of what is quoted
    for (size_t begin = all.find('"'); begin != all.npos;) {
      const size_t end = all.find('"', begin + 1);
      if (end == all.npos) break;
      if (end - begin > 12) found.emplace_back(begin + 1, end - begin - 1);
      begin = all.find('"', end + 1);
    }
    if (found.empty()) return std::nullopt;
    const auto [begin, size] = found[pick(found.size())];
    auto octets = from_base64(all.substr(begin, size));
    if (!octets || take_apart(*octets).empty()) return std::nullopt;
    return concat({chunk.first(begin), view(base64(der(*octets))), chunk.subspan(begin + size)});
  }
  /// The DER of a chunk, where it is that.
  Bytes inside(View chunk, size_t prefix) {
    if (auto changed = json(chunk)) return std::move(*changed);
    if (chunk.size() <= prefix || take_apart(chunk.subspan(prefix)).empty()) return plain(chunk);
    Bytes out = to_bytes(chunk.first(prefix));
    append(out, der(chunk.subspan(prefix)));
    if (prefix == 5) out[4] = static_cast<uint8_t>(out.size() - 5);
    return out;
  }
  asn1::Tag retag(asn1::Tag mine, asn1::Tag other) {
    static constexpr asn1::Tag known[] = {0x02, 0x03, 0x04, 0x05, 0x06, 0x0C,   0x30,   0x31,
                                          0x80, 0x81, 0x82, 0x86, 0x87, 0x88,   0xA0,   0xA1,
                                          0xA2, 0xA3, 0x4F, 0x5A, 0xC0, 0x5F37, 0x9F70, 0xBF25};
    switch (pick(4)) {
      case 0:
        return other;
      case 1:
        return mine > 0xFF ? (mine & ~asn1::Tag{0x7F}) | (0x1F + pick(0x60))
                           : (mine & ~asn1::Tag{0x1F}) | pick(0x1F);
      case 2:
        return mine ^ (mine > 0xFF ? 0 : 0x20);
      default:
        return known[pick(std::size(known))] | (pick(8) == 0 ? 0x20 : 0);
    }
  }
  void fill(Node& node) {
    if (!node.children.empty()) node.octets = put_together(node.children);
    node.children.clear();
    if (pick(12) != 0) {
      node.octets = plain(node.octets);
      return;
    }
    // A size that something may have been made for, or just not.
    static constexpr size_t sizes[] = {1, 2, 7, 8, 16, 17, 20, 32, 64, 65, 127, 128, 255, 256, 1007, 1020};
    node.octets.resize(sizes[pick(std::size(sizes))], static_cast<uint8_t>(random_()));
  }

  size_t most_;
  std::mt19937_64 random_;
  const PlainMutation& plain_;
};

}  // namespace

Bytes mutate_der(View der, size_t most, uint64_t seed, const PlainMutation& plain) {
  return Change(most, seed, plain).der(der);
}

Bytes mutate_chunks(View input, size_t chunk_prefix, size_t most, uint64_t seed, const PlainMutation& plain) {
  return Change(most, seed, plain).chunks(input, chunk_prefix);
}

Bytes mutate(const Target& target, View input, size_t most, uint64_t seed, const PlainMutation& plain) {
  Change change(most, seed, plain);
  const size_t prefix = std::min(target.prefix, input.size());
  if (target.shape == Shape::octets || change.pick(4) == 0 || prefix >= most) return change.plain(input);
  Bytes out = to_bytes(input.first(prefix));
  const View rest = input.subspan(prefix);
  append(out, target.shape == Shape::der
                  ? mutate_der(rest, most - prefix, seed, plain)
                  : mutate_chunks(rest, target.chunk_prefix, most - prefix, seed, plain));
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace sealift::fuzz
