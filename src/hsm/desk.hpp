// Where this process's roles get signatures and key agreements of a key holder outside of it: a bounded
// number of calls at once, each answered within its time by somebody, and a breaker in front (breaker.hpp).
//
// Every signature is verified before it is given out, since a holder that errs once on purpose or by a fault
// can give its key away; there is no software to fall back to. Callers wait by Events, so that a slow holder
// keeps no fiber's neighbour waiting. Thread safe; outlives the signers that it gives (they share it).
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "crypto/ports.hpp"
#include "hsm/breaker.hpp"
#include "hsm/key_holder.hpp"

namespace sealift::hsm {

struct DeskLimits {
  size_t most_waiting = 512;                         ///< calls at once; more are refused at once (timeout)
  std::chrono::milliseconds patience{1500};          ///< for a signature or an agreement
  std::chrono::milliseconds start_patience{10'000};  ///< for finding a key
  Breaker::Limits breaker;
};

/// Since the start; a snapshot.
struct DeskFigures {
  bool away = false;  ///< the breaker is open
  size_t waiting = 0;
  uint64_t calls = 0;    ///< begun
  uint64_t failed = 0;   ///< of those: answered by an error
  uint64_t overdue = 0;  ///< of those: not answered in time
  uint64_t refused = 0;  ///< not begun: too many at once, or the breaker was open
  uint64_t wrong = 0;    ///< signatures that did not verify, agreements that cannot be
};

/// For whom a key signs: of the places in which calls wait, those for anybody (a server's hello, which costs
/// a peer nothing) take at most seven in ten.
enum class For : uint8_t { peers, anybody };

class Desk : public std::enable_shared_from_this<Desk> {
 public:
  /// Told when the holder goes away (why) and when it is back (null); on any thread, with no lock held.
  using Changed = std::function<void(const Error* why)>;

  static std::shared_ptr<Desk> open(std::unique_ptr<KeyHolder> holder, DeskLimits limits = {},
                                    Changed changed = {});
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Finds the key, has it sign something and verifies that. Errors: as KeySession::find; verification.
  Result<std::shared_ptr<crypto::Signer>> signer(const std::string& label, For whom = For::peers);
  std::shared_ptr<crypto::KeyAgreement> key_agreement();
  DeskFigures figures() const;

  /// What must hold of an answer before it is used.
  using Check = std::function<Status(const Answer&)>;
  /// One call, from begin to an answer that was checked; an answer that fails the check counts as a failure
  /// of the holder. Errors: the holder's, the check's, and timeout (late, too many at once, away).
  Result<Answer> ask(Ask what, const Check& check = {}, For whom = For::peers);

 private:
  using Calls = std::list<std::shared_ptr<Call>>;
  Desk(std::unique_ptr<KeyHolder> holder, DeskLimits limits, Changed changed);
  Status admit(MonotonicTime now, For whom);
  void account(const Result<Answer>& answer, bool late, MonotonicTime now);
  /// Tells `changed_` where the breaker is another than it was; gives the lock up for that.
  void tell(bool was_open, std::unique_lock<std::mutex>& lock);
  void watch();
  void end_overdue(std::unique_lock<std::mutex>& lock);

  const DeskLimits limits_;
  const Changed changed_;
  std::unique_ptr<KeyHolder> holder_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Breaker breaker_;
  Calls calls_;         // under way
  size_t anybody_ = 0;  // of those, for anybody
  DeskFigures figures_;
  Error last_;  // why the breaker opened
  MonotonicTime renewed_{};
  bool watching_ = false, stop_ = false;
  std::thread watchdog_;
};

}  // namespace sealift::hsm
