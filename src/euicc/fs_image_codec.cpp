// The octets of a profile image: what Packer writes, Unpacker reads, and nothing else.
#include <algorithm>

#include "euicc/fs_image.hpp"

namespace sealift::euicc {
namespace {

constexpr uint8_t version = 1;
/// No list in an image is longer; the installer's limits are tighter.
constexpr size_t most_items = 8192;

class Packer {
 public:
  Bytes out;
  void octet(uint8_t v) { out.push_back(v); }
  void number(uint64_t v) {
    while (v >= 0x80) {
      out.push_back(static_cast<uint8_t>(v | 0x80));
      v >>= 7;
    }
    out.push_back(static_cast<uint8_t>(v));
  }
  /// A node as a number one up, so that "none" takes one octet.
  void node(NodeIndex v) { number(v == no_node ? 0 : v + 1u); }
  void raw(View v) { append(out, v); }
  void octets(View v) {
    number(v.size());
    raw(v);
  }
};

/// Reads what Packer wrote; after the first fault everything reads as zero and `ok` is false.
class Unpacker {
 public:
  explicit Unpacker(View in) : in_(in) {}
  bool ok = true;
  uint8_t octet() {
    View v = take(1);
    return v.empty() ? 0 : v[0];
  }
  bool flag() {
    uint8_t v = octet();
    if (v > 1) ok = false;
    return v == 1;
  }
  uint64_t number() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      uint8_t b = octet();
      v |= static_cast<uint64_t>(b & 0x7F) << shift;
      if (!(b & 0x80)) {
        if (b == 0 && shift != 0) ok = false;  // one form for each number
        return ok ? v : 0;
      }
    }
    ok = false;
    return 0;
  }
  template <class T>
  T small() {
    uint64_t v = number();
    if (v > static_cast<T>(~T{0})) ok = false;
    return ok ? static_cast<T>(v) : T{0};
  }
  NodeIndex node(size_t count) {
    uint64_t v = number();
    if (v > count) ok = false;
    return v == 0 || !ok ? no_node : static_cast<NodeIndex>(v - 1);
  }
  View take(size_t n) {
    if (!ok || n > in_.size()) {
      ok = false;
      return {};
    }
    View v = in_.first(n);
    in_ = in_.subspan(n);
    return v;
  }
  View octets() { return take(number()); }
  template <size_t N>
  void fixed(std::span<uint8_t, N> to) {
    View v = take(N);
    if (ok) std::copy(v.begin(), v.end(), to.begin());
  }
  Aid aid() {
    auto a = Aid::from_octets(octets());
    if (!a) ok = false;
    return a ? *a : Aid{};
  }
  /// Reads a list: `one` is called with each new element.
  template <class T, class F>
  void list(std::vector<T>& to, F one) {
    uint64_t n = number();
    if (n > most_items) ok = false;
    if (ok) to.reserve(std::min<uint64_t>(n, in_.size()));
    for (uint64_t i = 0; ok && i < n; ++i) one(to.emplace_back());
  }
  bool at_end() const { return in_.empty(); }

 private:
  View in_;
};

void pack_file(Packer& p, const FileNode& f) {
  p.number(f.fid);
  p.node(f.parent);
  p.node(f.link);
  p.number(f.arr_fid);
  p.octet(f.arr_record);
  p.octet(static_cast<uint8_t>(f.kind));
  p.octet(f.life_cycle);
  p.octet(f.sfi);
  p.octet(f.shareable);
  p.octet(f.special);
  p.number(f.record_size);
  p.number(f.capacity);
  p.octets(f.content);
}

