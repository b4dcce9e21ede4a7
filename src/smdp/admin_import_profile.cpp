#include <algorithm>

#include "saip/package.hpp"
#include "smdp/admin_steps.hpp"
#include "smdp/vault.hpp"

namespace sealift::smdp {
namespace {

constexpr size_t kLongestType = 255;

/// The header has the ICCID digit by digit, F-padded (TCA Interoperable Profile Package 8.3).
Result<Iccid> iccid_of(const saip::ProfileHeader& header) {
  std::string digits = hex(header.iccid);
  digits.erase(digits.find_last_not_of('F') + 1);
  auto iccid = Iccid::parse(digits);
  if (!iccid) return std::move(iccid.error()).within("the ICCID in the profile header");
  return iccid;
}

ProfileNeeds needs_of(const saip::ProfileHeader& header, size_t size) {
  ProfileNeeds needs{header.majorVersion, header.minorVersion, static_cast<uint32_t>(size), 0};
  for (saip::Service service : header.eUICCMandatoryServices.services) {
    // Services that later versions number beyond this share the last bit, which no eUICC is known to have.
    needs.services |= uint64_t{1} << std::min<unsigned>(static_cast<unsigned>(service), 63);
  }
  return needs;
}

/// The metadata as it goes to the eUICC; decoding it again applies the bounds of its fields.
Result<Bytes> encode_metadata(const messages::StoreMetadataRequest& metadata) {
  if (metadata.icon.has_value() != metadata.iconType.has_value()) {
    return Error{ErrorKind::invalid, "metadata: icon and iconType go together"};
  }
  if (metadata.profilePolicyRules && metadata.profilePolicyRules->any() && !metadata.profileOwner) {
    return Error{ErrorKind::invalid, "metadata: profilePolicyRules need a profileOwner"};
  }
  Bytes der = asn1::encode(metadata);
  auto again = asn1::decode<messages::StoreMetadataRequest>(der);
  if (!again) return std::move(again.error()).within("metadata");
  return der;
}

/// Whose the profile will be: the tenant named, else the principal's own.
Result<std::string> owner_of(const Ports& ports, const Principal& who, std::string wanted) {
  if (wanted.empty()) wanted = who.tenant.empty() ? default_tenant : who.tenant;
  TRY_VOID(check_tenant(ports, who, wanted));
  return wanted;
}

Status check_type(const std::string& profileType) {
  const bool fits = profileType.size() <= kLongestType && is_utf8(view(profileType)) &&
                    std::none_of(profileType.begin(), profileType.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (fits) return {};
  return Error{ErrorKind::invalid, "profileType: a text of at most 255 octets"};
}

Result<bool> is_same(Ports& ports, const Order& stocked, const Order& order, View upp) {
  if (stocked.protection != order.protection || stocked.metadata != order.metadata ||
      stocked.needs != order.needs) {
    return false;
  }
  const StoredProfile locked = TRY(ports.orders.profile(order.iccid));
  return is_locked(ports.store_key, order.iccid, order.protection, locked, upp);
}

/// Why a profile whose ICCID is in stock is not imported. `exists` where it is the same one, of the same owner
/// and type: then a list that was imported in part can be given again. `conflict` where it is not.
Error taken(Ports& ports, const Principal& who, const Order& order, View upp) {
  const auto conflict = [&](const std::string& why) {
    return Error{ErrorKind::conflict, "ICCID " + order.iccid.digits() + " " + why};
  };
  const auto found = ports.orders.find(order.iccid);
  if (!found) return found.error();
  const std::optional<Order>& stocked = *found;
  if (!stocked || !access::sees(who, stocked->tenant)) return conflict("cannot be imported: it is taken");
  if (stocked->tenant != order.tenant) return conflict("is in the stock of tenant " + stocked->tenant);
  if (stocked->profileType != order.profileType)
    return conflict("is in stock already, with the type '" + stocked->profileType + "'");
  const auto same = is_same(ports, *stocked, order, upp);
  if (!same) return same.error();
  if (!*same) return conflict("is in stock already, with other contents");
  return {ErrorKind::exists, "a profile with this ICCID is in stock already: the same"};
}

}  // namespace

Result<Order> import_profile(Ports& ports, const Principal& who, ImportProfile request) {
  TRY_VOID(access::permit(who, Permission::import_profiles));
  TRY_VOID(check_type(request.profileType));
  const std::string tenant = TRY(owner_of(ports, who, std::move(request.tenant)));
  const saip::Package package = TRY(saip::decode(request.upp.expose()));
  const saip::ProfileHeader* header = package.header();
  if (!header) return Error{ErrorKind::invalid, "the profile does not start with a profile header"};
  if (!package.elements.back().as<saip::End>()) {
    return Error{ErrorKind::invalid, "the profile does not end with an end element"};
  }
  Order order{.iccid = TRY(iccid_of(*header)),
              .protection = request.protection,
              .needs = needs_of(*header, request.upp.size()),
              .tenant = tenant,
              .profileType = std::move(request.profileType)};
  request.metadata.iccid = order.iccid;
  order.metadata = TRY(encode_metadata(request.metadata));
  const StoredProfile locked =
      lock_profile(ports.store_key, ports.random, order.iccid, order.protection, request.upp.expose());
  const Status added = ports.orders.add(order, locked, audit_of(ports, who, "import"));
  if (!added && added.error().kind == ErrorKind::exists) return taken(ports, who, order, request.upp.expose());
  if (!added) return added.error();
  return order;
}

Result<Order> withdraw_profile(Ports& ports, const Principal& who, const Iccid& iccid) {
  TRY_VOID(access::permit(who, Permission::import_profiles));
  Order order = TRY(visible_order(ports, who, iccid));
  if (order.state != OrderState::available) {
    return Error{ErrorKind::conflict, "the profile is " + std::string(name(order.state)) + ", not available"};
  }
  const Order before = order;
  order.state = OrderState::unavailable;
  return apply_change(ports, {.after = std::move(order), .audit = audit_of(ports, who, "withdraw")}, before);
}

Result<std::vector<TenantStock>> count_stock(Ports& ports, const Principal& who, const std::string& tenant) {
  TRY_VOID(access::permit(who, Permission::read_profiles));
  if (!tenant.empty()) TRY_VOID(check_tenant(ports, who, tenant));
  const auto known = ports.directory ? ports.directory->current() : std::make_shared<access::Snapshot>();
  std::vector<TenantStock> out;
  for (const access::Tenant& one : known->tenants.all()) {
    if (!access::sees(who, one.id) || (!tenant.empty() && one.id != tenant)) continue;
    auto counts = TRY(ports.orders.stock(one.id));
    if (!counts.empty()) out.push_back({one.id, std::move(counts)});
  }
  return out;
}

}  // namespace sealift::smdp
