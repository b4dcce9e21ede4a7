#include "http/admin_describe.hpp"

#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "messages/names.hpp"

namespace sealift::http {

namespace json = boost::json;
using enum AdminType;

const AdminSchema AdminSchemas::order{
    "Order",
    {{"iccid", text, "ICCID of the profile", true},
     {"state", text,
      "available, allocated, linked, confirmed, released, downloaded, installed, error, unavailable, deleted",
      true},
     {"tenant", text, "whose profile it is", true},
     {"profileType", text, "what ES2+.DownloadOrder may name in place of an ICCID", true},
     {"serviceProviderName", text, "shown on the phone", true},
     {"profileName", text, "shown on the phone", true},
     {"profileClass", text, "operational, test or provisioning", true},
     {"size", number, "octets of the profile elements", true},
     {"matchingId", text, "null before the order is confirmed"},
     {"eid", text, "the only eUICC that may have it, or has it"},
     {"smdsAddress", text, "the SM-DS that has its event"},
     {"expires", time, "when the offer ends"},
     {"confirmationCodeRequired", boolean, "the user has to enter a code", true},
     {"confirmationAttempts", number, "wrong codes so far", true},
     {"confirmationLimit", number, "wrong codes allowed", true},
     {"downloadAttempts", number, "packages given out for the installation to come", true},
     {"rebind", boolean, "another one-time key of the same eUICC gets another package", true},
     {"reinstall", text, "never, sameEid, afterDeletion or perpetual", true},
     {"uses", number, "installations allowed; 0: any number", true},
     {"installs", number, "installations reported", true},
     {"activationCode", text, "without the LPA: in front of it"}}};

const AdminSchema AdminSchemas::approval{
    "Approval",
    {{"id", text, "32 hexadecimal digits", true},
     {"action", text, "what is to be done", true},
     {"summary", text, "the same with its parameters", true},
     {"tenant", text, "whose matter it is; empty: the whole server's", true},
     {"digest", text, "SHA-256 of the act; who approves says it back", true},
     {"requester", text, "who asks, and who alone can use it", true},
     {"at", time, "when it was asked for", true},
     {"expires", time, "until when it can be used", true},
     {"needed", number, "approvals that it takes", true},
     {"approvedBy", list_of_text, "principals", true},
     {"state", text, "open, used or expired", true}}};

const AdminSchema AdminSchemas::awaited{
    "Awaited",
    {{"approval", object, "to be approved by others; then ask again, with its id", true, &approval}}};

Result<json::object> describe(const smdp::Ports& ports, const smdp::Order& order) {
  auto metadata = TRY(asn1::decode<messages::StoreMetadataRequest>(order.metadata));
  json::object out{{"iccid", order.iccid.digits()},
                   {"state", smdp::name(order.state)},
                   {"tenant", order.tenant},
                   {"profileType", order.profileType},
                   {"serviceProviderName", metadata.serviceProviderName},
                   {"profileName", metadata.profileName},
                   {"profileClass", messages::to_name(metadata.profileClass)},
                   {"size", order.needs.size}};
  out["matchingId"] = text_or_null(order.matchingId, [](const MatchingId& id) { return id.value(); });
  out["eid"] = text_or_null(order.eid, [](const Eid& eid) { return eid.digits(); });
  out["smdsAddress"] = text_or_null(order.smdsAddress, [](const std::string& address) { return address; });
  out["expires"] = text_or_null(order.expires, [](Time at) { return asn1::rfc3339(at); });
  out["confirmationCodeRequired"] = order.confirmation.has_value();
  out["confirmationAttempts"] = order.confirmation_attempts;
  out["confirmationLimit"] = order.confirmation_limit;
  out["downloadAttempts"] = order.download_attempts;
  out["rebind"] = order.rebind;
  out["reinstall"] = smdp::name(order.reinstall);
  out["uses"] = order.uses;
  out["installs"] = order.installs;
  out["activationCode"] =
      order.matchingId ? json::value(TRY(smdp::activation_code(ports, order))) : json::value(nullptr);
  return out;
}

json::object describe(const access::Approval& approval, Time now) {
  json::array by;
  for (const access::Vote& vote : approval.votes) by.emplace_back(vote.principal);
  const char* state = approval.spent ? "used" : access::is_open(approval, now) ? "open" : "expired";
  return {{"id", approval.id},
          {"action", approval.action},
          {"summary", approval.summary},
          {"tenant", approval.tenant},
          {"digest", hex(approval.digest)},
          {"requester", approval.requester},
          {"at", asn1::rfc3339(approval.at)},
          {"expires", asn1::rfc3339(approval.at + access::approval_lifetime)},
          {"needed", approval.needed},
          {"approvedBy", std::move(by)},
          {"state", state}};
}

AdminAnswer awaits(const access::Approval& approval, Time now) {
  return {json::object{{"approval", describe(approval, now)}}, 202};
}

Result<Iccid> iccid_from(std::string_view text) {
  auto iccid = Iccid::parse(text);
  if (!iccid) return std::move(iccid.error()).within("iccid");
  return iccid;
}

Result<Iccid> required_iccid(const JsonFields& body) {
  const std::string text = TRY(body.required_text("iccid"));
  return iccid_from(text);
}

Result<std::optional<Eid>> eid_from(const JsonFields& body) {
  const auto text = TRY(body.text("eid"));
  if (!text) return std::optional<Eid>();
  auto eid = Eid::parse(*text);
  if (!eid) return std::move(eid.error()).within("eid");
  return std::optional(*eid);
}

Result<std::optional<Time>> future_from(const JsonFields& body, std::string_view name, Time now) {
  const auto text = TRY(body.text(name));
  if (!text) return std::optional<Time>();
  auto at = asn1::parse_rfc3339(*text);
  if (!at) return std::move(at.error()).within(name);
  if (*at > now) return std::optional(*at);
  return Error{ErrorKind::invalid, std::string(name) + ": " + *text + " has passed already"};
}

}  // namespace sealift::http
