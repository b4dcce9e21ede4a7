#include "hsm/desk.hpp"

#include <optional>

#include "crypto/hash.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;

constexpr auto watch_every = 50ms;
constexpr int idle_rounds = 20;         ///< of watching nothing, until the watchdog sleeps
constexpr auto renew_at_most = 2000ms;  ///< calls that hang are given up no more often than this

MonotonicTime now() {
  return std::chrono::steady_clock::now();
}

/// Whether an error says that something is wrong with the holder, not with what it was asked.
bool is_failure(ErrorKind kind) {
  return kind != ErrorKind::not_found && kind != ErrorKind::unsupported && kind != ErrorKind::invalid;
}

class DeskSigner final : public crypto::Signer {
 public:
  DeskSigner(std::shared_ptr<Desk> desk, std::string label, const crypto::PublicKey& key, For whom)
      : desk_(std::move(desk)), label_(std::move(label)), verifier_(key), whom_(whom) {}
  const crypto::PublicKey& public_key() const override { return verifier_.public_key(); }
  Result<crypto::Signature> sign(std::span<const View> parts) override {
    const auto verifies = [&](const Answer& answer) -> Status {
      if (verifier_.verify(parts, std::get<crypto::Signature>(answer))) return {};
      return Error{ErrorKind::verification, "the HSM gave a signature that does not verify with key '" +
                                                label_ + "'; it was not used: look for a fault of the HSM"};
    };
    auto signature = desk_->ask(SignCall{label_, crypto::sha256(parts)}, verifies, whom_);
    if (!signature) return std::move(signature.error());
    return std::get<crypto::Signature>(*signature);
  }

 private:
  const std::shared_ptr<Desk> desk_;
  const std::string label_;
  const crypto::Verifier verifier_;
  const For whom_;
};

class DeskKeyAgreement final : public crypto::KeyAgreement {
 public:
  explicit DeskKeyAgreement(std::shared_ptr<Desk> desk) : desk_(std::move(desk)) {}
  Result<crypto::Agreement> agree(const crypto::PublicKey& peer) override {
    auto agreed = desk_->ask(AgreeCall{peer}, [&](const Answer& answer) {
      return plausible(std::get<crypto::Agreement>(answer), peer);
    });
    if (!agreed) return std::move(agreed.error());
    return std::get<crypto::Agreement>(std::move(*agreed));
  }

 private:
  /// Z cannot be recomputed here. What can be seen is a generator that stands still, and a key of nowhere.
  Status plausible(const crypto::Agreement& agreed, const crypto::PublicKey& peer) {
    const std::lock_guard lock(mutex_);
    const bool repeated = last_ && *last_ == agreed.otpk;
    last_ = agreed.otpk;
    if (!repeated && agreed.otpk.curve() == peer.curve() && agreed.otpk != peer) return {};
    return Error{
        ErrorKind::verification,
        "the HSM gave a one-time key that was used before, or of another curve; it was not used: look "
        "for a fault of the HSM's random generator"};
  }
  const std::shared_ptr<Desk> desk_;
  std::mutex mutex_;
  std::optional<crypto::PublicKey> last_;
};

}  // namespace

std::shared_ptr<Desk> Desk::open(std::unique_ptr<KeyHolder> holder, DeskLimits limits, Changed changed) {
  return std::shared_ptr<Desk>(new Desk(std::move(holder), limits, std::move(changed)));
}

Desk::Desk(std::unique_ptr<KeyHolder> holder, DeskLimits limits, Changed changed)
    : limits_(limits),
      changed_(std::move(changed)),
      holder_(std::move(holder)),
      breaker_(limits.breaker),
      watchdog_([this] { watch(); }) {}

Desk::~Desk() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  watchdog_.join();
}

Result<std::shared_ptr<crypto::Signer>> Desk::signer(const std::string& label, For whom) {
  auto found = ask(FindCall{label});
  if (!found) return std::move(found.error()).within("HSM key '" + label + "'");
  auto signer =
      std::make_shared<DeskSigner>(shared_from_this(), label, std::get<crypto::PublicKey>(*found), whom);
  auto proof = signer->crypto::Signer::sign({view("sealift: the key is there")});
  if (!proof) return std::move(proof.error()).within("HSM key '" + label + "'");
  return std::shared_ptr<crypto::Signer>(std::move(signer));
}

