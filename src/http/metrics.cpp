#include "http/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/server.hpp"

namespace sealift::http {

void MetricsPage::add(std::string_view name, std::string_view type, std::string_view help,
                      std::string_view suffix, std::string_view labels, std::string_view value) {
  auto family = std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    families_.push_back(
        {std::string(name), fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type), ""});
    family = std::prev(families_.end());
  }
  if (labels.empty())
    family->samples += fmt::format("{}{} {}\n", name, suffix, value);
  else
    family->samples += fmt::format("{}{}{{{}}} {}\n", name, suffix, labels, value);
}

void MetricsPage::counter(std::string_view name, std::string_view help, std::string_view labels,
                          uint64_t value) {
  add(name, "counter", help, "", labels, std::to_string(value));
}
void MetricsPage::gauge(std::string_view name, std::string_view help, std::string_view labels, double value) {
  add(name, "gauge", help, "", labels, fmt::format("{}", value));
}
void MetricsPage::histogram(std::string_view name, std::string_view help, std::string_view suffix,
                            std::string_view labels, double value) {
  add(name, "histogram", help, suffix, labels, fmt::format("{}", value));
}

std::string MetricsPage::text() const {
  std::string out;
  for (const Family& family : families_) out += family.head + family.samples;
  return out;
}

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  for (char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void write_server_stats(MetricsPage& page, std::string_view listener, const ServerStats& s) {
  const std::string labels = label("listener", listener);
  page.gauge("sealift_connections", "Open connections.", labels, static_cast<double>(s.connections));
  page.gauge("sealift_requests_running", "Requests with a handler, or waiting for one.", labels,
             static_cast<double>(s.running));
  page.counter("sealift_connections_accepted_total", "Connections accepted.", labels, s.accepted);
  page.counter("sealift_connections_refused_total", "Connections over the limit, closed at once.", labels,
               s.refused);
  page.counter("sealift_handshake_failures_total", "TLS handshakes that failed or took too long.", labels,
               s.handshake_failures);
  page.counter("sealift_requests_total", "Requests that reached a function.", labels, s.requests);
  page.counter("sealift_bad_requests_total", "Requests answered 4xx before a function saw them.", labels,
               s.bad_requests);
  page.counter("sealift_overloads_total", "Requests answered 503 because too many waited.", labels,
               s.overloads);
  page.counter("sealift_timeouts_total", "Connections closed for being slow or idle.", labels, s.timeouts);
  page.counter("sealift_faults_total", "Connections closed for a fault of ours, such as want of memory.",
               labels, s.faults);
}

void Histogram::observe(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const size_t bucket = static_cast<size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(static_cast<uint64_t>(took.count()), std::memory_order_relaxed);
}

void Histogram::write(MetricsPage& page, std::string_view name, std::string_view help,
                      const std::string& labels) const {
  const std::string before = labels.empty() ? "" : labels + ",";
  uint64_t count = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    count += buckets_[i].load(std::memory_order_relaxed);
    const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
    page.histogram(name, help, "_bucket", before + label("le", bound), static_cast<double>(count));
  }
  page.histogram(name, help, "_sum", labels, static_cast<double>(sum_.load(std::memory_order_relaxed)) / 1e9);
  page.histogram(name, help, "_count", labels, static_cast<double>(count));
}

std::string_view function_of(std::string_view route) {
  constexpr std::string_view administration = "/admin/v1/";
  if (route.ends_with('/')) route.remove_suffix(1);
  if (route.starts_with(administration)) return route.substr(administration.size());
  return route.empty() ? "unknown" : last_segment(route);
}

RequestFigures::RequestFigures(const std::string& listener, const Router& router) : paths_(router.paths()) {
  const auto function = [&](std::string_view name) {
    std::string labels = label("listener", listener) + "," + label("function", name);
    for (Function& one : functions_)
      if (one.labels == labels) return &one;
    functions_.emplace_back();
    functions_.back().labels = std::move(labels);
    return &functions_.back();
  };
  for (const std::string& path : paths_) by_route_[path] = function(function_of(path));
  unknown_ = function(function_of(""));
}

RequestFigures::Function& RequestFigures::function_at(std::string_view route) {
  const auto found = by_route_.find(route);
  return found == by_route_.end() ? *unknown_ : *found->second;
}

void RequestFigures::count_outcome(Function& function, const Outcome* outcome) {
  for (Function::Slot& slot : function.outcomes) {
    const Outcome* there = slot.outcome.load(std::memory_order_acquire);
    if (!there && slot.outcome.compare_exchange_strong(there, outcome)) there = outcome;
    if (there != outcome) continue;
    slot.count.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  function.other_outcomes.fetch_add(1, std::memory_order_relaxed);
}

void RequestFigures::answered(const Exchange& exchange) noexcept {
  Function& function = function_at(exchange.response.route);
  function.seconds.observe(exchange.took);
  const size_t hundred = std::min<size_t>(exchange.response.status / 100, function.by_status.size() - 1);
  function.by_status[hundred].fetch_add(1, std::memory_order_relaxed);
  if (exchange.response.outcome) count_outcome(function, exchange.response.outcome);
}

void RequestFigures::write(MetricsPage& page) const {
  for (const Function& f : functions_) {
    f.seconds.write(page, "sealift_request_seconds",
                    "Time from the last octet of a request to its answer, by listener and function.",
                    f.labels);
    for (size_t i = 1; i < f.by_status.size(); ++i) {
      page.counter("sealift_responses_total", "Answers by HTTP status.",
                   f.labels + "," + label("status", std::to_string(i) + "xx"), f.by_status[i]);
    }
    constexpr auto refusals = "sealift_refusals_total";
    constexpr auto help = "Requests refused, by the subject and reason codes of SGP.22.";
    std::vector<std::pair<std::string, uint64_t>> counted;  // a code may have been told by two tables
    for (const Function::Slot& slot : f.outcomes) {
      const Outcome* outcome = slot.outcome.load(std::memory_order_acquire);
      if (!outcome) break;
      std::string labels =
          f.labels + "," + label("subject", outcome->subject) + "," + label("reason", outcome->reason);
      auto same = std::ranges::find(counted, labels, &std::pair<std::string, uint64_t>::first);
      if (same == counted.end()) same = counted.insert(same, {std::move(labels), 0});
      same->second += slot.count.load(std::memory_order_relaxed);
    }
    for (const auto& [labels, count] : counted) page.counter(refusals, help, labels, count);
    if (const uint64_t others = f.other_outcomes) {
      page.counter(refusals, help,
                   f.labels + "," + label("subject", "other") + "," + label("reason", "other"), others);
    }
  }
}

}  // namespace sealift::http
