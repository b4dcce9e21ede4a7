// What an SM-DP+ does beside requests: it takes up the CRLs in its folder, and again when they change, and
// forgets rows that nothing asks for any more.
//
// CRLs are the files of DIR/pki (sets of several CIs below it included) whose name ends in .crl, DER. One thread of its
// own from start(); the destructor stops it.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "smdp/ports.hpp"

namespace sealift::lab {

struct UpkeepOptions {
  std::string dir;                             ///< where the CRLs are
  std::chrono::milliseconds crl_pace{10'000};  ///< between two looks at the files; a change holds within 60 s
  std::chrono::milliseconds prune_pace{3'600'000};
  std::chrono::hours keep{24 * 180};           ///< deliveries and notifications
};

class Upkeep {
 public:
  /// All are borrowed.
  Upkeep(UpkeepOptions options, pki::TrustStore& trust, Clock& clock, smdp::Observer& observer);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// Takes up what is new or has changed since the last call. A list that cannot be taken up is told to the
  /// observer once; the one before it stays.
  void read_crls();
  /// Forgets rows of before the time to keep them.
  void prune(smdp::OrderStore& orders);
  /// From now on by itself.
  void start(smdp::OrderStore& orders);

 private:
  void run(smdp::OrderStore& orders);
  void take_up(const std::filesystem::path& file);

  const UpkeepOptions options_;
  pki::TrustStore& trust_;
  Clock& clock_;
  smdp::Observer& observer_;
  struct Seen {
    std::filesystem::file_time_type changed;
    uintmax_t size = 0;
    bool operator==(const Seen&) const = default;
  };
  std::map<std::string, Seen> seen_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
