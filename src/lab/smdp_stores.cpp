#include "lab/smdp_stores.hpp"

#include "store/memory/orders.hpp"
#include "store/memory/records.hpp"
#include "store/memory/restrictions.hpp"
#include "store/memory/sessions.hpp"
#include "store/postgres/store.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::lab {
namespace {

class InMemory final : public SmdpStores {
 public:
  smdp::OrderStore& orders() override { return orders_; }
  smdp::SessionStore& sessions() override { return sessions_; }
  smdp::RestrictionStore& restrictions() override { return restrictions_; }
  smdp::Outbox& outbox() override { return orders_.outbox(); }
  access::RecordStore& records() override { return records_; }
  Figures figures() const override { return {}; }
  std::optional<size_t> open_sessions() const override { return sessions_.size(); }

 private:
  store::MemoryOrders orders_;
  store::MemorySessions sessions_;
  store::MemoryRestrictions restrictions_;
  store::MemoryRecords records_;
};

class InSqlite final : public SmdpStores {
 public:
  explicit InSqlite(std::unique_ptr<store::SqliteStore> store) : store_(std::move(store)) {}
  smdp::OrderStore& orders() override { return store_->orders(); }
  smdp::SessionStore& sessions() override { return sessions_; }
  smdp::RestrictionStore& restrictions() override { return store_->restrictions(); }
  smdp::Outbox& outbox() override { return store_->outbox(); }
  access::RecordStore& records() override { return store_->records(); }
  Figures figures() const override {
    const auto f = store_->figures();
    return {f.batches, f.changes, f.largest, f.waiting, 0};
  }
  Status probe() override { return store_->probe(); }
  std::optional<size_t> open_sessions() const override { return sessions_.size(); }

 private:
  std::unique_ptr<store::SqliteStore> store_;
  store::MemorySessions sessions_;
};

class InPostgres final : public SmdpStores {
 public:
  explicit InPostgres(std::unique_ptr<store::PostgresStore> store) : store_(std::move(store)) {}
  smdp::OrderStore& orders() override { return store_->orders(); }
  smdp::SessionStore& sessions() override { return store_->sessions(); }
  smdp::RestrictionStore& restrictions() override { return store_->restrictions(); }
  smdp::Outbox& outbox() override { return store_->outbox(); }
  access::RecordStore& records() override { return store_->records(); }
  Figures figures() const override {
    const auto f = store_->figures();
    return {f.changes, f.changes, f.changes > 0 ? 1u : 0u, 0, f.lost_connections};
  }
  Status probe() override {
    if (store_->reachable()) return {};
    return Error{ErrorKind::io, "the database is out of reach"};
  }
  bool shared() const override { return true; }

 private:
  std::unique_ptr<store::PostgresStore> store_;
};

}  // namespace

Result<std::unique_ptr<SmdpStores>> SmdpStores::open(const std::string& where, Clock& clock) {
  if (where.empty()) return std::unique_ptr<SmdpStores>(std::make_unique<InMemory>());
  if (store::is_postgres(where)) {
    auto store = TRY(store::PostgresStore::open({.connection_string = where}, clock));
    return std::unique_ptr<SmdpStores>(std::make_unique<InPostgres>(std::move(store)));
  }
  auto store = TRY(store::SqliteStore::open(where));
  return std::unique_ptr<SmdpStores>(std::make_unique<InSqlite>(std::move(store)));
}

ListFollower::ListFollower(smdp::RestrictionList& list, std::chrono::milliseconds pace)
    : thread_([this, &list, pace] {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, pace, [this] { return ending_; })) {
          lock.unlock();
          (void)list.refresh();
          lock.lock();
        }
      }) {}

ListFollower::~ListFollower() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace sealift::lab
