#include "http/admin_json.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace sealift::http {

namespace json = boost::json;

static Error not_a(std::string_view name, const char* what) {
  return {ErrorKind::invalid, std::string(name) + " must be " + what};
}

Result<JsonFields> JsonFields::of(const json::value& value, const Names& known) {
  if (!value.is_object()) return Error{ErrorKind::invalid, "expected a JSON object, {...}"};
  JsonFields out;
  out.object_ = &value.get_object();
  for (const auto& member : *out.object_) {
    if (std::ranges::find(known, std::string_view(member.key())) != known.end()) continue;
    std::string list;
    for (std::string_view name : known) list += (list.empty() ? "" : ", ") + std::string(name);
    return Error{ErrorKind::invalid, "\"" + std::string(member.key().substr(0, 40)) +
                                         "\" is none of the members known here: " + list};
  }
  return out;
}

Result<JsonFields> JsonFields::parse(std::string_view body, const Names& known) {
  json::parse_options options;
  options.max_depth = 8;
  json::error_code error;
  auto parsed =
      std::make_shared<const json::value>(json::parse({body.data(), body.size()}, error, {}, options));
  if (error) return Error{ErrorKind::invalid, "the body is not JSON: " + error.message()};
  JsonFields out = TRY(of(*parsed, known));
  out.owned_ = std::move(parsed);
  return out;
}

Result<std::optional<std::string>> JsonFields::text(std::string_view name) const {
  const json::value* value = object_->if_contains(name);
  if (!value || value->is_null()) return std::optional<std::string>();
  if (!value->is_string()) return not_a(name, "a text");
  return std::optional(std::string(value->get_string()));
}

Result<std::string> JsonFields::required_text(std::string_view name) const {
  auto value = TRY(text(name));
  if (!value) return Error{ErrorKind::invalid, std::string(name) + " is missing"};
  return std::move(*value);
}

Result<std::optional<uint32_t>> JsonFields::number(std::string_view name, uint32_t least,
                                                   uint32_t most) const {
  const json::value* value = object_->if_contains(name);
  if (!value || value->is_null()) return std::optional<uint32_t>();
  json::error_code error;
  const auto number = value->to_number<uint32_t>(error);
  if (error || !value->is_number() || number < least || number > most) {
    const std::string bounds = "a number from " + std::to_string(least) + " to " + std::to_string(most);
    return not_a(name, bounds.c_str());
  }
  return std::optional(number);
}

Result<std::optional<bool>> JsonFields::boolean(std::string_view name) const {
  const json::value* value = object_->if_contains(name);
  if (!value || value->is_null()) return std::optional<bool>();
  if (!value->is_bool()) return not_a(name, "true or false");
  return std::optional(value->get_bool());
}

const json::value* JsonFields::value(std::string_view name) const {
  const json::value* value = object_->if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

Result<const json::array*> JsonFields::array(std::string_view name) const {
  const json::value* value = object_->if_contains(name);
  if (!value || value->is_null()) return static_cast<const json::array*>(nullptr);
  if (!value->is_array()) return not_a(name, "a list, [...]");
  return &value->get_array();
}

}  // namespace sealift::http
