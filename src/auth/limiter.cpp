#include "auth/limiter.hpp"

#include <algorithm>
#include <vector>

namespace sealift::auth {

Limiter::Bucket& Limiter::bucket(const std::string& key, Instant now) {
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= max_keys_) {
      buckets_.erase(quiet_.front());
      quiet_.pop_front();
    }
    found = buckets_.emplace(key, Bucket{capacity_, now, quiet_.insert(quiet_.end(), key)}).first;
  }
  Bucket& b = found->second;
  quiet_.splice(quiet_.end(), quiet_, b.place);
  // A clock of another thread may be read a little earlier: time does not run backwards here.
  if (now > b.at) {
    const double part = static_cast<double>((now - b.at).count()) / static_cast<double>(refill_.count());
    b.tokens = std::min(capacity_, b.tokens + part * capacity_);
    b.at = now;
  }
  return b;
}

void Limiter::set(uint32_t capacity, std::chrono::milliseconds refill) {
  std::lock_guard lock(mutex_);
  capacity_ = capacity;
  refill_ = refill;
}

bool Limiter::take(const std::string& key, Instant now) {
  std::lock_guard lock(mutex_);
  if (capacity_ == 0) return true;
  Bucket& b = bucket(key, now);
  if (b.tokens < 1) return false;
  b.tokens -= 1;
  return true;
}

bool Limiter::has(const std::string& key, Instant now) {
  std::lock_guard lock(mutex_);
  return capacity_ == 0 || bucket(key, now).tokens >= 1;
}

void Limiter::give(const std::string& key, Instant now) {
  std::lock_guard lock(mutex_);
  if (capacity_ == 0) return;
  Bucket& b = bucket(key, now);
  b.tokens = std::min(capacity_, b.tokens + 1);
}

size_t Limiter::size() const {
  std::lock_guard lock(mutex_);
  return buckets_.size();
}

namespace {

/// The groups of an IPv6 address, "::" filled up; fewer than eight where it is none.
std::vector<std::string> groups_of(std::string_view text) {
  std::vector<std::string> out;
  size_t gap = std::string::npos;
  while (!text.empty()) {
    if (text.starts_with("::")) {
      gap = out.size();
      text.remove_prefix(2);
      continue;
    }
    if (text.front() == ':') text.remove_prefix(1);
    const std::string_view group = text.substr(0, text.find(':'));
    const size_t digit = std::min(group.find_first_not_of('0'), group.empty() ? 0 : group.size() - 1);
    out.emplace_back(group.substr(digit));
    text.remove_prefix(group.size());
  }
  while (gap != std::string::npos && out.size() < 8) out.insert(out.begin() + static_cast<long>(gap), "0");
  return out;
}

}  // namespace

std::string address_key(std::string_view address) {
  constexpr std::string_view mapped = "::ffff:";
  if (address.starts_with(mapped) && address.find('.') != std::string_view::npos) {
    return std::string(address.substr(mapped.size()));
  }
  if (address.find(':') == std::string_view::npos) return std::string(address);
  const auto groups = groups_of(address.substr(0, address.find('%')));
  if (groups.size() < 4) return std::string(address);
  return groups[0] + ":" + groups[1] + ":" + groups[2] + ":" + groups[3] + "::/64";
}

}  // namespace sealift::auth
