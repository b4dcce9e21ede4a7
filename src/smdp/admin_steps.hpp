// What the administrative functions of this room share. Internal.
#pragma once

#include "smdp/admin.hpp"
#include "smdp/es2.hpp"

namespace sealift::smdp {

using access::Permission;

/// An audit row of now.
inline Audit audit_of(const Ports& ports, const Principal& who, std::string action, std::string detail = "") {
  return {ports.clock.now(), who.name, std::move(action), std::move(detail)};
}
/// The same, of a change of no order that is about a profile.
inline Audit audit_about(const Ports& ports, const Principal& who, const Iccid& iccid, std::string action,
                         std::string detail = "") {
  return {ports.clock.now(), who.name, std::move(action), std::move(detail), iccid};
}

/// The profile, where the principal sees it. Error kind not_found.
Result<Order> visible_order(Ports& ports, const Principal& who, const Iccid& iccid);
/// Whether there is such a tenant that the principal sees. Error kind not_found.
Status check_tenant(const Ports& ports, const Principal& who, const std::string& tenant);
/// Applies a change of an order, with what an SM-DS is to hear of it; tells the observer, and gives the order as
/// it is then.
Result<Order> apply_change(Ports& ports, Transition t, const Order& before);

/// Nothing is released where issuance is stopped, or the tenant suspended. Error kind conflict: says which.
Status check_issuance(const Ports& ports, const std::string& tenant);
/// What its tenant's policies say of an order that is about to be made. Error kind invalid: names the rule
/// that the request breaks.
Status apply_policies(const Ports& ports, const CreateOrder& request, Order& order);

/// 128 random bits as hexadecimal digits, which keep the grammar of an AC token (SGP.22 4.1).
Result<MatchingId> choose_matching_id(Random& random);

}  // namespace sealift::smdp
