#include <algorithm>
#include <iterator>
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

/// Every pending notification. Where one among them cannot be read they are asked for one by one, so that it
/// holds up none of the others.
static Result<std::vector<PendingNotification>> pending(Es10& card, std::vector<Delivered>& unreadable) {
  constexpr const char* retrieve = "ES10b.RetrieveNotificationsList";
  auto all = card.call<RetrieveNotificationsListResponse>(retrieve, RetrieveNotificationsListRequest{});
  if (all) {
    if (auto* list = std::get_if<0>(&all->alt)) return std::move(*list);
    if (std::get<1>(all->alt) == NotificationsListResultError::noResultAvailable) return std::vector<PendingNotification>();
    return Error{ErrorKind::conflict, "the card does not give its notifications"};
  }
  auto listed = card.call<ListNotificationResponse>("ES10b.ListNotification", ListNotificationRequest{});
  if (!listed || listed->alt.index() != 0) return std::move(all.error());
  std::vector<PendingNotification> out;
  for (const NotificationMetadata& about : std::get<0>(listed->alt)) {
    RetrieveNotificationsListRequest one;
    one.searchCriteria.emplace().alt = about.seqNumber;
    auto answer = card.call<RetrieveNotificationsListResponse>(retrieve, one);
    if (!answer) unreadable.push_back({about.seqNumber, about.notificationAddress, std::move(answer.error())});
    else if (auto* list = std::get_if<0>(&answer->alt)) std::move(list->begin(), list->end(), std::back_inserter(out));
  }
  return out;
}

Result<std::vector<Delivered>> deliver_notifications(Es10& card, Es9& server, Progress& progress) {
  card.set_tracer(&progress);
  std::vector<Delivered> out;
  auto list = pending(card, out);
  if (list) {
    std::sort(list->begin(), list->end(),
              [](const auto& a, const auto& b) { return metadata(a).seqNumber < metadata(b).seqNumber; });
    std::set<std::string> unreachable;
    for (const PendingNotification& n : *list) {
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
  if (!list) return std::move(list.error());
  return out;
}

}  // namespace sealift::download
