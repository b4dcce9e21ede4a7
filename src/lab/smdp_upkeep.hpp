// What an SM-DP+ does beside requests: it takes up the CRLs in its folder, and again when they change, ends
// orders whose time has run out, and forgets rows that nothing asks for any more.
//
// CRLs are the files of the folders watched (crl_files.hpp). One thread of its own from start(); the destructor stops it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "lab/crl_files.hpp"
#include "smdp/ports.hpp"

namespace sealift::lab {

struct UpkeepOptions {
  std::chrono::milliseconds crl_pace{10'000};  ///< between two looks at the files; a change holds within 60 s
  std::chrono::milliseconds expiry_pace{5'000};
  std::chrono::milliseconds prune_pace{3'600'000};
  std::chrono::hours keep{24 * 180};  ///< deliveries and notifications
};

class Upkeep {
 public:
  /// All are borrowed.
  Upkeep(UpkeepOptions options, Clock& clock, smdp::Observer& observer);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// From the next look on, the CRLs in `dir` are for `trust`, which is borrowed. Before start().
  void watch(std::string dir, pki::TrustStore& trust) { watched_.push_back({CrlFiles(std::move(dir)), &trust}); }
  /// Takes up what is new or has changed since the last call. A list that cannot be taken up is told to the
  /// observer once; the one before it stays.
  void read_crls();
  /// Forgets rows of before the time to keep them, as many as the store lets go at once. True where there may
  /// be more.
  bool prune(smdp::OrderStore& orders);
  /// Ends some orders whose time has run out. True where there may be more.
  bool expire(smdp::Ports& ports);
  /// From now on by itself; orders end as `expiring` has it, where that is given.
  void start(smdp::OrderStore& orders, smdp::Ports* expiring = nullptr);

 private:
  void run(smdp::OrderStore& orders, smdp::Ports* expiring);
  struct Folder {
    CrlFiles files;
    pki::TrustStore* trust;
  };
  void take_up(const std::filesystem::path& file, pki::TrustStore& trust);

  const UpkeepOptions options_;
  Clock& clock_;
  smdp::Observer& observer_;
  std::vector<Folder> watched_;
  size_t forgotten_ = 0;  // rows, since prune() last found none
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
