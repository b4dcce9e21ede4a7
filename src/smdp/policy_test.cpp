// What an order allows after its profile was downloaded, installed or deleted, when it has expired, and to
// other eUICCs: policy by policy (docs/mission.md, M2-17, M2-38), and what each result of an installation makes
// of it.

#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::ErrorReason;
using messages::NotificationEventBit;

void install(World& w, MiniCard& card, const Order& order) {
  const auto bpp = w.download(card, order);
  ASSERT_TRUE(bpp) << row_of(bpp.error()).message;
  ASSERT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
  ASSERT_TRUE(handle_notification(w.ports, card.success(bpp->transactionId, order.iccid)));
  ASSERT_EQ(w.now(order).state, OrderState::installed);
}
void remove(World& w, MiniCard& card, const Order& order) {
  EXPECT_TRUE(
      handle_notification(w.ports, card.notification(NotificationEventBit::notificationDelete, order.iccid)));
}

enum class Past : uint8_t { downloaded, installed, deleted, expired, other_eid, other_eid_after_deletion };

/// What a download meets after that past; none where it is delivered.
std::optional<Refusal> after(Past past, CreateOrder how) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  if (past == Past::expired) how.expires = kStart + std::chrono::seconds(60);
  const Order order = w.order(std::move(how));
  if (past == Past::downloaded) {
    EXPECT_TRUE(w.download(card, order));
  } else {
    install(w, card, order);
  }
  if (past == Past::deleted || past == Past::other_eid_after_deletion) remove(w, card, order);
  if (past == Past::expired) w.clock.advance(std::chrono::seconds(60));
  const bool stranger = past == Past::other_eid || past == Past::other_eid_after_deletion;
  const auto bpp = w.download(stranger ? other : card, order);
  return bpp ? std::nullopt : std::optional(bpp.error());
}

struct Cell {
  const char* policy;
  Reinstall reinstall;
  uint32_t uses;
  bool eid_ordered;
  Past past;
  std::optional<Refusal> expected;
};

using enum Refusal;
using enum Past;
constexpr Cell kCells[] = {
    {"single", Reinstall::never, 1, false, downloaded, std::nullopt},
    {"single", Reinstall::never, 1, false, installed, profile_not_released},
    {"single", Reinstall::never, 1, false, deleted, profile_not_released},
    {"single", Reinstall::never, 1, false, expired, profile_not_released},
    {"single", Reinstall::never, 1, false, other_eid, eid_not_expected},
    {"single", Reinstall::never, 1, false, other_eid_after_deletion, eid_not_expected},
    {"same EID", Reinstall::same_eid, 0, false, downloaded, std::nullopt},
    {"same EID", Reinstall::same_eid, 0, false, installed, std::nullopt},
    {"same EID", Reinstall::same_eid, 0, false, deleted, std::nullopt},
    {"same EID", Reinstall::same_eid, 0, false, expired, order_expired},
    {"same EID", Reinstall::same_eid, 0, false, other_eid, eid_not_expected},
    {"same EID", Reinstall::same_eid, 0, false, other_eid_after_deletion, eid_not_expected},
    {"same EID, used up", Reinstall::same_eid, 1, false, downloaded, std::nullopt},
    {"same EID, used up", Reinstall::same_eid, 1, false, installed, profile_not_released},
    {"same EID, used up", Reinstall::same_eid, 1, false, deleted, profile_not_released},
    {"after deletion", Reinstall::after_deletion, 0, false, downloaded, std::nullopt},
    {"after deletion", Reinstall::after_deletion, 0, false, installed, profile_not_released},
    {"after deletion", Reinstall::after_deletion, 0, false, deleted, std::nullopt},
    {"after deletion", Reinstall::after_deletion, 0, false, expired, profile_not_released},
    {"after deletion", Reinstall::after_deletion, 0, false, other_eid, eid_not_expected},
    {"after deletion", Reinstall::after_deletion, 0, false, other_eid_after_deletion, std::nullopt},
    {"after deletion, EID ordered", Reinstall::after_deletion, 0, true, deleted, std::nullopt},
    {"after deletion, EID ordered", Reinstall::after_deletion, 0, true, other_eid_after_deletion,
     eid_not_expected},
    {"after deletion, used up", Reinstall::after_deletion, 1, false, deleted, profile_not_released},
    {"after deletion, used up", Reinstall::after_deletion, 1, false, other_eid_after_deletion, eid_not_expected},
};

TEST(Policies, answer_each_past_as_the_matrix_says) {
  for (const Cell& cell : kCells) {
    CreateOrder how{.reinstall = cell.reinstall, .uses = cell.uses};
    if (cell.eid_ordered) how.eid = card_eid(1);
    const auto got = after(cell.past, std::move(how));
    EXPECT_EQ(got, cell.expected) << cell.policy << ", past " << static_cast<int>(cell.past) << ": "
                                  << (got ? row_of(*got).message : "delivered");
  }
}

