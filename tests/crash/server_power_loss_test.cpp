// Power fails at every write, truncation, removal and sync of an SM-DP+'s store, with what was not synced
// dropped, torn, reordered or arrived. What the store then holds is what had been acknowledged, or that and
// the one change under way: whole, with its audit row (G-CRASH-2).
//
// SEALIFT_CRASH_IMAGES: how many images at least; by default each boundary is looked at once.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "base/temporary_folder.hpp"
#include "smdp/order_store_suite.hpp"
#include "smdp/test_world.hpp"
#include "store/sqlite/store.hpp"
#include "tests/crash/power_loss_vfs.hpp"

namespace sealift::crash {
namespace {

namespace fs = std::filesystem;
using smdp::OrderState;
using store::SqliteStore;

std::unique_ptr<SqliteStore> open_store(const std::string& path) {
  auto opened = SqliteStore::open(path);
  check(bool(opened), opened ? "" : opened.error().message.c_str());
  return std::move(*opened);
}

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using RawDatabase = std::unique_ptr<sqlite3, CloseDatabase>;
RawDatabase open_raw(const std::string& path) {
  sqlite3* db = nullptr;
  check(sqlite3_open(path.c_str(), &db) == SQLITE_OK, "the database opens");
  return RawDatabase(db);
}

/// Every row of a query, as text.
std::string rows(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK, sqlite3_errmsg(db));
  std::string out;
  int code = 0;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int n = 0; n < sqlite3_column_count(statement); ++n) {
      const auto* octets = static_cast<const char*>(sqlite3_column_blob(statement, n));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, n));
      out += std::to_string(size) + ":";
      if (size > 0) out.append(octets, size);
    }
    out += '\n';
  }
  check(code == SQLITE_DONE, sqlite3_errmsg(db));
  sqlite3_finalize(statement);
  return out;
}

/// All that a store holds.
std::string content(sqlite3* db) {
  std::string out;
  for (const char* table : {"orders", "profiles", "packages", "deliveries", "notifications", "audit",
                            "restrictions", "subscribers"}) {
    out += std::string(table) + "\n" + rows(db, std::string("SELECT * FROM ") + table);
  }
  return out;
}

/// What the store held when so many operations had been done, and a change was acknowledged.
struct Acknowledged {
  size_t operations;
  std::string held;
  std::string what;
};

/// A store in a folder, recorded.
class Recorded {
 public:
  Recorded() : path(folder.path() + "/smdp.db") {
    vfs.record(true);
    store = open_store(path);
    watch = open_raw(path);
    acknowledge("made");
  }
  void acknowledge(const std::string& what) { steps.push_back({vfs.count(), content(watch.get()), what}); }
  /// The last connection closes: SQLite moves the journal into the database and removes it.
  void close() {
    watch.reset();
    store.reset();
  }
  void reopen() {
    close();
    store = open_store(path);
    watch = open_raw(path);
  }

  TemporaryFolder folder = TemporaryFolder::make().value();
  PowerLossVfs vfs;
  std::string path;
  std::unique_ptr<SqliteStore> store;
  RawDatabase watch;
  std::vector<Acknowledged> steps;
};

