#include "messages/rat_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/bytes.hpp"

namespace sealift::messages {

namespace json = boost::json;

namespace {

Error wrong(std::string what) {
  return Error{ErrorKind::invalid, std::move(what)};
}

}  // namespace

// A missing third MNC digit is F.
Result<Octets<3>> network_from_digits(std::string_view digits) {
  if (digits.size() != 5 && digits.size() != 6)
    return wrong("network \"" + std::string(digits) + "\" has not five or six digits (MCC, MNC; E for any)");
  uint8_t d[6] = {0, 0, 0, 0, 0, 0x0F};
  for (size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    if (c >= '0' && c <= '9') {
      d[i] = static_cast<uint8_t>(c - '0');
    } else if (c == 'E' || c == 'e') {
      d[i] = 0x0E;
    } else {
      return wrong("network \"" + std::string(digits) + "\" has other characters than digits and E");
    }
  }
  return Octets<3>{static_cast<uint8_t>(d[1] << 4 | d[0]), static_cast<uint8_t>(d[5] << 4 | d[2]),
                   static_cast<uint8_t>(d[4] << 4 | d[3])};
}

std::optional<PprId> policy_rule_named(std::string_view name) {
  if (name == "ppr1") return PprId::ppr1;
  if (name == "ppr2") return PprId::ppr2;
  return std::nullopt;
}

namespace {

/// Absent, null: matches only absence; "" any; else hexadecimal.
Result<std::optional<Bytes>> group(const json::object& entry, std::string_view key) {
  const json::value* value = entry.if_contains(key);
  if (!value || value->is_null()) return std::optional<Bytes>();
  if (!value->is_string()) return wrong(std::string(key) + " is no text");
  return std::optional<Bytes>(TRY(from_hex(std::string_view(value->get_string()))));
}

Result<OperatorId> allowed_operator(const json::value& value) {
  const json::object* entry = value.if_object();
  const json::value* digits = entry ? entry->if_contains("network") : nullptr;
  if (!digits || !digits->is_string()) return wrong("an operator without \"network\"");
  for (const auto& [key, unused] : *entry) {
    if (key != "network" && key != "gid1" && key != "gid2")
      return wrong("an operator has \"network\", \"gid1\" and \"gid2\", not \"" + std::string(key) + "\"");
  }
  OperatorId out;
  out.mccMnc = TRY(network_from_digits(std::string_view(digits->get_string())));
  out.gid1 = TRY(group(*entry, "gid1"));
  out.gid2 = TRY(group(*entry, "gid2"));
  return out;
}

Result<PprIds> rule_names(const json::value* value) {
  const json::array* names = value ? value->if_array() : nullptr;
  if (!names || names->empty()) return wrong("\"rules\" is a list of \"ppr1\" and \"ppr2\"");
  PprIds out;
  for (const json::value& name : *names) {
    const auto rule =
        name.is_string() ? policy_rule_named(std::string_view(name.get_string())) : std::nullopt;
    if (!rule) return wrong("\"rules\" is a list of \"ppr1\" and \"ppr2\"");
    out.insert(*rule);
  }
  return out;
}

Result<ProfilePolicyAuthorisationRule> one_rule(const json::value& value) {
  const json::object* entry = value.if_object();
  if (!entry) return wrong("not an object");
  for (const auto& [key, unused] : *entry) {
    if (key != "rules" && key != "operators" && key != "consent")
      return wrong("an entry has \"rules\", \"operators\" and \"consent\", not \"" + std::string(key) + "\"");
  }
  ProfilePolicyAuthorisationRule out;
  out.pprIds = TRY(rule_names(entry->if_contains("rules")));
  const json::value* operators = entry->if_contains("operators");
  if (!operators || !operators->is_array() || operators->get_array().empty())
    return wrong("\"operators\" is a list of whom the entry is for");
  for (const json::value& one : operators->get_array())
    out.allowedOperators.push_back(TRY(allowed_operator(one)));
  const json::value* consent = entry->if_contains("consent");
  if (consent && !consent->is_bool()) return wrong("\"consent\" is true or false");
  if (consent && consent->get_bool()) out.pprFlags = {PprFlag::consentRequired};
  return out;
}

std::string digits_of(const Octets<3>& octets) {
  const uint8_t digits[] = {static_cast<uint8_t>(octets[0] & 15), static_cast<uint8_t>(octets[0] >> 4),
                            static_cast<uint8_t>(octets[1] & 15), static_cast<uint8_t>(octets[2] & 15),
                            static_cast<uint8_t>(octets[2] >> 4), static_cast<uint8_t>(octets[1] >> 4)};
  std::string out;
  for (uint8_t d : digits) out += "0123456789ABCDEF"[d];
  if (out.back() == 'F') out.pop_back();
  return out;
}

json::object entry_of(const ProfilePolicyAuthorisationRule& rule) {
  json::array rules, operators;
  if (rule.pprIds.contains(PprId::ppr1)) rules.emplace_back("ppr1");
  if (rule.pprIds.contains(PprId::ppr2)) rules.emplace_back("ppr2");
  for (const OperatorId& one : rule.allowedOperators) {
    json::object entry{{"network", digits_of(one.mccMnc)}};
    if (one.gid1) entry["gid1"] = hex(*one.gid1);
    if (one.gid2) entry["gid2"] = hex(*one.gid2);
    operators.push_back(std::move(entry));
  }
  return {{"rules", std::move(rules)},
          {"operators", std::move(operators)},
          {"consent", rule.pprFlags.contains(PprFlag::consentRequired)}};
}

}  // namespace

std::vector<std::string> rat_entries(const std::vector<ProfilePolicyAuthorisationRule>& rules) {
  std::vector<std::string> out;
  for (const auto& rule : rules) out.push_back(json::serialize(entry_of(rule)));
  return out;
}

Result<std::vector<ProfilePolicyAuthorisationRule>> parse_rat(std::string_view json_text) {
  json::error_code failure;
  json::value parsed = json::parse(json_text, failure);
  if (failure || !parsed.is_array()) return wrong("a rules authorisation table is a JSON list of entries");
  std::vector<ProfilePolicyAuthorisationRule> rules;
  for (const json::value& value : parsed.get_array()) {
    auto rule = one_rule(value);
    if (!rule)
      return std::move(rule.error()).within("entry " + std::to_string(rules.size() + 1) + " of the table");
    rules.push_back(std::move(*rule));
  }
  return rules;
}

}  // namespace sealift::messages
