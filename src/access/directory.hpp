// The administrative records as requests see them: tenants, principals, whether issuance is stopped. An
// immutable snapshot, read anew when the store's generation has changed; whoever keeps a server up calls
// refresh() each second, so that a change made on one node holds on all within that time.
//
// A Directory is shared by all threads; a Snapshot is constant.
#pragma once

#include <memory>
#include <mutex>

#include "access/principal.hpp"
#include "access/records.hpp"
#include "access/tenant.hpp"

namespace sealift::access {

/// The button pressed where it was pressed already.
struct LaterStop {
  std::string reason, by;
  Time at{};
  bool operator==(const LaterStop&) const = default;
};

/// The big red button: where it is pressed no order is released and no profile given out.
struct Issuance {
  bool stopped = false;
  std::string reason;  ///< for people
  std::string by;      ///< principal
  Time at{};
  std::optional<LaterStop> later;  ///< the last one since; all are in the audit rows
  asn1::Unknown more;  ///< of a later version
  bool operator==(const Issuance&) const = default;
};

struct Snapshot {
  TenantList tenants;
  std::vector<Principal> principals;  ///< by name
  Issuance issuance;
  uint64_t generation = 0;  ///< of the store

  /// False where issuance is stopped or that tenant is suspended or gone.
  bool issues_for(std::string_view tenant) const;
};

inline constexpr const char* tenant_kind = "tenant";
inline constexpr const char* principal_kind = "principal";
inline constexpr const char* switch_kind = "switch";
inline constexpr const char* issuance_name = "issuance";

class Directory {
 public:
  /// `records` outlives it. Errors: the store's; invalid, naming the record.
  static Result<std::unique_ptr<Directory>> open(RecordStore& records);

  std::shared_ptr<const Snapshot> current() const;
  /// Reads the records where they have changed. Errors as of open; the snapshot then stays as it is.
  Status refresh();
  RecordStore& records() const { return records_; }

 private:
  explicit Directory(RecordStore& records) : records_(records) {}
  Result<std::shared_ptr<const Snapshot>> read(uint64_t generation) const;
  RecordStore& records_;
  std::mutex reading_;  // one reader of the store at a time, so that none puts an older snapshot over a newer
  mutable std::mutex mutex_;  // guards current_
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace sealift::access
