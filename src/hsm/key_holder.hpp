// Calls to a key holder that are answered later, and who answers them.
//
// A Call is shared by the task that waits for it and by the holder; whoever settles it first, holder or
// watchdog (desk.hpp), gives the answer, and what comes later is dropped. Thread safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <variant>

#include "base/event.hpp"
#include "hsm/key_session.hpp"

namespace sealift::hsm {

using MonotonicTime = std::chrono::steady_clock::time_point;

struct FindCall {
  std::string label;
};
struct SignCall {
  std::string label;
  Octets<32> digest{};
};
struct AgreeCall {
  crypto::PublicKey peer;
};
using Ask = std::variant<FindCall, SignCall, AgreeCall>;
/// In the order of Ask.
using Answer = std::variant<crypto::PublicKey, crypto::Signature, crypto::Agreement>;

class Call {
 public:
  /// Made by the task that will wait.
  Call(Ask asked, MonotonicTime begun, MonotonicTime until)
      : ask(std::move(asked)), begun_at(begun), deadline(until) {}
  /// True for the first alone.
  bool settle(Result<Answer> answer) {
    if (settled_.exchange(true)) return false;
    answer_ = std::move(answer);
    done_.set();
    return true;
  }
  /// As settle, by who watches the time.
  bool expire(Error why) {
    if (settled_.exchange(true)) return false;
    late_ = true;
    answer_ = std::move(why);
    done_.set();
    return true;
  }
  bool settled() const { return settled_; }
  /// Once waited for: whether it expired.
  bool late() const { return late_; }
  /// Waits until it is settled; once.
  Result<Answer> wait() {
    done_.wait();
    return std::move(answer_);
  }

  const Ask ask;
  const MonotonicTime begun_at;
  const MonotonicTime deadline;  ///< nobody waits for the answer any longer

 private:
  std::atomic<bool> settled_{false};
  bool late_ = false;
  Result<Answer> answer_{Error{ErrorKind::internal, "not answered"}};
  Event done_;
};

class KeyHolder {
 public:
  /// The destructor settles what is under way.
  virtual ~KeyHolder() = default;
  /// Begins and returns at once; settles the call later, or now.
  virtual void begin(std::shared_ptr<Call> call) = 0;
  /// What is under way hangs: calls begun from now on do not wait behind it.
  virtual void start_anew() = 0;
};

/// Does on a session what is asked.
Result<Answer> answer(KeySession& session, const Ask& ask);

}  // namespace sealift::hsm
