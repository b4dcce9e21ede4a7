#include "access/directory.hpp"

#include "access/schema_time.hpp"

namespace sealift::asn1 {

using access::Issuance;
using access::LaterStop;

// LaterStop ::= SEQUENCE { reason [0], by [1] UTF8String, at [2] INTEGER }
template <>
inline constexpr auto schema<LaterStop> = sequence(0x30, field("reason", &LaterStop::reason, 0x80),
                                                   field("by", &LaterStop::by, 0x81),
                                                   field("at", &LaterStop::at, 0x82));

// Issuance ::= SEQUENCE { stopped [0] BOOLEAN, reason [1], by [2] UTF8String, at [3] INTEGER,
//   later [4] LaterStop OPTIONAL, ... }
template <>
inline constexpr auto schema<Issuance> = extensible(0x30, &Issuance::more,
                                                    field("stopped", &Issuance::stopped, 0x80),
                                                    field("reason", &Issuance::reason, 0x81),
                                                    field("by", &Issuance::by, 0x82),
                                                    field("at", &Issuance::at, 0x83),
                                                    field("later", &Issuance::later, 0xA4));
ASN1_MESSAGE(Issuance)

}  // namespace sealift::asn1

namespace sealift::access {
namespace {

template <class T>
Result<std::vector<T>> all_of(RecordStore& store, const char* kind) {
  const auto records = TRY(store.list(kind));
  std::vector<T> out;
  for (const Record& record : records) {
    auto value = asn1::decode<T>(record.content);
    if (!value) return std::move(value.error()).within(record.kind + " " + record.name);
    if constexpr (!std::is_same_v<T, Issuance>) {
      Status valid = validate(*value);
      if (!valid) return std::move(valid.error()).within(record.kind + " " + record.name);
    }
    out.push_back(std::move(*value));
  }
  return out;
}

}  // namespace

bool Snapshot::issues_for(std::string_view tenant) const {
  const Tenant* whose = tenants.find(tenant);
  return !issuance.stopped && whose && !whose->suspended;
}

Result<std::unique_ptr<Directory>> Directory::open(RecordStore& records) {
  std::unique_ptr<Directory> out(new Directory(records));
  TRY_VOID(out->refresh());
  return out;
}

std::shared_ptr<const Snapshot> Directory::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

Result<std::shared_ptr<const Snapshot>> Directory::read(uint64_t generation) const {
  auto out = std::make_shared<Snapshot>();
  out->generation = generation;
  out->tenants = TenantList(TRY(all_of<Tenant>(records_, tenant_kind)));
  out->principals = TRY(all_of<Principal>(records_, principal_kind));
  const auto switches = TRY(all_of<Issuance>(records_, switch_kind));
  if (!switches.empty()) out->issuance = switches.front();
  return std::shared_ptr<const Snapshot>(std::move(out));
}

Status Directory::refresh() {
  std::lock_guard one(reading_);
  // Before the records: a change that comes between is read now or again.
  const uint64_t generation = TRY(records_.generation());
  const auto known = current();
  if (known && known->generation == generation) return {};
  auto fresh = TRY(read(generation));
  std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
  return {};
}

}  // namespace sealift::access
