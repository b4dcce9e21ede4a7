// What an SM-DP+ tells of itself, as one JSON object a line: for people with jq and for log collectors.
//
//   {"time":"2026-11-20T23:47:35.120Z","event":"refused","function":"authenticateClient","transaction":"4F1B0A22",
//   ...}
//
// No identifier is written in clear: ICCIDs and EIDs appear as the first 12 hexadecimal digits of an HMAC
// under a key of the site, so that the lines of one order can be found together and nobody can go back from
// them. Transaction identifiers are random and cut to 8 digits. Thread safe; each line is one write(2).
#pragma once

#include <boost/json/object.hpp>

#include "base/secret.hpp"
#include "smdp/observer.hpp"

namespace sealift::cli {

class EventLog final : public smdp::Observer {
 public:
  /// `fd` stays the caller's. A line that cannot be written is lost: the service goes on.
  EventLog(int fd, Secret<32> key) : fd_(fd), key_(std::move(key)) {}

  void decided(const smdp::Decision&) override;
  void refused(smdp::Function, const TransactionId*, smdp::Refusal) override;
  void moved(const smdp::Order&, smdp::OrderState from) override;
  void ended(const smdp::Order&, smdp::Refusal why) override;
  void card_refused(smdp::Function, const TransactionId&, int code) override;
  void maintained(std::string_view what, const Error* problem) override;
  void notification_ignored(std::string_view why) override;
  void failed(smdp::Function, const Error&) override;

  /// A line of the program itself, such as "started".
  void event(std::string_view name, boost::json::object members = {});
  /// How an identifier appears here.
  std::string alias(View identifier) const;

 private:
  const int fd_;
  const Secret<32> key_;
};

}  // namespace sealift::cli
