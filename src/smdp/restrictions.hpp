// Who is not served, beside what certificates and CRLs say: eUICCs, manufacturers, firmware and devices that
// an operator has put on a list (SGP.22 leaves the means open). A change holds for the next request, sessions
// under way included, and leaves an audit row.
//
// A RestrictionList is shared by all threads; Restrictions is an immutable snapshot of it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "messages/es10b.hpp"
#include "smdp/order.hpp"
#include "smdp/refusals.hpp"

namespace sealift::smdp {

enum class RestrictionKind : uint8_t {
  eum,          ///< hexadecimal digits of the EUM certificate's subjectKeyIdentifier
  eid,          ///< first digits of an EID, or FROM-TO, both of 32 digits and included
  certificate,  ///< serial number of an eUICC certificate, hexadecimal
  firmware,     ///< "1.2.3", or "<1.2.3" for all before
  svn,          ///< "<2.3.0": eUICCs of a specification before
  tac,          ///< 8 digits: a device type
  imei,         ///< 14 digits, or 15 or 16 whose last ones are not looked at: one device
  allowed_tac,  ///< where there is any, devices of other types are not served
};
std::string_view name(RestrictionKind kind);
Result<RestrictionKind> restriction_kind(std::string_view name);

struct Restriction {
  RestrictionKind kind{};
  std::string value;
  std::string reason;  ///< for people
  std::string actor;   ///< who put it there
  Time at;
  bool operator==(const Restriction&) const = default;
};

/// Where restrictions are kept. Every Error means: nothing was changed.
class RestrictionStore {
 public:
  virtual ~RestrictionStore() = default;
  virtual Result<std::vector<Restriction>> all() = 0;
  /// Durable when it returns. Error kind `exists` where this kind and value is there.
  virtual Status add(const Restriction&, const Audit&) = 0;
  /// Error kind `not_found`.
  virtual Status remove(RestrictionKind, const std::string& value, const Audit&) = 0;
};

/// What the restrictions are about, of one eUICC in one device. Kept by a session.
struct Subject {
  Octets<16> eid{};                ///< BCD
  Bytes eum;                       ///< subjectKeyIdentifier of the EUM certificate
  Bytes certificate;               ///< serial number of the eUICC certificate, content octets
  messages::VersionType firmware{};
  messages::VersionType svn{};
  Octets<4> tac{};                 ///< as the LPA gave it: nibble-swapped BCD; nobody vouches for it
  std::optional<Octets<8>> imei;
};

class Restrictions {
 public:
  /// Error kind invalid: a value that its kind does not allow.
  static Result<Restrictions> of(const std::vector<Restriction>& list);
  /// The refusal, or none where nothing restricts this one.
  std::optional<Refusal> check(const Subject& subject) const;

 private:
  struct Range {
    std::string from, to;
  };
  struct Before {
    messages::VersionType version{};
    bool exact = false;
  };
  Status take(const Restriction& one);
  std::vector<std::string> eums_, certificates_, tacs_, imeis_, allowed_tacs_;  ///< sorted
  std::vector<Range> eids_;
  std::vector<Before> firmware_, svn_;
};

/// The list and its current snapshot.
class RestrictionList {
 public:
  /// `store` outlives it. Errors: the store's, invalid.
  static Result<std::unique_ptr<RestrictionList>> open(RestrictionStore& store);

  std::shared_ptr<const Restrictions> current() const;
  /// Takes up what other nodes have changed. Errors: the store's; the list stays as it was.
  Status refresh() { return reload(); }
  Result<std::vector<Restriction>> all() const { return store_.all(); }
  /// Error kinds: invalid, exists.
  Status add(Restriction one);
  /// Error kind not_found.
  Status remove(RestrictionKind kind, const std::string& value, std::string_view actor, Time at);

 private:
  explicit RestrictionList(RestrictionStore& store) : store_(store) {}
  Status reload();
  RestrictionStore& store_;
  mutable std::mutex mutex_;  // guards what follows; not held across a change of the store
  uint64_t begun_ = 0;        // reloads; one that began earlier does not replace the snapshot of a later one
  uint64_t taken_ = 0;
  std::shared_ptr<const Restrictions> current_;
};

}  // namespace sealift::smdp
