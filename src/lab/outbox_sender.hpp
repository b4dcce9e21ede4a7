// Threads that send what waits in the outbox of an SM-DP+ (smdp/courier.hpp has the rules): beside the
// requests, so that no operator and no SM-DS ever holds up a download. Rung when something was queued, and
// looks by itself once a second, for what other nodes queued and what was put off.
//
// Thread safe. The destructor stops: what is being sent ends within its time limit, the rest waits in the
// store.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "smdp/courier.hpp"
#include "smdp/observer.hpp"
#include "smdp/ports.hpp"

namespace sealift::lab {

/// The wire, for one thread.
class Carrier {
 public:
  struct Outcome {
    smdp::Sent how{};
    Error problem{};  ///< where it was not delivered
    std::chrono::seconds wait{0};  ///< the addressee asks for, where it is unreachable
  };
  virtual ~Carrier() = default;
  /// Takes less than CourierOptions::send_limit.
  virtual Outcome carry(const smdp::Outgoing& what) = 0;
};

struct OutboxSenderOptions {
  size_t workers = 8;
  std::chrono::milliseconds look{1000};
  smdp::CourierOptions courier;
};

class OutboxSender final : public smdp::Bell {
 public:
  using MakeCarrier = std::function<std::unique_ptr<Carrier>()>;
  /// All are borrowed. Nothing is sent before start().
  OutboxSender(smdp::Outbox& outbox, Clock& clock, Random& random, smdp::Observer& observer,
               MakeCarrier carrier, OutboxSenderOptions options = {});
  ~OutboxSender() override;
  OutboxSender(const OutboxSender&) = delete;
  OutboxSender& operator=(const OutboxSender&) = delete;

  void start();
  void stop();
  void ring() override;
  smdp::CourierFigures figures() const { return courier_.figures(); }
  /// Reads the store.
  Result<smdp::OutboxFigures> waiting() { return courier_.waiting(); }

 private:
  void run();
  void send(Carrier& carrier, const smdp::Courier::Batch& batch);
  void rest(uint64_t heard);
  bool is_stopping();
  uint64_t rings();

  smdp::Courier courier_;
  smdp::Observer& observer_;
  const MakeCarrier carrier_;
  const OutboxSenderOptions options_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  uint64_t rings_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sealift::lab
