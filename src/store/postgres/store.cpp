#include "store/postgres/store.hpp"

#include <libpq-fe.h>

#include "store/postgres/administration.hpp"
#include "store/postgres/migrations.hpp"
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

/// Command lines and configuration files are read by more people than a password is for.
Status must_be_fit(const std::string& connection_string) {
  char* problem = nullptr;
  PQconninfoOption* const options = ::PQconninfoParse(connection_string.c_str(), &problem);
  if (!options) {
    const Error error{ErrorKind::invalid, "not a connection string of PostgreSQL (" +
                                              std::string(problem ? problem : "out of memory") + ")"};
    ::PQfreemem(problem);
    return error;
  }
  bool has_password = false;
  for (const PQconninfoOption* o = options; o->keyword; ++o) {
    has_password |= std::string_view(o->keyword) == "password" && o->val;
  }
  ::PQconninfoFree(options);
  if (!has_password) return {};
  return Error{
      ErrorKind::invalid,
      "the connection string has a password in it: write HOST:PORT:DATABASE:USER:PASSWORD to a file that "
      "its owner alone can read, and add ?passfile=FILE"};
}

}  // namespace

bool is_postgres(std::string_view connection_string) {
  return connection_string.starts_with("postgresql://") || connection_string.starts_with("postgres://");
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options, Clock& clock) {
  TRY_VOID(must_be_fit(options.connection_string));
  {
    const auto link = TRY(postgres::Link::connect(options.connection_string));
    TRY_VOID(postgres::migrate(*link));
  }
  postgres::PoolOptions pool_options{.change_links = std::max(options.change_links, 1u),
                                     .quick_links = std::max(options.quick_links, 1u),
                                     .patience = options.patience};
  auto pool = TRY(postgres::Pool::open(std::move(options.connection_string), pool_options));
  return std::unique_ptr<PostgresStore>(std::make_unique<Opened>(std::move(pool), clock, options.sessions));
}

}  // namespace sealift::store