/// Tells after each change that the store has taken.
class Telling final : public smdp::OrderStore {
 public:
  explicit Telling(Recorded& recorded) : r_(recorded) {}
  Status add(const smdp::Order& o, const smdp::StoredProfile& p, const smdp::Audit& a) override {
    return told(orders().add(o, p, a), a.action);
  }
  Status apply(const smdp::Transition& t) override { return told(orders().apply(t), t.audit.action); }
  Status hear(const smdp::NotificationKey& k, const Iccid& i, const smdp::Audit& a) override {
    return told(orders().hear(k, i, a), a.action);
  }
  Result<std::vector<smdp::Order>> expired(Time now, Time given_out, size_t limit) override {
    return orders().expired(now, given_out, limit);
  }
  Result<size_t> prune(Time before) override {
    auto done = orders().prune(before);
    if (done && *done > 0) r_.acknowledge("prune");
    return done;
  }
  Result<std::optional<smdp::Order>> find(const Iccid& i) override { return orders().find(i); }
  Result<std::optional<smdp::Order>> find(const MatchingId& m) override { return orders().find(m); }
  Result<std::optional<smdp::Order>> find_default(const Eid& e, Time t) override {
    return orders().find_default(e, t);
  }
  Result<std::optional<smdp::Order>> find_available(const std::string& tenant, const std::string& profileType,
                                                    size_t skip) override {
    return orders().find_available(tenant, profileType, skip);
  }
  Result<std::vector<smdp::Order>> list(const smdp::OrderFilter& filter, const std::optional<Iccid>& after,
                                        size_t limit) override {
    return orders().list(filter, after, limit);
  }
  Result<std::vector<smdp::StockCount>> stock(const std::string& tenant) override {
    return orders().stock(tenant);
  }
  Result<std::vector<smdp::FunctionCall>> calls(const smdp::CallKey& key, const Octets<32>& digest) override {
    return orders().calls(key, digest);
  }
  Status remember(const smdp::FunctionCall& call, const smdp::Audit& a) override {
    return told(orders().remember(call, a), a.action);
  }
  Result<smdp::StoredProfile> profile(const Iccid& i) override { return orders().profile(i); }
  Result<Bytes> package(const Iccid& i) override { return orders().package(i); }
  Result<std::optional<smdp::Delivery>> delivery(const TransactionId& t) override {
    return orders().delivery(t);
  }

 private:
  smdp::OrderStore& orders() { return r_.store->orders(); }
  Status told(Status done, const std::string& what) {
    if (done) r_.acknowledge(what);
    return done;
  }
  Recorded& r_;
};

/// How the images of one pass differ from those of another.
struct Pass {
  uint64_t number;
  Loss loss(size_t at) const { return static_cast<Loss>((at + number) % 4); }
  size_t sector(size_t at) const { return ((at / 4 + number / 4) % 2) == 0 ? 512 : 4096; }
};

/// Calls `look(at, path, pass)` for the image of each boundary, over and over until there were enough. Gives
/// how many it made.
template <class Look>
size_t walk(Recorded& r, Look look) {
  const char* wanted = std::getenv("SEALIFT_CRASH_IMAGES");
  const size_t enough = wanted ? std::strtoull(wanted, nullptr, 10) : 1;
  const auto& operations = r.vfs.operations();
  TemporaryFolder folder = TemporaryFolder::make().value();
  size_t images = 0;
  for (Pass pass{0}; images < enough && !::testing::Test::HasFailure(); ++pass.number) {
    Disk disk;
    SeededRandom random(pass.number + 1);
    for (size_t at = 0; at <= operations.size() && !::testing::Test::HasFailure(); ++at) {
      fs::remove_all(folder.path());
      fs::create_directory(folder.path());
      for (const auto& [path, octets] : disk.after_power_loss(pass.loss(at), pass.sector(at), random)) {
        std::ofstream(folder.path() + "/" + fs::path(path).filename().string(), std::ios::binary)
            .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
      }
      look(at, folder.path() + "/smdp.db", pass);
      ++images;
      if (at < operations.size()) disk.take(operations[at]);
    }
  }
  return images;
}

