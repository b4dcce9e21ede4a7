#include "store/postgres/open.hpp"

#include <libpq-fe.h>

#include <algorithm>

namespace sealift::store::postgres {
namespace {

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

Result<std::unique_ptr<Pool>> open_pool(PostgresOptions options, const Schema& schema) {
  TRY_VOID(must_be_fit(options.connection_string));
  {
    const auto link = TRY(Link::connect(options.connection_string));
    TRY_VOID(migrate(*link, schema));
  }
  const PoolOptions pool_options{.change_links = std::max(options.change_links, 1u),
                                 .quick_links = std::max(options.quick_links, 1u),
                                 .patience = options.patience};
  return Pool::open(std::move(options.connection_string), pool_options);
}

}  // namespace sealift::store::postgres

namespace sealift::store {

Status can_connect(const std::string& connection_string) {
  TRY_VOID(postgres::must_be_fit(connection_string));
  TRY(postgres::Link::connect(connection_string));
  return {};
}

}  // namespace sealift::store
