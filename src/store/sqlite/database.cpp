#include "store/sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sealift::store {
namespace {

Error error_of(sqlite3* db, int code) {
  const std::string detail = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ErrorKind::io, "the disk of the store is full; nothing was changed: free some space"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::timeout, "another process holds the store; nothing was changed: stop that process"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::permission, "no permission to write the store (" + detail + ")"};
    case SQLITE_NOTADB:
      return {ErrorKind::invalid, "the file is not a store of Sealift: choose another path"};
    case SQLITE_CORRUPT:
      return {ErrorKind::invalid, "the store is damaged (" + detail + "): restore it from a backup"};
    case SQLITE_CANTOPEN: {
      const int why = db ? sqlite3_system_errno(db) : 0;
      if (why == EACCES || why == EPERM) return {ErrorKind::permission, "no permission to open the store"};
      if (why == ENOENT) return {ErrorKind::not_found, "the directory of the store does not exist"};
      return {ErrorKind::io,
              "the store cannot be opened (" + std::string(why ? std::strerror(why) : detail) + ")"};
    }
    case SQLITE_IOERR:
      return {ErrorKind::io, "the disk of the store fails (" + detail + ")"};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::exists, "the store has this already (" + detail + ")"};
    default:
      return {ErrorKind::internal, "the store: " + detail};
  }
}

/// SQLite gives its other files the mode of this one. O_EXCL, since closing a file that the process has open
/// already would drop the locks on it; whatever fails here, SQLite's own open tells.
void create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
}

}  // namespace

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(int64_t value) {
  sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Query& Query::bind(View blob) {
  // An empty view may have a null pointer, which SQLite would take for NULL.
  sqlite3_bind_blob64(statement_, next_++, blob.empty() ? "" : static_cast<const void*>(blob.data()),
                      blob.size(), SQLITE_STATIC);
  return *this;
}

Query& Query::bind_text(std::string_view text) {
  sqlite3_bind_text64(statement_, next_++, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

Query& Query::bind_null() {
  sqlite3_bind_null(statement_, next_++);
  return *this;
}

Result<bool> Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(db_, code);
}

Status Query::run() {
  const bool row = TRY(step());
  check(!row, "a statement run for its effect gave a row");
  return {};
}

int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

View Query::blob(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Query::text(int column) const {
  return sealift::text(blob(column));
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* db) const {
  sqlite3_close(db);
}
void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(Database&&) noexcept = default;

Database::~Database() = default;

Result<Database> Database::open(const std::string& path, Mode mode, std::chrono::milliseconds patience) {
  if (mode == Mode::write) create_private(path);
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE |
                    (mode == Mode::write ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database db(raw);
  if (code != SQLITE_OK) return error_of(raw, code).within(path);
  sqlite3_busy_timeout(raw, static_cast<int>(patience.count()));
  // Plans do not look at what is bound: with partial indexes each new value would mean to prepare anew.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  // The first access reads the header: a foreign file shows itself here.
  Result<int64_t> version = db.integer("PRAGMA schema_version");
  if (!version) return std::move(version.error()).within(path);
  if (mode == Mode::read) TRY_VOID(db.execute("PRAGMA query_only = 1"));
  return db;
}

Result<Query> Database::query(const char* sql) {
  auto& kept = kept_[sql];
  if (!kept) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return error_of(db_.get(), code);
    kept.reset(raw);
  }
  return Query(db_.get(), kept.get());
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  return {};
}

Result<int64_t> Database::integer(const char* sql) {
  Query q = TRY(query(sql));
  const bool row = TRY(q.step());
  if (!row) return Error{ErrorKind::internal, std::string("no answer to ") + sql};
  return q.integer(0);
}

Status Database::copy_to(const std::string& path) {
  Database to = TRY(open(path, Mode::write, std::chrono::seconds(5)));
  sqlite3_backup* backup = sqlite3_backup_init(to.db_.get(), "main", db_.get(), "main");
  if (!backup) return error_of(to.db_.get(), sqlite3_errcode(to.db_.get()));
  // In one step: a writer of another process makes a copy in several steps begin anew each time.
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped == SQLITE_DONE && finished == SQLITE_OK) return {};
  return error_of(to.db_.get(), finished != SQLITE_OK ? finished : stepped).within(path);
}

int64_t Database::changes() const {
  return sqlite3_changes64(db_.get());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(db_.get()) == 0;
}

}  // namespace sealift::store