void unpack_file(Unpacker& u, size_t count, FileNode& f) {
  f.fid = u.small<uint16_t>();
  f.parent = u.node(count);
  f.link = u.node(count);
  f.arr_fid = u.small<uint16_t>();
  f.arr_record = u.octet();
  uint8_t kind = u.octet();
  if (kind > static_cast<uint8_t>(FileKind::ber_tlv)) u.ok = false;
  f.kind = static_cast<FileKind>(kind);
  f.life_cycle = u.octet();
  f.sfi = u.octet();
  f.shareable = u.flag();
  f.special = u.octet();
  f.record_size = u.small<uint16_t>();
  f.capacity = u.small<uint32_t>();
  f.content = to_bytes(u.octets());
  if (has_records(f.kind) != (f.record_size != 0) && f.link == no_node) u.ok = false;
  if (f.record_size != 0 && f.content.size() % f.record_size != 0) u.ok = false;
}

/// Parents come before their children, links point at files that are none: so every walk ends.
bool tree_holds(const ProfileImage& image) {
  for (size_t i = 0; i < image.files.size(); ++i) {
    const FileNode& f = image.files[i];
    if (f.parent == no_node ? i != mf_node : f.parent >= i || !is_directory(image.files[f.parent].kind))
      return false;
    if ((f.kind == FileKind::mf) != (i == mf_node)) return false;
    if (f.link != no_node && (f.link == i || image.files[f.link].link != no_node ||
                              is_directory(image.files[f.link].kind) != is_directory(f.kind))) {
      return false;
    }
  }
  return true;
}

void pack_pins(Packer& p, const ProfileImage& image) {
  p.number(image.pins.size());
  for (const Pin& pin : image.pins) {
    p.node(pin.node);
    p.octet(pin.reference);
    p.octet(pin.puk);
    p.octet(static_cast<uint8_t>(pin.enabled | pin.may_change << 1 | pin.may_disable << 2));
    p.octet(pin.max_tries);
    p.octet(pin.tries_left);
    p.raw(pin.value.expose());
  }
  p.number(image.pin_shares.size());
  for (const PinShare& s : image.pin_shares) {
    p.node(s.node);
    p.node(s.with);
  }
  p.number(image.puks.size());
  for (const Puk& puk : image.puks) {
    p.octet(puk.reference);
    p.octet(puk.max_tries);
    p.octet(puk.tries_left);
    p.raw(puk.value.expose());
  }
}

void unpack_pins(Unpacker& u, ProfileImage& image) {
  const size_t count = image.files.size();
  u.list(image.pins, [&](Pin& pin) {
    pin.node = u.node(count);
    pin.reference = u.octet();
    pin.puk = u.octet();
    uint8_t flags = u.octet();
    pin.enabled = flags & 1;
    pin.may_change = flags & 2;
    pin.may_disable = flags & 4;
    pin.max_tries = u.octet();
    pin.tries_left = u.octet();
    u.fixed(pin.value.expose_mutable());
    if (pin.node == no_node || flags > 7) u.ok = false;
  });
  u.list(image.pin_shares, [&](PinShare& s) {
    s.node = u.node(count);
    s.with = u.node(count);
    if (s.node == no_node || s.with == no_node) u.ok = false;
  });
  u.list(image.puks, [&](Puk& puk) {
    puk.reference = u.octet();
    puk.max_tries = u.octet();
    puk.tries_left = u.octet();
    u.fixed(puk.value.expose_mutable());
  });
}

void pack_aka(Packer& p, const ProfileImage& image) {
  p.number(image.akas.size());
  for (const Aka& a : image.akas) {
    p.node(a.node);
    p.octet(static_cast<uint8_t>(a.algorithm));
    p.octet(a.options);
    p.octets(a.key.expose());
    p.octets(a.opc.expose());
    p.raw(a.rotations);
    p.raw(a.constants);
    if (a.algorithm == AkaAlgorithm::tuak) {
      p.octet(a.keccak);
      p.octet(a.res_size);
    }
    p.number(a.counter_max);
    p.number(a.counter);
    p.octet(a.sqn_options);
    p.number(a.sqn_delta);
    p.number(a.sqn_age_limit);
    for (uint64_t seq : a.seq) p.number(seq);
  }
  p.number(image.aka_mappings.size());
  for (const AkaMapping& m : image.aka_mappings) {
    p.node(m.node);
    p.node(m.source);
  }
}

