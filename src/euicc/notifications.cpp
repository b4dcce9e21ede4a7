// ES10b.ListNotification, RetrieveNotificationsList, RemoveNotificationFromList (SGP.22 5.7.9 to 5.7.11).
#include "euicc/notifications.hpp"

#include "asn1/writer.hpp"

namespace sealift::euicc {

namespace {

using messages::NotificationEvent;

/// NotificationMetadata of a stored notification, for both kinds.
Result<messages::NotificationMetadata> metadata_of(const StoredNotification& n) {
  if (n.kind == NotificationKind::installation) {
    auto pir = TRY(asn1::decode<messages::ProfileInstallationResult>(n.tlv));
    return std::move(pir.profileInstallationResultData.value.notificationMetadata);
  }
  auto other = TRY(asn1::decode<messages::OtherSignedNotification>(n.tlv));
  return std::move(other.tbsOtherNotification.value);
}

/// True where both name one event at least.
bool overlap(const NotificationEvent& wanted, const NotificationEvent& event) {
  using enum messages::NotificationEventBit;
  for (auto bit : {notificationInstall, notificationEnable, notificationDisable, notificationDelete}) {
    if (wanted.contains(bit) && event.contains(bit)) return true;
  }
  return false;
}

}  // namespace

void NotificationWriter::put(uint64_t number, StoredNotification notification) {
  added_.emplace_back(number, notification.kind);
  Memory::put_notification(t_, number, notification);
}

Result<Bytes> NotificationWriter::report(uint8_t credential, messages::ProfileInstallationResultData data) {
  uint64_t number = next_++;
  data.notificationMetadata.seqNumber = number;
  messages::ProfileInstallationResult pir;
  pir.profileInstallationResultData = asn1::seal(std::move(data));
  pir.euiccSignPIR = TRY(isdr_.sign(credential, {pir.profileInstallationResultData.tlv}));
  Bytes tlv = asn1::encode(pir);
  put(number, {NotificationKind::installation, tlv});
  return tlv;
}

Status NotificationWriter::tell(const ProfileRecord& profile, messages::NotificationEventBit event,
                                std::string_view except) {
  auto metadata = TRY(profile.parsed_metadata());
  if (!metadata.notificationConfigurationInfo) return {};
  for (const auto& recipient : *metadata.notificationConfigurationInfo) {
    if (!recipient.profileManagementOperation.contains(event) || recipient.notificationAddress == except)
      continue;
    messages::NotificationMetadata tbs;
    tbs.seqNumber = next_++;
    tbs.profileManagementOperation = {event};
    tbs.notificationAddress = recipient.notificationAddress;
    tbs.iccid = metadata.iccid;
    uint64_t number = tbs.seqNumber;
    messages::OtherSignedNotification n;
    n.tbsOtherNotification = asn1::seal(std::move(tbs));
    n.euiccNotificationSignature = TRY(isdr_.sign(profile.credential, {n.tbsOtherNotification.tlv}));
    n.euiccCertificate.tlv = isdr_.identity().credentials[profile.credential].euicc_certificate;
    n.eumCertificate.tlv = isdr_.identity().credentials[profile.credential].eum_certificate;
    put(number, {NotificationKind::other, asn1::encode(n)});
  }
  return {};
}

void NotificationWriter::finish() {
  if (added_.empty()) return;
  Memory::put_next_sequence_number(t_, next_);
  for (auto kind : {NotificationKind::installation, NotificationKind::other}) {
    std::vector<uint64_t> numbers;
    for (uint64_t n : isdr_.memory.notification_numbers()) {
      auto stored = isdr_.memory.notification(n);
      if (stored && stored->kind == kind) numbers.push_back(n);
    }
    for (const auto& [n, of] : added_) {
      if (of == kind) numbers.push_back(n);
    }
    for (size_t i = 0; i + max_notifications < numbers.size(); ++i)
      Memory::erase_notification(t_, numbers[i]);
  }
}

Reply list_notification(Isdr& isdr, View command) {
  auto request = DECODE(ListNotificationRequest, command);
  std::vector<messages::NotificationMetadata> list;
  for (uint64_t number : isdr.memory.notification_numbers()) {
    auto stored = isdr.memory.notification(number);
    auto metadata = stored ? metadata_of(*stored) : Error{ErrorKind::io, "unreadable"};
    if (!metadata) return sw::technical_problem;
    const auto& wanted = request.profileManagementOperation;
    if (!wanted || overlap(*wanted, metadata->profileManagementOperation))
      list.push_back(std::move(*metadata));
  }
  messages::ListNotificationResponse response;
  response.alt = std::move(list);
  return asn1::encode(response);
}

Reply retrieve_notifications_list(Isdr& isdr, View command) {
  auto request = DECODE(RetrieveNotificationsListRequest, command);
  // BF2B { A0 { the notifications as they were signed } }: nothing is encoded anew.
  Bytes found;
  for (uint64_t number : isdr.memory.notification_numbers()) {
    auto stored = isdr.memory.notification(number);
    auto metadata = stored ? metadata_of(*stored) : Error{ErrorKind::io, "unreadable"};
    if (!metadata) return sw::technical_problem;
    if (request.searchCriteria) {
      const auto& criteria = request.searchCriteria->alt;
      const auto* wanted_number = std::get_if<uint64_t>(&criteria);
      if (wanted_number
              ? *wanted_number != number
              : !overlap(std::get<NotificationEvent>(criteria), metadata->profileManagementOperation)) {
        continue;
      }
    }
    append(found, stored->tlv);
  }
  return asn1::tlv(0xBF2B, asn1::tlv(0xA0, found));
}

Reply remove_notification_from_list(Isdr& isdr, View command) {
  using enum messages::DeleteNotificationStatus;
  auto request = DECODE(NotificationSentRequest, command);
  messages::NotificationSentResponse response;
  response.deleteNotificationStatus = nothingToDelete;
  if (isdr.memory.notification(request.seqNumber)) {
    Transaction t;
    Memory::erase_notification(t, request.seqNumber);
    if (!isdr.memory.commit(t)) return sw::memory_problem;
    response.deleteNotificationStatus = ok;
  }
  return asn1::encode(response);
}

}  // namespace sealift::euicc
