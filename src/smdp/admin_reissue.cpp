#include <algorithm>

#include "asn1/time.hpp"
#include "crypto/ecdsa.hpp"
#include "smdp/admin_steps.hpp"
#include "smdp/reissue_records.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr std::chrono::minutes kStepUpLifetime{10}, kClockSkew{1};
constexpr std::chrono::hours kDay{24};

Error conflict(std::string message) {
  return {ErrorKind::conflict, std::move(message)};
}

Result<access::Policies> policies_of(const access::Office& office, const std::string& tenant) {
  const auto known = office.directory.current();
  const access::Tenant* found = known->tenants.find(tenant);
  if (!found) return conflict("tenant " + tenant + " is gone");
  return found->policies;
}

/// Whether this order can be issued anew, in the way that is asked for.
Status check_order(const Order& order, const AskReissue& ask) {
  if (order.state == OrderState::available) return conflict("the profile is not ordered: order it");
  if (order.state == OrderState::unavailable) return conflict("the profile is withdrawn: order another one");
  if (!may_be_on_a_chip(order)) return {};
  if (!ask.lost) {
    return conflict(
        "a device has this profile, or may get it yet: have it deleted there, or declare that device lost");
  }
  if (order.profileType.empty())
    return conflict("the profile has no type, so that no other can take its place");
  return {};
}

Status check_pace(access::Office& office, const access::Policies& policies, const std::string& tenant) {
  if (policies.reissuesPerDay == 0) return {};
  const Time since = office.clock.now() - kDay;
  const auto all = TRY(all_reissues(office));
  const auto counts = [&](const KeptReissue& one) {
    return one.reissue.tenant == tenant && one.reissue.at > since;
  };
  if (std::count_if(all.begin(), all.end(), counts) < policies.reissuesPerDay) return {};
  return Error{ErrorKind::limit, "tenant " + tenant + " may ask for " +
                                     std::to_string(policies.reissuesPerDay) +
                                     " reissues in 24 hours; wait, or have that changed"};
}

/// `last`: the instant of the one that was used before for this profile. The record of a reissue is kept for
/// longer than a step-up is good, so that each is used once, on whichever node.
Status check_step_up(access::Office& office, const access::Policies& policies, const AskReissue& ask,
                     const std::optional<Time>& last) {
  if (!policies.stepUpKey) return Error{ErrorKind::verification, "the tenant has no stepUpKey"};
  const auto key = crypto::PublicKey::from_point(crypto::Curve::p256, *policies.stepUpKey);
  if (!key) return Error{ErrorKind::verification, "the tenant's stepUpKey is no point of P-256"};
  const Time now = office.clock.now();
  if (ask.step_up->issued > now + kClockSkew || ask.step_up->issued + kStepUpLifetime < now) {
    return Error{ErrorKind::verification, "the step-up is older than 10 minutes, or of the future"};
  }
  const std::string text = step_up_text(ask, ask.step_up->issued);
  if (!crypto::verify(*key, {view(text)}, ask.step_up->signature)) {
    return Error{ErrorKind::verification,
                 "the step-up was not signed by the tenant's stepUpKey, for this request"};
  }
  if (!last || ask.step_up->issued > *last) return {};
  return Error{ErrorKind::verification, "the step-up was used already, or is older than one that was"};
}

/// The approval of a second person is of this request, and of the order as it is.
access::Act act_of(const AskReissue& ask, const Order& order) {
  Reissue what{.iccid = ask.iccid, .tenant = order.tenant, .lost = ask.lost};
  what.eid = ask.eid;
  what.confirmation = ask.confirmation;
  return {.action = "reissue",
          .tenant = order.tenant,
          .parameters = asn1::encode(what),
          .summary = "a new activation code for ICCID " + ask.iccid.digits() +
                     (ask.eid ? ", EID " + ask.eid->digits() : ", any EID") +
                     (ask.lost ? ", device lost" : ""),
          .needed = 1};
}

/// Which second factor there was; none where the request awaits an approval, which `out` then has.
Result<std::string> second_factor(access::Office& office, const Principal& who,
                                  const access::Policies& policies, const AskReissue& ask, const Order& order,
                                  const std::optional<Time>& last, AskedReissue& out) {
  if (ask.step_up) {
    TRY_VOID(check_step_up(office, policies, ask, last));
    return std::string("step-up");
  }
  // Who speaks with subscribers is whom an attacker speaks with.
  const bool needed = policies.stepUp || access::has_role(who, access::Role::support);
  if (!needed) return std::string("none");
  out.awaits = TRY(access::pass(office, who, act_of(ask, order), ask.approval));
  return std::string(out.awaits ? "" : "approval");
}

