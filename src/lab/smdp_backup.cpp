#include "lab/smdp_backup.hpp"

#include "access/directory.hpp"
#include "lab/smdp_stores.hpp"

namespace sealift::lab {
namespace {

constexpr const char* kWho = "restore";

access::Record stopped(Time now) {
  const access::Issuance issuance{.stopped = true,
                                  .reason = "restored from a backup: find what was given out since",
                                  .by = kWho,
                                  .at = now};
  return {access::switch_kind, access::issuance_name, asn1::encode(issuance)};
}

access::Audit audit_of(Time now) {
  return {now, kWho, "restore", "issuance stopped"};
}

}  // namespace

Result<store::BackupFacts> restore_site(const std::string& dir, const std::string& file, bool replace,
                                        Clock& clock) {
  return store::restore(file, dir + "/smdp.db", replace, stopped(clock.now()), audit_of(clock.now()));
}

Status stop_after_restore(const std::string& store, Clock& clock) {
  auto stores = TRY(SmdpStores::open(store, clock));
  access::Record record = stopped(clock.now());
  if (const auto there = TRY(stores->records().find(record.kind, record.name)))
    record.version = there->version;
  return stores->records().put(record, audit_of(clock.now()));
}

}  // namespace sealift::lab
