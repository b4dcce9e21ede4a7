#include <algorithm>
#include <boost/json.hpp>

#include "messages/json.hpp"

namespace sealift::messages {

namespace json = boost::json;

std::string_view name(JsonFault fault) {
  switch (fault) {
    case JsonFault::malformed:
      return "malformed";
    case JsonFault::limit:
      return "limit";
    case JsonFault::missing_field:
      return "missing field";
    case JsonFault::wrong_type:
      return "wrong type";
    case JsonFault::bad_base64:
      return "bad base64";
    case JsonFault::bad_value:
      return "bad value";
  }
  return {};
}

JsonError::operator Error() const {
  std::string what = "JSON: " + std::string(name(fault));
  if (!field.empty()) what += ": " + field;
  if (!detail.empty()) what += ": " + detail;
  return {fault == JsonFault::limit ? ErrorKind::limit : ErrorKind::invalid, std::move(what)};
}

namespace {

/// No body of ours nests deeper than header.functionExecutionStatus.statusCodeData; room for the unknown.
constexpr size_t max_json_depth = 16;
/// Bodies of ordinary size are parsed within this stack buffer and one block of heap.
constexpr size_t parse_buffer = 8192;

JsonError missing(std::string_view name) {
  return {JsonFault::missing_field, std::string(name), {}};
}
JsonError wrong_type(std::string_view name, const char* expected) {
  return {JsonFault::wrong_type, std::string(name), expected};
}

/// The quote that ends the string whose first quote is at `start`, in valid JSON. Most of a body is base64:
/// it is passed over by memchr.
size_t end_of_string(std::string_view body, size_t start) {
  for (size_t end = body.find('"', start + 1);; end = body.find('"', end + 1)) {
    size_t escapes = 0;
    while (body[end - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return end;
  }
}
/// How many members a text of valid JSON has: colons outside of strings.
size_t members_in(std::string_view body) {
  size_t count = 0;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == ':') ++count;
    if (body[i] == '"') i = end_of_string(body, i);
  }
  return count;
}
/// How many members the parser kept: of two of one name it keeps one.
size_t members_in(const json::value& v) {
  size_t count = 0;
  if (v.is_array()) {
    for (const json::value& e : v.get_array()) count += members_in(e);
  } else if (v.is_object()) {
    count = v.get_object().size();
    for (const auto& m : v.get_object()) count += members_in(m.value());
  }
  return count;
}

}  // namespace

JsonResult<Members> Members::object(std::string_view name) const {
  const json::value* v = object_.get().if_contains(name);
  if (v == nullptr) return missing(name);
  if (!v->is_object()) return wrong_type(name, "an object is expected");
  return Members(v->get_object());
}

JsonResult<std::vector<Members>> Members::objects(std::string_view name, size_t most) const {
  const json::value* v = object_.get().if_contains(name);
  if (v == nullptr) return missing(name);
  if (!v->is_array()) return wrong_type(name, "an array is expected");
  if (v->get_array().size() > most) return JsonError{JsonFault::limit, std::string(name), "too many"};
  std::vector<Members> out;
  for (const json::value& entry : v->get_array()) {
    if (!entry.is_object()) return wrong_type(name, "objects are expected");
    out.emplace_back(entry.get_object());
  }
  return out;
}

JsonResult<std::string_view> Members::text(std::string_view name) const {
  const json::value* v = object_.get().if_contains(name);
  if (v == nullptr) return missing(name);
  if (!v->is_string()) return wrong_type(name, "a string is expected");
  return std::string_view(v->get_string());
}

JsonResult<std::string> Members::bounded_text(std::string_view name, size_t most) const {
  std::string_view chars = TRY(text(name));
  if (chars.size() > most) return JsonError{JsonFault::bad_value, std::string(name), "too long"};
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
  if (std::ranges::any_of(chars, is_control))
    return JsonError{JsonFault::bad_value, std::string(name), "a control character"};
  return std::string(chars);
}

JsonResult<std::optional<std::string>> Members::optional_text(std::string_view name) const {
  if (!has(name)) return std::optional<std::string>{};
  return std::optional<std::string>(TRY(text(name)));
}

JsonResult<std::optional<std::string>> Members::optional_text(std::string_view name, size_t most) const {
  if (!has(name)) return std::optional<std::string>{};
  return std::optional<std::string>{TRY(bounded_text(name, most))};
}

JsonResult<bool> Members::boolean(std::string_view name) const {
  const json::value* v = object_.get().if_contains(name);
  if (v == nullptr) return missing(name);
  if (!v->is_bool()) return wrong_type(name, "true or false is expected");
  return v->get_bool();
}

bool Members::has(std::string_view name) const {
  const json::value* v = object_.get().if_contains(name);
  return v != nullptr && !v->is_null();
}

bool Members::is_set(std::string_view name) const {
  const json::value* v = object_.get().if_contains(name);
  return has(name) && !(v->is_bool() && !v->get_bool());
}

JsonResult<Bytes> Members::binary(std::string_view name) const {
  std::string_view chars = TRY(text(name));
  auto octets = from_base64(chars);
  if (!octets) return JsonError{JsonFault::bad_base64, std::string(name), octets.error().message};
  return std::move(*octets);
}

JsonResult<asn1::Any> Members::tlv(std::string_view name, asn1::Tag tag) const {
  Bytes octets = TRY(binary(name));
  TRY_VOID(value(name, asn1::read_single(octets, tag, name)));
  return asn1::Any{std::move(octets)};
}

JsonResult<TransactionId> Members::transaction_id() const {
  std::string_view digits = TRY(text("transactionId"));
  return value("transactionId", TransactionId::parse(digits));
}

JsonResult<Eid> Members::eid(std::string_view name) const {
  std::string_view digits = TRY(text(name));
  return value(name, Eid::parse(digits));
}

JsonStatus read_body(std::string_view body, const std::function<JsonStatus(const Members&)>& use) {
  if (body.size() > max_json_body) return JsonError{JsonFault::limit, {}, "the body is too large"};
  json::parse_options options;
  options.max_depth = max_json_depth;
  unsigned char buffer[parse_buffer];
  json::monotonic_resource memory(buffer, sizeof buffer);
  boost::system::error_code error;
  json::value parsed = json::parse({body.data(), body.size()}, error, &memory, options);
  if (error == json::error::too_deep) return JsonError{JsonFault::limit, {}, "nested too deeply"};
  if (error) return JsonError{JsonFault::malformed, {}, error.message()};
  if (!parsed.is_object()) return JsonError{JsonFault::malformed, {}, "the body is not an object"};
  if (members_in(body) != members_in(parsed)) return JsonError{JsonFault::malformed, {}, "a member twice"};
  return use(Members(parsed.get_object()));
}

}  // namespace sealift::messages
