#include "store/sqlite/subscribers.hpp"

#include <algorithm>

#include "crypto/aes.hpp"

namespace sealift::store {

using auc::Subscriber;
using auc::SubscriberState;

namespace {

constexpr size_t kNonce = 12;

Bytes associated(const Imsi& imsi) {
  return concat({view("sealift subscriber"), view(imsi.digits())});
}

/// Milenage: K and OPc, 32 octets. TUAK: an octet each for iterations and size of RES, TOPc, and K, 50 or 66.
SecretBytes pack_keys(const Subscriber& s) {
  if (!s.tuak) return SecretBytes(concat({s.k.expose(), s.opc.expose()}));
  const Octets<2> sizes{s.tuak->iterations, s.tuak->res_size};
  return SecretBytes(concat({sizes, s.tuak->topc.expose(), s.tuak->k.expose()}));
}

Status unpack_keys(View keys, Subscriber& s) {
  if (keys.size() == 32) {
    s.k = TRY(Secret<16>::from(keys.first(16)));
    s.opc = TRY(Secret<16>::from(keys.last(16)));
    return {};
  }
  if (keys.size() != 50 && keys.size() != 66)
    return Error{ErrorKind::verification, "a subscriber in the store is damaged"};
  s.tuak = auc::TuakKeys{SecretBytes(to_bytes(keys.subspan(34))), SecretBytes(to_bytes(keys.subspan(2, 32))),
                         keys[1], keys[0]};
  return {};
}

Bytes seal_keys(const Secret<32>& key, Random& random, const Subscriber& s) {
  const SecretBytes keys = pack_keys(s);
  const Octets<kNonce> nonce = random.octets<kNonce>();
  return concat({nonce, crypto::aes256_gcm_seal(key.expose(), nonce, associated(s.imsi), keys.expose())});
}

Status open_keys(const Secret<32>& key, View sealed, Subscriber& s) {
  if (sealed.size() < kNonce) return Error{ErrorKind::verification, "a subscriber in the store is damaged"};
  const auto nonce = TRY(octets<kNonce>(sealed.first(kNonce)));
  auto keys = crypto::aes256_gcm_open(key.expose(), nonce, associated(s.imsi), sealed.subspan(kNonce));
  if (!keys) return std::move(keys.error()).within("a subscriber in the store (is this its store key?)");
  return unpack_keys(keys->expose(), s);
}

/// c1 to c5 one after another.
Octets<80> xoring_constants(const crypto::MilenageConstants& constants) {
  Octets<80> out{};
  auto at = out.begin();
  for (const auto& c : constants.c) at = std::copy(c.begin(), c.end(), at);
  return out;
}

// Numbers of 48 bits and less; every one fits SQLite's integers.
int64_t number(auc::Sqn sqn) {
  return static_cast<int64_t>(sqn.value());
}
auc::Sqn sqn(int64_t value) {
  return auc::Sqn(static_cast<uint64_t>(value));
}

void bind_state(Query& q, const SubscriberState& state) {
  q.bind(number(state.issued)).bind(number(state.confirmed)).bind(View(state.last_rand));
  q.bind(state.suspicions).bind(state.barred ? 1 : 0);
}

Result<SubscriberState> read_state(const Query& q, int first) {
  SubscriberState state{.issued = sqn(q.integer(first)), .confirmed = sqn(q.integer(first + 1))};
  state.last_rand = TRY(octets<16>(q.blob(first + 2)));
  state.suspicions = static_cast<uint32_t>(q.integer(first + 3));
  state.barred = q.integer(first + 4) != 0;
  return state;
}

Error no_such_subscriber() {
  return {ErrorKind::not_found, "no such subscriber"};
}
Error subscriber_exists() {
  return {ErrorKind::exists, "the subscriber exists already"};
}

}  // namespace

Status SqliteSubscribers::add(const Subscriber& subscriber) {
  const Bytes keys = seal_keys(store_key_, random_, subscriber);
  const Octets<80> c = xoring_constants(subscriber.constants);
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(
        db.query("INSERT INTO subscribers (imsi, keys, amf, rotation_constants, xoring_constants, issued, "
                 "confirmed, last_rand, suspicions, barred) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    q.bind_text(subscriber.imsi.digits()).bind(View(keys)).bind(View(subscriber.amf));
    q.bind(View(subscriber.constants.r)).bind(View(c));
    bind_state(q, subscriber.state);
    Status done = q.run();
    if (!done && done.error().kind == ErrorKind::exists) done = subscriber_exists();
    return done;
  });
}

Result<Subscriber> SqliteSubscribers::find(const Imsi& imsi) {
  return readers_.read([&](Database& db) -> Result<Subscriber> {
    Query q =
        TRY(db.query("SELECT keys, amf, rotation_constants, xoring_constants, issued, confirmed, "
                     "last_rand, suspicions, barred FROM subscribers WHERE imsi = ?"));
    q.bind_text(imsi.digits());
    const bool row = TRY(q.step());
    if (!row) return no_such_subscriber();
    Subscriber out{.imsi = imsi};
    TRY_VOID(open_keys(store_key_, q.blob(0), out));
    out.amf = TRY(octets<2>(q.blob(1)));
    out.constants = TRY(crypto::MilenageConstants::from(q.blob(2), q.blob(3)));
    out.state = TRY(read_state(q, 4));
    return out;
  });
}

Status SqliteSubscribers::advance(const Imsi& imsi, const SubscriberState& expected,
                                  const SubscriberState& next) {
  return writer_.write([&](Database& db) -> Status {
    Query q =
        TRY(db.query("UPDATE subscribers SET issued = ?, confirmed = ?, last_rand = ?, suspicions = ?, "
                     "barred = ? WHERE issued = ? AND confirmed = ? AND last_rand = ? AND "
                     "suspicions = ? AND barred = ? AND imsi = ?"));
    bind_state(q, next);
    bind_state(q, expected);
    TRY_VOID(q.bind_text(imsi.digits()).run());
    if (db.changes() == 1) return {};
    Query there = TRY(db.query("SELECT 1 FROM subscribers WHERE imsi = ?"));
    const bool row = TRY(there.bind_text(imsi.digits()).step());
    if (!row) return no_such_subscriber();
    return Error{ErrorKind::conflict, "the subscriber's state moved on"};
  });
}

Result<std::vector<Imsi>> SqliteSubscribers::list(const std::optional<Imsi>& after, size_t limit) {
  return readers_.read([&](Database& db) -> Result<std::vector<Imsi>> {
    Query q = TRY(db.query("SELECT imsi FROM subscribers WHERE imsi > ? ORDER BY imsi LIMIT ?"));
    q.bind_text(after ? std::string_view(after->digits()) : "").bind(static_cast<int64_t>(limit));
    std::vector<Imsi> out;
    for (;;) {
      const bool row = TRY(q.step());
      if (!row) return out;
      out.push_back(TRY(Imsi::parse(q.text(0))));
    }
  });
}

}  // namespace sealift::store
