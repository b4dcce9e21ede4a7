// Making notifications (SGP.22 3.5): each gets the next sequence number of the card, which is never used
// again, and stays until the LPA says that it was delivered.
#pragma once

#include "euicc/isdr.hpp"

namespace sealift::euicc {

/// Notifications of each kind that are kept; a further one displaces the oldest of its kind.
inline constexpr size_t max_notifications = 32;

/// Collects the notifications of one transaction. `finish` must be called before the transaction is
/// committed.
class NotificationWriter {
 public:
  NotificationWriter(Isdr& isdr, Transaction& t)
      : isdr_(isdr), t_(t), next_(isdr.memory.next_sequence_number()) {}
  /// Numbers and signs a ProfileInstallationResult; gives its TLV.
  Result<Bytes> report(uint8_t credential, messages::ProfileInstallationResultData data);
  /// Tells everybody whom the profile's notificationConfigurationInfo names for this event, `except` one
  /// address.
  Status tell(const ProfileRecord& profile, messages::NotificationEventBit event,
              std::string_view except = {});
  void finish();

 private:
  void put(uint64_t number, StoredNotification notification);
  Isdr& isdr_;
  Transaction& t_;
  uint64_t next_;
  std::vector<std::pair<uint64_t, NotificationKind>> added_;
};

}  // namespace sealift::euicc
