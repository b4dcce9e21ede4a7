// What a server tells of itself in numbers, in the text format of Prometheus (exposition format 0.0.4), and
// the figures of requests: how many of each function came out how, and how long they took.
//
// Counting takes no lock. Labels carry names of functions, codes and listeners: never an identifier.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "http/exchange.hpp"
#include "http/router.hpp"

namespace sealift::http {

/// One answer to a scrape. Samples of one family come together whatever the order of add().
class MetricsPage {
 public:
  /// `labels` as they stand in the braces: `function="handleNotification"`; see label().
  void counter(std::string_view name, std::string_view help, std::string_view labels, uint64_t value);
  void gauge(std::string_view name, std::string_view help, std::string_view labels, double value);
  /// A sample of a histogram: `suffix` is "_bucket", "_sum" or "_count".
  void histogram(std::string_view name, std::string_view help, std::string_view suffix,
                 std::string_view labels, double value);
  std::string text() const;

 private:
  struct Family {
    std::string name, head, samples;
  };
  void add(std::string_view name, std::string_view type, std::string_view help, std::string_view suffix,
           std::string_view labels, std::string_view value);
  std::list<Family> families_;
};

/// `name="value"`, escaped.
std::string label(std::string_view name, std::string_view value);

struct ServerStats;
/// The figures of a server: connections, requests that wait, what was refused before a handler saw it.
void write_server_stats(MetricsPage& page, std::string_view listener, const ServerStats& stats);

/// The name of a route for people: the last segment of its path ("initiateAuthentication"), or "unknown".
std::string_view function_of(std::string_view route);

/// Durations, counted by the buckets of `bounds`.
class Histogram {
 public:
  static constexpr std::array<double, 13> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,    0.25,  0.5,    1,     2.5,  10};
  void observe(std::chrono::nanoseconds took);
  void write(MetricsPage& page, std::string_view name, std::string_view help,
             const std::string& labels) const;

 private:
  std::array<std::atomic<uint64_t>, bounds.size() + 1> buckets_{};
  std::atomic<uint64_t> sum_{0};  // nanoseconds
};

/// The figures of one listener's requests, by the last segment of the paths that its router has.
class RequestFigures final : public ExchangeObserver {
 public:
  RequestFigures(const std::string& listener, const Router& router);
  void answered(const Exchange&) noexcept override;
  void write(MetricsPage& page) const;

 private:
  struct Function {
    std::string labels;
    Histogram seconds;
    std::array<std::atomic<uint64_t>, 6> by_status{};  // 1xx to 5xx; the first is not used
    // Outcomes as they first come; what finds no place is counted together.
    struct Slot {
      std::atomic<const Outcome*> outcome{nullptr};
      std::atomic<uint64_t> count{0};
    };
    std::array<Slot, 48> outcomes;
    std::atomic<uint64_t> other_outcomes{0};
  };
  Function& function_at(std::string_view route);
  static void count_outcome(Function& function, const Outcome* outcome);
  std::list<Function> functions_;
  std::unordered_map<std::string_view, Function*> by_route_;  // keys are those of paths_
  const std::vector<std::string> paths_;
  Function* unknown_;
};

}  // namespace sealift::http
