// The audit rows in SQLite. Part of SqliteStore; nothing else includes this. Thread safe.
#pragma once

#include "access/audit_log.hpp"
#include "store/sqlite/readers.hpp"

namespace sealift::store {

class SqliteAuditLog final : public access::AuditLog {
 public:
  explicit SqliteAuditLog(Readers& readers) : readers_(readers) {}
  Result<std::vector<access::AuditRow>> rows(uint64_t after, size_t limit) override;

 private:
  Readers& readers_;
};

}  // namespace sealift::store
