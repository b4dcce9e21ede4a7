// PE-PINCodes and PE-PUKCodes (TCA Profile Package 8.4, 8.5).
#include <algorithm>

#include "euicc/install_package.hpp"

namespace sealift::euicc {
namespace {

using saip::PeStatusCode;

bool is_global_pin(uint8_t r) {
  return (r >= 1 && r <= 8) || (r >= 10 && r <= 14) || (r >= 138 && r <= 142);
}
bool is_local_pin(uint8_t r) {
  return r >= 129 && r <= 136;
}
bool is_puk(uint8_t r) {
  return (r >= 1 && r <= 8) || is_local_pin(r);
}

/// High nibble: most tries; low nibble: those left.
struct Tries {
  uint8_t most, left;
};
std::optional<Tries> tries_of(uint8_t packed) {
  const Tries t{static_cast<uint8_t>(packed >> 4), static_cast<uint8_t>(packed & 0x0F)};
  if (t.most == 0 || t.left > t.most) return std::nullopt;
  return t;
}

PeResult install_list(Installation& in, NodeIndex node, const std::vector<saip::PinConfiguration>& list) {
  for (const saip::PinConfiguration& p : list) {
    const bool allowed = node == mf_node ? is_global_pin(p.keyReference) : is_local_pin(p.keyReference);
    const bool twice = std::any_of(in.image.pins.begin(), in.image.pins.end(), [&](const Pin& o) {
      return o.node == node && o.reference == p.keyReference;
    });
    const auto tries = tries_of(p.maxNumOfAttempsRetryNumLeft);
    if (!allowed || twice || !tries) return PeFault{PeStatusCode::bad_values};
    if (p.unblockingPINReference && !in.image.find_puk(*p.unblockingPINReference)) {
      return PeFault{PeStatusCode::pin_code_missing};
    }
    Pin pin;
    pin.node = node;
    pin.reference = p.keyReference;
    pin.puk = p.unblockingPINReference.value_or(0);
    pin.enabled = p.pinAttributes & 0x01;
    pin.may_change = p.pinAttributes & 0x02;
    pin.may_disable = p.pinAttributes & 0x04;
    pin.max_tries = tries->most;
    pin.tries_left = tries->left;
    pin.value = p.pinValue.clone();
    in.image.pins.push_back(std::move(pin));
  }
  return {};
}

}  // namespace

PeResult install_pin_codes(Installation& in, const saip::PinCodes& element) {
  const NodeIndex node = in.node_at(in.resolver.current_directory());
  if (node == no_node) return PeFault{PeStatusCode::bad_values};
  const bool twice =
      std::any_of(in.image.pins.begin(), in.image.pins.end(), [&](const Pin& p) { return p.node == node; }) ||
      std::any_of(in.image.pin_shares.begin(), in.image.pin_shares.end(),
                  [&](const PinShare& s) { return s.node == node; });
  if (twice) return PeFault{PeStatusCode::bad_values};
  if (const auto* list = std::get_if<std::vector<saip::PinConfiguration>>(&element.pinCodes.alt)) {
    return install_list(in, node, *list);
  }
  const saip::FilePath& shared = std::get<saip::FilePath>(element.pinCodes.alt);
  auto path = saip::parse_path(shared.path);
  const NodeIndex with = path ? in.node_at(*path) : no_node;
  if (with == no_node || with == node || !is_directory(in.image.files[with].kind)) {
    return PeFault{PeStatusCode::bad_values};
  }
  // PINs shared by a directory that shares them itself are those of the directory that has them.
  NodeIndex owner = with;
  for (const PinShare& s : in.image.pin_shares) {
    if (s.node == with) owner = s.with;
  }
  in.image.pin_shares.push_back({node, owner});
  return {};
}

PeResult install_puk_codes(Installation& in, const saip::PukCodes& element) {
  for (const saip::PukConfiguration& p : element.pukCodes) {
    const auto tries = tries_of(p.maxNumOfAttempsRetryNumLeft);
    if (!is_puk(p.keyReference) || in.image.find_puk(p.keyReference) || !tries)
      return PeFault{PeStatusCode::bad_values};
    Puk puk;
    puk.reference = p.keyReference;
    puk.max_tries = tries->most;
    puk.tries_left = tries->left;
    puk.value = p.pukValue.clone();
    in.image.puks.push_back(std::move(puk));
  }
  return {};
}

PeResult check_pins(const ProfileImage& image) {
  for (size_t i = 0; i < image.files.size(); ++i) {
    const FileNode& f = image.files[i];
    if (!is_directory(f.kind) || f.link != no_node) continue;
    for (uint8_t reference : f.content) {
      if (!image.find_pin(static_cast<NodeIndex>(i), reference))
        return PeFault{PeStatusCode::pin_code_missing};
    }
  }
  return {};
}

}  // namespace sealift::euicc