TEST(Policies, count_installations_to_the_last) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid, .uses = 3});
  for (int i = 0; i < 3; ++i) install(w, card, order);
  EXPECT_EQ(w.now(order).installs, 3u);
  EXPECT_EQ(w.download(card, order).error(), profile_not_released);
}

TEST(Policies, a_new_use_gets_a_new_binding_and_never_the_old_package) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  const auto first = w.download(card, order);
  ASSERT_TRUE(first);
  handle_notification(w.ports, card.success(first->transactionId, order.iccid));
  const auto offer = w.authenticate(card, order.matchingId);
  ASSERT_TRUE(offer);
  EXPECT_FALSE(offer->smdpSigned2.value.bppEuiccOtpk);
  const auto second = w.get(card, *offer);
  ASSERT_TRUE(second);
  const auto a = *asn1::decode<messages::BoundProfilePackage>(first->boundProfilePackage.tlv);
  const auto b = *asn1::decode<messages::BoundProfilePackage>(second->boundProfilePackage.tlv);
  EXPECT_NE(a.initialiseSecureChannelRequest.smdpOtpk, b.initialiseSecureChannelRequest.smdpOtpk);
  EXPECT_TRUE(card.install(second->boundProfilePackage.tlv, second->transactionId));
}

TEST(Policies, an_old_result_told_again_is_no_installation) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  const auto first = w.download(card, order);
  const auto told = card.success(first->transactionId, order.iccid);
  handle_notification(w.ports, told);
  ASSERT_TRUE(w.download(card, order));
  handle_notification(w.ports, told);
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
  EXPECT_EQ(w.now(order).installs, 1u);
}

TEST(Policies, an_old_deletion_told_late_does_not_release_a_new_installation) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  install(w, card, order);
  const auto late = card.notification(NotificationEventBit::notificationDelete, order.iccid);
  install(w, card, order);
  handle_notification(w.ports, late);
  EXPECT_EQ(w.now(order).state, OrderState::installed);
}

TEST(Policies, a_deletion_told_before_the_installation_holds) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  const auto installed_first = card.success(bpp->transactionId, order.iccid);
  remove(w, card, order);
  EXPECT_EQ(w.now(order).state, OrderState::deleted);
  handle_notification(w.ports, installed_first);
  EXPECT_EQ(w.now(order).state, OrderState::deleted);
}

// The phone deleted it while it was offline, and fetched it again: the server hears of the deletion while the
// second package is under way.
TEST(Policies, a_deletion_told_before_the_next_installation_does_not_end_it) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  install(w, card, order);
  const auto deletion = card.notification(NotificationEventBit::notificationDelete, order.iccid);
  const auto bpp = w.download(card, order);
  const auto second = card.success(bpp->transactionId, order.iccid);
  handle_notification(w.ports, deletion);
  EXPECT_EQ(w.now(order).state, OrderState::deleted);
  handle_notification(w.ports, second);
  EXPECT_EQ(w.now(order).state, OrderState::installed);
  EXPECT_EQ(w.now(order).installs, 2u);
}

TEST(Policies, an_installation_whose_deletion_was_told_first_counts_once) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  install(w, card, order);
  remove(w, card, order);
  const auto bpp = w.download(card, order);
  const auto second = card.success(bpp->transactionId, order.iccid);
  remove(w, card, order);
  handle_notification(w.ports, second);
  handle_notification(w.ports, second);
  EXPECT_EQ(w.now(order).state, OrderState::deleted);
  EXPECT_EQ(w.now(order).installs, 2u);
}

// One order, two packages: the first one was installed, deleted, and the next one was fetched before the
// server heard of any of it.
TEST(Policies, what_is_told_in_order_after_the_next_download_ends_as_the_euicc_has_it) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto first = w.download(card, order);
  const auto installed_first = card.success(first->transactionId, order.iccid);
  const auto deletion = card.notification(NotificationEventBit::notificationDelete, order.iccid);
  const auto second = w.download(card, order);
  const auto installed_second = card.success(second->transactionId, order.iccid);
  handle_notification(w.ports, installed_first);
  EXPECT_EQ(w.now(order).state, OrderState::installed);
  handle_notification(w.ports, deletion);
  EXPECT_EQ(w.now(order).state, OrderState::deleted);
  handle_notification(w.ports, installed_second);
  EXPECT_EQ(w.now(order).state, OrderState::installed);
  EXPECT_EQ(w.now(order).installs, 2u);
}

