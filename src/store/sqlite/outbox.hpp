// The outbox of an SM-DP+ in SQLite; its rows are written by SqliteOrders::apply. Part of SqliteStore;
// nothing else includes this. Thread safe.
#pragma once

#include "smdp/outbox.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

class SqliteOutbox final : public smdp::Outbox {
 public:
  SqliteOutbox(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  Result<std::vector<smdp::Addressee>> addressees(Time now) override;
  Result<std::vector<smdp::Queued>> claim(const smdp::Addressee&, Time now, std::chrono::seconds lease,
                                          size_t limit) override;
  Status delivered(uint64_t number) override;
  Status postpone(uint64_t number, Time due) override;
  Status refused(uint64_t number, Time now, Time due, std::string_view why) override;
  Result<std::vector<smdp::RefusedRow>> all_refused(const std::string& tenant, size_t limit) override;
  Result<smdp::RefusedRow> drop(uint64_t number, const std::string& tenant, const access::Audit&) override;
  Status hasten(const smdp::Outgoing& what, Time now) override;
  Status recall(const smdp::Outgoing& what) override;
  Result<smdp::OutboxFigures> figures() override;

 private:
  Writer& writer_;
  Readers& readers_;
};

}  // namespace sealift::store
