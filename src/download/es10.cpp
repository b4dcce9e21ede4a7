#include "download/es10.hpp"

#include <algorithm>

namespace sealift::download {

using namespace messages;

// SGP.22 2.4.3: AID of the ISD-R.
static constexpr uint8_t isd_r_aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                        0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};
// TS 102 221 11.1.19, SGP.22 5.7.2: an LPAd with LUId, LPDd and LDSd.
static constexpr uint8_t terminal_capability[] = {0x80, 0xAA, 0x00, 0x00, 0x0A, 0xA9, 0x08, 0x81,
                                                  0x00, 0x82, 0x01, 0x01, 0x83, 0x01, 0x07};

std::string describe_sw(uint16_t sw) {
  static constexpr struct {
    uint16_t sw;
    const char* meaning;
  } known[] = {
      {0x6581, "memory problem"},           {0x6700, "wrong length"},
      {0x6881, "logical channel refused"},  {0x6982, "security status not satisfied"},
      {0x6985, "conditions not satisfied"}, {0x6A80, "incorrect data"},
      {0x6A81, "function not supported"},   {0x6A82, "not found"},
      {0x6A84, "not enough memory"},        {0x6A86, "incorrect P1 P2"},
      {0x6A88, "referenced data not found"}, {0x6D00, "instruction not supported"},
      {0x6E00, "class not supported"},      {0x6F00, "technical problem"},
  };
  std::string out = hex(Octets<2>{static_cast<uint8_t>(sw >> 8), static_cast<uint8_t>(sw)});
  for (auto& k : known) {
    if (k.sw == sw) return out + " (" + k.meaning + ")";
  }
  return out;
}

static Error refused(const char* what, uint16_t sw) {
  return Error{ErrorKind::conflict, std::string("the card refuses ") + what + " with status " + describe_sw(sw)};
}

/// CLA with a logical channel (TS 102 221 10.1.1): 0 to 3 in the low bits, 4 to 19 in the further form.
static uint8_t cla_on(uint8_t base, int channel) {
  if (channel < 4) return static_cast<uint8_t>(base | channel);
  return static_cast<uint8_t>((base & 0x80) | 0x40 | (channel - 4));
}

Result<Es10::Answer> Es10::exchange(Bytes command) {
  uint8_t get_response_cla = command[0];
  Answer out;
  bool repeated = false;
  for (bool continued = false;;) {
    Bytes raw = TRY(transport_->transmit(command));
    if (raw.size() < 2) return Error{ErrorKind::io, "the card answered without a status word"};
    out.sw = static_cast<uint16_t>(raw[raw.size() - 2] << 8 | raw.back());
    if (continued && raw.size() == 2 && out.sw >> 8 == 0x61) {
      return Error{ErrorKind::io, "the card announces data again and again, and gives none"};
    }
    append(out.data, View(raw).first(raw.size() - 2));
    if (out.data.size() > options_.max_response) {
      return Error{ErrorKind::limit, "the card's answer is longer than " + std::to_string(options_.max_response) + " octets"};
    }
    if (out.sw >> 8 == 0x6C) {  // repeat with this Le
      if (std::exchange(repeated, true)) return Error{ErrorKind::io, "the card refuses every length of its own choice"};
      command.back() = static_cast<uint8_t>(out.sw);
    } else if (out.sw >> 8 == 0x61) {
      command = {get_response_cla, 0xC0, 0x00, 0x00, static_cast<uint8_t>(out.sw)};
      continued = true;
      repeated = false;
    } else {
      break;
    }
  }
  if (out.sw >> 8 == 0x91) {
    pending_proactive_ = (out.sw & 0xFF) == 0 ? 256 : out.sw & 0xFF;
    out.sw = 0x9000;
  }
  return out;
}

Result<Es10> Es10::open(ApduTransport& transport, Options options) {
  if (options.block == 0 || options.block > 255) return Error{ErrorKind::invalid, "a STORE DATA block has 1 to 255 octets"};
  Es10 out(transport, options);
  // Cards that do not know the command refuse it, and work nevertheless.
  (void)TRY(out.exchange(to_bytes(View(terminal_capability))));
  Answer opened = TRY(out.exchange({0x00, 0x70, 0x00, 0x00, 0x01}));
  if (opened.sw != 0x9000 || opened.data.size() != 1) return refused("a logical channel", opened.sw);
  if (opened.data[0] == 0 || opened.data[0] > 19) return Error{ErrorKind::invalid, "the card opened an impossible logical channel"};
  out.channel_ = opened.data[0];
  Bytes select{cla_on(0x00, out.channel_), 0xA4, 0x04, 0x00, sizeof isd_r_aid};
  append(select, isd_r_aid);
  select.push_back(0x00);
  Answer selected = TRY(out.exchange(std::move(select)));
  if (selected.sw == 0x6A82) {
    return Error{ErrorKind::not_found, "the card has no ISD-R: it is not an eUICC, or the reader holds another card"};
  }
  if (selected.sw != 0x9000) return refused("to select the ISD-R", selected.sw);
  return out;
}