/// The life of four orders, as the functions of the server make it.
void live(Recorded& r) {
  using namespace smdp::testing;
  World w;
  Telling orders(r);
  auto restrictions = smdp::RestrictionList::open(r.store->restrictions()).value();
  smdp::Ports ports{w.clock, w.random,   w.authenticator, w.signers,  w.store_key,
                    orders,  w.sessions, w.observer,      w.settings, restrictions.get()};
  const auto order = [&](int number, smdp::CreateOrder how = {}) {
    how.iccid = smdp::suite_iccid(number);
    smdp::ImportProfile import{.upp = SecretBytes(make_upp(how.iccid, 3000))};
    import.metadata.serviceProviderName = "Sealift";
    import.metadata.profileName = "Test";
    check(bool(smdp::import_profile(ports, access::administrator("tester"), std::move(import))), "imported");
    return smdp::create_order(ports, access::administrator("tester"), how).value();
  };
  const auto offer = [&](MiniCard& card, const smdp::Order& o) {
    const auto hello = initiate_authentication(ports, card.initiate(std::string(kAddress))).value();
    return authenticate_client(ports, {.transactionId = hello.transactionId,
                                       .authenticateServerResponse = card.authenticate(hello, o.matchingId)})
        .value();
  };
  const auto package = [&](MiniCard& card, const messages::AuthenticateClientOk& given,
                           const std::optional<std::string>& code = {}) {
    return get_bound_profile_package(
        ports, {.transactionId = given.transactionId, .prepareDownloadResponse = card.prepare(given, code)});
  };
  MiniCard card = w.card(1), other = w.card(2);
  const smdp::Order plain = order(1),
                    with_code = order(2, {.iccid = {}, .confirmationCode = SecretBytes(to_bytes("2468"))}),
                    unwanted = order(3), failing = order(4);

  check(bool(package(card, offer(card, plain))), "bound");
  const auto again = package(card, offer(card, plain));  // the same key: given out again
  check(bool(again), "given out again");
  check(!package(other, offer(other, with_code), "1357"), "a wrong code is refused");
  const auto coded = package(other, offer(other, with_code), "2468");
  check(bool(coded), "the right code is accepted");
  check(handle_notification(ports, card.success(again->transactionId, plain.iccid)), "heard");
  r.reopen();  // the journal goes into the database and begins anew

  check(handle_notification(
            ports, card.notification(messages::NotificationEventBit::notificationEnable, plain.iccid)),
        "heard");
  const auto declined = offer(card, unwanted);
  check(bool(cancel_session(
            ports, {.transactionId = declined.transactionId,
                    .cancelSessionResponse = card.cancel(declined.transactionId,
                                                         messages::CancelSessionReason::endUserRejection)})),
        "cancelled");
  // Into the database while the store goes on: what comes after it begins the journal anew.
  check(sqlite3_wal_checkpoint_v2(r.watch.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr) ==
            SQLITE_OK,
        "a checkpoint");
  const auto broken = package(card, offer(card, failing));
  check(bool(broken), "bound");
  check(handle_notification(ports, card.failure(broken->transactionId, failing.iccid,
                                                messages::ErrorReason::incorrectInputValues)),
        "heard");
  check(bool(r.store->restrictions().add(
            {smdp::RestrictionKind::tac, "12345678", "stolen", "tester", w.clock.now()},
            {w.clock.now(), "tester", "restrict", ""})),
        "restricted");
  r.acknowledge("restrict");
  w.clock.advance(std::chrono::days(400));
  check(orders.prune(w.clock.now()).value_or(0) > 0, "pruned");
}

TEST(ServerPowerLoss, at_every_write_leaves_what_was_acknowledged_and_each_change_whole) {
  Recorded r;
  live(r);
  r.close();
  r.vfs.record(false);
  ASSERT_GT(r.steps.size(), 15u);
  size_t kept_unacknowledged = 0;
  const size_t images = walk(r, [&](size_t at, const std::string& path, Pass pass) {
    auto opened = SqliteStore::open(path);
    ASSERT_TRUE(opened) << "image " << at << ": " << opened.error().message;
    auto db = open_raw(path);
    EXPECT_EQ(rows(db.get(), "PRAGMA integrity_check"), "2:ok\n") << "image " << at;
    const std::string held = content(db.get());
    size_t done = 0;  // the last change that was acknowledged before power failed
    while (done + 1 < r.steps.size() && r.steps[done + 1].operations <= at) ++done;
    const bool next = done + 1 < r.steps.size() && held == r.steps[done + 1].held;
    kept_unacknowledged += next;
    EXPECT_TRUE(held == r.steps[done].held || next)
        << "image " << at << " of pass " << pass.number << ", after '" << r.steps[done].what << "'";
    EXPECT_TRUE((*opened)->orders().hear({smdp::suite_eid(9), 1}, smdp::suite_iccid(1), {}))
        << "the store goes on";
  });
  EXPECT_GT(kept_unacknowledged, 0u);
  RecordProperty("images", std::to_string(images));
  RecordProperty("boundaries", std::to_string(r.vfs.operations().size()));
}

/// What each of many threads was told.
struct Told {
  size_t operations;
  int order, eid;
};

