#include "store/postgres/sessions.hpp"

#include "smdp/session_codec.hpp"

namespace sealift::store::postgres {
namespace {

constexpr int64_t kSweepPace = 5'000;  ///< milliseconds

/// Who gives way first where there are too many, as in store/memory: a delivered session has nothing left but
/// to be cancelled, and whoever reaches the server may open one that is not authenticated.
int64_t rank_of(const smdp::Session& session) {
  if (std::holds_alternative<smdp::BppDelivered>(session)) return 0;
  return std::holds_alternative<smdp::InitDone>(session) ? 1 : 2;
}

}  // namespace

/// One caller in a few seconds counts for all.
void Sessions::sweep() {
  int64_t due = next_sweep_.load();
  const int64_t now = clock_.monotonic().count();
  if (now < due || !next_sweep_.compare_exchange_strong(due, now + kSweepPace)) return;
  // In pieces, and passing over what another node is sweeping or a phone is taking.
  const Statement expired(
      "DELETE FROM sessions WHERE transaction_id IN (SELECT transaction_id FROM sessions WHERE expires <= "
      "now() "
      "LIMIT 10000 FOR UPDATE SKIP LOCKED)");
  Statement surplus(
      "DELETE FROM sessions WHERE transaction_id IN (SELECT transaction_id FROM sessions ORDER BY rank, "
      "expires "
      "LIMIT least(10000, greatest(0, (SELECT count(*) FROM sessions) - $1)) FOR UPDATE SKIP LOCKED)");
  surplus.bind(static_cast<int64_t>(capacity_));
  const Statement all[] = {expired, surplus, Statement("SELECT count(*) FROM sessions")};
  const auto rows = pool_.run(Kind::read, all);
  if (rows) held_ = static_cast<size_t>((*rows)[2].integer(0, 0));
}

bool Sessions::has_room(const smdp::Session& session) {
  // Those that have come further push out the others, at the next sweep.
  return held_ < capacity_ || !std::holds_alternative<smdp::InitDone>(session);
}

bool Sessions::put(const TransactionId& id, smdp::Session session, std::chrono::milliseconds until) {
  sweep();
  if (!has_room(session)) return false;
  const int64_t lifetime = (until - clock_.monotonic()).count();
  if (lifetime <= 0) return false;
  const Bytes content = smdp::encode(session);
  Statement s(
      "INSERT INTO sessions (transaction_id, rank, content, expires) VALUES ($1, $2, $3, now() + $4::BIGINT "
      "* interval "
      "'1 millisecond') ON CONFLICT (transaction_id) DO UPDATE SET rank = $2, content = $3, expires = "
      "excluded.expires");
  s.bind(id.octets()).bind(rank_of(session)).bind(View(content)).bind(lifetime);
  const bool done = pool_.run(Kind::read, s).has_value();
  if (done) ++held_;
  return done;
}

std::optional<smdp::Session> Sessions::take(const TransactionId& id, std::chrono::milliseconds) {
  Statement s("DELETE FROM sessions WHERE transaction_id = $1 RETURNING content, (expires > now())::INT");
  const auto rows = pool_.run(Kind::once, s.bind(id.octets()));
  if (!rows || rows->size() == 0 || rows->integer(0, 1) == 0) return std::nullopt;
  auto session = smdp::decode_session(rows->blob(0, 0));
  if (!session) return std::nullopt;  // of another version of this program
  return std::move(*session);
}

}  // namespace sealift::store::postgres
