#include "http/slow_peers.hpp"

namespace sealift::http {

std::optional<SlowPeers::Call> SlowPeers::begin(const std::string& peer) {
  std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  forget();
  State& state = peers_[peer];
  if (!state.known) {
    const bool too_many = state.under_way >= limits_.at_once || strangers_ >= limits_.at_once_in_all;
    if (too_many || now < state.until) return std::nullopt;
    ++strangers_;
  }
  ++state.under_way;
  return Call{peer, now, state.known};
}

void SlowPeers::end(const Call& call, bool answered) {
  std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  State& state = peers_.at(call.peer);
  --state.under_way;
  if (!call.known) --strangers_;
  state.known = answered;
  if (!answered && now - call.begun >= limits_.slow) state.until = now + limits_.pause;
}

/// Those of whom there is nothing to know; and where too many answered, all of them that are not called now.
void SlowPeers::forget() {
  const auto now = clock_.monotonic();
  const bool full = peers_.size() > limits_.remembered;
  std::erase_if(peers_, [&](const auto& one) {
    const State& state = one.second;
    return state.under_way == 0 && state.until <= now && (full || !state.known);
  });
}

}  // namespace sealift::http
