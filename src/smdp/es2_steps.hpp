// What the ES2+ functions of this room share: a call is looked up, decided, written once with its answer, and
// tried anew where somebody else changed the order first. Internal.
#pragma once

#include <functional>

#include "smdp/es2.hpp"

namespace sealift::smdp {

/// An event that has to stand at an SM-DS before the order is released (SGP.22 5.9.1).
struct Announcement {
  std::string smdsAddress;
  Eid eid;
  std::string eventId;
  bool operator==(const Announcement&) const = default;
};

/// What a call is to change; decided from what was read, and written by whoever decided.
struct Change {
  std::optional<Transition> transition;  ///< none: everything is so already
  OrderState from{};
  std::optional<Announcement> announcement;
  std::string answer;
};
using Decided = Result<Change, Es2Refusal>;

/// One call of one requester.
struct Call {
  Es2Ports& es2;
  Ports& ports;
  const Requester& requester;
  Es2Function function;
  const messages::FunctionHeader& header;
  View body;
};

/// Answers a call. `decide` is asked again, with the number of the attempt, where its change came too late.
Es2Answer answer(const Call& call, const std::function<Decided(unsigned attempt)>& decide);

/// The profile, where it is the requester's.
Result<Order, Es2Refusal> find_order(const Call& call, const Iccid& iccid);
/// Tells the observer of a port's failure.
Es2Refusal fail(const Call& call, const Error& error);

/// Why no order is released now; none where they are.
std::optional<Es2Refusal> stopped(const Call& call);
/// The order once it is open for download, from now on for as long as the policy lets it.
Order released(Order order, const OrderPolicy& policy, Time now);
/// The event of an order that is to be released; none where it has no SM-DS.
std::optional<Announcement> announcement_of(const Order& order);

}  // namespace sealift::smdp
