#include "access/administration.hpp"

namespace sealift::access {
namespace {

/// What an approval of the reopening is of: this very stop, not one of another day, nor one that somebody has
/// pressed again since.
Act reopening_of(const Issuance& stopped) {
  std::string summary = "reopen issuance, stopped by " + stopped.by + ": " + stopped.reason;
  if (stopped.later) summary += "; again by " + stopped.later->by + ": " + stopped.later->reason;
  return {.action = "reopen issuance",
          .tenant = "",
          .parameters = asn1::encode(stopped),
          .summary = std::move(summary)};
}

Result<Record> switch_record(Office& office) {
  auto record = TRY(office.records().find(switch_kind, issuance_name));
  return record ? std::move(*record) : Record{switch_kind, issuance_name, asn1::encode(Issuance{}), 0};
}

/// Puts it; where another change came first, that one is told.
Status put(Office& office, Record record, const Issuance& issuance, const Audit& audit) {
  record.content = asn1::encode(issuance);
  TRY_VOID(office.records().put(record, audit));
  return office.directory.refresh();
}

}  // namespace

Result<Issuance> stop_issuance(Office& office, const Principal& who, std::string reason) {
  TRY_VOID(permit(who, Permission::stop_issuance));
  if (reason.empty()) return Error{ErrorKind::invalid, "reason: 1 to 256 octets, for people"};
  TRY_VOID(check_reason(reason));
  for (int attempt = 0;; ++attempt) {
    Record record = TRY(switch_record(office));
    Issuance now = TRY(asn1::decode<Issuance>(record.content));
    const Time when = office.clock.now();
    const bool again = now.stopped;
    if (again) {
      now.later = {reason, who.name, when};
    } else {
      now = {.stopped = true, .reason = reason, .by = who.name, .at = when};
    }
    const Audit audit = audit_of(office, who, "stop_issuance", (again ? "again: " : "") + reason);
    const Status done = put(office, std::move(record), now, audit);
    if (done) return now;
    const bool raced = done.error().kind == ErrorKind::conflict || done.error().kind == ErrorKind::exists;
    if (!raced || attempt == 8) return done.error();
  }
}

Result<Reopening> reopen_issuance(Office& office, const Principal& who,
                                  const std::optional<std::string>& approval) {
  TRY_VOID(permit(who, Permission::reopen_issuance));
  Record record = TRY(switch_record(office));
  Reopening out{TRY(asn1::decode<Issuance>(record.content)), {}};
  if (!out.issuance.stopped) return Error{ErrorKind::conflict, "issuance is not stopped"};
  out.awaits = TRY(pass(office, who, reopening_of(out.issuance), approval));
  if (out.awaits) return out;
  out.issuance = {.stopped = false, .reason = "", .by = who.name, .at = office.clock.now()};
  TRY_VOID(put(office, std::move(record), out.issuance, audit_of(office, who, "reopen_issuance")));
  return out;
}

Result<Issuance> show_issuance(Office& office, const Principal& who) {
  TRY_VOID(permit(who, Permission::read_status));
  TRY_VOID(office.directory.refresh());
  return office.directory.current()->issuance;
}

}  // namespace sealift::access
