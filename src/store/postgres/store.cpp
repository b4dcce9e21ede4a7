#include "store/postgres/store.hpp"

#include "store/postgres/administration.hpp"
#include "store/postgres/open.hpp"
#include "store/postgres/orders.hpp"
#include "store/postgres/sessions.hpp"

namespace sealift::store {
namespace {

class Opened final : public PostgresStore {
 public:
  Opened(std::unique_ptr<postgres::Pool> pool, Clock& clock, size_t sessions)
      : pool_(std::move(pool)),
        orders_(*pool_),
        sessions_(*pool_, clock, sessions),
        restrictions_(*pool_),
        outbox_(*pool_),
        records_(*pool_) {}
  smdp::OrderStore& orders() override { return orders_; }
  smdp::SessionStore& sessions() override { return sessions_; }
  smdp::RestrictionStore& restrictions() override { return restrictions_; }
  smdp::Outbox& outbox() override { return outbox_; }
  access::RecordStore& records() override { return records_; }
  Figures figures() const override {
    const auto f = pool_->figures();
    return {f.changes, f.lost};
  }
  bool reachable() const override { return pool_->reachable(); }

 private:
  std::unique_ptr<postgres::Pool> pool_;
  postgres::Orders orders_;
  postgres::Sessions sessions_;
  postgres::Restrictions restrictions_;
  postgres::Outbox outbox_;
  postgres::Records records_;
};

}  // namespace

bool is_postgres(std::string_view connection_string) {
  return connection_string.starts_with("postgresql://") || connection_string.starts_with("postgres://");
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options, Clock& clock) {
  const size_t sessions = options.sessions;
  auto pool = TRY(postgres::open_pool(std::move(options), postgres::smdp_schema()));
  return std::unique_ptr<PostgresStore>(std::make_unique<Opened>(std::move(pool), clock, sessions));
}

}  // namespace sealift::store
