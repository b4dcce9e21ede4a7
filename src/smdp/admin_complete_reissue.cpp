// The end of a reissue. Each step is durable before the next, and a completion that was cut short goes on
// with what it had chosen: first the profile and its MatchingID, then the old order ends, then the new one
// opens.
#include "asn1/time.hpp"
#include "smdp/admin_steps.hpp"
#include "smdp/callbacks.hpp"
#include "smdp/reissue_records.hpp"

namespace sealift::smdp {
namespace {

constexpr int kAttempts = 64;

/// One completion with what it works on.
struct Step {
  Ports& ports;
  const Principal& who;
  access::Office& office;
  KeptReissue& kept;
};

Error conflict(std::string message) {
  return {ErrorKind::conflict, std::move(message)};
}

Result<Order> order_of(const Step& step, const Iccid& iccid) {
  auto order = TRY(step.ports.orders.find(iccid));
  if (order) return std::move(*order);
  return Error{ErrorKind::not_found, "no profile with ICCID " + iccid.digits() + " is in stock"};
}

/// Says in the record which profile it will be, and under which MatchingID, before anything changes.
Status choose(const Step& step, const Iccid& iccid) {
  step.kept.reissue.replacement = iccid;
  step.kept.reissue.matchingId = TRY(choose_matching_id(step.ports.random));
  return keep(step.office, step.kept,
              audit_about(step.ports, step.who, step.kept.reissue.iccid, "choose_profile",
                          "ICCID " + iccid.digits()));
}

Status choose_any(const Step& step, const Order& old) {
  const bool withdrawn = old.state == OrderState::unavailable;  // also by this completion, cut short
  if (!withdrawn && !may_be_on_a_chip(old)) return choose(step, old.iccid);
  if (!step.kept.reissue.lost) {
    return conflict(withdrawn ? "the profile was withdrawn since: order another one"
                              : "a device got this profile since: have it deleted, or declare it lost");
  }
  const auto found = TRY(step.ports.orders.find_available(old.tenant, old.profileType, 0));
  if (found) return choose(step, found->iccid);
  return conflict("no other profile of type " + old.profileType + " is in stock");
}

/// The device that has it is lost: nobody gets this profile again.
Status end_old(const Step& step) {
  for (int attempt = 0;; ++attempt) {
    const Order before = TRY(order_of(step, step.kept.reissue.iccid));
    if (before.state == OrderState::unavailable) return {};
    Order old = before;
    old.state = OrderState::unavailable;
    Transition t{.after = old, .audit = audit_of(step.ports, step.who, "replace_profile")};
    tell(step.ports, t, {reissued, before.eid, {}, {}});
    const auto done = apply_change(step.ports, std::move(t), before);
    if (done) return {};
    if (done.error().kind != ErrorKind::conflict || attempt == kAttempts) return done.error();
  }
}

/// Opens the chosen profile. None where somebody else has got it: choose another one.
Result<std::optional<Order>> open_new(const Step& step) {
  const Reissue& reissue = step.kept.reissue;
  const Order before = TRY(order_of(step, *reissue.replacement));
  if (before.matchingId == reissue.matchingId) return std::optional(before);  // by this completion, cut short
  const bool same = *reissue.replacement == reissue.iccid;
  const bool free = same ? !may_be_on_a_chip(before) && before.state != OrderState::unavailable
                         : before.state == OrderState::available;
  if (!free) return std::optional<Order>();
  Order after = as_stocked(before);
  after.state = OrderState::released;
  after.matchingId = reissue.matchingId;
  after.eid = reissue.eid;
  after.eid_ordered = reissue.eid.has_value();
  after.confirmation = reissue.confirmation;
  TRY_VOID(apply_policies(step.ports, {.iccid = after.iccid}, after));
  Transition t{.after = std::move(after), .audit = audit_of(step.ports, step.who, "reissue")};
  if (same) tell(step.ports, t, {reissued, before.eid, {}, {}});
  auto done = apply_change(step.ports, std::move(t), before);
  if (done) return std::optional(std::move(*done));
  if (done.error().kind == ErrorKind::conflict) return std::optional<Order>();
  return done.error();
}

Status check_due(const Step& step) {
  const Reissue& reissue = step.kept.reissue;
  if (reissue.state == ReissueState::cancelled) return conflict("the reissue was cancelled");
  if (step.ports.clock.now() >= reissue.earliest) return {};
  return conflict("the cooling-off lasts until " + asn1::rfc3339(reissue.earliest));
}

}  // namespace

Result<Order> complete_reissue(Ports& ports, const Principal& who, const Iccid& iccid) {
  TRY_VOID(access::permit(who, Permission::reissue_orders));
  access::Office office = TRY(office_of(ports));
  KeptReissue kept = TRY(find_reissue(office, who, iccid));
  const Step step{ports, who, office, kept};
  if (kept.reissue.state == ReissueState::done) return order_of(step, *kept.reissue.replacement);
  TRY_VOID(check_due(step));
  TRY_VOID(check_issuance(ports, kept.reissue.tenant));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Order old = TRY(order_of(step, iccid));
    if (!kept.reissue.replacement) TRY_VOID(choose_any(step, old));
    if (*kept.reissue.replacement != iccid) TRY_VOID(end_old(step));
    const auto opened = TRY(open_new(step));
    if (!opened) {
      kept.reissue.replacement.reset();
      continue;
    }
    kept.reissue.state = ReissueState::done;
    TRY_VOID(keep(office, kept,
                  audit_about(ports, who, iccid, "complete_reissue", "by ICCID " + opened->iccid.digits())));
    return *opened;
  }
  return conflict("too many others take profiles of this type; try again");
}

}  // namespace sealift::smdp
