// What the administrative functions of this room work with. Borrows all of it; thread safe.
#pragma once

#include "access/directory.hpp"

namespace sealift::access {

struct Office {
  Clock& clock;
  Random& random;
  Directory& directory;
  RecordStore& records() const { return directory.records(); }
};

/// An audit row of now.
inline Audit audit_of(const Office& office, const Principal& who, std::string action,
                      std::string detail = "") {
  return {office.clock.now(), who.name, std::move(action), std::move(detail)};
}

/// Reads, changes and puts a record, anew where another change came first; `change` has the content decoded,
/// and may still say in `audit` what it does.
/// Refreshes the directory. Error kinds: not_found, those of `change`, those of the store.
template <class T, class Change>
Result<T> change_record(Office& office, const std::string& kind, const std::string& name, const Audit& audit,
                        Change change) {
  for (int attempt = 0;; ++attempt) {
    std::optional<Record> record = TRY(office.records().find(kind, name));
    if (!record) return Error{ErrorKind::not_found, "there is no " + kind + " " + name};
    T value = TRY(asn1::decode<T>(record->content));
    Status changed = change(value);
    if (!changed) return std::move(changed.error());
    record->content = asn1::encode(value);
    Status put = office.records().put(*record, audit);
    if (!put && put.error().kind == ErrorKind::conflict && attempt < 8) continue;
    if (!put) return std::move(put.error());
    TRY_VOID(office.directory.refresh());
    return value;
  }
}

}  // namespace sealift::access
