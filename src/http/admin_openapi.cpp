#include "http/admin_openapi.hpp"

#include <boost/json.hpp>
#include <map>

namespace sealift::http {
namespace {

namespace json = boost::json;

using Schemas = std::map<std::string, const AdminSchema*>;

json::object reference_to(const AdminSchema& schema) {
  return {{"$ref", "#/components/schemas/" + schema.name}};
}

json::object type_of(const AdminMember& member) {
  switch (member.type) {
    case AdminType::text:
      return {{"type", "string"}};
    case AdminType::time:
      return {{"type", "string"}, {"format", "date-time"}};
    case AdminType::number:
      return {{"type", "integer"}, {"minimum", 0}};
    case AdminType::boolean:
      return {{"type", "boolean"}};
    case AdminType::object:
      return reference_to(*member.of);
    case AdminType::list_of_text:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case AdminType::list_of_objects:
      return {{"type", "array"}, {"items", reference_to(*member.of)}};
  }
  return {};
}

/// A member that is not required may be null.
json::object property_of(const AdminMember& member) {
  json::object out = type_of(member);
  if (!member.required) {
    if (json::value* type = out.if_contains("type")) {
      *type = json::array{*type, "null"};
    } else {
      out = {{"anyOf", {out, {{"type", "null"}}}}};
    }
  }
  out["description"] = member.about;
  return out;
}

json::object describe(const AdminSchema& schema) {
  json::object properties;
  json::array required;
  for (const AdminMember& member : schema.members) {
    properties[member.name] = property_of(member);
    if (member.required) required.emplace_back(member.name);
  }
  json::object out{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

void collect(const AdminSchema* schema, Schemas& out) {
  if (!schema || !out.emplace(schema->name, schema).second) return;
  for (const AdminMember& member : schema->members) collect(member.of, out);
}

json::object content_of(const AdminSchema& schema) {
  return {{"application/json", {{"schema", reference_to(schema)}}}};
}

json::array parameters_of(const AdminRoute& route) {
  json::array out;
  const size_t open = route.path.find('{');
  if (open != std::string::npos) {
    out.push_back({{"name", route.path.substr(open + 1, route.path.size() - open - 2)},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  }
  for (const AdminParameter& one : route.query) {
    out.push_back({{"name", one.name},
                   {"in", "query"},
                   {"description", one.about},
                   {"schema", {{"type", one.number ? "integer" : "string"}}}});
  }
  return out;
}

json::object operation_of(const AdminRoute& route) {
  json::object responses;
  responses[std::to_string(route.status)] = {{"description", "Done"}, {"content", content_of(*route.answer)}};
  for (const AdminMember& member : route.body ? route.body->members : std::vector<AdminMember>()) {
    if (member.name != "approval") continue;
    responses["202"] = {{"description", "It awaits the approval of others"},
                        {"content", content_of(AdminSchemas::awaited)}};
  }
  responses["default"] = {
      {"description", "It was not done; nothing has changed"},
      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
  json::object out{
      {"summary", route.summary},
      {"description", "For principals that may " + std::string(access::name(route.permission)) + "."},
      {"responses", std::move(responses)}};
  json::array parameters = parameters_of(route);
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (route.body) out["requestBody"] = {{"required", true}, {"content", content_of(*route.body)}};
  return out;
}

json::object error_schema() {
  return {{"type", "object"},
          {"required", {"error"}},
          {"properties",
           {{"error",
             {{"type", "object"},
              {"required", {"kind", "message"}},
              {"properties", {{"kind", {{"type", "string"}}}, {"message", {{"type", "string"}}}}}}}}}};
}

}  // namespace

json::object admin_openapi(const std::vector<AdminRoute>& routes) {
  json::object paths, schemas;
  Schemas known;
  collect(&AdminSchemas::awaited, known);
  for (const AdminRoute& route : routes) {
    collect(route.answer, known);
    collect(route.body, known);
    json::value& path = paths[route.path];
    if (path.is_null()) path.emplace_object();
    path.get_object()[route.method == "GET" ? "get" : "post"] = operation_of(route);
  }
  for (const auto& [name, schema] : known) schemas[name] = describe(*schema);
  schemas["Error"] = error_schema();
  const json::object bearer{{"type", "http"}, {"scheme", "bearer"}, {"description", "64 hexadecimal digits"}};
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Sealift SM-DP+ administration"}, {"version", SEALIFT_VERSION}}},
          {"security", {json::object{{"token", json::array()}}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(schemas)}, {"securitySchemes", {{"token", bearer}}}}}};
}

}  // namespace sealift::http
