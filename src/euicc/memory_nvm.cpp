#include <algorithm>

#include "base/secret.hpp"
#include "euicc/nvm.hpp"

namespace sealift::euicc {

namespace {
constexpr size_t piece = 64;  // the smallest unit that arrives whole

/// Puts the content into a larger buffer, if it must, and leaves no copy behind: it holds keys.
void make_room(Bytes& content, size_t more) {
  if (content.capacity() - content.size() >= more) return;
  Bytes larger;
  larger.reserve(2 * (content.size() + more));
  append(larger, content);
  wipe(content);
  content = std::move(larger);
}
}  // namespace

Status MemoryNvm::read(uint64_t offset, std::span<uint8_t> out) {
  if (offset > content_.size() || out.size() > content_.size() - offset) {
    return Error{ErrorKind::invalid, "read past the end of the card memory"};
  }
  std::copy_n(content_.begin() + static_cast<ptrdiff_t>(offset), out.size(), out.begin());
  return {};
}

bool MemoryNvm::power_fails_now() {
  if (failed_) return true;
  bool now = fail_at_ && *fail_at_ == 0;
  if (fail_at_ && !now) --*fail_at_;
  ++writes_;
  failed_ = now;
  return now;
}

Status MemoryNvm::append(View octets) {
  if (refuse_at_ && (*refuse_at_)-- == 0) {
    refuse_at_.reset();
    return Error{ErrorKind::io, "no space left"};
  }
  bool already = failed_;
  bool fails = power_fails_now();
  if (!already) {
    make_room(content_, octets.size());
    sealift::append(content_, octets);
  }
  if (fails) return Error{ErrorKind::io, "power lost"};
  return {};
}

Status MemoryNvm::sync() {
  if (power_fails_now()) return Error{ErrorKind::io, "power lost"};
  synced_ = content_.size();
  return {};
}

Status MemoryNvm::replace(View octets) {
  bool already = failed_;
  bool fails = power_fails_now();
  // Atomic: whether a failing replace took place is decided by the kind of loss.
  if (!already && (!fails || loss_ == Loss::arrived)) {
    Bytes next = to_bytes(octets);
    wipe(content_);
    content_ = std::move(next);
    synced_ = content_.size();
  }
  if (fails) return Error{ErrorKind::io, "power lost"};
  return {};
}

void MemoryNvm::fail_at(uint64_t write, Loss loss, uint64_t seed) {
  fail_at_ = write;
  loss_ = loss;
  seed_ = seed;
}

Bytes MemoryNvm::after_power_loss() {
  Bytes kept = content_;
  SeededRandom random(seed_);
  size_t unsynced = content_.size() - synced_;
  switch (loss_) {
    case Loss::dropped:
      kept.resize(synced_);
      break;
    case Loss::torn: {
      auto r = random.octets<4>();
      uint32_t n = static_cast<uint32_t>(r[0]) << 24 | static_cast<uint32_t>(r[1]) << 16 |
                   static_cast<uint32_t>(r[2]) << 8 | r[3];
      if (unsynced > 0) kept.resize(synced_ + n % unsynced);
      break;
    }
    case Loss::reordered:
      for (size_t at = synced_; at < kept.size(); at += piece) {
        if (random.octets<1>()[0] & 1) continue;
        std::fill_n(kept.begin() + static_cast<ptrdiff_t>(at), std::min(piece, kept.size() - at), uint8_t{0});
      }
      break;
    case Loss::arrived:
      break;
  }
  return kept;
}

}  // namespace sealift::euicc
