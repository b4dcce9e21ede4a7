// The audit rows: who did what, for those who look after it.
#include <boost/json.hpp>
#include <charconv>

#include "access/audit_log.hpp"
#include "asn1/time.hpp"
#include "http/admin_describe.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;

constexpr size_t default_page = 100;
constexpr size_t largest_page = 1000;

const AdminSchema row_schema{"AuditRow",
                             {{"number", number, "rises", true},
                              {"at", time, "when", true},
                              {"actor", text, "principal, es9+, or es2+ and the tenant", true},
                              {"action", text, "what was done", true},
                              {"detail", text, "what exactly: values, reasons, ids of approvals", true},
                              {"iccid", text, "the profile that it is about"}}};
const AdminSchema list_schema{
    "AuditRows",
    {{"rows", list_of_objects, "in the order in which they became durable", true, &row_schema},
     {"next", number, "null at the end; else go on with after= this"}}};

Result<uint64_t> number_from(const AdminCall& call, std::string_view name, uint64_t absent, uint64_t least,
                             uint64_t most) {
  const auto text = call.parameter(name);
  if (!text) return absent;
  uint64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, value);
  if (error == std::errc() && at == end && value >= least && value <= most) return value;
  return Error{ErrorKind::invalid, std::string(name) + ": a number from " + std::to_string(least) + " to " +
                                       std::to_string(most)};
}

Result<AdminAnswer> list(const AdminCall& call) {
  // Rows are of no tenant.
  if (!call.who.tenant.empty())
    return Error{ErrorKind::permission, "audit rows are for auditors of the whole server"};
  if (!call.audit) return Error{ErrorKind::unsupported, "this server keeps its audit rows in memory"};
  const uint64_t after = TRY(number_from(call, "after", 0, 0, INT64_MAX));
  const uint64_t limit = TRY(number_from(call, "limit", default_page, 1, largest_page));
  const auto rows = TRY(call.audit->rows(after, limit));
  json::array out;
  for (const access::AuditRow& row : rows) {
    json::object one{{"number", row.number},
                     {"at", asn1::rfc3339(row.audit.at)},
                     {"actor", row.audit.actor},
                     {"action", row.audit.action},
                     {"detail", row.audit.detail}};
    one["iccid"] = text_or_null(row.iccid, [](const Iccid& iccid) { return iccid.digits(); });
    out.push_back(std::move(one));
  }
  json::value next = nullptr;
  if (rows.size() == limit) next = rows.back().number;
  return json::object{{"rows", std::move(out)}, {"next", std::move(next)}};
}

}  // namespace

std::vector<AdminRoute> admin_audit_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/audit",
       .summary = "Who did what, page by page",
       .permission = access::Permission::read_audit,
       .answer = &list_schema,
       .function = list,
       .query = {{"after", "number after which to go on", true}, {"limit", "1 to 1000; default 100", true}}}};
}

}  // namespace sealift::http