void unpack_aka(Unpacker& u, ProfileImage& image) {
  const size_t count = image.files.size();
  u.list(image.akas, [&](Aka& a) {
    a.node = u.node(count);
    uint8_t algorithm = u.octet();
    if (a.node == no_node || algorithm < 1 || algorithm > 3) u.ok = false;
    a.algorithm = static_cast<AkaAlgorithm>(algorithm);
    a.options = u.octet();
    a.key = SecretBytes(to_bytes(u.octets()));
    a.opc = SecretBytes(to_bytes(u.octets()));
    u.fixed(std::span(a.rotations));
    u.fixed(std::span(a.constants));
    if (a.algorithm == AkaAlgorithm::tuak) {
      a.keccak = u.octet();
      a.res_size = u.octet();
    }
    a.counter_max = u.small<uint32_t>();
    a.counter = u.small<uint32_t>();
    a.sqn_options = u.octet();
    a.sqn_delta = u.number();
    a.sqn_age_limit = u.number();
    for (uint64_t& seq : a.seq) {
      seq = u.number();
      if (seq >> 43) u.ok = false;
    }
  });
  u.list(image.aka_mappings, [&](AkaMapping& m) {
    m.node = u.node(count);
    m.source = u.node(count);
    if (m.node == no_node || m.source == no_node) u.ok = false;
  });
}

void pack_cdma(Packer& p, const ProfileImage& image) {
  p.number(image.cdmas.size());
  for (const Cdma& c : image.cdmas) {
    p.node(c.node);
    for (const SecretBytes* part :
         {&c.authentication_key, &c.ssd, &c.hrpd_access, &c.simple_ip, &c.mobile_ip}) {
      p.octets(part->expose());
    }
  }
}

void unpack_cdma(Unpacker& u, ProfileImage& image) {
  u.list(image.cdmas, [&](Cdma& c) {
    c.node = u.node(image.files.size());
    if (c.node == no_node) u.ok = false;
    for (SecretBytes* part : {&c.authentication_key, &c.ssd, &c.hrpd_access, &c.simple_ip, &c.mobile_ip}) {
      *part = SecretBytes(to_bytes(u.octets()));
    }
  });
}

void pack_domains(Packer& p, const ProfileImage& image) {
  p.number(image.security_domains.size());
  for (const SecurityDomain& d : image.security_domains) {
    p.octets(d.aid.octets());
    p.octets(d.privileges);
    p.octet(d.life_cycle);
    p.octets(d.parameters);
    p.octets(d.toolkit_parameters);
    p.number(d.keys.size());
    for (const SecurityDomainKey& k : d.keys) {
      p.octet(k.identifier);
      p.octet(k.version);
      p.octet(k.access);
      p.octets(k.usage);
      p.octets(k.counter);
      p.number(k.components.size());
      for (const auto& c : k.components) {
        p.octets(c.type);
        p.octets(c.data.expose());
        p.octet(c.mac_length);
      }
    }
    p.number(d.personalisation.size());
    for (const Bytes& b : d.personalisation) p.octets(b);
  }
}

void unpack_domains(Unpacker& u, ProfileImage& image) {
  u.list(image.security_domains, [&](SecurityDomain& d) {
    d.aid = u.aid();
    d.privileges = to_bytes(u.octets());
    d.life_cycle = u.octet();
    d.parameters = to_bytes(u.octets());
    d.toolkit_parameters = to_bytes(u.octets());
    u.list(d.keys, [&](SecurityDomainKey& k) {
      k.identifier = u.octet();
      k.version = u.octet();
      k.access = u.octet();
      k.usage = to_bytes(u.octets());
      k.counter = to_bytes(u.octets());
      u.list(k.components, [&](SecurityDomainKey::Component& c) {
        c.type = to_bytes(u.octets());
        c.data = SecretBytes(to_bytes(u.octets()));
        c.mac_length = u.octet();
      });
    });
    u.list(d.personalisation, [&](Bytes& b) { b = to_bytes(u.octets()); });
  });
}

