// Administrative records: tenants, principals, approvals, switches. A store keeps them as octets under a kind
// and a name, and knows nothing of what is in them; access/ encodes and decodes.
//
// Few and small, read as a whole and kept in snapshots; never on a request path. Thread safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/audit.hpp"

namespace sealift::access {

struct Record {
  std::string kind;  ///< "tenant", "principal", "approval", ...
  std::string name;  ///< unique within its kind
  Bytes content;
  uint64_t version = 0;  ///< counts the changes; 0: not stored yet
  bool operator==(const Record&) const = default;
};

/// Every Error means: nothing was changed.
class RecordStore {
 public:
  virtual ~RecordStore() = default;
  virtual Result<std::optional<Record>> find(const std::string& kind, const std::string& name) = 0;
  /// All of a kind, by name.
  virtual Result<std::vector<Record>> list(const std::string& kind) = 0;
  /// Compare and swap; durable when it returns. A record of version 0 must not be there yet (error kind
  /// `exists`); any other must have that version still (`conflict`), and is then one version further.
  virtual Status put(const Record& record, const Audit& audit) = 0;
  /// Error kinds: conflict (another version, or gone).
  virtual Status remove(const Record& record, const Audit& audit) = 0;
  /// A number that is another one after each change of any record: what a snapshot compares. Cheap.
  virtual Result<uint64_t> generation() = 0;
};

}  // namespace sealift::access
