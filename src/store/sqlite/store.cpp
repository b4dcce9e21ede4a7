#include "store/sqlite/store.hpp"

#include "store/sqlite/migrations.hpp"
#include "store/sqlite/orders.hpp"
#include "store/sqlite/outbox.hpp"
#include "store/sqlite/records.hpp"
#include "store/sqlite/restrictions.hpp"
#include "store/sqlite/subscribers.hpp"

namespace sealift::store {
namespace {

class Opened final : public SqliteStore {
 public:
  Opened(Database writing, const std::string& path, std::chrono::milliseconds patience)
      : readers_(path, patience),
        writer_(std::move(writing)),
        orders_(writer_, readers_),
        restrictions_(writer_, readers_),
        outbox_(writer_, readers_),
        records_(writer_, readers_) {}
  smdp::OrderStore& orders() override { return orders_; }
  smdp::RestrictionStore& restrictions() override { return restrictions_; }
  smdp::Outbox& outbox() override { return outbox_; }
  access::RecordStore& records() override { return records_; }
  std::unique_ptr<auc::SubscriberStore> subscribers(const Secret<32>& store_key, Random& random) override {
    return std::make_unique<SqliteSubscribers>(writer_, readers_, store_key, random);
  }
  // SQLite writes the page of its version whatever the number is.
  Status probe() override {
    return writer_.write([](Database& db) -> Status {
      const int64_t version = TRY(db.integer("PRAGMA user_version"));
      return db.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
    });
  }
  GroupFigures figures() const override { return writer_.figures(); }

 private:
  Readers readers_;
  Writer writer_;
  SqliteOrders orders_;
  SqliteRestrictions restrictions_;
  SqliteOutbox outbox_;
  SqliteRecords records_;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path,
                                                       std::chrono::milliseconds patience) {
  Database db = TRY(Database::open(path, Database::Mode::write, patience));
  Status migrated = migrate(db);
  if (!migrated) return std::move(migrated.error()).within(path);
  return std::unique_ptr<SqliteStore>(std::make_unique<Opened>(std::move(db), path, patience));
}

}  // namespace sealift::store