/// Room for the record, with the reissue before in it: none is waiting.
Result<KeptReissue> record_for(access::Office& office, const Iccid& iccid) {
  auto kept = find_reissue(office, access::administrator(), iccid);
  if (!kept && kept.error().kind != ErrorKind::not_found) return std::move(kept.error());
  if (!kept) return KeptReissue{{reissue_kind, iccid.digits(), {}, 0}, {.iccid = iccid}};
  if (kept->reissue.state != ReissueState::waiting) return std::move(*kept);
  return conflict("a reissue of this profile was asked for already: complete or cancel that one");
}

/// For an audit row. The EID is none of its business: the row of the order's change leads to it.
std::string detail_of(const AskReissue& ask, const std::string& factor) {
  std::string out = "second factor: " + factor;
  if (ask.approval && factor == "approval") out += " " + *ask.approval;
  out += ask.eid ? ", one EID" : ", any EID";
  if (ask.lost) out += ", device lost";
  if (ask.confirmation) out += ", confirmation code";
  return out;
}

/// The operator hears of it before it is kept: told of one that then was not kept does no harm, the other way
/// round would. An order that changes meanwhile is told of as it is then.
Status tell_asked(Ports& ports, const Principal& who, Order order) {
  if (!is_told(ports, order, reissue_asked)) return {};
  Status done;
  for (int i = 0; i < kMaxConflicts; ++i) {
    Transition t{.after = order, .audit = audit_of(ports, who, "tell_reissue")};
    tell(ports, t, {reissue_asked, order.eid, {}, {}});
    done = ports.orders.apply(t);
    if (done && ports.bell) ports.bell->ring();
    if (done || done.error().kind != ErrorKind::conflict) break;
    order = TRY(visible_order(ports, who, order.iccid));
  }
  return done;
}

}  // namespace

std::string step_up_text(const AskReissue& ask, Time issued) {
  return "sealift-step-up-2\n" + ask.iccid.digits() + "\n" + (ask.eid ? ask.eid->digits() : "-") + "\n" +
         (ask.lost ? "lost" : "-") + "\n" + (ask.confirmation ? hex(*ask.confirmation) : "-") + "\n" +
         asn1::rfc3339(issued) + "\n";
}

Result<AskedReissue> ask_reissue(Ports& ports, const Principal& who, const AskReissue& ask) {
  TRY_VOID(access::permit(who, Permission::reissue_orders));
  access::Office office = TRY(office_of(ports));
  const Order order = TRY(visible_order(ports, who, ask.iccid));
  TRY_VOID(forget_old_reissues(office));
  const access::Policies policies = TRY(policies_of(office, order.tenant));
  TRY_VOID(check_order(order, ask));
  if (!ask.eid && !policies.allowUnbound) {
    return Error{ErrorKind::invalid,
                 "the policies of tenant " + order.tenant + ": a reissue names the EID of the new device"};
  }
  TRY_VOID(check_pace(office, policies, order.tenant));
  KeptReissue kept = TRY(record_for(office, ask.iccid));
  const std::optional<Time> last = kept.reissue.stepped_up;
  AskedReissue out;
  const std::string factor = TRY(second_factor(office, who, policies, ask, order, last, out));
  if (out.awaits) return out;
  const Time now = office.clock.now();
  kept.reissue = {.iccid = ask.iccid,
                  .tenant = order.tenant,
                  .requester = who.name,
                  .at = now,
                  .earliest = now + std::chrono::seconds(policies.coolingOff),
                  .lost = ask.lost,
                  .eid = ask.eid,
                  .confirmation = ask.confirmation,
                  .second_factor = factor,
                  .stepped_up = ask.step_up ? ask.step_up->issued : last};
  TRY_VOID(tell_asked(ports, who, order));
  TRY_VOID(keep(office, kept, audit_about(ports, who, ask.iccid, "ask_reissue", detail_of(ask, factor))));
  out.reissue = std::move(kept.reissue);
  return out;
}

Result<Reissue> cancel_reissue(Ports& ports, const Principal& who, const Iccid& iccid) {
  TRY_VOID(access::permit(who, Permission::reissue_orders));
  access::Office office = TRY(office_of(ports));
  KeptReissue kept = TRY(find_reissue(office, who, iccid));
  if (kept.reissue.state != ReissueState::waiting || kept.reissue.replacement) {
    return conflict("the reissue is " + std::string(name(kept.reissue.state)) + ", or being completed");
  }
  kept.reissue.state = ReissueState::cancelled;
  TRY_VOID(keep(office, kept, audit_about(ports, who, iccid, "cancel_reissue")));
  return std::move(kept.reissue);
}

Result<std::vector<Reissue>> list_reissues(Ports& ports, const Principal& who) {
  TRY_VOID(access::permit(who, Permission::read_profiles));
  access::Office office = TRY(office_of(ports));
  auto all = TRY(all_reissues(office));
  std::vector<Reissue> out;
  for (KeptReissue& one : all) {
    if (access::sees(who, one.reissue.tenant)) out.push_back(std::move(one.reissue));
  }
  std::sort(out.begin(), out.end(), [](const Reissue& a, const Reissue& b) { return a.at < b.at; });
  return out;
}

}  // namespace sealift::smdp
