#include "store/postgres/statement.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <cstring>

namespace sealift::store::postgres {
namespace {

std::string field(const pg_result* result, int code) {
  const char* value = ::PQresultErrorField(result, code);
  return value ? value : "";
}

ErrorKind kind_of(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (state.empty()) return ErrorKind::io;  // the connection is lost
  if (state == "23505") return ErrorKind::exists;
  if (state == "SL429") return ErrorKind::limit;
  if (state == "SL409" || group == "40") return ErrorKind::conflict;
  if (state == "55P03" || state == "57014") return ErrorKind::timeout;
  if (state == "42501" || group == "28" || state == "25006") return ErrorKind::permission;
  if (group == "53" || group == "57" || group == "58" || group == "08") return ErrorKind::io;
  if (group == "22") return ErrorKind::invalid;
  return ErrorKind::internal;
}

Failure failure_of(const pg_result* result) {
  Failure out{.state = field(result, PG_DIAG_SQLSTATE), .constraint = field(result, PG_DIAG_CONSTRAINT_NAME)};
  const std::string said = field(result, PG_DIAG_MESSAGE_PRIMARY);
  // After a fatal one the connection ends, and a commit may have been under way.
  out.unknown = field(result, PG_DIAG_SEVERITY_NONLOCALIZED) != "ERROR";
  out.error.kind = kind_of(out.state);
  if (out.state == "53100") {
    out.error.message = "the disk of the database is full; nothing was changed: free some space";
  } else if (out.state == "25006") {
    out.error.message =
        "the database takes no changes (a standby, or one set read-only); nothing was changed";
  } else if (out.state.starts_with("SL")) {  // raised by a function of ours, in words for people
    out.error.message = said;
  } else if (out.is_duplicate()) {
    out.error.message = "the store has this already (" + out.constraint + ")";
  } else if (out.error.kind == ErrorKind::timeout) {
    out.error.message = "the database is held by another session (" + said + "); nothing was changed";
  } else {
    // The primary message names tables and types, not the values of a row; those are in its detail.
    out.error.message = "the database: " + (said.empty() ? "the connection is lost" : said) +
                        (out.state.empty() ? "" : " (SQLSTATE " + out.state + ")");
  }
  return out;
}

}  // namespace

Statement& Statement::bind(int64_t value) {
  Parameter p{.size = 8};
  for (size_t i = 0; i < 8; ++i)
    p.number[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (56 - 8 * i));
  parameters_.push_back(p);
  return *this;
}

Statement& Statement::bind(View blob) {
  return bind_text(text(blob));
}

Statement& Statement::bind_text(std::string_view text) {
  parameters_.push_back({.data = text.empty() ? "" : text.data(), .size = static_cast<int>(text.size())});
  return *this;
}

Statement& Statement::bind_null() {
  parameters_.push_back({.null = true});
  return *this;
}

void Rows::Clear::operator()(pg_result* result) const {
  ::PQclear(result);
}

Result<void, Failure> Rows::status() const {
  const int status = ::PQresultStatus(result_.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  return failure_of(result_.get());
}

size_t Rows::size() const {
  return static_cast<size_t>(::PQntuples(result_.get()));
}

uint64_t Rows::changed() const {
  const std::string_view count = ::PQcmdTuples(result_.get());
  uint64_t out = 0;
  std::from_chars(count.data(), count.data() + count.size(), out);
  return out;
}

int64_t Rows::integer(size_t row, int column) const {
  const View octets = blob(row, column);
  if (octets.empty()) return 0;
  int64_t out = octets.size() > 1 ? static_cast<int8_t>(octets[0]) : octets[0];
  for (uint8_t octet : octets.subspan(1)) out = static_cast<int64_t>(static_cast<uint64_t>(out) << 8 | octet);
  return out;
}

View Rows::blob(size_t row, int column) const {
  const int r = static_cast<int>(row);
  return {reinterpret_cast<const uint8_t*>(::PQgetvalue(result_.get(), r, column)),
          static_cast<size_t>(::PQgetlength(result_.get(), r, column))};
}

std::string_view Rows::text(size_t row, int column) const {
  return sealift::text(blob(row, column));
}

bool Rows::is_null(size_t row, int column) const {
  return ::PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

}  // namespace sealift::store::postgres
