#include "lab/smdp_outbox.hpp"

#include <algorithm>

namespace sealift::lab {

/// Refusals of one profile's downloads that its operator hears of, in ten minutes.
static constexpr uint32_t kNotices = 10;

SmdpOutbox::SmdpOutbox(smdp::Outbox& outbox, smdp::Ports& ports, CarrierOptions options,
                       OutboxSenderOptions sender)
    : clock_(ports.clock),
      options_(std::move(options)),
      callbacks_(*ports.directory),
      notices_(kNotices, std::chrono::minutes(10)),
      clients_([this] { return http::Client::make(client_options(options_, cis_of(options_)), clock_); }),
      registrar_({options_.requester, options_.root_smds}, clients_, ports.settings, ports.observer, ports.clock),
      sender_(
          outbox, ports.clock, ports.random, ports.observer,
          [this, directory = ports.directory, &orders = ports.orders] {
            return std::make_unique<SmdpCarrier>(*directory, orders, registrar_, clock_, options_);
          },
          sender) {}

void SmdpOutbox::attach(smdp::Ports& ports) {
  ports.callbacks = &callbacks_;
  ports.notices = &notices_;
  ports.bell = &sender_;
}

void SmdpOutbox::write(http::MetricsPage& page) {
  const auto figures = sender_.figures();
  const auto attempts = [&](const char* help, const char* outcome, uint64_t count) {
    page.counter("sealift_outbox_attempts_total", help, http::label("outcome", outcome), count);
  };
  attempts("Callbacks to operators and events at an SM-DS that were sent.", "delivered", figures.delivered);
  attempts("", "refused", figures.refused);
  attempts("", "unreachable", figures.unreachable);
  page.gauge("sealift_outbox_resting", "Operators and SM-DSs that did not answer, and are left alone now.",
             "", static_cast<double>(figures.resting));
  const auto waiting = sender_.waiting();
  if (!waiting) return;
  page.gauge("sealift_outbox_waiting", "Callbacks and events that wait.", "",
             static_cast<double>(waiting->waiting));
  const auto age = waiting->oldest ? std::max(clock_.now() - *waiting->oldest, std::chrono::seconds(0))
                                   : std::chrono::seconds(0);
  page.gauge("sealift_outbox_oldest_seconds", "How long the oldest of them has waited.", "",
             static_cast<double>(age.count()));
}

}  // namespace sealift::lab