std::shared_ptr<crypto::KeyAgreement> Desk::key_agreement() {
  return std::make_shared<DeskKeyAgreement>(shared_from_this());
}

DeskFigures Desk::figures() const {
  const std::lock_guard lock(mutex_);
  DeskFigures out = figures_;
  out.away = breaker_.is_open();
  out.waiting = calls_.size();
  return out;
}

Status Desk::admit(MonotonicTime at, For whom) {
  const bool full = calls_.size() >= limits_.most_waiting;
  if (full || (whom == For::anybody && anybody_ >= limits_.most_waiting * 7 / 10)) {
    ++figures_.refused;
    return Error{ErrorKind::timeout, "the HSM has more to do than it can: " + std::to_string(calls_.size()) +
                                         " calls wait already"};
  }
  if (!breaker_.admits(at)) {
    ++figures_.refused;
    return Error{ErrorKind::timeout,
                 "the HSM is away and is tried again from time to time; it said: " + last_.message};
  }
  return {};
}

Result<Answer> Desk::ask(Ask what, const Check& check, For whom) {
  const MonotonicTime begun = now();
  const bool starting = std::holds_alternative<FindCall>(what);
  std::shared_ptr<Call> call;
  Calls::iterator place;
  {
    const std::lock_guard lock(mutex_);
    TRY_VOID(admit(begun, whom));
    call = std::make_shared<Call>(std::move(what), begun,
                                  begun + (starting ? limits_.start_patience : limits_.patience));
    place = calls_.insert(calls_.end(), call);
    if (whom == For::anybody) ++anybody_;
    ++figures_.calls;
    if (!watching_) {
      watching_ = true;
      wake_.notify_one();
    }
  }
  holder_->begin(call);
  Result<Answer> answer = call->wait();
  if (answer && check) {
    if (Status holds = check(*answer); !holds) answer = std::move(holds.error());
  }
  std::unique_lock lock(mutex_);
  calls_.erase(place);
  if (whom == For::anybody) --anybody_;
  const bool was_open = breaker_.is_open();
  account(answer, call->late(), now());
  tell(was_open, lock);
  return answer;
}

void Desk::account(const Result<Answer>& answer, bool late, MonotonicTime at) {
  if (answer) return breaker_.succeeded(at);
  if (late) return;  // the watchdog did
  ++figures_.failed;
  if (answer.error().kind == ErrorKind::verification) ++figures_.wrong;
  if (!is_failure(answer.error().kind)) return;
  last_ = answer.error();
  breaker_.failed(at);
}

void Desk::tell(bool was_open, std::unique_lock<std::mutex>& lock) {
  const bool is_open = breaker_.is_open();
  if (was_open == is_open || !changed_) return;
  const Error why = last_;
  lock.unlock();
  changed_(is_open ? &why : nullptr);
  lock.lock();
}

void Desk::watch() {
  std::unique_lock lock(mutex_);
  for (int idle = 0; !stop_;) {
    if (calls_.empty() && ++idle > idle_rounds) {
      watching_ = false;
      wake_.wait(lock, [&] { return watching_ || stop_; });
      idle = 0;
    }
    if (!calls_.empty()) idle = 0;
    wake_.wait_for(lock, watch_every, [&] { return stop_; });
    end_overdue(lock);
  }
}

void Desk::end_overdue(std::unique_lock<std::mutex>& lock) {
  const MonotonicTime at = now();
  const bool was_open = breaker_.is_open();
  bool any = false;
  for (const std::shared_ptr<Call>& call : calls_) {
    if (at < call->deadline) continue;
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(at - call->begun_at);
    const Error late{ErrorKind::timeout,
                     "the HSM did not answer within " + std::to_string(waited.count()) + " ms"};
    if (!call->expire(late)) continue;
    any = true;
    ++figures_.overdue;
    last_ = late;
    breaker_.overdue(call->begun_at, at);
  }
  const bool renew = any && at - renewed_ >= renew_at_most;
  if (renew) renewed_ = at;
  tell(was_open, lock);
  if (!renew) return;
  lock.unlock();
  holder_->start_anew();
  lock.lock();
}

}  // namespace sealift::hsm