Es10::Es10(Es10&& o) noexcept
    : transport_(o.transport_), options_(o.options_), watcher_(o.watcher_), channel_(o.channel_),
      pending_proactive_(o.pending_proactive_) {
  o.channel_ = -1;
}

Es10& Es10::operator=(Es10&& o) noexcept {
  std::swap(transport_, o.transport_);
  std::swap(options_, o.options_);
  std::swap(watcher_, o.watcher_);
  std::swap(channel_, o.channel_);
  std::swap(pending_proactive_, o.pending_proactive_);
  return *this;
}

Es10::~Es10() {
  if (channel_ < 0) return;
  // The card forgets the channel at its next reset in any case.
  (void)exchange({0x00, 0x70, 0x80, static_cast<uint8_t>(channel_)});
}

Result<Bytes> Es10::store_data(View request) {
  Bytes answer;
  for (size_t at = 0, number = 0; at < request.size(); ++number) {
    size_t n = std::min(options_.block, request.size() - at);
    bool last = at + n == request.size();
    Bytes command{cla_on(0x80, channel_), 0xE2, static_cast<uint8_t>(last ? 0x91 : 0x11),
                  static_cast<uint8_t>(number), static_cast<uint8_t>(n)};
    append(command, request.subspan(at, n));
    if (last) command.push_back(0x00);
    Answer a = TRY(exchange(std::move(command)));
    if (a.sw != 0x9000) return refused("STORE DATA", a.sw);
    append(answer, a.data);
    at += n;
  }
  return answer;
}

Result<Bytes> Es10::call(View request) {
  if (request.size() > 256 * options_.block) {
    return Error{ErrorKind::limit, "an ES10 request of more than 256 STORE DATA blocks"};
  }
  return store_data(request);
}

Result<ProfileInstallationResult> Es10::load_bound_profile_package(
    View package, const std::function<void(size_t, size_t)>& progress) {
  trace("LPA>card", "ES10b.LoadBoundProfilePackage", package);
  auto segments = TRY(segment_bound_profile_package(package));
  size_t done = 0;
  for (const Bytes& segment : segments) {
    Bytes answer = TRY(store_data(segment));
    done += segment.size();
    progress(done, package.size());
    if (answer.empty()) continue;
    trace("card>LPA", "ES10b.LoadBoundProfilePackage", answer);
    auto result = asn1::decode<ProfileInstallationResult>(answer);
    if (!result) return std::move(result.error()).within("the card's answer to ES10b.LoadBoundProfilePackage");
    return result;
  }
  return Error{ErrorKind::conflict, "the card took the whole package and gave no installation result"};
}

Result<Eid> Es10::eid() {
  auto response = TRY(call<GetEuiccDataResponse>("ES10c.GetEID", GetEuiccDataRequest{}));
  return response.eidValue;
}

Result<std::vector<ProfileInfo>> Es10::profiles() {
  ProfileInfoListRequest request;
  request.tagList = Bytes{0x5A, 0x4F, 0x9F, 0x70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0x99};
  auto response = TRY(call<ProfileInfoListResponse>("ES10c.GetProfilesInfo", request));
  if (auto* list = std::get_if<0>(&response.alt)) return std::move(*list);
  return Error{ErrorKind::conflict, "ES10c.GetProfilesInfo: error " + std::to_string(static_cast<int>(std::get<1>(response.alt)))};
}

Status Es10::run_proactive() {
  if (pending_proactive_ == 0) return {};
  unsigned length = std::exchange(pending_proactive_, 0);
  Answer fetched = TRY(exchange({0x80, 0x12, 0x00, 0x00, static_cast<uint8_t>(length)}));
  if (fetched.sw != 0x9000) return refused("FETCH", fetched.sw);
  // Command details of the proactive command go back in the TERMINAL RESPONSE (TS 102 223 6.8).
  Bytes details{0x81, 0x03, 0x01, 0x01, 0x00};
  auto at = std::search(fetched.data.begin(), fetched.data.end(), details.begin(), details.begin() + 2);
  if (fetched.data.end() - at >= 5) std::copy(at, at + 5, details.begin());
  Bytes response{0x80, 0x14, 0x00, 0x00, 0x0C};
  append(response, details);
  append(response, Bytes{0x82, 0x02, 0x82, 0x81, 0x83, 0x01, 0x00});
  Answer done = TRY(exchange(std::move(response)));
  if (done.sw != 0x9000) return refused("TERMINAL RESPONSE", done.sw);
  return {};
}

}  // namespace sealift::download
