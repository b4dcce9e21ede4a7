#include "smdp/courier.hpp"

#include <algorithm>

namespace sealift::smdp {

using std::chrono::milliseconds;

/// Half of it at least, so that two who failed together do not come again together.
milliseconds Courier::wait(uint32_t failures, milliseconds longest) {
  const uint32_t doublings = std::min(failures, 20u);
  const milliseconds full = std::min(options_.first_wait * (int64_t{1} << doublings), longest);
  const Octets<2> dice = random_.octets<2>();
  return full / 2 + full * (dice[0] << 8 | dice[1]) / (2 * 65536);
}

/// Who has nothing to be told is forgotten; one that failed, once it has been left alone for long enough.
void Courier::forget(const std::vector<Addressee>& due) {
  const milliseconds now = clock_.monotonic();
  std::erase_if(states_, [&](const auto& one) {
    const State& state = one.second;
    if (state.under_way > 0 || std::binary_search(due.begin(), due.end(), one.first)) return false;
    return state.failures == 0 || state.until + 2 * options_.longest_wait < now;
  });
}

std::optional<Addressee> Courier::choose(const std::vector<Addressee>& due, bool& failing) {
  const milliseconds now = clock_.monotonic();
  const Addressee* best = nullptr;
  std::pair<bool, uint64_t> rank_of_best;
  for (const Addressee& one : due) {
    const auto it = states_.find(one);
    const State state = it == states_.end() ? State{} : it->second;
    if (state.under_way >= (state.failures > 0 ? 1 : options_.at_once) || state.until > now) continue;
    const std::pair rank(state.failures > 0, state.turn);
    if (best && rank >= rank_of_best) continue;
    best = &one;
    rank_of_best = rank;
  }
  if (!best) return std::nullopt;
  State& state = states_[*best];
  ++state.under_way;
  state.turn = ++turns_;
  failing = state.failures > 0;
  return *best;
}

Result<std::optional<Courier::Batch>> Courier::take() {
  auto due = TRY(outbox_.addressees(clock_.now()));
  std::sort(due.begin(), due.end());
  {
    std::lock_guard lock(mutex_);
    forget(due);
  }
  while (!due.empty()) {
    std::optional<Addressee> whose;
    bool failing = false;
    {
      std::lock_guard lock(mutex_);
      whose = choose(due, failing);
    }
    if (!whose) break;
    Batch batch{*whose, {}, clock_.monotonic() + options_.lease - options_.send_limit};
    auto rows = outbox_.claim(*whose, clock_.now(), options_.lease, failing ? 1 : options_.batch);
    if (rows && !rows->empty()) {
      batch.rows = std::move(*rows);
      return std::optional(std::move(batch));
    }
    give_back(batch);
    if (!rows) return std::move(rows.error());
    std::erase(due, *whose);  // others have what is due, or the row before it
  }
  return std::optional<Batch>();
}

/// What an addressee says may be anything, and of any length.
static std::string printable(std::string_view why) {
  constexpr size_t most = 300;
  std::string out(why.substr(0, most));
  for (char& c : out)
    if (c < ' ' || c > '~') c = '?';
  return out;
}

Status Courier::settle(const Batch& batch, size_t index, Sent how, std::chrono::seconds asked,
                       std::string_view why) {
  const Queued& row = batch.rows[index];
  milliseconds later{0};
  {
    std::lock_guard lock(mutex_);
    State& state = states_.at(batch.whose);
    ++(how == Sent::delivered ? figures_.delivered
       : how == Sent::refused ? figures_.refused
                              : figures_.unreachable);
    if (how == Sent::unreachable) {
      later = std::max(wait(state.failures, options_.longest_wait),
                       std::min<milliseconds>(asked, options_.longest_asked));
      ++state.failures;
      state.until = clock_.monotonic() + later;
    } else {
      state.failures = 0;
      if (how == Sent::refused) later = wait(row.attempts, options_.longest_refusal);
    }
  }
  if (how == Sent::delivered) return outbox_.delivered(row.number);
  const Time due = clock_.now() + std::chrono::ceil<std::chrono::seconds>(later);
  TRY_VOID(outbox_.refused(row.number, clock_.now(), due, printable(why)));
  if (how == Sent::refused) return {};
  for (size_t i = index + 1; i < batch.rows.size(); ++i) TRY_VOID(outbox_.postpone(batch.rows[i].number, due));
  return {};
}

Status Courier::put_back(const Batch& batch, size_t index) {
  for (; index < batch.rows.size(); ++index) TRY_VOID(outbox_.postpone(batch.rows[index].number, clock_.now()));
  return {};
}

void Courier::give_back(const Batch& batch) {
  std::lock_guard lock(mutex_);
  --states_.at(batch.whose).under_way;
}

CourierFigures Courier::figures() const {
  std::lock_guard lock(mutex_);
  CourierFigures out = figures_;
  const milliseconds now = clock_.monotonic();
  for (const auto& [whose, state] : states_) out.resting += state.until > now;
  return out;
}

}  // namespace sealift::smdp
