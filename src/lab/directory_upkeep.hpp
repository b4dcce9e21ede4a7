// The administrative records of a site, kept fresh: a change made on another node, or by another program on
// the same database, holds here within a second.
//
// One thread of its own; the destructor stops it.
#pragma once

#include <condition_variable>
#include <thread>

#include "access/directory.hpp"
#include "smdp/observer.hpp"

namespace sealift::lab {

class DirectoryUpkeep {
 public:
  /// Both are borrowed. `observer` hears once of records that cannot be read, and again once they can; until
  /// then the ones read last hold. Errors: those of access::Directory::open.
  static Result<std::unique_ptr<DirectoryUpkeep>> start(
      access::RecordStore& records, smdp::Observer& observer,
      std::chrono::milliseconds pace = std::chrono::seconds(1));
  ~DirectoryUpkeep();
  access::Directory& directory() { return *directory_; }

 private:
  DirectoryUpkeep(std::unique_ptr<access::Directory> directory, smdp::Observer& observer)
      : directory_(std::move(directory)), observer_(observer) {}
  void run(std::chrono::milliseconds pace);
  std::unique_ptr<access::Directory> directory_;
  smdp::Observer& observer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
