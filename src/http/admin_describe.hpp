// How an administration shows orders and approvals, and reads the identifiers in a request. Internal to
// http/admin_*.
#pragma once

#include "access/approval.hpp"
#include "http/admin_route.hpp"
#include "smdp/admin.hpp"

namespace sealift::http {

/// What is unknown or not set is null.
Result<boost::json::object> describe(const smdp::Ports& ports, const smdp::Order& order);
boost::json::object describe(const access::Approval& approval, Time now);
/// 202: it is done once enough others have approved, by asking again with "approval".
AdminAnswer awaits(const access::Approval& approval, Time now);

template <class T, class ToText>
boost::json::value text_or_null(const std::optional<T>& value, ToText to_text) {
  return value ? boost::json::value(to_text(*value)) : boost::json::value(nullptr);
}

/// Error kind invalid: "iccid: ...".
Result<Iccid> iccid_from(std::string_view text);
Result<Iccid> required_iccid(const JsonFields& body);
Result<std::optional<Eid>> eid_from(const JsonFields& body);
/// An instant that is yet to come.
Result<std::optional<Time>> future_from(const JsonFields& body, std::string_view name, Time now);
template <size_t N>
Result<std::optional<Octets<N>>> octets_from(const JsonFields& body, std::string_view name) {
  const auto text = TRY(body.text(name));
  if (!text) return std::optional<Octets<N>>();
  auto value = octets_from_hex<N>(*text);
  if (!value) return std::move(value.error()).within(name);
  return std::optional(*value);
}

}  // namespace sealift::http
