#include "saip/contents.hpp"

#include <algorithm>

namespace sealift::saip {

namespace {

constexpr uint8_t kInternational = 0x91, kUnknown = 0x81;  // TON and NPI, TS 24.008 10.5.4.7
constexpr size_t kDialledOctets = 10;

/// Code points of well-formed UTF-8.
std::u32string code_points(std::string_view utf8) {
  std::u32string out;
  for (size_t i = 0; i < utf8.size();) {
    auto lead = static_cast<uint8_t>(utf8[i++]);
    size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t c = more == 0 ? lead : lead & (0x3F >> more);
    while (more-- > 0) c = c << 6 | (static_cast<uint8_t>(utf8[i++]) & 0x3F);
    out.push_back(c);
  }
  return out;
}

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

/// Characters that ASCII and the GSM default alphabet have in common, at the same place or at another.
constexpr std::string_view kSame =
    " !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::pair<char, uint8_t> kMoved[] = {{'@', 0x00}, {'$', 0x02}, {'_', 0x11}};

std::optional<Bytes> gsm_alphabet(const std::u32string& chars) {
  Bytes out;
  for (char32_t c : chars) {
    if (c < 0x80 && kSame.find(static_cast<char>(c)) != std::string_view::npos) {
      out.push_back(static_cast<uint8_t>(c));
      continue;
    }
    auto at =
        std::find_if(std::begin(kMoved), std::end(kMoved), [&](auto& m) { return char32_t(m.first) == c; });
    if (at == std::end(kMoved)) return std::nullopt;
    out.push_back(at->second);
  }
  return out;
}

/// Length, TON/NPI and swapped digits, filled with FF to twelve octets.
Result<Bytes> dialled(std::string_view number) {
  uint8_t type = kUnknown;
  if (!number.empty() && number[0] == '+') {
    type = kInternational;
    number.remove_prefix(1);
  }
  bool digits = !number.empty() &&
                std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || number.size() > 2 * kDialledOctets) {
    return Error{ErrorKind::invalid,
                 "a telephone number has 1 to 20 digits, with + in front for an international one"};
  }
  Bytes packed = TRY(swapped_bcd(number));
  Bytes out{static_cast<uint8_t>(packed.size() + 1), type};
  append(out, packed);
  out.resize(2 + kDialledOctets, 0xFF);
  return out;
}

}  // namespace

Result<Bytes> alpha_identifier(std::string_view utf8, size_t size) {
  if (!is_utf8(view(utf8))) return Error{ErrorKind::invalid, "a name that is not UTF-8"};
  auto chars = code_points(utf8);
  Bytes out;
  if (auto plain = gsm_alphabet(chars)) {
    out = std::move(*plain);
  } else {
    out.push_back(0x80);
    for (char32_t c : chars) {
      if (c > 0xFFFF)
        return Error{ErrorKind::invalid, "a character beyond UCS2 in \"" + std::string(utf8) + "\""};
      out.push_back(static_cast<uint8_t>(c >> 8));
      out.push_back(static_cast<uint8_t>(c));
    }
  }
  if (out.size() > size) {
    return Error{ErrorKind::limit, "\"" + std::string(utf8) + "\" takes " + std::to_string(out.size()) +
                                       " octets on the card; there is room for " + std::to_string(size)};
  }
  out.resize(size, 0xFF);
  return out;
}

std::string from_alpha_identifier(View content) {
  std::string out;
  if (!content.empty() && content[0] == 0x80) {
    for (size_t i = 1; i + 1 < content.size(); i += 2) {
      if (content[i] == 0xFF && content[i + 1] == 0xFF) break;
      append_utf8(out, static_cast<uint32_t>(content[i] << 8 | content[i + 1]));
    }
    return out;
  }
  for (uint8_t b : content) {
    if (b == 0xFF) break;
    auto moved = std::find_if(std::begin(kMoved), std::end(kMoved), [&](auto& m) { return m.second == b; });
    if (moved != std::end(kMoved))
      out += moved->first;
    else if (b < 0x80 && kSame.find(static_cast<char>(b)) != std::string_view::npos)
      out += static_cast<char>(b);
    else
      out += '?';
  }
  return out;
}

