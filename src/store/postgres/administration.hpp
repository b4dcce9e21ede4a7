// What people and the outbox's sender keep in PostgreSQL: restrictions, administrative records, the outbox
// (whose rows are written by Orders::apply). Part of PostgresStore; nothing else includes this. Thread safe,
// and for several processes.
#pragma once

#include "access/audit_log.hpp"
#include "smdp/outbox.hpp"
#include "smdp/restrictions.hpp"
#include "store/postgres/pool.hpp"

namespace sealift::store::postgres {

class Restrictions final : public smdp::RestrictionStore {
 public:
  explicit Restrictions(Pool& pool) : pool_(pool) {}
  Result<std::vector<smdp::Restriction>> all() override;
  Status add(const smdp::Restriction&, const smdp::Audit&) override;
  Status remove(smdp::RestrictionKind, const std::string& value, const smdp::Audit&) override;

 private:
  Pool& pool_;
};

class Records final : public access::RecordStore, public access::AuditLog {
 public:
  explicit Records(Pool& pool) : pool_(pool) {}
  Result<std::optional<access::Record>> find(const std::string& kind, const std::string& name) override;
  Result<std::vector<access::Record>> list(const std::string& kind) override;
  Status put(const access::Record& record, const access::Audit& audit) override;
  Status remove(const access::Record& record, const access::Audit& audit) override;
  Result<uint64_t> generation() override;
  Result<std::vector<access::AuditRow>> rows(uint64_t after, size_t limit) override;

 private:
  Pool& pool_;
};

class Outbox final : public smdp::Outbox {
 public:
  explicit Outbox(Pool& pool) : pool_(pool) {}
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
  Pool& pool_;
};

}  // namespace sealift::store::postgres
