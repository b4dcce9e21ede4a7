// A key holder behind the socket of sealift-keyd: many calls under way on one connection, answered in any
// order. A connection that ends is made anew by the next call.
//
// The socket has to be in a folder that others cannot write to, and whoever answers has to be its owner:
// nobody else can put himself in the place of the key holder. Thread safe.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "hsm/key_holder.hpp"

namespace sealift::hsm {

class RemoteHolder final : public KeyHolder {
 public:
  /// Connects with the first call.
  explicit RemoteHolder(std::filesystem::path socket);
  ~RemoteHolder() override;
  void begin(std::shared_ptr<Call> call) override;
  /// Gives the connection up: keyd serves the next one by threads of its own.
  void start_anew() override;

 private:
  Status connect();  // under mutex_
  void read();
  void read_until_end(int fd);
  void end_connection(const Error& why);

  const std::filesystem::path socket_;
  std::mutex mutex_;
  std::condition_variable wake_;
  int fd_ = -1;
  bool ended_ = false;  ///< fd_ is shut down and not yet closed
  MonotonicTime tried_{};
  Error problem_;  ///< why the last try to connect failed
  uint32_t number_ = 0;
  std::unordered_map<uint32_t, std::shared_ptr<Call>> calls_;
  bool stop_ = false;
  std::thread reader_;
};

}  // namespace sealift::hsm
