#include "cli/event_log.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <chrono>
#include <ctime>

#include "crypto/hash.hpp"
#include "http/metrics.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

std::string short_id(const TransactionId& id) {
  return id.hex_digits().substr(0, 8);
}

void put_refusal(json::object& out, smdp::Refusal refusal) {
  const smdp::RefusalRow& row = smdp::row_of(refusal);
  out["subjectCode"] = row.subjectCode;
  out["reasonCode"] = row.reasonCode;
  out["message"] = row.message;
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

std::string_view name(LogLevel level) {
  constexpr std::string_view names[] = {"info", "notice", "warning", "error"};
  return names[static_cast<size_t>(level)];
}

LogLevel log_level(std::string_view wanted) {
  for (LogLevel level : {LogLevel::notice, LogLevel::warning, LogLevel::error})
    if (wanted == name(level)) return level;
  return LogLevel::info;
}

static std::string text_of(LogLevel level, std::string_view what, json::object members) {
  json::object out{{"time", now()}, {"level", name(level)}, {"event", what}};
  if (const uint64_t request = http::current_request()) out["request"] = http::request_digits(request);
  for (auto& member : members) out[member.key()] = std::move(member.value());
  return json::serialize(out) + "\n";
}

EventLog::EventLog(int fd, Secret<32> key)
    : key_(std::move(key)), writer_(fd, 4u << 20, [](uint64_t lost) {
        return text_of(LogLevel::warning, "log_dropped", {{"lines", lost}});
      }) {}

void EventLog::line(LogLevel level, std::string_view what, json::object members) {
  if (level < level_.load(std::memory_order_relaxed)) return;
  writer_.write(text_of(level, what, std::move(members)));
}

void EventLog::answered(const http::Exchange& exchange) noexcept {
  if (!requests_.load(std::memory_order_relaxed)) return;
  try {
    const http::Response& response = exchange.response;
    const std::string_view peer = exchange.request.peer.substr(0, exchange.request.peer.rfind(':'));
    json::object out{{"request", http::request_digits(exchange.id)},
                     {"function", http::function_of(response.route)},
                     {"status", response.status},
                     {"microseconds", exchange.took.count() / 1000},
                     {"peer", alias(view(peer))}};
    if (response.outcome) {
      out["subjectCode"] = response.outcome->subject;
      out["reasonCode"] = response.outcome->reason;
    }
    line(LogLevel::info, "request", std::move(out));
  } catch (...) {  // no memory: the line is lost, the request is not
  }
}

void EventLog::decided(const smdp::Decision& decision) {
  json::object out{{"transaction", short_id(decision.transactionId)},
                   {"rightChip", decision.right_chip},
                   {"rightServer", decision.right_server},
                   {"protectedForThisChip", decision.protected_for_this_chip},
                   {"delivered", decision.delivered()}};
  if (decision.refusal) put_refusal(out, *decision.refusal);
  event("decision", std::move(out));
}

void EventLog::refused(smdp::Function function, const TransactionId* transaction, smdp::Refusal refusal) {
  json::object out{{"function", smdp::name(function)}};
  if (transaction) out["transaction"] = short_id(*transaction);
  put_refusal(out, refusal);
  line(LogLevel::notice, "refused", std::move(out));
}

void EventLog::moved(const smdp::Order& order, smdp::OrderState from) {
  json::object out{
      {"order", alias(order.iccid.octets())}, {"from", smdp::name(from)}, {"to", smdp::name(order.state)}};
  if (order.eid) out["eid"] = alias(order.eid->octets());
  if (order.delivered) out["transaction"] = short_id(*order.delivered);
  event("order", std::move(out));
}

void EventLog::ended(const smdp::Order& order, smdp::Refusal why) {
  json::object out{{"order", alias(order.iccid.octets())}};
  put_refusal(out, why);
  line(LogLevel::warning, "order_ended", std::move(out));
}

void EventLog::card_refused(smdp::Function function, const TransactionId& transaction, int code) {
  line(LogLevel::notice, "card_refused",
       {{"function", smdp::name(function)}, {"transaction", short_id(transaction)}, {"code", code}});
}

void EventLog::maintained(std::string_view what, const Error* problem) {
  json::object out{{"what", what}};
  if (problem) out["problem"] = problem->message;
  line(problem ? LogLevel::error : LogLevel::info, "maintenance", std::move(out));
}

void EventLog::notification_ignored(std::string_view why) {
  line(LogLevel::notice, "notification_ignored", {{"why", why}});
}

void EventLog::sent(const smdp::Outgoing& what, uint32_t attempts, smdp::Sent how, const Error* problem) {
  constexpr std::string_view kinds[] = {"handleDownloadProgressInfo", "handleNotification", "registerEvent",
                                        "deleteEvent"};
  constexpr std::string_view outcomes[] = {"delivered", "refused", "unreachable"};
  const bool callback = lane_of(what.kind) == smdp::Lane::operators;
  json::object out{{"function", kinds[static_cast<size_t>(what.kind)]},
                   {"to", callback ? what.tenant : what.destination},
                   {"iccid", alias(what.iccid.octets())},
                   {"outcome", outcomes[static_cast<size_t>(how)]},
                   {"attempts", attempts + 1}};
  if (problem) out["problem"] = problem->message;
  line(problem ? LogLevel::warning : LogLevel::info, "told", std::move(out));
}

void EventLog::failed(smdp::Function function, const Error& error) {
  line(LogLevel::error, "failed",
       {{"function", smdp::name(function)}, {"kind", sealift::name(error.kind)}, {"message", error.message}});
}

}  // namespace sealift::cli
