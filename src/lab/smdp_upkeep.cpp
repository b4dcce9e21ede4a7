#include "lab/smdp_upkeep.hpp"

#include <fstream>
#include <iterator>

namespace sealift::lab {

namespace fs = std::filesystem;

Upkeep::Upkeep(UpkeepOptions options, pki::TrustStore& trust, Clock& clock, smdp::Observer& observer)
    : options_(std::move(options)), trust_(trust), clock_(clock), observer_(observer) {}

Upkeep::~Upkeep() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Upkeep::take_up(const fs::path& file) {
  const std::string what = "CRL " + file.filename().string();
  std::ifstream in(file, std::ios::binary);
  std::string octets;
  if (in) {
    octets.resize(pki::Crl::max_size + 1);
    in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
    octets.resize(static_cast<size_t>(in.gcount()));
  }
  const auto taken = trust_.add_crl(view(octets));
  if (taken) return observer_.maintained(what, nullptr);
  const Error problem = taken.error();
  observer_.maintained(what, &problem);
}

void Upkeep::read_crls() {
  std::error_code error;
  auto files = fs::recursive_directory_iterator(options_.dir, error);
  for (; !error && files != fs::recursive_directory_iterator(); files.increment(error)) {
    if (files->path().extension() != ".crl") continue;
    std::error_code gone;
    const Seen now{files->last_write_time(gone), files->file_size(gone)};
    Seen& before = seen_[files->path().string()];
    if (gone || now == before) continue;
    before = now;
    take_up(files->path());
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

void Upkeep::start(smdp::OrderStore& orders) {
  thread_ = std::thread([this, &orders] { run(orders); });
}

void Upkeep::run(smdp::OrderStore& orders) {
  auto next_prune = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    read_crls();
    if (std::chrono::steady_clock::now() >= next_prune) {
      prune(orders);
      next_prune = std::chrono::steady_clock::now() + options_.prune_pace;
    }
    lock.lock();
    wake_.wait_for(lock, options_.crl_pace, [this] { return stopping_; });
  }
}

}  // namespace sealift::lab
