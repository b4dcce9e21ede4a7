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

bool Upkeep::prune(smdp::OrderStore& orders) {
  const auto gone = orders.prune(clock_.now() - options_.keep);
  if (!gone) {
    observer_.maintained("forgetting old rows", &gone.error());
    return false;
  }
  forgotten_ += *gone;
  if (*gone > 0) return true;
  if (forgotten_ > 0) observer_.maintained("forgot " + std::to_string(forgotten_) + " old rows", nullptr);
  forgotten_ = 0;
  return false;
}

bool Upkeep::expire(smdp::Ports& ports) {
  // So many at a time, so that nobody's commit waits for long.
  constexpr size_t batch = 100;
  const auto ended = smdp::expire_orders(ports, batch);
  if (!ended) observer_.maintained("ending expired orders", &ended.error());
  return ended && *ended == batch;
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
    // Where there is more to do it goes on at once, and the lists are looked at in between.
    if (is_time(next_expiry, options_.expiry_pace) && expiring && expire(*expiring)) next_expiry = {};
    if (is_time(next_prune, options_.prune_pace) && prune(orders)) next_prune = {};
    lock.lock();
    wake_.wait_until(lock, std::min({next_crls, next_expiry, next_prune}), [this] { return stopping_; });
  }
}

}  // namespace sealift::lab
