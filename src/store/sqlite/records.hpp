// Administrative records and audit rows in SQLite. Part of SqliteStore; nothing else includes this. Thread
// safe.
#pragma once

#include "access/audit_log.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

class SqliteRecords final : public access::RecordStore, public access::AuditLog {
 public:
  SqliteRecords(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  Result<std::optional<access::Record>> find(const std::string& kind, const std::string& name) override;
  Result<std::vector<access::Record>> list(const std::string& kind) override;
  Status put(const access::Record& record, const access::Audit& audit) override;
  Status remove(const access::Record& record, const access::Audit& audit) override;
  Result<uint64_t> generation() override;
  Result<std::vector<access::AuditRow>> rows(uint64_t after, size_t limit) override;

 private:
  Writer& writer_;
  Readers& readers_;
};

}  // namespace sealift::store
