// Peers whose addresses others choose, called while a request waits: one that answers late, or never, must not
// hold up all that there are of us.
//
// A peer that answered last time is called as often as is asked. Of others, few calls are under way at once,
// and one that held a call up for long without an answer is left alone for a while. Thread safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/ports.hpp"

namespace sealift::http {

class SlowPeers {
 public:
  struct Limits {
    size_t at_once = 4;                      ///< calls under way of a peer that did not answer last time
    size_t at_once_in_all = 16;              ///< and of all such peers together
    std::chrono::milliseconds slow{1'000};   ///< a call in vain that took longer held us up
    std::chrono::milliseconds pause{5'000};  ///< then the peer is not called for so long
    size_t remembered = 1'000;               ///< peers that answered
  };
  /// `clock` outlives this.
  explicit SlowPeers(Clock& clock) : SlowPeers(clock, Limits()) {}
  SlowPeers(Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  /// A call that may be made; end() belongs to it.
  struct Call {
    std::string peer;
    std::chrono::milliseconds begun;
    bool known;
  };
  /// None where the peer is to be left alone now.
  std::optional<Call> begin(const std::string& peer);
  void end(const Call& call, bool answered);

 private:
  struct State {
    size_t under_way = 0;
    bool known = false;                  ///< it answered last time
    std::chrono::milliseconds until{0};  ///< left alone until then
  };
  void forget();

  Clock& clock_;
  const Limits limits_;
  std::mutex mutex_;
  std::map<std::string, State> peers_;
  size_t strangers_ = 0;  ///< calls under way of peers that did not answer last time
};

}  // namespace sealift::http
