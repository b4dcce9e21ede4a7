#include "lab/smdp_upkeep.hpp"

#include <algorithm>

#include "smdp/admin.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

Upkeep::Upkeep(UpkeepOptions options, Clock& clock, smdp::Observer& observer)
    : options_(options), clock_(clock), observer_(observer) {}

Upkeep::~Upkeep() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Upkeep::take_up(const fs::path& file, pki::TrustStore& trust) {
  const std::string what = "CRL " + file.filename().string();
  const auto octets = CrlFiles::read(file);
  if (!octets) return observer_.maintained(what, &octets.error());
  const auto taken = trust.add_crl(*octets);
  if (taken) return observer_.maintained(what, nullptr);
  const Error problem = taken.error();
  observer_.maintained(what, &problem);
}

void Upkeep::read_crls() {
  for (Folder& folder : watched_) {
    if (!folder.files.look()) continue;
    for (const fs::path& file : folder.files.changed()) take_up(file, *folder.trust);
  }
}

void Upkeep::prune(smdp::OrderStore& orders) {
  size_t total = 0;
  for (;;) {
    const auto gone = orders.prune(clock_.now() - options_.keep);
    if (!gone) return observer_.maintained("forgetting old rows", &gone.error());
    if (*gone == 0) break;
    total += *gone;
  }
  if (total > 0) observer_.maintained("forgot " + std::to_string(total) + " old rows", nullptr);
}

void Upkeep::expire(smdp::Ports& ports) {
  // So many at a time, so that nobody's commit waits for long.
  constexpr size_t batch = 100;
  for (;;) {
    const auto ended = smdp::expire_orders(ports, batch);
    if (!ended) return observer_.maintained("ending expired orders", &ended.error());
    if (*ended < batch) return;
  }
}

void Upkeep::start(smdp::OrderStore& orders, smdp::Ports* expiring) {
  thread_ = std::thread([this, &orders, expiring] { run(orders, expiring); });
}

void Upkeep::run(smdp::OrderStore& orders, smdp::Ports* expiring) {
  using Instant = std::chrono::steady_clock::time_point;
  Instant next_crls{}, next_expiry{}, next_prune{};
  const auto is_time = [](Instant& next, std::chrono::milliseconds pace) {
    const Instant now = std::chrono::steady_clock::now();
    if (now < next) return false;
    next = now + pace;
    return true;
  };
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (is_time(next_crls, options_.crl_pace)) read_crls();
    if (is_time(next_expiry, options_.expiry_pace) && expiring) expire(*expiring);
    if (is_time(next_prune, options_.prune_pace)) prune(orders);
    lock.lock();
    wake_.wait_until(lock, std::min({next_crls, next_expiry, next_prune}), [this] { return stopping_; });
  }
}

}  // namespace sealift::lab
