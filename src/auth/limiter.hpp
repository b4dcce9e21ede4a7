// How much one peer may ask in vain: a bucket of tokens a key (an address, an EID), filled again over time.
//
// ES9+.InitiateAuthentication takes a token of the peer's address, and a client that authenticates gives it
// back: so the bucket bounds the sessions that an address holds open without authenticating, and the failures
// it may cause. Thread safe; at most `max_keys` keys are remembered, and those are forgotten first that have
// been quiet for longest, which has them begin with a full bucket again.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace sealift::auth {

class Limiter {
 public:
  using Instant = std::chrono::milliseconds;  ///< Clock::monotonic
  /// `capacity` tokens a key, all of them again after `refill`; 0: any number.
  Limiter(uint32_t capacity, std::chrono::milliseconds refill, size_t max_keys = 100'000)
      : max_keys_(max_keys), capacity_(capacity), refill_(refill) {}

  /// From now on; 0: nobody is asked to wait. What buckets hold stays, as far as they still have room.
  void set(uint32_t capacity, std::chrono::milliseconds refill);

  /// Takes a token; false where there is none.
  bool take(const std::string& key, Instant now);
  /// True where there is a token to take.
  bool has(const std::string& key, Instant now);
  /// Gives one back.
  void give(const std::string& key, Instant now);
  size_t size() const;

 private:
  struct Bucket {
    double tokens;
    Instant at;
    std::list<std::string>::iterator place;
  };
  Bucket& bucket(const std::string& key, Instant now);

  const size_t max_keys_;
  mutable std::mutex mutex_;  // guards what follows
  double capacity_;
  std::chrono::milliseconds refill_;
  std::list<std::string> quiet_;  ///< keys, those that asked longest ago first
  std::unordered_map<std::string, Bucket> buckets_;
};

/// Of an address as text: an IPv4 address itself, of an IPv6 address the /64 network it is in, since whoever
/// has one address of that has them all.
std::string address_key(std::string_view address);

}  // namespace sealift::auth
