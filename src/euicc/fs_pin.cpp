// VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN (TS 102 221 11.1.9 to 11.1.13, 9.5).
//
// The try counter goes down durably before a value is compared, and up again after: whoever cuts the power
// when an answer takes long has lost that try.
#include <algorithm>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

constexpr size_t value_size = 8;

uint16_t tries(uint8_t left) {
  return static_cast<uint16_t>(sw::tries_left | (left & 0x0F));
}

Result<const Pin*, uint16_t> pin_meant(Profile& profile, const Channel& channel, uint8_t reference) {
  const Pin* pin = profile.image().find_pin(channel.directory, reference);
  if (!pin) return Unexpected{sw::referenced_data_not_found};
  return pin;
}

Profile::PinState state_of(const Pin& pin) {
  return {pin.enabled, pin.tries_left, pin.value.expose()};
}

/// Compares under the try counter: 9000 with the counter full again, 63Cx, 6983 or 6581.
uint16_t present(Profile& profile, const Pin& pin, View value) {
  if (pin.tries_left == 0) return sw::method_blocked;
  Profile::PinState state = state_of(pin);
  --state.tries_left;
  if (uint16_t failed = profile.write_pin(pin, state); failed != sw::ok) return failed;
  if (!equal_constant_time(pin.value.expose(), value)) {
    profile.set_verified(pin, false);
    return tries(pin.tries_left);
  }
  state.tries_left = pin.max_tries;
  return profile.write_pin(pin, state);
}

/// 4 to 8 digits and FF filler (TS 102 221 9.5.1); an administrative key is any eight octets.
bool acceptable_value(const Pin& pin, View value) {
  const uint8_t number = pin.reference & 0x7F;
  if (number >= 0x0A && number <= 0x0E) return true;
  size_t digits = 0;
  while (digits < value.size() && value[digits] >= '0' && value[digits] <= '9') ++digits;
  const bool filled = std::all_of(value.begin() + static_cast<ptrdiff_t>(digits), value.end(),
                                  [](uint8_t b) { return b == 0xFF; });
  return digits >= 4 && filled;
}

}  // namespace

bool Profile::verified(const Pin& pin) const {
  return std::find(verified_.begin(), verified_.end(), std::pair{pin.node, pin.reference}) != verified_.end();
}

void Profile::set_verified(const Pin& pin, bool to) {
  std::erase(verified_, std::pair{pin.node, pin.reference});
  if (to) verified_.emplace_back(pin.node, pin.reference);
}

Response verify_pin(Profile& profile, Channel& channel, const Command& c) {
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (!c.data.empty() && c.data.size() != value_size) return {{}, sw::wrong_length};
  auto meant = pin_meant(profile, channel, c.p2);
  if (!meant) return {{}, meant.error()};
  const Pin& pin = **meant;
  if (c.data.empty()) return {{}, pin.tries_left == 0 ? sw::method_blocked : tries(pin.tries_left)};
  if (pin.tries_left == 0) return {{}, sw::method_blocked};
  if (!pin.enabled) return {{}, sw::data_invalidated};
  const uint16_t result = present(profile, pin, c.data);
  if (result == sw::ok) profile.set_verified(pin, true);
  return {{}, result};
}

Response change_pin(Profile& profile, Channel& channel, const Command& c) {
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (c.data.size() != 2 * value_size) return {{}, sw::wrong_length};
  auto meant = pin_meant(profile, channel, c.p2);
  if (!meant) return {{}, meant.error()};
  const Pin& pin = **meant;
  if (!pin.may_change) return {{}, sw::conditions_not_satisfied};
  if (pin.tries_left == 0) return {{}, sw::method_blocked};
  if (!pin.enabled) return {{}, sw::data_invalidated};
  View fresh = c.data.subspan(value_size);
  if (uint16_t result = present(profile, pin, c.data.first(value_size)); result != sw::ok)
    return {{}, result};
  if (!acceptable_value(pin, fresh)) return {{}, sw::wrong_data};
  const uint16_t result = profile.write_pin(pin, {pin.enabled, pin.tries_left, fresh});
  if (result == sw::ok) profile.set_verified(pin, true);
  return {{}, result};
}

Response disable_pin(Profile& profile, Channel& channel, const Command& c) {
  // P1 00: no other PIN takes the place of this one.
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (c.data.size() != value_size) return {{}, sw::wrong_length};
  auto meant = pin_meant(profile, channel, c.p2);
  if (!meant) return {{}, meant.error()};
  const Pin& pin = **meant;
  if (!pin.may_disable) return {{}, sw::conditions_not_satisfied};
  if (pin.tries_left == 0) return {{}, sw::method_blocked};
  if (!pin.enabled) return {{}, sw::data_invalidated};
  if (uint16_t result = present(profile, pin, c.data); result != sw::ok) return {{}, result};
  return {{}, profile.write_pin(pin, {false, pin.tries_left, pin.value.expose()})};
}

Response enable_pin(Profile& profile, Channel& channel, const Command& c) {
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (c.data.size() != value_size) return {{}, sw::wrong_length};
  auto meant = pin_meant(profile, channel, c.p2);
  if (!meant) return {{}, meant.error()};
  const Pin& pin = **meant;
  if (pin.tries_left == 0) return {{}, sw::method_blocked};
  if (pin.enabled || !pin.may_disable) return {{}, sw::conditions_not_satisfied};
  if (uint16_t result = present(profile, pin, c.data); result != sw::ok) return {{}, result};
  const uint16_t result = profile.write_pin(pin, {true, pin.tries_left, pin.value.expose()});
  if (result == sw::ok) profile.set_verified(pin, true);
  return {{}, result};
}

Response unblock_pin(Profile& profile, Channel& channel, const Command& c) {
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (!c.data.empty() && c.data.size() != 2 * value_size) return {{}, sw::wrong_length};
  auto meant = pin_meant(profile, channel, c.p2);
  if (!meant) return {{}, meant.error()};
  const Pin& pin = **meant;
  const Puk* puk = pin.puk == 0 ? nullptr : profile.image().find_puk(pin.puk);
  if (!puk) return {{}, sw::conditions_not_satisfied};
  if (c.data.empty()) return {{}, puk->tries_left == 0 ? sw::method_blocked : tries(puk->tries_left)};
  if (puk->tries_left == 0) return {{}, sw::method_blocked};
  const auto less = static_cast<uint8_t>(puk->tries_left - 1);
  if (uint16_t failed = profile.write_puk_tries(puk->reference, less); failed != sw::ok) return {{}, failed};
  if (!equal_constant_time(puk->value.expose(), c.data.first(value_size))) return {{}, tries(less)};
  if (uint16_t failed = profile.write_puk_tries(puk->reference, puk->max_tries); failed != sw::ok)
    return {{}, failed};
  View fresh = c.data.subspan(value_size);
  if (!acceptable_value(pin, fresh)) return {{}, sw::wrong_data};
  const uint16_t result = profile.write_pin(pin, {true, pin.max_tries, fresh});
  if (result == sw::ok) profile.set_verified(pin, true);
  return {{}, result};
}

}  // namespace sealift::euicc
