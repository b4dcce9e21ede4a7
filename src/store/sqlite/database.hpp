// SQLite's C API, as little of it as we need: connections, prepared statements kept for reuse, errors that
// say what to do.
//
// A Database is one connection, for one thread at a time. Nothing outside store/sqlite includes this.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sealift::store {

/// A statement in use: parameters are bound in order of the question marks, then it is stepped. Given back to
/// its Database, reset, when it goes. Views of columns hold until the next step.
class Query {
 public:
  ~Query();
  Query(Query&& o) noexcept : db_(o.db_), statement_(std::exchange(o.statement_, nullptr)) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(int64_t value);
  Query& bind(View blob);  ///< borrowed until the query goes
  Query& bind_text(std::string_view text);
  Query& bind_null();
  template <class T>
  Query& bind_optional(const std::optional<T>& blob) {
    return blob ? bind(View(*blob)) : bind_null();
  }
  /// True where there is a row, false at the end.
  Result<bool> step();
  /// Steps a statement that gives no rows.
  Status run();

  int64_t integer(int column) const;
  View blob(int column) const;
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  sqlite3* db_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

class Database {
 public:
  enum class Mode : uint8_t { write, read };
  /// Opens a store file, and creates it in mode write. Error kinds: permission, io, not_found (directory),
  /// invalid (not an SQLite file), timeout (another process holds it).
  /// `patience`: how long a statement waits for another process. A new file is readable by its owner alone.
  static Result<Database> open(const std::string& path, Mode mode, std::chrono::milliseconds patience);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept = delete;
  ~Database();

  /// `sql` must be a literal: the prepared statement is kept under its address.
  Result<Query> query(const char* sql);
  /// Any number of statements without parameters or rows.
  Status execute(const char* sql);
  /// One integer, from a pragma say.
  Result<int64_t> integer(const char* sql);
  /// Copies all of it, as it is at one instant, to a new file, and syncs that. Others may write meanwhile; the
  /// journal grows until it is done.
  Status copy_to(const std::string& path);
  /// Rows changed by the last statement.
  int64_t changes() const;
  /// False after an error that made SQLite roll back by itself.
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  explicit Database(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> kept_;
};

}  // namespace sealift::store