TEST(ServerPowerLoss, of_changes_that_shared_a_group_leaves_each_whole_and_gives_no_order_to_two) {
  constexpr int orders = 6, eids = 4;
  Recorded r;
  for (int n = 0; n < orders; ++n) {
    ASSERT_TRUE(r.store->orders().add(smdp::suite_order(n), {.content = Bytes(5000, 9)}, {}));
  }
  r.acknowledge("in stock");
  std::mutex mutex;
  std::vector<Told> told;
  std::vector<std::thread> threads;
  std::latch start(eids);
  for (int eid = 0; eid < eids; ++eid) {
    threads.emplace_back([&, eid] {
      start.arrive_and_wait();
      for (int n = 0; n < orders; ++n) {
        smdp::Transition t = smdp::suite_binding(smdp::suite_order((n + eid) % orders), eid);
        t.package = Bytes(3000, static_cast<uint8_t>(eid));
        t.delivery->transactionId =
            *TransactionId::from_octets(Bytes{static_cast<uint8_t>(eid), static_cast<uint8_t>(n)});
        t.after.delivered = t.delivery->transactionId;
        if (!r.store->orders().apply(t)) continue;
        std::lock_guard lock(mutex);
        told.push_back({r.vfs.count(), (n + eid) % orders, eid});
      }
    });
  }
  for (auto& t : threads) t.join();
  r.close();
  r.vfs.record(false);
  ASSERT_EQ(told.size(), size_t{orders}) << "each was won once";

  walk(r, [&](size_t at, const std::string& path, Pass pass) {
    auto opened = SqliteStore::open(path);
    ASSERT_TRUE(opened) << "image " << at << ": " << opened.error().message;
    auto& store = (*opened)->orders();
    for (const Told& t : told) {
      auto order = store.find(smdp::suite_iccid(t.order));
      ASSERT_TRUE(order) << order.error().message;
      const bool bound = *order && (**order).state == OrderState::downloaded;
      EXPECT_TRUE(bound || t.operations > at)
          << "image " << at << " of pass " << pass.number << ": acknowledged, and lost";
      EXPECT_EQ(bound, bool(store.package(smdp::suite_iccid(t.order)))) << "image " << at;
      if (!bound) continue;
      EXPECT_EQ((**order).eid, smdp::suite_eid(t.eid)) << "delivered to another than was told";
      EXPECT_EQ((**order).version, 1u);
      auto delivery = store.delivery(*(**order).delivered);
      EXPECT_TRUE(delivery && *delivery && (**delivery).eid == smdp::suite_eid(t.eid)) << "image " << at;
    }
    auto db = open_raw(path);
    EXPECT_EQ(rows(db.get(), "SELECT iccid FROM deliveries GROUP BY iccid HAVING count(*) > 1"), "");
    EXPECT_EQ(rows(db.get(),
                   "SELECT o.number FROM orders o WHERE (SELECT count(*) FROM audit a WHERE a.iccid = "
                   "o.iccid) <> o.version + 1"),
              "")
        << "image " << at << ": each change has its audit row";
  });
}

// The model itself: it must find what a store without syncs would lose.
TEST(ServerPowerLoss, is_seen_in_a_database_that_does_not_sync_its_commits) {
  TemporaryFolder folder = TemporaryFolder::make().value();
  PowerLossVfs vfs;
  auto db = open_raw(folder.path() + "/test.db");
  rows(db.get(), "PRAGMA journal_mode = WAL");
  rows(db.get(), "CREATE TABLE t (x)");
  rows(db.get(), "PRAGMA synchronous = NORMAL");
  vfs.record(true);
  rows(db.get(), "INSERT INTO t VALUES (1)");
  vfs.record(false);
  Disk disk;
  for (const Operation& o : vfs.operations()) disk.take(o);
  SeededRandom random(1);
  EXPECT_EQ(disk.after_power_loss(Loss::dropped, 512, random).size(), 0u)
      << "of what was written nothing was kept";
  EXPECT_EQ(disk.after_power_loss(Loss::arrived, 512, random).size(), 1u);
}

}  // namespace
}  // namespace sealift::crash

namespace sealift::smdp {
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(
    OrderStoreSuite);  // of its header only the samples are used here
}
