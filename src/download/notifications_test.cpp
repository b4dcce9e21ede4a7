#include "download/download.hpp"
#include "download/test_support.hpp"

namespace sealift::download::test {
namespace {

struct Notifications : testing::Test {
  DownloadCard card;
  FakeServer server;
  Progress progress;

  void put(uint64_t number, const std::string& address) {
    OtherSignedNotification n;
    n.tbsOtherNotification = asn1::seal(notification(number, NotificationEventBit::notificationEnable, address));
    n.euiccCertificate = n.eumCertificate = no_certificate;
    card.pending.push_back({n});
  }
  std::vector<Delivered> deliver() {
    auto es10 = Es10::open(card);
    auto out = deliver_notifications(*es10, server, progress);
    EXPECT_TRUE(out) << (out ? "" : out.error().message);
    return out ? std::move(*out) : std::vector<Delivered>();
  }
  std::vector<uint64_t> left() const {
    std::vector<uint64_t> out;
    for (const auto& n : card.pending) out.push_back(DownloadCard::number_of(n));
    return out;
  }
};

TEST_F(Notifications, go_to_their_servers_in_the_order_of_their_numbers) {
  put(12, "b.example.com");
  put(3, "a.example.com");
  card.pending.push_back({installation(installed(), 7, "c.example.com")});
  auto done = deliver();
  ASSERT_EQ(done.size(), 3u);
  for (const Delivered& d : done) EXPECT_TRUE(d.status);
  EXPECT_EQ(server.calls, (std::vector<std::string>{"notification a.example.com", "notification c.example.com",
                                                    "notification b.example.com"}));
  EXPECT_TRUE(left().empty());
}

TEST_F(Notifications, leave_the_card_only_once_acknowledged) {
  put(1, "a.example.com");
  server.on_notification = [this](const std::string&, const HandleNotification&) {
    EXPECT_EQ(left().size(), 1u) << "removed before the server had it";
    return Es9Result<void>();
  };
  deliver();
  EXPECT_TRUE(left().empty());
}

TEST_F(Notifications, are_sent_as_the_card_signed_them) {
  card.pending.push_back({installation(installed(), 7, "c.example.com")});
  const Bytes before = asn1::encode(card.pending[0]);
  server.on_notification = [&](const std::string&, const HandleNotification& sent) {
    EXPECT_EQ(asn1::encode(sent.pendingNotification), before);
    return Es9Result<void>();
  };
  deliver();
}

TEST_F(Notifications, wait_behind_one_that_its_server_did_not_take) {
  put(1, "dead.example.com");
  put(2, "alive.example.com");
  put(3, "dead.example.com");
  server.on_notification = [](const std::string& address, const HandleNotification&) -> Es9Result<void> {
    if (address == "dead.example.com") return Es9Failure{std::nullopt, {ErrorKind::io, "nobody there"}};
    return {};
  };
  auto done = deliver();
  ASSERT_EQ(done.size(), 3u);
  EXPECT_FALSE(done[0].status);
  EXPECT_TRUE(done[1].status);
  EXPECT_FALSE(done[2].status);
  EXPECT_EQ(server.calls.size(), 2u) << "the dead server was asked again";
  EXPECT_EQ(left(), (std::vector<uint64_t>{1, 3}));
  // Once it is back, both go, in order.
  server.on_notification = nullptr;
  server.calls.clear();
  deliver();
  EXPECT_TRUE(left().empty());
}

TEST_F(Notifications, that_are_refused_do_not_hold_up_the_next) {
  put(1, "a.example.com");
  put(2, "a.example.com");
  server.on_notification = [n = 0](const std::string&, const HandleNotification&) mutable -> Es9Result<void> {
    if (n++ == 0) return Es9Failure{std::nullopt, {ErrorKind::conflict, "HTTP status 400"}};
    return {};
  };
  auto done = deliver();
  ASSERT_EQ(done.size(), 2u);
  EXPECT_FALSE(done[0].status);
  EXPECT_TRUE(done[1].status);
  EXPECT_EQ(left(), (std::vector<uint64_t>{1}));
}

TEST_F(Notifications, tell_where_the_card_does_not_remove_one) {
  put(1, "a.example.com");
  card.on<NotificationSentRequest, NotificationSentResponse>(0xBF30, [](auto&) {
    return NotificationSentResponse{DeleteNotificationStatus::nothingToDelete, {}};
  });
  auto done = deliver();
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].status.error().kind, ErrorKind::conflict);
}

TEST_F(Notifications, that_cannot_be_read_hold_up_none_of_the_others) {
  for (uint64_t n : {1, 2, 3}) put(n, "a.example.com");
  // The second is broken where the card keeps it: so is every answer that it stands in.
  card.functions[0xBF2B] = [this](View der) {
    auto request = *asn1::decode<RetrieveNotificationsListRequest>(der);
    RetrieveNotificationsListResponse answer{card.pending};
    if (request.searchCriteria) {
      const uint64_t wanted = std::get<uint64_t>(request.searchCriteria->alt);
      std::erase_if(std::get<0>(answer.alt), [&](const auto& n) { return DownloadCard::number_of(n) != wanted; });
    }
    Bytes octets = asn1::encode(answer);
    for (const PendingNotification& n : std::get<0>(answer.alt)) {
      if (DownloadCard::number_of(n) == 2) octets.back() ^= 0xFF;
      if (DownloadCard::number_of(n) == 2) octets[5] ^= 0x40;
    }
    return octets;
  };
  card.on<ListNotificationRequest, ListNotificationResponse>(0xBF28, [this](auto&) {
    std::vector<NotificationMetadata> list;
    for (const auto& n : card.pending) list.push_back(std::get<OtherSignedNotification>(n.alt).tbsOtherNotification.value);
    return ListNotificationResponse{list};
  });
  auto done = deliver();
  ASSERT_EQ(done.size(), 3u);
  EXPECT_EQ(left(), (std::vector<uint64_t>{2}));
  EXPECT_EQ(done[0].seqNumber, 2u);
  EXPECT_FALSE(done[0].status);
  EXPECT_TRUE(done[1].status && done[2].status);
}

TEST_F(Notifications, none_is_no_error) {
  EXPECT_TRUE(deliver().empty());
  card.on<RetrieveNotificationsListRequest, RetrieveNotificationsListResponse>(0xBF2B, [](auto&) {
    return RetrieveNotificationsListResponse{NotificationsListResultError::noResultAvailable};
  });
  EXPECT_TRUE(deliver().empty());
}

TEST_F(Notifications, tell_where_the_card_does_not_list_them) {
  card.on<RetrieveNotificationsListRequest, RetrieveNotificationsListResponse>(0xBF2B, [](auto&) {
    return RetrieveNotificationsListResponse{NotificationsListResultError::undefinedError};
  });
  auto es10 = Es10::open(card);
  EXPECT_FALSE(deliver_notifications(*es10, server, progress));
}

}  // namespace
}  // namespace sealift::download::test
