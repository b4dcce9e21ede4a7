#include "lab/smdp_carrier.hpp"

#include "http/es12_client.hpp"
#include "http/es2_callback_client.hpp"
#include "smdp/event_rows.hpp"

namespace sealift::lab {

using smdp::Sent;
using smdp::Told;

Told TenantCallbacks::told(const std::string& tenant) const {
  const auto now = directory_.current();
  const access::Tenant* found = now->tenants.find(tenant);
  if (!found || !found->callback) return Told::nothing;
  return found->callback->notifications ? Told::notifications : Told::progress;
}

std::vector<Bytes> cis_of(const CarrierOptions& options) {
  std::vector<Bytes> out;
  for (const pki::Certificate& ci : options.trust->all()) out.push_back(to_bytes(ci.der()));
  return out;
}

http::ClientOptions client_options(const CarrierOptions& options, const std::vector<Bytes>& trust) {
  http::ClientOptions out{.trusted_ci = trust};
  out.live_trust = options.trust;
  out.identity = options.identity();
  out.connect_to = options.connect_to;
  out.connect_timeout = options.connect_timeout;
  out.request_timeout = options.request_timeout;
  out.max_response = 64 * 1024;
  out.user_agent = "gsma-rsp-smdp";
  return out;
}

Result<http::Client*> SmdpCarrier::client(const std::string& server, const std::vector<Bytes>& trust) {
  constexpr size_t kept_at_most = 8;
  http::ClientOptions options = client_options(options_, trust);
  for (auto it = kept_.begin(); it != kept_.end(); ++it) {
    if (it->server != server || it->trust != trust || it->identity != options.identity) continue;
    kept_.splice(kept_.begin(), kept_, it);
    return &it->client;
  }
  auto identity = options.identity;
  http::Client made = TRY(http::Client::make(std::move(options), clock_));
  kept_.push_front({trust, server, std::move(identity), std::move(made)});
  if (kept_.size() > kept_at_most) kept_.pop_back();
  return &kept_.front().client;
}

Carrier::Outcome SmdpCarrier::carry(const smdp::Outgoing& what) {
  return lane_of(what.kind) == smdp::Lane::operators ? to_operator(what) : to_smds(what);
}

Carrier::Outcome SmdpCarrier::to_operator(const smdp::Outgoing& what) {
  const auto now = directory_.current();
  const access::Tenant* tenant = now->tenants.find(what.tenant);
  if (!tenant || !tenant->callback) {
    return {
        Sent::unreachable,
        {ErrorKind::not_found, "the tenant " + what.tenant + " has no callback any more; give it one again"}};
  }
  const access::Callback& callback = *tenant->callback;
  auto address = http::CallbackAddress::parse(callback.address + callback.pathPrefix);
  if (!address)
    return {Sent::unreachable, std::move(address.error()).within("the callback of " + what.tenant)};
  auto with = client(callback.address, callback.trust.empty() ? cis_of(options_) : callback.trust);
  if (!with) return {Sent::unreachable, std::move(with.error())};
  const Told told = callback.notifications ? Told::notifications : Told::progress;
  auto done = http::Es2CallbackClient(**with, options_.requester).call(*address, what, told);
  if (done) return {Sent::delivered, {}};
  return {done.error().how, std::move(done.error().error), done.error().retry_after};
}

Carrier::Outcome SmdpCarrier::to_smds(const smdp::Outgoing& what) {
  const auto holds = smdp::still_holds(orders_, what);
  if (!holds) return {Sent::unreachable, Error(holds.error()).within("a row of the outbox")};
  if (!*holds) return {Sent::delivered, {}};
  auto event = smdp::decode_event(what.content);
  if (!event) return {Sent::refused, std::move(event.error()).within("a row of the outbox")};
  if (what.kind == smdp::OutgoingKind::delete_event) return take_away(what.destination, *event);
  using enum smdp::EventRegistrar::Outcome;
  switch (registrar_.register_event(what.destination, event->eid, event->eventId)) {
    case registered:
      return {Sent::delivered, {}};
    case refused:
      return {Sent::refused, {ErrorKind::conflict, what.destination + " refuses to register an event"}};
    default:
      return {Sent::unreachable, {ErrorKind::io, what.destination + " cannot be reached for ES12"}};
  }
}

Carrier::Outcome SmdpCarrier::take_away(const std::string& smds, const smdp::Event& event) {
  auto with = client(smds, cis_of(options_));
  if (!with) return {Sent::unreachable, std::move(with.error())};
  auto done = http::Es12Client(**with).delete_event(
      smds, {{options_.requester, hex(event.call)}, event.eid, event.eventId});
  if (done || done.error().is("8.9.5", "3.9")) return {Sent::delivered, {}};  // or gone already
  return {done.error().worth_a_retry ? Sent::unreachable : Sent::refused, std::move(done.error().error),
          done.error().retry_after};
}

}  // namespace sealift::lab
