#include <algorithm>
#include <set>

#include "download/download.hpp"

namespace sealift::download {

using namespace messages;

static const NotificationMetadata& metadata(const PendingNotification& n) {
  if (auto* pir = std::get_if<ProfileInstallationResult>(&n.alt)) {
    return pir->profileInstallationResultData.value.notificationMetadata;
  }
  return std::get<OtherSignedNotification>(n.alt).tbsOtherNotification.value;
}

static Status deliver(Es10& card, Es9& server, const PendingNotification& notification) {
  const NotificationMetadata& about = metadata(notification);
  auto told = server.handle_notification(about.notificationAddress, HandleNotification{notification, {}});
  if (!told) return told.error().error;
  auto removed = TRY(card.call<NotificationSentResponse>("ES10b.RemoveNotificationFromList",
                                                         NotificationSentRequest{about.seqNumber, {}}));
  if (removed.deleteNotificationStatus == DeleteNotificationStatus::ok) return {};
  return Error{ErrorKind::conflict, "the card did not remove the delivered notification"};
}

Result<std::vector<Delivered>> deliver_notifications(Es10& card, Es9& server, Progress& progress) {
  card.set_tracer(&progress);
  auto response = card.call<RetrieveNotificationsListResponse>("ES10b.RetrieveNotificationsList",
                                                               RetrieveNotificationsListRequest{});
  std::vector<Delivered> out;
  if (response && response->alt.index() == 0) {
    auto& list = std::get<0>(response->alt);
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return metadata(a).seqNumber < metadata(b).seqNumber; });
    std::set<std::string> unreachable;
    for (const PendingNotification& n : list) {
      const NotificationMetadata& about = metadata(n);
      Delivered d{about.seqNumber, about.notificationAddress, {}};
      if (unreachable.contains(about.notificationAddress)) {
        d.status = Error{ErrorKind::io, "waits for an earlier notification to the same server"};
      } else {
        d.status = deliver(card, server, n);
        // One that its server refuses must not hold up the others for ever.
        bool refused = !d.status && d.status.error().kind == ErrorKind::conflict;
        if (!d.status && !refused) unreachable.insert(about.notificationAddress);
      }
      out.push_back(std::move(d));
    }
  }
  card.set_tracer(nullptr);
  if (!response) return std::move(response.error());
  if (response->alt.index() == 1 && std::get<1>(response->alt) != NotificationsListResultError::noResultAvailable) {
    return Error{ErrorKind::conflict, "the card does not give its notifications"};
  }
  return out;
}

}  // namespace sealift::download
