// What a server tells of itself, as one JSON object a line: for people with jq and for log collectors.
//
//   {"time":"2026-11-20T23:47:35.120Z","level":"notice","event":"refused","request":"5c1f09d200000017",
//   "function":"authenticateClient","transaction":"4F1B0A22", ...}
//
// Every line of one request has its number. No identifier is written in clear: ICCIDs, EIDs and addresses
// appear as the first 12 hexadecimal digits of an HMAC under a key of the site, so that the lines of one
// order can be found together and nobody can go back from them. Transaction identifiers are random and cut to
// 8 digits. Thread safe; lines are written by a thread of their own (log_writer.hpp).
#pragma once

#include <boost/json/object.hpp>

#include "base/secret.hpp"
#include "http/exchange.hpp"
#include "lab/log_writer.hpp"
#include "smdp/observer.hpp"

namespace sealift::cli {

/// How much a line matters; lines below the level of a log are not written.
enum class LogLevel : uint8_t {
  info,     ///< what went as it should
  notice,   ///< a peer was refused, or did something odd
  warning,  ///< somebody should look at it
  error,    ///< something of ours failed
};

std::string_view name(LogLevel level);
/// The level of that name; info where there is none.
LogLevel log_level(std::string_view name);

class EventLog final : public smdp::Observer, public http::ExchangeObserver {
 public:
  /// `fd` stays the caller's. A line that cannot be written is lost: the service goes on.
  EventLog(int fd, Secret<32> key);

  /// At any time.
  void set_level(LogLevel level) { level_ = level; }
  /// Whether there is a line for each request.
  void set_requests(bool on) { requests_ = on; }

  void decided(const smdp::Decision&) override;
  void refused(smdp::Function, const TransactionId*, smdp::Refusal) override;
  void moved(const smdp::Order&, smdp::OrderState from) override;
  void ended(const smdp::Order&, smdp::Refusal why) override;
  void card_refused(smdp::Function, const TransactionId&, int code) override;
  void maintained(std::string_view what, const Error* problem) override;
  void notification_ignored(std::string_view why) override;
  void sent(const smdp::Outgoing&, uint32_t attempts, smdp::Sent, const Error* problem) override;
  void failed(smdp::Function, const Error&) override;
  void answered(const http::Exchange&) noexcept override;

  /// A line of the program itself, such as "started".
  void event(std::string_view name, boost::json::object members = {}) {
    line(LogLevel::info, name, std::move(members));
  }
  void line(LogLevel level, std::string_view name, boost::json::object members);
  /// How an identifier appears here.
  std::string alias(View identifier) const;
  void flush() { writer_.flush(); }
  uint64_t dropped() const { return writer_.dropped(); }

 private:
  const Secret<32> key_;
  std::atomic<LogLevel> level_{LogLevel::info};
  std::atomic<bool> requests_{false};
  lab::LogWriter writer_;
};

}  // namespace sealift::cli