Result<Bytes> ef_spn(std::string_view utf8) {
  Bytes out{0x00};  // the registered network's name need not be shown as well
  append(out, TRY(alpha_identifier(utf8, 16)));
  return out;
}

Result<Bytes> ef_msisdn_record(std::string_view number, size_t alpha) {
  Bytes out(alpha, 0xFF);
  append(out, TRY(dialled(number)));
  out.push_back(0xFF);  // capability/configuration record: none
  out.push_back(0xFF);  // extension record: none
  return out;
}

Result<Bytes> ef_smsp_record(std::string_view service_centre, size_t alpha) {
  constexpr uint8_t kOnlyServiceCentre = 0xFD;  // a zero bit says present; bit 2 is the service centre
  Bytes out(alpha, 0xFF);
  out.push_back(kOnlyServiceCentre);
  out.resize(out.size() + 12, 0xFF);
  append(out, TRY(dialled(service_centre)));
  out.resize(out.size() + 3, 0xFF);
  return out;
}

std::string dialled_number(View record, size_t at) {
  if (at + 2 > record.size() || record[at] < 2 || record[at] > 1 + kDialledOctets) return {};
  size_t octets_of_digits = record[at] - size_t{1};
  if (at + 2 + octets_of_digits > record.size()) return {};
  auto digits = from_swapped_bcd(record.subspan(at + 2, octets_of_digits));
  if (!digits) return {};
  return (record[at + 1] == kInternational ? "+" : "") + *digits;
}

Octets<2> ef_acc(const Imsi& imsi) {
  unsigned bits = 1u << (imsi.digits().back() - '0');
  return {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits)};
}

Octets<4> ef_ad(uint8_t mnc_length) {
  return {0x00, 0x00, 0x00, mnc_length};
}

Octets<3> plmn(const Imsi& imsi, uint8_t mnc_length) {
  auto digit = [&](size_t i) { return static_cast<uint8_t>(imsi.digits()[i] - '0'); };
  uint8_t third = mnc_length == 3 ? digit(5) : 0x0F;
  return {static_cast<uint8_t>(digit(1) << 4 | digit(0)), static_cast<uint8_t>(third << 4 | digit(2)),
          static_cast<uint8_t>(digit(4) << 4 | digit(3))};
}

Bytes ef_dir_entry(View aid, std::string_view label) {
  Bytes inner{0x4F, static_cast<uint8_t>(aid.size())};
  append(inner, aid);
  inner.push_back(0x50);
  inner.push_back(static_cast<uint8_t>(label.size()));
  append(inner, view(label));
  Bytes out{0x61, static_cast<uint8_t>(inner.size())};
  append(out, inner);
  return out;
}

Bytes ef_arr() {
  // Access modes of EFs: 01 read, 02 update, 08 deactivate, 10 activate, 40 delete (TS 102 221 9.3);
  // conditions: always, never, or a key reference. One text a record: mode=condition.
  struct Rule {
    uint8_t mode;
    char who;  // A always, N never, P PIN, 2 PIN2, M administrative key
  };
  static const std::vector<std::vector<Rule>> rules{
      {{0x01, 'A'}, {0x02, 'P'}, {0x58, 'M'}},  // 1
      {{0x01, 'P'}, {0x5A, 'M'}},               // 2
      {{0x5B, 'M'}},                            // 3
      {{0x01, 'A'}, {0x1A, 'N'}, {0x40, 'M'}},  // 4
      {{0x03, 'P'}, {0x58, 'M'}},               // 5
      {{0x11, 'P'}, {0x4A, 'M'}},               // 6
      {{0x03, 'P'}, {0x58, 'M'}, {0x00, 'P'}},  // 7, and INCREASE
      {{0x01, 'P'}, {0x02, '2'}, {0x58, 'M'}},  // 8
      {{0x01, 'A'}, {0x1A, 'P'}, {0x40, 'M'}},  // 9
      {{0x01, 'A'}, {0x5A, 'M'}},               // 10
      {{0x01, 'A'}, {0x18, 'M'}, {0x42, 'N'}},  // 11
      {{0x01, 'P'}, {0x5A, 'N'}},               // 12
      {{0x13, 'P'}, {0x48, 'M'}},               // 13
      {{0x5E, 'M'}},                            // 14
  };
  Bytes out;
  for (size_t i = 0; i < rules.size(); ++i) {
    for (auto& r : rules[i]) {
      if (r.mode == 0x00)
        append(out, Octets<3>{0x84, 0x01, 0x32});
      else
        append(out, Octets<3>{0x80, 0x01, r.mode});
      uint8_t key = r.who == 'P' ? 0x01 : r.who == '2' ? 0x81 : 0x0A;
      if (r.who == 'A')
        append(out, Octets<2>{0x90, 0x00});
      else if (r.who == 'N')
        append(out, Octets<2>{0x97, 0x00});
      else
        append(out, Octets<8>{0xA4, 0x06, 0x83, 0x01, key, 0x95, 0x01, 0x08});
    }
    out.resize((i + 1) * kArrRecord, 0xFF);
  }
  return out;
}