void pack_rfms(Packer& p, const ProfileImage& image) {
  p.number(image.rfms.size());
  for (const Rfm& r : image.rfms) {
    p.octets(r.aid.octets());
    p.octets(r.security_domain ? r.security_domain->octets() : View{});
    p.number(r.tars.size());
    for (const auto& tar : r.tars) p.raw(tar);
    p.octet(r.minimum_security_level);
    p.octets(r.access_domain);
    p.octets(r.admin_access_domain);
    p.octets(r.adf ? r.adf->octets() : View{});
    p.octets(r.adf_access_domain);
    p.octets(r.adf_admin_access_domain);
  }
}

std::optional<Aid> optional_aid(Unpacker& u) {
  View v = u.octets();
  if (v.empty()) return std::nullopt;
  auto a = Aid::from_octets(v);
  if (!a) u.ok = false;
  return a ? std::optional<Aid>(*a) : std::nullopt;
}

void unpack_rfms(Unpacker& u, ProfileImage& image) {
  u.list(image.rfms, [&](Rfm& r) {
    r.aid = u.aid();
    r.security_domain = optional_aid(u);
    u.list(r.tars, [&](Octets<3>& tar) { u.fixed(std::span(tar)); });
    r.minimum_security_level = u.octet();
    r.access_domain = to_bytes(u.octets());
    r.admin_access_domain = to_bytes(u.octets());
    r.adf = optional_aid(u);
    r.adf_access_domain = to_bytes(u.octets());
    r.adf_admin_access_domain = to_bytes(u.octets());
  });
}

}  // namespace

SecretBytes serialise(const ProfileImage& image) {
  Packer p;
  size_t expected = 1024;
  for (const FileNode& f : image.files) expected += 24 + f.content.size();
  p.out.reserve(expected + image.akas.size() * 400);
  p.octet(version);
  p.octet(image.major_version);
  p.octet(image.minor_version);
  p.raw(image.iccid);
  p.number(image.files.size());
  for (const FileNode& f : image.files) pack_file(p, f);
  p.number(image.applications.size());
  for (const ApplicationName& a : image.applications) {
    p.node(a.node);
    p.octets(a.aid.octets());
  }
  pack_pins(p, image);
  pack_aka(p, image);
  pack_cdma(p, image);
  pack_domains(p, image);
  pack_rfms(p, image);
  return SecretBytes(std::move(p.out));
}

Result<ProfileImage> parse_image(View octets) {
  Unpacker u(octets);
  ProfileImage image;
  if (u.octet() != version) return Error{ErrorKind::invalid, "profile image: unknown version"};
  image.major_version = u.octet();
  image.minor_version = u.octet();
  u.fixed(std::span(image.iccid));
  uint64_t count = u.number();
  if (count > most_items) u.ok = false;
  if (u.ok) image.files.reserve(std::min<uint64_t>(count, octets.size()));
  for (uint64_t i = 0; u.ok && i < count; ++i) unpack_file(u, count, image.files.emplace_back());
  if (!u.ok || !tree_holds(image)) return Error{ErrorKind::invalid, "profile image: damaged file system"};
  u.list(image.applications, [&](ApplicationName& a) {
    a.node = u.node(count);
    a.aid = u.aid();
    if (a.node == no_node || image.files[a.node].kind != FileKind::adf) u.ok = false;
  });
  unpack_pins(u, image);
  unpack_aka(u, image);
  unpack_cdma(u, image);
  unpack_domains(u, image);
  unpack_rfms(u, image);
  if (!u.ok || !u.at_end()) return Error{ErrorKind::invalid, "profile image: damaged"};
  return image;
}

}  // namespace sealift::euicc
