#include "lab/directory_upkeep.hpp"

namespace sealift::lab {

Result<std::unique_ptr<DirectoryUpkeep>> DirectoryUpkeep::start(access::RecordStore& records,
                                                                smdp::Observer& observer,
                                                                std::chrono::milliseconds pace) {
  auto directory = TRY(access::Directory::open(records));
  std::unique_ptr<DirectoryUpkeep> out(new DirectoryUpkeep(std::move(directory), observer));
  out->thread_ = std::thread([kept = out.get(), pace] { kept->run(pace); });
  return out;
}

DirectoryUpkeep::~DirectoryUpkeep() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DirectoryUpkeep::run(std::chrono::milliseconds pace) {
  bool failing = false;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pace, [this] { return stopping_; })) {
    lock.unlock();
    const Status done = directory_->refresh();
    if (done.has_value() == failing)
      observer_.maintained("administrative records", done ? nullptr : &done.error());
    failing = !done;
    lock.lock();
  }
}

}  // namespace sealift::lab
