// One connection to PostgreSQL in pipeline mode: transactions are sent without waiting for those before, and
// their answers come in the same order.
//
// For one thread; nothing here waits but connect(). Nothing outside store/postgres includes this.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <unordered_map>

#include "store/postgres/statement.hpp"

struct pg_conn;

namespace sealift::store::postgres {

using Answer = Result<std::vector<Rows>, Failure>;

class Link {
 public:
  /// Connects as the string says (libpq's URI or keywords), and waits for it. Error kinds: permission, io,
  /// invalid (a string, server or setting that is not for us).
  static Result<std::unique_ptr<Link>> connect(const std::string& connection_string);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Statements of migrations, one after another, each waited for; not while anything is under way.
  Status execute(const char* sql);
  Result<Rows> ask(const char* sql);

  /// Goes over to pipeline mode: what follows is for after this.
  Status start();
  /// Sends statements as one transaction; `done` hears its answer, from move_on(), or the error of fail().
  /// False where the connection is lost; `done` is not called then.
  bool send(std::span<const Statement> transaction, std::function<void(Answer)> done);
  /// Takes up what has come, and sends what is left to send. False where the connection is lost.
  bool move_on(bool readable);
  bool wants_to_write() const { return unsent_; }
  int socket() const;
  size_t under_way() const { return waiting_.size(); }
  /// What was wrong last, for people.
  std::string problem() const;
  /// Ends the connection: all that is under way fails so.
  void fail(const Error& why);

 private:
  struct Close {
    void operator()(pg_conn*) const;
  };
  struct Waiting {
    std::function<void(Answer)> done;
    std::vector<Rows> rows;
    std::optional<Failure> failure;
  };
  explicit Link(pg_conn* connection) : connection_(connection) {}
  bool prepare(const char* sql);
  bool send_one(const Statement& one);
  void take(pg_result* result);
  void finish_first();

  std::unique_ptr<pg_conn, Close> connection_;
  std::unordered_map<const char*, std::string> prepared_;
  std::deque<Waiting> waiting_;
  bool unsent_ = false;
  bool broken_ = false;  ///< a statement could not be prepared
};

}  // namespace sealift::store::postgres
