// The restrictions of an SM-DP+ in SQLite. Part of SqliteStore; nothing else includes this. Thread safe.
#pragma once

#include "smdp/restrictions.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

class SqliteRestrictions final : public smdp::RestrictionStore {
 public:
  SqliteRestrictions(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  Result<std::vector<smdp::Restriction>> all() override;
  Status add(const smdp::Restriction&, const smdp::Audit&) override;
  Status remove(smdp::RestrictionKind, const std::string& value, const smdp::Audit&) override;

 private:
  Writer& writer_;
  Readers& readers_;
};

}  // namespace sealift::store