TEST(Policies, nobody_else_can_report_a_deletion) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order({.reinstall = Reinstall::after_deletion});
  install(w, card, order);
  remove(w, other, order);
  auto forged = card.notification(NotificationEventBit::notificationDelete, order.iccid);
  std::get<messages::OtherSignedNotification>(forged.pendingNotification.alt).euiccNotificationSignature[5] ^= 1;
  EXPECT_TRUE(handle_notification(w.ports, forged));
  EXPECT_EQ(w.now(order).state, OrderState::installed);
}

TEST(Policies, rebinding_is_for_the_order_to_allow) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.rebind = false});
  ASSERT_TRUE(w.download(card, order));
  EXPECT_TRUE(w.download(card, order)) << "the same key is no new binding";
  card.forget();
  EXPECT_EQ(w.download(card, order).error(), rebinding_refused);
}

// G-CLK-1, for orders.
TEST(Expiry, holds_to_the_second) {
  for (int offset : {-1, 0, 1}) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order({.expires = kStart + std::chrono::seconds(1000)});
    w.clock.advance(std::chrono::seconds(1000 + offset));
    const auto bpp = w.download(card, order);
    EXPECT_EQ(bpp.has_value(), offset < 0) << offset;
    if (!bpp) {
      EXPECT_EQ(bpp.error(), order_expired);
    }
    EXPECT_EQ(w.now(order).state, offset < 0 ? OrderState::downloaded : OrderState::error);
  }
}

TEST(Results, each_reason_of_a_card_leads_where_it_belongs) {
  struct Row {
    ErrorReason reason;
    OrderState state;
  };
  using enum ErrorReason;
  constexpr Row rows[] = {
      {incorrectInputValues, OrderState::error},
      {invalidSignature, OrderState::error},
      {invalidTransactionId, OrderState::error},
      {unsupportedCrtValues, OrderState::error},
      {unsupportedRemoteOperationType, OrderState::error},
      {unsupportedProfileClass, OrderState::error},
      {scp03tStructureError, OrderState::error},
      {scp03tSecurityError, OrderState::error},
      {installFailedDueToIccidAlreadyExistsOnEuicc, OrderState::error},
      {installFailedDueToInsufficientMemoryForProfile, OrderState::released},
      {installFailedDueToInterruption, OrderState::released},
      {installFailedDueToPEProcessingError, OrderState::error},
      {installFailedDueToDataMismatch, OrderState::error},
      {testProfileInstallFailedDueToInvalidNaaKey, OrderState::error},
      {pprNotAllowed, OrderState::error},
      {installFailedDueToInsufficientMinimumSecurityLevel, OrderState::error},
      {installFailedDueToServerAddressAbsentInEuiccAllowList, OrderState::error},
      {installFailedDueToUnknownError, OrderState::error},
  };
  for (const Row& row : rows) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order();
    const auto bpp = w.download(card, order);
    EXPECT_TRUE(handle_notification(w.ports, card.failure(bpp->transactionId, order.iccid, row.reason)));
    EXPECT_EQ(w.now(order).state, row.state) << static_cast<int>(row.reason);
    EXPECT_EQ(w.download(card, order).has_value(), row.state == OrderState::released);
  }
}

TEST(Results, a_profile_that_is_there_already_stays_installed) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order({.reinstall = Reinstall::same_eid});
  install(w, card, order);
  const auto bpp = w.download(card, order);
  handle_notification(w.ports, card.failure(bpp->transactionId, order.iccid,
                                            ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc));
  EXPECT_EQ(w.now(order).state, OrderState::installed);
  EXPECT_EQ(w.now(order).installs, 1u);
}

TEST(Results, what_a_card_says_instead_of_signing_ends_the_session_and_leaves_the_order) {
  using messages::DownloadErrorCode;
  for (auto code : {DownloadErrorCode::invalidCertificate, DownloadErrorCode::invalidSignature,
                    DownloadErrorCode::unsupportedCurve, DownloadErrorCode::noSessionContext,
                    DownloadErrorCode::invalidTransactionId, DownloadErrorCode::undefinedError}) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order();
    const auto offer = w.authenticate(card, order.matchingId);
    const auto told = get_bound_profile_package(
        w.ports,
        {.transactionId = offer->transactionId,
         .prepareDownloadResponse = {messages::PrepareDownloadResponseError{
             .transactionId = offer->transactionId, .downloadErrorCode = code}}});
    EXPECT_EQ(told.error(), client_reported_error);
    EXPECT_EQ(w.observer.card_codes, std::vector<int>{static_cast<int>(code)});
    EXPECT_EQ(w.get(card, *offer).error(), transaction_unknown);
    EXPECT_EQ(w.now(order), order) << "nobody signed that";
    EXPECT_TRUE(w.download(card, order));
  }
}

}  // namespace
}  // namespace sealift::smdp
