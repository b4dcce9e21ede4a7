#include "lab/smdp_figures.hpp"

namespace sealift::lab {

using http::label;

namespace {

void add(std::atomic<uint64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}
template <size_t n>
void add_at(std::array<std::atomic<uint64_t>, n>& counts, auto which) {
  add(counts[std::min(static_cast<size_t>(which), n - 1)]);
}

}  // namespace

void SmdpFigures::decided(const smdp::Decision& decision) {
  add(decision.delivered() ? delivered_ : withheld_);
  next_.decided(decision);
}
void SmdpFigures::refused(smdp::Function function, const TransactionId* id, smdp::Refusal refusal) {
  next_.refused(function, id, refusal);  // counted with the answers (http/metrics.hpp)
}
void SmdpFigures::moved(const smdp::Order& order, smdp::OrderState from) {
  add_at(moved_, order.state);
  next_.moved(order, from);
}
void SmdpFigures::ended(const smdp::Order& order, smdp::Refusal why) {
  add(ended_);
  next_.ended(order, why);
}
void SmdpFigures::card_refused(smdp::Function function, const TransactionId& id, int code) {
  add_at(card_refused_, function);
  next_.card_refused(function, id, code);
}
void SmdpFigures::notification_ignored(std::string_view why) {
  add(ignored_);
  next_.notification_ignored(why);
}
void SmdpFigures::maintained(std::string_view what, const Error* problem) {
  if (problem) add(maintenance_problems_);
  next_.maintained(what, problem);
}
void SmdpFigures::sent(const smdp::Outgoing& what, uint32_t attempts, smdp::Sent how, const Error* problem) {
  next_.sent(what, attempts, how, problem);
}
void SmdpFigures::failed(smdp::Function function, const Error& error) {
  add_at(failed_, function);
  next_.failed(function, error);
}

void SmdpFigures::write(http::MetricsPage& page) const {
  page.counter("sealift_packages_total",
               "Decisions of AuthenticateClient that refused, and of GetBoundProfilePackage.",
               label("delivered", "true"), delivered_);
  page.counter("sealift_packages_total", "", label("delivered", "false"), withheld_);
  for (size_t i = 0; i <= static_cast<size_t>(smdp::OrderState::deleted); ++i) {
    page.counter("sealift_orders_moved_total", "Orders that came into a state.",
                 label("state", smdp::name(static_cast<smdp::OrderState>(i))), moved_[i]);
  }
  page.counter("sealift_orders_ended_total", "Orders that ended because somebody asked too often.", "",
               ended_);
  for (size_t i = 0; i < card_refused_.size(); ++i) {
    const std::string function = label("function", smdp::name(static_cast<smdp::Function>(i)));
    if (card_refused_[i] > 0)
      page.counter("sealift_card_errors_total", "Errors told by eUICCs in the place of an answer.", function,
                   card_refused_[i]);
    if (failed_[i] > 0)
      page.counter("sealift_failures_total", "Requests that a store or a key holder failed.", function,
                   failed_[i]);
  }
  page.counter("sealift_notifications_ignored_total",
               "Notifications that did not verify or told nothing new.", "", ignored_);
  page.counter("sealift_maintenance_problems_total",
               "What could not be done beside requests: CRLs, reloads, old rows.", "", maintenance_problems_);
}

static double days(std::chrono::seconds duration) {
  return std::chrono::duration<double, std::ratio<86400>>(duration).count();
}

void write_certificate_days(http::MetricsPage& page, const std::string& set, std::string_view certificate,
                            Time until, Time now) {
  page.gauge("sealift_certificate_days_left", "Days until a certificate runs out; below zero: since it did.",
             label("certificate", certificate) + "," + label("set", set), days(until - now));
}

void write_crl_ages(http::MetricsPage& page, const pki::TrustStore& trust, Time now) {
  for (const pki::Certificate& ci : trust.all()) {
    for (const pki::Crl& crl : trust.crls(ci.subject_key_id())) {
      const std::string labels =
          label("ci", hex(ci.subject_key_id())) + "," + label("scope", pki::name(crl.scope()));
      page.gauge("sealift_crl_age_seconds", "Since thisUpdate of a CRL that is used.", labels,
                 static_cast<double>((now - crl.this_update()).count()));
      if (const auto next = crl.next_update()) {
        page.gauge("sealift_crl_seconds_left", "Until its nextUpdate; below zero: since it was.", labels,
                   static_cast<double>((*next - now).count()));
      }
    }
  }
}

}  // namespace sealift::lab
