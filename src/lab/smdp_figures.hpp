// Counts what an SM-DP+ tells of itself, and passes it on to the next observer (a log). Takes no lock.
#pragma once

#include <array>
#include <atomic>

#include "http/metrics.hpp"
#include "pki/chain.hpp"
#include "smdp/observer.hpp"

namespace sealift::lab {

class SmdpFigures final : public smdp::Observer {
 public:
  /// `next` is borrowed.
  explicit SmdpFigures(smdp::Observer& next) : next_(next) {}

  void decided(const smdp::Decision&) override;
  void refused(smdp::Function, const TransactionId*, smdp::Refusal) override;
  void moved(const smdp::Order&, smdp::OrderState from) override;
  void ended(const smdp::Order&, smdp::Refusal why) override;
  void card_refused(smdp::Function, const TransactionId&, int code) override;
  void notification_ignored(std::string_view why) override;
  void maintained(std::string_view what, const Error* problem) override;
  void sent(const smdp::Outgoing&, uint32_t attempts, smdp::Sent, const Error* problem) override;
  void failed(smdp::Function, const Error&) override;

  void write(http::MetricsPage& page) const;

 private:
  using Count = std::atomic<uint64_t>;
  template <size_t n>
  using Counts = std::array<Count, n>;
  smdp::Observer& next_;
  Count delivered_{0}, withheld_{0}, ended_{0}, ignored_{0}, maintenance_problems_{0};
  Counts<16> moved_{}, card_refused_{}, failed_{};  // by OrderState, by Function
};

/// Days that certificates have left, and the age of CRLs.
void write_certificate_days(http::MetricsPage& page, const std::string& set, std::string_view certificate,
                            Time until, Time now);
void write_crl_ages(http::MetricsPage& page, const pki::TrustStore& trust, Time now);

}  // namespace sealift::lab
