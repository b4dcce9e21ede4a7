#include "saip/package.hpp"
#include "smdp/admin.hpp"
#include "smdp/vault.hpp"

namespace sealift::smdp {
namespace {

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

}  // namespace

Result<Order> import_profile(Ports& ports, std::string_view principal, ImportProfile request) {
  const saip::Package package = TRY(saip::decode(request.upp.expose()));
  const saip::ProfileHeader* header = package.header();
  if (!header) return Error{ErrorKind::invalid, "the profile does not start with a profile header"};
  if (!package.elements.back().as<saip::End>()) {
    return Error{ErrorKind::invalid, "the profile does not end with an end element"};
  }
  Order order{.iccid = TRY(iccid_of(*header)),
              .protection = request.protection,
              .needs = needs_of(*header, request.upp.size())};
  request.metadata.iccid = order.iccid;
  order.metadata = TRY(encode_metadata(request.metadata));
  const StoredProfile locked =
      lock_profile(ports.store_key, ports.random, order.iccid, order.protection, request.upp.expose());
  TRY_VOID(ports.orders.add(order, locked, {ports.clock.now(), std::string(principal), "import", ""}));
  return order;
}

}  // namespace sealift::smdp
