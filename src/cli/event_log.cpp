#include "cli/event_log.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <chrono>
#include <ctime>

#include "crypto/hash.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

std::string_view name(smdp::Function function) {
  switch (function) {
    case smdp::Function::initiate_authentication:
      return "initiateAuthentication";
    case smdp::Function::authenticate_client:
      return "authenticateClient";
    case smdp::Function::get_bound_profile_package:
      return "getBoundProfilePackage";
    case smdp::Function::handle_notification:
      return "handleNotification";
    case smdp::Function::cancel_session:
      return "cancelSession";
  }
  return "";
}

std::string short_id(const TransactionId& id) {
  return id.hex_digits().substr(0, 8);
}

void put_refusal(json::object& line, smdp::Refusal refusal) {
  const smdp::RefusalRow& row = smdp::row_of(refusal);
  line["subjectCode"] = row.subjectCode;
  line["reasonCode"] = row.reasonCode;
  line["message"] = row.message;
}

/// The time of the machine, to the millisecond: logs of several programs are read side by side.
std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  const time_t seconds = static_cast<time_t>(ms / 1000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  const std::string fraction = std::to_string(1000 + ms % 1000);
  return std::string(text, n) + "." + fraction.substr(1) + "Z";
}

}  // namespace

std::string EventLog::alias(View identifier) const {
  constexpr size_t shown_octets = 6;
  return hex(View(crypto::hmac_sha256(key_.expose(), {identifier})).first(shown_octets));
}

void EventLog::event(std::string_view what, json::object members) {
  json::object line{{"time", now()}, {"event", what}};
  for (auto& member : members) line[member.key()] = std::move(member.value());
  const std::string text = json::serialize(line) + "\n";
  while (::write(fd_, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

void EventLog::decided(const smdp::Decision& decision) {
  json::object line{{"transaction", short_id(decision.transactionId)},
                    {"rightChip", decision.right_chip},
                    {"rightServer", decision.right_server},
                    {"protectedForThisChip", decision.protected_for_this_chip},
                    {"delivered", decision.delivered()}};
  if (decision.refusal) put_refusal(line, *decision.refusal);
  event("decision", std::move(line));
}

void EventLog::refused(smdp::Function function, const TransactionId* transaction, smdp::Refusal refusal) {
  json::object line{{"function", name(function)}};
  if (transaction) line["transaction"] = short_id(*transaction);
  put_refusal(line, refusal);
  event("refused", std::move(line));
}

void EventLog::moved(const smdp::Order& order, smdp::OrderState from) {
  json::object line{
      {"order", alias(order.iccid.octets())}, {"from", smdp::name(from)}, {"to", smdp::name(order.state)}};
  if (order.eid) line["eid"] = alias(order.eid->octets());
  if (order.delivered) line["transaction"] = short_id(*order.delivered);
  event("order", std::move(line));
}

void EventLog::ended(const smdp::Order& order, smdp::Refusal why) {
  json::object line{{"order", alias(order.iccid.octets())}};
  put_refusal(line, why);
  event("order_ended", std::move(line));
}

void EventLog::card_refused(smdp::Function function, const TransactionId& transaction, int code) {
  event("card_refused", {{"function", name(function)}, {"transaction", short_id(transaction)}, {"code", code}});
}

void EventLog::maintained(std::string_view what, const Error* problem) {
  json::object line{{"what", what}};
  if (problem) line["problem"] = problem->message;
  event("maintenance", std::move(line));
}

void EventLog::notification_ignored(std::string_view why) {
  event("notification_ignored", {{"why", why}});
}

void EventLog::failed(smdp::Function function, const Error& error) {
  event("failed",
        {{"function", name(function)}, {"kind", sealift::name(error.kind)}, {"message", error.message}});
}

}  // namespace sealift::cli
