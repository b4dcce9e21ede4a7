#include "lab/smds_figures.hpp"

namespace sealift::lab {

using http::label;

void SmdsFigures::refused(smds::Function function, smds::Refusal refusal) {
  next_.refused(function, refusal);  // counted with the answers (http/metrics.hpp)
}
void SmdsFigures::card_refused(int code) {
  ++card_refused_;
  next_.card_refused(code);
}
void SmdsFigures::told(size_t events) {
  told_ += events;
  next_.told(events);
}
void SmdsFigures::changed(const smds::Event& event, std::string_view action) {
  next_.changed(event, action);
}
void SmdsFigures::root_failed(const Error& error) {
  ++root_failed_;
  next_.root_failed(error);
}
void SmdsFigures::maintained(std::string_view what, const Error* problem) {
  if (problem) ++maintenance_problems_;
  next_.maintained(what, problem);
}
void SmdsFigures::failed(smds::Function function, const Error& error) {
  ++failed_[static_cast<size_t>(function)];
  next_.failed(function, error);
}

void SmdsFigures::write(http::MetricsPage& page) const {
  constexpr std::array<const char*, 4> functions{"initiateAuthentication", "authenticateClient",
                                                 "registerEvent", "deleteEvent"};
  page.counter("sealift_events_told_total", "Events handed to eUICCs.", "", told_);
  page.counter("sealift_root_failures_total", "Calls that the root SM-DS refused, or that did not reach it.",
               "", root_failed_);
  page.counter("sealift_card_errors_total", "Errors told by eUICCs in the place of an answer.",
               label("function", "authenticateClient"), card_refused_);
  for (size_t i = 0; i < functions.size(); ++i)
    page.counter("sealift_failures_total", "Requests that a store or a key holder failed.",
                 label("function", functions[i]), failed_[i]);
  page.counter("sealift_maintenance_problems_total",
               "What could not be done beside requests: CRLs, reloads, old rows.", "", maintenance_problems_);
}

void write_event_counts(http::MetricsPage& page, const smds::EventCounts& counts) {
  const auto gauge = [&](const char* state, uint64_t count) {
    page.gauge("sealift_events", "Events by state; deleted ones are kept for a while.", label("state", state),
               static_cast<double>(count));
  };
  gauge("pending", counts.pending);
  gauge("live", counts.live);
  gauge("deleted", counts.deleted);
  page.gauge("sealift_events_untold", "Deleted events of which the root SM-DS is yet to be told.", "",
             static_cast<double>(counts.untold));
}

}  // namespace sealift::lab
