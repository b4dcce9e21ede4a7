// One table of an administration interface: each of its routes with what it takes, what it answers and who
// may call it. The router, the OpenAPI document (admin_openapi.hpp) and the tests are made from it, so that
// none of them can miss a route.
//
// Schemas and routes are constant once made; functions are called by many threads.
#pragma once

#include <boost/json/object.hpp>
#include <functional>

#include "access/principal.hpp"
#include "http/admin_json.hpp"
#include "http/message.hpp"
#include "smdp/ports.hpp"

namespace sealift::access {
class AuditLog;
}
namespace sealift::smdp {
class Outbox;
}

namespace sealift::http {

struct AdminSchema;

enum class AdminType : uint8_t { text, time, number, boolean, object, list_of_text, list_of_objects };

/// A member of an object. One that is not required may be missing, or null in an answer.
struct AdminMember {
  std::string name;
  AdminType type = AdminType::text;
  std::string about;  ///< for people
  bool required = false;
  const AdminSchema* of = nullptr;  ///< of an object, or of each in a list
};

struct AdminSchema {
  std::string name;  ///< "Order"
  std::vector<AdminMember> members;
  JsonFields::Names names() const;
};

struct AdminParameter {
  std::string name;
  std::string about;
  bool number = false;
};

/// One request, authenticated, its body an object without members that are not known.
struct AdminCall {
  smdp::Ports& ports;
  const access::Principal& who;
  const JsonFields& body;  ///< of a route without a body: nothing in it
  std::string last;        ///< what stands for {...} in the path
  std::vector<std::pair<std::string, std::string>> query;
  access::AuditLog* audit = nullptr;  ///< null: this server keeps none that can be read
  smdp::Outbox* outbox = nullptr;     ///< null: this server sends nothing
  std::optional<std::string> parameter(std::string_view name) const;
};

struct AdminAnswer {
  boost::json::object body;
  unsigned status = 0;                                        ///< 0: the route's
  AdminAnswer(boost::json::object b) : body(std::move(b)) {}  // NOLINT: reads as the body it is
  AdminAnswer(boost::json::object b, unsigned s) : body(std::move(b)), status(s) {}
};

struct AdminRoute {
  std::string method;
  std::string path;     ///< "/admin/v1/orders", or with one segment to fill in: "/admin/v1/orders/{iccid}"
  std::string summary;  ///< a sentence
  access::Permission permission{};
  const AdminSchema* answer = nullptr;
  Result<AdminAnswer> (*function)(const AdminCall&) = nullptr;
  const AdminSchema* body = nullptr;  ///< null: the request has none
  unsigned status = 200;
  std::vector<AdminParameter> query{};
  bool changes() const { return method != "GET"; }
};

/// Every route of an SM-DP+'s administration.
const std::vector<AdminRoute>& admin_smdp_routes();

// Its parts, one source file a subject.
std::vector<AdminRoute> admin_profile_routes();
std::vector<AdminRoute> admin_order_routes();
std::vector<AdminRoute> admin_reissue_routes();
std::vector<AdminRoute> admin_restriction_routes();
std::vector<AdminRoute> admin_tenant_routes();
std::vector<AdminRoute> admin_principal_routes();
std::vector<AdminRoute> admin_issuance_routes();
std::vector<AdminRoute> admin_audit_routes();
std::vector<AdminRoute> admin_outbox_routes();

/// The answer where an act awaits the approval of others: status 202.
struct AdminSchemas {
  static const AdminSchema order, approval, awaited;
};

}  // namespace sealift::http
