#include "lab/handset.hpp"

#include "asn1/reader.hpp"
#include "download/es10.hpp"

namespace sealift::lab {

// The first octets of every USIM's AID (TS 101 220 Annex E).
static constexpr uint8_t usim_aid[] = {0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};

Result<Handset::Answer> Handset::exchange(Bytes command) {
  Answer out;
  for (;;) {
    Bytes raw = TRY(card_.transmit(command));
    if (raw.size() < 2) return Error{ErrorKind::io, "the card answered without a status word"};
    out.sw = static_cast<uint16_t>(raw[raw.size() - 2] << 8 | raw.back());
    append(out.data, View(raw).first(raw.size() - 2));
    if (out.sw >> 8 == 0x6C)
      command.back() = static_cast<uint8_t>(out.sw);
    else if (out.sw >> 8 == 0x61)
      command = {0x00, 0xC0, 0x00, 0x00, static_cast<uint8_t>(out.sw)};
    else
      return out;
  }
}

Status Handset::start() {
  Bytes profile{0x80, 0x10, 0x00, 0x00, 0x14};
  profile.resize(5 + 0x14, 0xFF);
  Answer a = TRY(exchange(std::move(profile)));
  if (a.sw == 0x9000 || a.sw >> 8 == 0x91) return {};
  return Error{ErrorKind::conflict, "the card refuses TERMINAL PROFILE: " + download::describe_sw(a.sw)};
}

Status Handset::select_usim() {
  Bytes select{0x00, 0xA4, 0x04, 0x04, sizeof usim_aid};
  append(select, usim_aid);
  select.push_back(0x00);
  Answer a = TRY(exchange(std::move(select)));
  if (a.sw == 0x9000) return {};
  if (a.sw == 0x6A82) return Error{ErrorKind::not_found, "the card has no USIM: no profile is enabled"};
  return Error{ErrorKind::conflict, "the card refuses to select the USIM: " + download::describe_sw(a.sw)};
}

static Error file_error(const char* what, uint16_t sw) {
  ErrorKind kind = sw == 0x6982   ? ErrorKind::permission
                   : sw == 0x6A82 ? ErrorKind::not_found
                                  : ErrorKind::conflict;
  return Error{kind, std::string(what) + ": " + download::describe_sw(sw)};
}

Result<Imsi> Handset::read_imsi() {
  TRY_VOID(select_usim());
  Answer selected = TRY(exchange({0x00, 0xA4, 0x00, 0x04, 0x02, 0x6F, 0x07, 0x00}));
  if (selected.sw != 0x9000) return file_error("selecting EF_IMSI", selected.sw);
  Answer read = TRY(exchange({0x00, 0xB0, 0x00, 0x00, 0x09}));
  if (read.sw != 0x9000) return file_error("reading EF_IMSI", read.sw);
  return Imsi::from_ef_imsi(read.data);
}

Status Handset::verify_pin(std::string_view pin) {
  if (pin.size() < 4 || pin.size() > 8) return Error{ErrorKind::invalid, "a PIN has 4 to 8 digits"};
  TRY_VOID(select_usim());
  Bytes verify{0x00, 0x20, 0x00, 0x01, 0x08};
  append(verify, view(pin));
  verify.resize(5 + 8, 0xFF);
  Answer a = TRY(exchange(std::move(verify)));
  if (a.sw == 0x9000) return {};
  if ((a.sw & 0xFFF0) == 0x63C0) {
    return Error{ErrorKind::permission, "wrong PIN, " + std::to_string(a.sw & 15) + " tries left"};
  }
  return file_error("VERIFY PIN", a.sw);
}

/// The value of a BER-TLV inside the FCP template (TS 102 221 11.1.1.3).
static std::optional<Bytes> fcp_field(View fcp, asn1::Tag tag) {
  auto outer = asn1::read_single(fcp, 0x62, "FCP");
  if (!outer) return std::nullopt;
  asn1::Reader in(outer->value, "FCP");
  while (!in.at_end()) {
    auto tlv = in.next();
    if (!tlv) return std::nullopt;
    if (tlv->tag == tag) return to_bytes(tlv->value);
  }
  return std::nullopt;
}

Result<Bytes> Handset::read_file(std::span<const uint16_t> path) {
  Answer selected;
  for (uint16_t fid : path) {
    selected = TRY(exchange(
        {0x00, 0xA4, 0x00, 0x04, 0x02, static_cast<uint8_t>(fid >> 8), static_cast<uint8_t>(fid), 0x00}));
    if (selected.sw != 0x9000) return file_error("SELECT", selected.sw);
  }
  auto descriptor = fcp_field(selected.data, 0x82);
  auto size_field = fcp_field(selected.data, 0x80);
  if (!descriptor || descriptor->empty() || !size_field)
    return Error{ErrorKind::conflict, "the file is no EF"};
  size_t size = 0;
  for (uint8_t b : *size_field) size = size << 8 | b;
  bool records = ((*descriptor)[0] & 7) == 2 || ((*descriptor)[0] & 7) == 6;
  Bytes out;
  if (records) {
    if (descriptor->size() < 5) return Error{ErrorKind::conflict, "a record file without record count"};
    size_t length = size_t{(*descriptor)[2]} << 8 | (*descriptor)[3];
    for (unsigned n = 1; n <= (*descriptor)[4]; ++n) {
      Answer a = TRY(exchange({0x00, 0xB2, static_cast<uint8_t>(n), 0x04, static_cast<uint8_t>(length)}));
      if (a.sw != 0x9000) return file_error("READ RECORD", a.sw);
      append(out, a.data);
    }
    return out;
  }
  while (out.size() < size) {
    size_t n = std::min<size_t>(size - out.size(), 255);
    Answer a = TRY(exchange({0x00, 0xB0, static_cast<uint8_t>(out.size() >> 8),
                             static_cast<uint8_t>(out.size()), static_cast<uint8_t>(n)}));
    if (a.sw != 0x9000 || a.data.empty()) return file_error("READ BINARY", a.sw);
    append(out, a.data);
  }
  return out;
}

Result<Bytes> Handset::authenticate(const Octets<16>& rand, const Octets<16>& autn) {
  TRY_VOID(select_usim());
  Bytes command{0x00, 0x88, 0x00, 0x81, 0x22, 0x10};
  append(command, rand);
  command.push_back(0x10);
  append(command, autn);
  command.push_back(0x00);
  Answer a = TRY(exchange(std::move(command)));
  if (a.sw == 0x9862) {
    return Error{ErrorKind::verification,
                 "the USIM does not believe the network (status 9862): K or OPc differ"};
  }
  if (a.sw != 0x9000) return file_error("AUTHENTICATE", a.sw);
  return std::move(a.data);
}

Result<Attach> Handset::attach(const auc::Ports& centre) {
  Attach out{TRY(read_imsi()), false, {}};
  for (int attempt = 0; attempt < 2; ++attempt) {
    auc::Vector vector = TRY(auc::generate_vector(centre, out.imsi));
    Bytes answer = TRY(authenticate(vector.rand, vector.autn));
    if (answer.size() < 2 || size_t{answer[1]} + 2 > answer.size()) {
      return Error{ErrorKind::invalid, "the USIM's answer to AUTHENTICATE is malformed"};
    }
    View first = View(answer).subspan(2, answer[1]);
    if (answer[0] == 0xDB) {  // RES (TS 31.102 7.1.2.1)
      auto confirmed = TRY(auc::check_response(centre, out.imsi, vector.rand, vector.autn, first));
      if (confirmed.suspected) out.suspicions.push_back(*confirmed.suspected);
      return out;
    }
    if (answer[0] != 0xDC || out.resynchronised) break;
    auto moved = TRY(auc::resynchronise(centre, out.imsi, vector.rand, first));
    if (moved.suspected) out.suspicions.push_back(*moved.suspected);
    out.resynchronised = true;
  }
  return Error{ErrorKind::verification, "card and authentication centre do not agree on a sequence number"};
}

}  // namespace sealift::lab
