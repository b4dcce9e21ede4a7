#include "store/sqlite/store.hpp"

#include "store/sqlite/migrations.hpp"
#include "store/sqlite/orders.hpp"

namespace sealift::store {
namespace {

class Opened final : public SqliteStore {
 public:
  Opened(Database writing, const std::string& path)
      : readers_(path), writer_(std::move(writing)), orders_(writer_, readers_) {}
  smdp::OrderStore& orders() override { return orders_; }
  GroupFigures figures() const override { return writer_.figures(); }

 private:
  Readers readers_;
  Writer writer_;
  SqliteOrders orders_;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path) {
  Database db = TRY(Database::open(path, Database::Mode::write));
  Status migrated = migrate(db);
  if (!migrated) return std::move(migrated.error()).within(path);
  return std::unique_ptr<SqliteStore>(std::make_unique<Opened>(std::move(db), path));
}

}  // namespace sealift::store
