#include "download/activation_code.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

namespace sealift::download {

static std::string_view trimmed(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

static bool is_host_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-'; });
}

bool is_server_address(std::string_view text) {
  if (size_t colon = text.find(':'); colon != text.npos) {
    std::string_view port = text.substr(colon + 1);
    unsigned value = 0;
    auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), value);
    if (bad != std::errc() || end != port.data() + port.size() || value == 0 || value > 65535) return false;
    text = text.substr(0, colon);
  }
  if (text.empty() || text.size() > 253) return false;
  for (size_t at = 0;;) {
    size_t dot = text.find('.', at);
    if (!is_host_label(text.substr(at, dot == text.npos ? dot : dot - at))) return false;
    if (dot == text.npos) return true;
    at = dot + 1;
  }
}

static std::vector<std::string_view> split(std::string_view s, char by) {
  std::vector<std::string_view> out;
  for (;;) {
    size_t at = s.find(by);
    out.push_back(s.substr(0, at));
    if (at == s.npos) return out;
    s.remove_prefix(at + 1);
  }
}

static Error bad(std::string what) {
  return Error{ErrorKind::invalid, "activation code: " + std::move(what) + " (it looks like LPA:1$smdp.example.com$TOKEN)"};
}

Result<ActivationCode> ActivationCode::parse(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 4 && (text[0] | 32) == 'l' && (text[1] | 32) == 'p' && (text[2] | 32) == 'a' && text[3] == ':') {
    text.remove_prefix(4);
  }
  if (text.size() > 255) return Error{ErrorKind::limit, "activation code: longer than 255 characters"};
  auto fields = split(text, '$');
  if (fields.size() < 3) return bad("it needs a format, an SM-DP+ address and a token, separated by '$'");
  if (fields[0] != "1") {
    return Error{ErrorKind::unsupported, "activation code: format '" + std::string(fields[0]) + "' is not known, only 1 is"};
  }
  ActivationCode out;
  if (!is_server_address(fields[1])) return bad("'" + std::string(fields[1]) + "' is no SM-DP+ address");
  out.smdpAddress = fields[1];
  auto token = MatchingId::parse(fields[2]);
  if (!token) return bad("the token: " + token.error().message);
  out.acToken = *token;
  if (fields.size() > 3 && !fields[3].empty()) {
    auto oid = asn1::Oid::parse(fields[3]);
    if (!oid) return bad("the SM-DP+ OID: " + oid.error().message);
    out.smdpOid = *oid;
  }
  if (fields.size() > 4) {
    if (!fields[4].empty() && fields[4] != "1") return bad("the confirmation code flag is 1 or absent");
    out.confirmationCodeRequired = fields[4] == "1";
  }
  return out;
}

std::string ActivationCode::text() const {
  std::string out = "1$" + smdpAddress + "$" + acToken.value();
  if (smdpOid || confirmationCodeRequired) out += "$" + (smdpOid ? smdpOid->dotted() : "");
  if (confirmationCodeRequired) out += "$1";
  return out;
}

}  // namespace sealift::download
