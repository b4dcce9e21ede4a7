#include "store/postgres/link.hpp"

#include <libpq-fe.h>

#include <cctype>
#include <utility>

namespace sealift::store::postgres {
namespace {

/// Ours before what the string says, so that it has the last word.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "5"},  {"keepalives_idle", "10"},     {"keepalives_interval", "5"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "15000"}, {"target_session_attrs", "read-write"},
};

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

pg_conn* open(const std::string& connection_string) {
  std::vector<const char*> names, values;
  const auto add = [&](const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  };
  for (const auto& [name, value] : kDefaults) add(name, value);
  add("dbname", connection_string.c_str());
  add("client_encoding", "UTF8");
  add("fallback_application_name", "sealift");
  add(nullptr, nullptr);
  return ::PQconnectdbParams(names.data(), values.data(), 1);
}

/// What every connection has, whatever the server's configuration: a change that is answered for is on its
/// disk, and one that a lock holds up fails in time.
constexpr const char* kSession =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off';"
    "SELECT set_config('lock_timeout', '5s', false);"
    "SELECT set_config('default_transaction_isolation', 'read committed', false);"
    "SELECT set_config('client_min_messages', 'warning', false)";

void ignore_notice(void*, const pg_result*) {}

}  // namespace

void Link::Close::operator()(pg_conn* connection) const {
  ::PQfinish(connection);
}

Result<std::unique_ptr<Link>> Link::connect(const std::string& connection_string) {
  std::unique_ptr<Link> link(new Link(open(connection_string)));
  pg_conn* const c = link->connection_.get();
  if (!c) return Error{ErrorKind::limit, "out of memory while connecting to the database"};
  if (::PQstatus(c) != CONNECTION_OK) {
    const bool refused = ::PQconnectionNeedsPassword(c) != 0;
    return Error{refused ? ErrorKind::permission : ErrorKind::io,
                 "the database cannot be reached (" + link->problem() + ")"};
  }
  ::PQsetNoticeReceiver(c, ignore_notice, nullptr);
  if (::PQserverVersion(c) < 130000) {
    return Error{ErrorKind::invalid, "the database is older than PostgreSQL 13, the first that will do"};
  }
  TRY_VOID(link->execute(kSession));
  return link;
}

Status Link::execute(const char* sql) {
  TRY_VOID(Rows(::PQexec(connection_.get(), sql)).status());
  return {};
}

Result<Rows> Link::ask(const char* sql) {
  Rows rows(::PQexecParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 1));
  TRY_VOID(rows.status());
  return rows;
}

Status Link::start() {
  if (::PQsetnonblocking(connection_.get(), 1) == 0 && ::PQenterPipelineMode(connection_.get()) == 1)
    return {};
  return Error{ErrorKind::io, "the database: " + problem()};
}

int Link::socket() const {
  return ::PQsocket(connection_.get());
}

std::string Link::problem() const {
  return one_line(::PQerrorMessage(connection_.get()));
}

/// In a transaction of its own, so that the failure of another one cannot undo it.
bool Link::prepare(const char* sql) {
  if (prepared_.contains(sql)) return true;
  std::string name = "s" + std::to_string(prepared_.size());
  if (::PQsendPrepare(connection_.get(), name.c_str(), sql, 0, nullptr) != 1) return false;
  if (::PQpipelineSync(connection_.get()) != 1) return false;
  waiting_.push_back({.done = [this](const Answer& answer) { broken_ |= !answer; }});
  prepared_.emplace(sql, std::move(name));
  return true;
}

bool Link::send_one(const Statement& one) {
  const auto& parameters = one.parameters_;
  std::vector<const char*> values;
  std::vector<int> sizes;
  for (const auto& p : parameters) {
    const char* number = reinterpret_cast<const char*>(p.number.data());
    values.push_back(p.null ? nullptr : p.data ? p.data : number);
    sizes.push_back(p.size);
  }
  const std::vector<int> formats(parameters.size(), 1);
  return ::PQsendQueryPrepared(connection_.get(), prepared_.at(one.sql_).c_str(),
                               static_cast<int>(values.size()), values.data(), sizes.data(), formats.data(),
                               1) == 1;
}

bool Link::send(std::span<const Statement> transaction, std::function<void(Answer)> done) {
  for (const Statement& one : transaction) {
    if (!prepare(one.sql_)) return false;
  }
  for (const Statement& one : transaction) {
    if (!send_one(one)) return false;
  }
  if (::PQpipelineSync(connection_.get()) != 1) return false;
  waiting_.push_back({.done = std::move(done)});
  unsent_ = ::PQflush(connection_.get()) != 0;
  return true;
}

bool Link::move_on(bool readable) {
  pg_conn* const c = connection_.get();
  if (readable && ::PQconsumeInput(c) != 1) return false;
  while (!waiting_.empty() && !::PQisBusy(c)) {
    // Null stands between the answers of two statements.
    if (pg_result* result = ::PQgetResult(c)) take(result);
    if (::PQstatus(c) != CONNECTION_OK || broken_) return false;
  }
  const int left = ::PQflush(c);
  unsent_ = left > 0;
  return left >= 0;
}

void Link::take(pg_result* result) {
  Rows rows(result);
  Waiting& first = waiting_.front();
  switch (::PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      first.rows.push_back(std::move(rows));
      return;
    case PGRES_PIPELINE_SYNC:  // the server has committed, or rolled back
      return finish_first();
    case PGRES_PIPELINE_ABORTED:  // a statement after the one that failed
      return;
    default:
      if (!first.failure) first.failure = std::move(rows.status().error());
  }
}

void Link::finish_first() {
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  if (first.failure) return first.done(std::move(*first.failure));
  first.done(std::move(first.rows));
}

void Link::fail(const Error& why) {
  connection_.reset();
  for (Waiting& one : std::exchange(waiting_, {})) {
    const bool known = one.failure && !one.failure->unknown;
    one.done(known ? std::move(*one.failure) : Failure{.error = why, .unknown = true});
  }
}

}  // namespace sealift::store::postgres
