#include "lab/outbox_sender.hpp"

namespace sealift::lab {

using smdp::Courier;
using smdp::Sent;

OutboxSender::OutboxSender(smdp::Outbox& outbox, Clock& clock, Random& random, smdp::Observer& observer,
                           MakeCarrier carrier, OutboxSenderOptions options)
    : courier_(outbox, clock, random, options.courier),
      observer_(observer),
      carrier_(std::move(carrier)),
      options_(options) {}

OutboxSender::~OutboxSender() {
  stop();
}

void OutboxSender::start() {
  for (size_t i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { run(); });
}

void OutboxSender::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void OutboxSender::ring() {
  {
    std::lock_guard lock(mutex_);
    ++rings_;
  }
  wake_.notify_one();
}

bool OutboxSender::is_stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

uint64_t OutboxSender::rings() {
  std::lock_guard lock(mutex_);
  return rings_;
}

/// Until somebody rings after `heard`, or it is time to look again.
void OutboxSender::rest(uint64_t heard) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, options_.look, [&] { return stopping_ || rings_ != heard; });
}

void OutboxSender::run() {
  const std::unique_ptr<Carrier> carrier = carrier_();
  for (;;) {
    const uint64_t heard = rings();
    if (is_stopping()) return;
    auto batch = courier_.take();
    if (!batch) observer_.maintained("outbox", &batch.error());
    if (!batch || !*batch) {
      rest(heard);
      continue;
    }
    wake_.notify_one();  // there may be more, for somebody else
    send(*carrier, **batch);
    courier_.give_back(**batch);
  }
}

void OutboxSender::send(Carrier& carrier, const Courier::Batch& batch) {
  for (size_t i = 0; i < batch.rows.size() && courier_.is_ours(batch); ++i) {
    const smdp::Queued& row = batch.rows[i];
    const Carrier::Outcome outcome = carrier.carry(row.what);
    const bool delivered = outcome.how == Sent::delivered;
    observer_.sent(row.what, row.attempts, outcome.how, delivered ? nullptr : &outcome.problem);
    if (Status done = courier_.settle(batch, i, outcome.how, outcome.wait, outcome.problem.message); !done) {
      return observer_.maintained("outbox", &done.error());
    }
    if (outcome.how == Sent::unreachable) return;
    if (!is_stopping()) continue;
    (void)courier_.put_back(batch, i + 1);  // else others take it after its lease
    return;
  }
}

}  // namespace sealift::lab
