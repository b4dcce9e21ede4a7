// Statements for PostgreSQL with their parameters, and the rows they give; all in its binary formats.
//
// Plain values. A Statement borrows what is bound to it; Rows own theirs, and views of columns live as long.
// Nothing outside store/postgres includes this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

struct pg_result;

namespace sealift::store::postgres {

/// Parameters are bound in order, as $1, $2 ...
class Statement {
 public:
  /// `sql` must be a literal: a connection prepares it once, and keeps it under its address.
  explicit Statement(const char* sql) : sql_(sql) {}

  Statement& bind(int64_t value);          ///< BIGINT: the one type of integers in our tables
  Statement& bind(View blob);              ///< BYTEA, borrowed
  Statement& bind_text(std::string_view);  ///< TEXT, borrowed
  Statement& bind_null();                  ///< of any type
  template <class T>
  Statement& bind_optional(const std::optional<T>& blob) {
    return blob ? bind(View(*blob)) : bind_null();
  }

 private:
  friend class Link;
  struct Parameter {
    const char* data = nullptr;
    int size = 0;
    bool null = false;
    Octets<8> number{};
  };
  const char* sql_;
  std::vector<Parameter> parameters_;
};

/// Why a transaction failed. Nothing of it was done, but where `unknown` says so.
struct Failure {
  Error error;
  std::string state{};       ///< SQLSTATE; empty where the server said nothing
  std::string constraint{};  ///< the one that was violated
  bool unknown = false;      ///< the connection was lost while the server may have been committing it

  operator Error() && { return std::move(error); }  // NOLINT: a Failure is an Error to whoever asks no more
  /// A row like this is there already.
  bool is_duplicate() const { return state == "23505"; }
};

class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  /// The error, where this is one.
  Result<void, Failure> status() const;
  size_t size() const;
  /// Rows that an INSERT, UPDATE or DELETE changed.
  uint64_t changed() const;
  int64_t integer(size_t row, int column) const;  ///< of any integer type, and of BOOLEAN
  View blob(size_t row, int column) const;
  std::string_view text(size_t row, int column) const;
  bool is_null(size_t row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result*) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace sealift::store::postgres