Result<Secret<8>> pin_octets(std::string_view digits, bool administrative) {
  if (administrative && digits.size() == 16) {
    SecretBytes raw(TRY(from_hex(digits)));
    return Secret<8>::from(raw.expose());
  }
  bool decimal = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!decimal || digits.size() < 4 || digits.size() > 8) {
    return Error{ErrorKind::invalid, administrative
                                         ? "an administrative key has 4 to 8 digits or 16 hexadecimal digits"
                                         : "a PIN or PUK has 4 to 8 digits"};
  }
  Secret<8> out;
  auto to = out.expose_mutable();
  for (size_t i = 0; i < to.size(); ++i)
    to[i] = i < digits.size() ? static_cast<uint8_t>(digits[i]) : uint8_t{0xFF};
  return out;
}

Octets<10> header_iccid(const Iccid& iccid) {
  Octets<10> out;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<uint8_t>(iccid.octets()[i] << 4 | iccid.octets()[i] >> 4);
  }
  return out;
}

Result<Iccid> iccid_of_header(const Octets<10>& octets) {
  Octets<10> swapped;
  for (size_t i = 0; i < swapped.size(); ++i)
    swapped[i] = static_cast<uint8_t>(octets[i] << 4 | octets[i] >> 4);
  return Iccid::from_octets(swapped);
}

std::vector<std::string> ust_services(View content) {
  static const std::vector<std::pair<unsigned, std::string_view>> kNames{
      {1, "local phone book"},
      {2, "fixed dialling numbers"},
      {10, "short messages"},
      {12, "SMS parameters"},
      {17, "group identifier 1"},
      {18, "group identifier 2"},
      {19, "service provider name"},
      {20, "user controlled PLMN"},
      {21, "MSISDN"},
      {27, "GSM access"},
      {28, "data download by SMS-PP"},
      {29, "data download by SMS-CB"},
      {30, "call control"},
      {31, "MO-SMS control"},
      {33, "shall be set"},
      {38, "GSM security context"},
      {42, "operator controlled PLMN"},
      {43, "home PLMN with access technology"},
      {45, "PLMN network name"},
      {46, "operator PLMN list"},
      {51, "service provider display"},
      {68, "GBA"},
      {71, "equivalent home PLMN"},
      {85, "EPS mobility management"},
      {95, "UICC access to IMS"},
      {122, "5GS mobility management"},
      {123, "5G security parameters"},
      {124, "subscription identifier privacy"},
      {125, "SUCI calculation by the USIM"},
      {126, "UAC access identities"},
      {129, "5GS operator PLMN list"},
      {130, "SUPI as NAI"}};
  std::vector<std::string> out;
  for (unsigned n = 1; n <= content.size() * 8; ++n) {
    if ((content[(n - 1) / 8] >> ((n - 1) % 8) & 1) == 0) continue;
    auto at = std::find_if(kNames.begin(), kNames.end(), [&](auto& s) { return s.first == n; });
    out.push_back(std::to_string(n) + (at == kNames.end() ? "" : " " + std::string(at->second)));
  }
  return out;
}

}  // namespace sealift::saip
