// Counts what an SM-DS tells of itself, and passes it on to the next observer (a log). Takes no lock.
#pragma once

#include <array>
#include <atomic>

#include "http/metrics.hpp"
#include "smds/ports.hpp"

namespace sealift::lab {

class SmdsFigures final : public smds::Observer {
 public:
  /// `next` is borrowed.
  explicit SmdsFigures(smds::Observer& next) : next_(next) {}

  void refused(smds::Function, smds::Refusal) override;
  void card_refused(int code) override;
  void told(size_t events) override;
  void changed(const smds::Event&, std::string_view action) override;
  void root_failed(const Error&) override;
  void maintained(std::string_view what, const Error* problem) override;
  void failed(smds::Function, const Error&) override;

  void write(http::MetricsPage& page) const;

 private:
  using Count = std::atomic<uint64_t>;
  smds::Observer& next_;
  Count told_{0}, card_refused_{0}, root_failed_{0}, maintenance_problems_{0};
  std::array<Count, 4> failed_{};  // by Function
};

/// How many events there are.
void write_event_counts(http::MetricsPage& page, const smds::EventCounts& counts);

}  // namespace sealift::lab
