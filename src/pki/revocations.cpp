#include "pki/revocations.hpp"

#include "asn1/time.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

static std::string_view next_word(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

static Result<Revocation> parse_line(std::string_view line) {
  Revocation out;
  out.entry.serial_number = TRY(from_hex(next_word(line)));
  TRY(x509::positive_integer(out.entry.serial_number, "serial number"));
  out.entry.when = TRY(asn1::parse_rfc3339(next_word(line)));
  out.entry.reason = TRY(revocation_reason_from_name(next_word(line)));
  out.word = std::string(line);
  return out;
}

Result<std::vector<Revocation>> parse_revocations(std::string_view text) {
  std::vector<Revocation> out;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    auto one = parse_line(text.substr(0, end));
    if (!one) return std::move(one.error()).within("line " + std::to_string(number));
    out.push_back(std::move(*one));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string format_revocations(const std::vector<Revocation>& revocations) {
  std::string out;
  for (const Revocation& r : revocations) {
    out += hex(r.entry.serial_number) + " " + asn1::rfc3339(r.entry.when) + " " +
           std::string(name(r.entry.reason)) + " " + r.word + "\n";
  }
  return out;
}

}  // namespace sealift::pki
