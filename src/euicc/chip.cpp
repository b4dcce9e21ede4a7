#include "euicc/chip.hpp"

#include <algorithm>

#include "asn1/writer.hpp"

namespace sealift::euicc {

namespace {

constexpr Octets<16> isdr_aid{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                              0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};
constexpr Octets<16> ecasd_aid{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                               0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x02, 0x00};
constexpr uint8_t last_channel = 19;
// TS 102 223 6.6.13: REFRESH, command number 1, UICC reset, from the UICC to the terminal.
constexpr Octets<11> refresh_command{0xD0, 0x09, 0x81, 0x03, 0x01, 0x01, 0x04, 0x82, 0x02, 0x81, 0x82};

/// FCI of the ISD-R (SGP.22 5.7.1): E0 with the SVN and, absent, no LPAe.
Bytes isdr_fci() {
  Bytes info = asn1::tlv(0xE0, asn1::tlv(0x82, Octets<3>{2, 6, 0}));
  return asn1::tlv(0x6F,
                   concat({asn1::tlv(0x84, isdr_aid), asn1::tlv(0xA5, Bytes{0x9F, 0x65, 0x01, 0xFF}), info}));
}
Bytes ecasd_fci() {
  return asn1::tlv(0x6F, asn1::tlv(0x84, ecasd_aid));
}

/// Right-truncated AIDs select as well (TS 102 221 8.5.1.2).
bool names(View wanted, View aid) {
  return wanted.size() >= 5 && wanted.size() <= aid.size() && equal(wanted, aid.first(wanted.size()));
}

bool is_success(uint16_t status) {
  return status == sw::ok || (status & 0xFF00) == 0x9100;
}

}  // namespace

Bytes Chip::transmit(View apdu) {
  auto command = parse_command(apdu);
  if (!command) return to_octets({{}, command.error()});
  auto channel = channels_.find(command->channel);
  if (channel == channels_.end()) return to_octets({{}, sw::channel_not_supported});
  Response response = run(*command, channel->second);
  // A proactive command that waits shows in every good status until it is fetched (TS 102 221 7.4.2.1).
  if (response.sw == sw::ok && proactive_ == Proactive::to_fetch) {
    response.sw = static_cast<uint16_t>(0x9100 | refresh_command.size());
  }
  return to_octets(response);
}

Response Chip::run(const Command& command, Channel& channel) {
  if (command.ins == 0xC0) {
    if (channel.rest.data.empty()) return {{}, sw::conditions_not_satisfied};
    return deliver(std::exchange(channel.rest, {}), command.le.value_or(256), channel);
  }
  channel.rest = {};
  // These may close the very channel they came on: nothing of it is used afterwards.
  if (command.family == 0x00 && command.ins == 0x70) return manage_channel(command);
  if (command.family == 0x80 && command.ins == 0x14) return terminal_response();
  Response whole = command.family == 0x00 ? interindustry(command, channel) : telecom(command, channel);
  Response cut = deliver(std::move(whole), command.le, channel);
  if (isdr_.profile_switch != ProfileSwitch::none) after_isdr_command();
  // With a REFRESH outstanding the running profile may be deleted: it runs on, but its AID may be given to
  // another one.
  if (current_ && !isdr_.memory.find(*current_)) current_.reset();
  return cut;
}

Response Chip::interindustry(const Command& command, Channel& channel) {
  if (command.ins == 0xA4 && command.p1 == 0x04) return select_application(command, channel);
  if (channel.application != Application::profile) {
    if (channel.application == Application::ecasd && command.ins == 0xCA) return ecasd(command);
    if (command.ins != 0xA4) return {{}, sw::ins_not_supported};
    channel.application = Application::profile;  // a file is selected: back to the profile's files
  }
  return to_profile(command);
}

Response Chip::telecom(const Command& command, Channel& channel) {
  switch (command.ins) {
    case 0xAA:  // TERMINAL CAPABILITY
      return {{}, command.data.empty() ? sw::wrong_length : sw::ok};
    case 0x10:  // TERMINAL PROFILE
      return {{}, command.data.empty() ? sw::wrong_length : sw::ok};
    case 0x12:
      return fetch();
    default:
      break;
  }
  if (channel.application == Application::isdr) {
    return command.ins == 0xE2 ? store_data(command, channel) : Response{{}, sw::ins_not_supported};
  }
  if (channel.application == Application::ecasd) return ecasd(command);
  return to_profile(command);
}

// GET DATA for the EID, as readers of eUICCs of SGP.02 ask for it; for the terminal, as is GetEID.
Response Chip::ecasd(const Command& command) const {
  if (command.ins != 0xCA) return {{}, sw::ins_not_supported};
  if (command.p1 != 0x00 || command.p2 != 0x5A) return {{}, sw::referenced_data_not_found};
  return {asn1::tlv(0x5A, isdr_.identity().eid.octets()), sw::ok};
}

Response Chip::select_application(const Command& command, Channel& channel) {
  if (command.data.empty()) return {{}, sw::wrong_length};
  bool wants_fci = (command.p2 & 0x0C) != 0x0C;
  channel.store_data.clear();
  channel.loads_package = false;
  if (names(command.data, isdr_aid)) {
    channel.application = Application::isdr;
    return {wants_fci ? isdr_fci() : Bytes{}, sw::ok};
  }
  if (names(command.data, ecasd_aid)) {
    channel.application = Application::ecasd;
    return {wants_fci ? ecasd_fci() : Bytes{}, sw::ok};
  }
  RunningProfile* running = profile();
  if (!running || !running->has_application(command.data)) return {{}, sw::not_found};
  channel.application = Application::profile;
  return running->command(command.channel, command);
}

// TS 102 221 11.1.17
Response Chip::manage_channel(const Command& command) {
  if (!command.data.empty()) return {{}, sw::wrong_length};
  if (command.p1 == 0x80) {
    if (command.p2 == 0 || command.p2 > last_channel) return {{}, sw::wrong_p1p2};
    if (!channels_.contains(command.p2)) return {{}, sw::channel_not_supported};
    close_channel(command.p2);
    return {};
  }
  if (command.p1 != 0x00 || command.p2 > last_channel) return {{}, sw::wrong_p1p2};
  uint8_t number = command.p2;
  if (number == 0) {
    number = 1;
    while (channels_.contains(number)) ++number;
    if (number > last_channel) return {{}, sw::function_not_supported};
    open_channel(number);
    return {{number}, sw::ok};
  }
  if (channels_.contains(number)) return {{}, sw::wrong_p1p2};
  open_channel(number);
  return {};
}

Response Chip::store_data(const Command& command, Channel& channel) {
  auto block = channel.store_data.begin(command);
  if (!block) return {{}, block.error()};
  if (block->first) channel.loads_package = belongs_to_package(isdr_, command.data);
  Reply reply = Bytes{};
  if (channel.loads_package) {
    // The package may have ended on another channel, or with the card's failure.
    bool open = std::holds_alternative<DownloadPrepared>(isdr_.session) ||
                std::holds_alternative<PackageLoading>(isdr_.session);
    if (!open) return {{}, sw::conditions_not_satisfied};
    reply = load_bound_profile_package(isdr_, command.data, block->last);
  } else {
    auto added = channel.store_data.add(command.data);
    if (!added) return {{}, added.error()};
    if (block->last) reply = run_function(isdr_, channel.store_data.take());
  }
  if (!reply) return {{}, reply.error()};
  return {std::move(*reply), sw::ok};
}

Response Chip::fetch() {
  if (proactive_ != Proactive::to_fetch) return {{}, sw::conditions_not_satisfied};
  proactive_ = Proactive::fetched;
  return {to_bytes(refresh_command), sw::ok};
}

Response Chip::terminal_response() {
  if (proactive_ != Proactive::fetched) return {{}, sw::conditions_not_satisfied};
  proactive_ = Proactive::none;
  isdr_.refresh_pending = false;
  switch_profile();
  return {};
}

Response Chip::to_profile(const Command& command) {
  RunningProfile* running = profile();
  if (!running) return {{}, command.ins == 0xA4 ? sw::not_found : sw::conditions_not_satisfied};
  return running->command(command.channel, command);
}

Response Chip::deliver(Response whole, std::optional<unsigned> le, Channel& channel) {
  if (whole.data.empty() || !is_success(whole.sw)) return whole;
  size_t now = std::min<size_t>(le.value_or(0), whole.data.size());
  if (now == whole.data.size()) return whole;
  auto cut = whole.data.begin() + static_cast<ptrdiff_t>(now);
  channel.rest = {{cut, whole.data.end()}, whole.sw};
  whole.data.erase(cut, whole.data.end());
  whole.sw = static_cast<uint16_t>(0x6100 | (channel.rest.data.size() >= 256 ? 0 : channel.rest.data.size()));
  return whole;
}

void Chip::open_channel(uint8_t number) {
  channels_.emplace(number, Channel{});
  if (profile_) profile_->channel_opened(number);
}

void Chip::close_channel(uint8_t number) {
  channels_.erase(number);
  if (profile_) profile_->channel_closed(number);
}

RunningProfile* Chip::profile() {
  if (profile_ || !current_) return profile_.get();
  auto image = isdr_.memory.image(*current_);
  if (!image) return nullptr;
  auto started =
      ports_.profiles.start(image->expose(), isdr_.memory.changes(*current_), *this, ports_.random);
  if (!started) return nullptr;
  profile_ = std::move(*started);
  for (const auto& [number, channel] : channels_) profile_->channel_opened(number);
  return profile_.get();
}

void Chip::switch_profile() {
  profile_.reset();
  current_ = isdr_.memory.enabled();
  std::erase_if(channels_, [](const auto& entry) {
    return entry.first != 0 && entry.second.application == Application::profile;
  });
}

void Chip::after_isdr_command() {
  auto wanted = std::exchange(isdr_.profile_switch, ProfileSwitch::none);
  if (wanted == ProfileSwitch::now) {
    switch_profile();
  } else {
    // Also where no TERMINAL PROFILE has come: an LPA behind a plain reader fetches it, or leaves it to the
    // reset.
    proactive_ = Proactive::to_fetch;
    isdr_.refresh_pending = true;
  }
}

void Chip::reset() {
  // After a failed write nobody knows what reached the memory: it is read anew. Where that fails too, every
  // function that writes keeps answering 6581.
  if (isdr_.memory.failed() && isdr_.memory.read_anew()) (void)report_interrupted_package(isdr_);
  // A package under way ends here; should the memory fail at this, its mark is found at the next start.
  (void)interrupt_package(isdr_);
  isdr_.session = NoSession{};
  isdr_.profile_switch = ProfileSwitch::none;
  isdr_.refresh_pending = false;
  proactive_ = Proactive::none;
  channels_.clear();
  channels_.emplace(0, Channel{});
  profile_.reset();
  current_ = isdr_.memory.enabled();
}

Status Chip::commit(std::span<const ProfileChange> changes) {
  // Deleted with a REFRESH outstanding: it can keep nothing more.
  if (!current_) return Error{ErrorKind::not_found, "the profile was deleted"};
  uint64_t size = 0;
  for (const auto& change : changes) size += change.key.size() + (change.value ? change.value->size() : 0);
  if (size > isdr_.memory.free()) return Error{ErrorKind::limit, "the card memory is full"};
  Transaction t;
  Memory::put_changes(t, *current_, changes);
  return isdr_.memory.commit(t);
}

}  // namespace sealift::euicc
