// Which rows of the outbox are to be sent now, and what becomes of them: the rules of delivery, without a
// wire.
//
// Whoever sends (threads in lab, actors in tests/sim) takes a batch, sends its rows one by one, tells of each
// what became of it, and gives the batch back. An addressee that does not answer is left alone for a while
// that doubles, and is then tried with one row; one that refuses a row has that row later again, and the
// others meanwhile. No row is ever given up. What is kept in memory is a few octets for each addressee.
//
// Thread safe. Several couriers may share one outbox, in one process or many.
#pragma once

#include <map>
#include <mutex>

#include "smdp/outbox.hpp"

namespace sealift::smdp {

struct CourierOptions {
  std::chrono::seconds lease{60};              ///< how long a batch is ours alone
  std::chrono::seconds send_limit{20};         ///< sending one row takes less than this; less than the lease
  size_t batch = 16;                           ///< rows taken at once
  size_t at_once = 2;                          ///< batches of one addressee under way
  std::chrono::milliseconds first_wait{1000};  ///< after the first failure; doubles with each
  std::chrono::milliseconds longest_wait{60'000};      ///< of an addressee that does not answer
  std::chrono::milliseconds longest_asked{600'000};    ///< of one that says how long we are to wait
  std::chrono::milliseconds longest_refusal{600'000};  ///< of a row that is refused
};

struct CourierFigures {
  uint64_t delivered = 0, refused = 0, unreachable = 0;  ///< attempts so far
  size_t resting = 0;                                    ///< addressees that are left alone now
};

class Courier {
 public:
  struct Batch {
    Addressee whose;
    std::vector<Queued> rows;
    std::chrono::milliseconds until{0};  ///< monotonic: from then on no row of it may be sent any more
  };

  /// All are borrowed.
  Courier(Outbox& outbox, Clock& clock, Random& random, CourierOptions options = {})
      : outbox_(outbox), clock_(clock), random_(random), options_(options) {}

  /// Rows of one addressee to send now; none where there is nothing to do. Addressees take turns, those that
  /// answered last time before those that did not. Errors: the outbox's.
  Result<std::optional<Batch>> take();
  /// False once others may have taken the batch's rows.
  bool is_ours(const Batch& batch) { return clock_.monotonic() < batch.until; }
  /// What became of the row at `index` of a batch; after `unreachable` the rest of it is put off too, and is
  /// not to be sent. `asked` is how long an addressee that is busy wants to be left alone at least; 0: it
  /// does not say. `why` is kept with a row that was not taken, for people. Errors: the outbox's; the row comes
  /// again after its lease.
  Status settle(const Batch& batch, size_t index, Sent how, std::chrono::seconds asked = {},
                std::string_view why = {});
  /// Rows from `index` on are for anybody to take, now: whoever had them stops. Errors: the outbox's.
  Status put_back(const Batch& batch, size_t index);
  /// The batch is done with, however far it came.
  void give_back(const Batch& batch);

  CourierFigures figures() const;
  /// What waits, and since when.
  Result<OutboxFigures> waiting() { return outbox_.figures(); }

 private:
  struct State {
    size_t under_way = 0;
    uint32_t failures = 0;               ///< in a row
    std::chrono::milliseconds until{0};  ///< left alone until then
    uint64_t turn = 0;                   ///< when it was last tried
  };
  std::optional<Addressee> choose(const std::vector<Addressee>& due, bool& failing);
  void forget(const std::vector<Addressee>& due);
  std::chrono::milliseconds wait(uint32_t failures, std::chrono::milliseconds longest);

  Outbox& outbox_;
  Clock& clock_;
  Random& random_;
  const CourierOptions options_;
  mutable std::mutex mutex_;
  std::map<Addressee, State> states_;  ///< of those who have rows
  uint64_t turns_ = 0;
  CourierFigures figures_;
};

}  // namespace sealift::smdp
