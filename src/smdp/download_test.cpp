// Whole downloads against a mini card: what is delivered opens on that card, and on no other.

#include <algorithm>
#include <barrier>
#include <thread>

#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::ErrorReason;

struct Kind {
  crypto::Curve curve;
  Protection protection;
};
class Download : public ::testing::TestWithParam<Kind> {};

TEST_P(Download, ends_installed_with_the_profile_and_metadata_of_the_order) {
  World w(GetParam().curve);
  MiniCard card = w.card();
  const Order order = w.order({}, GetParam().protection);
  const auto bpp = w.download(card, order);
  ASSERT_TRUE(bpp) << row_of(bpp.error()).message;
  const auto installed = card.install(bpp->boundProfilePackage.tlv, bpp->transactionId);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->upp, make_upp(order.iccid));
  EXPECT_EQ(installed->metadata, order.metadata);
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
  EXPECT_EQ(w.now(order).eid, card.eid);
  handle_notification(w.ports, card.success(bpp->transactionId, order.iccid));
  EXPECT_EQ(w.now(order).state, OrderState::installed);
  EXPECT_TRUE(w.observer.failures.empty());
  EXPECT_TRUE(w.observer.ignored.empty());
  ASSERT_EQ(w.observer.decisions.size(), 1u);
  EXPECT_TRUE(w.observer.decisions[0].delivered());
}
INSTANTIATE_TEST_SUITE_P(Kinds, Download,
                         ::testing::Values(Kind{crypto::Curve::p256, Protection::random_keys},
                                           Kind{crypto::Curve::p256, Protection::session_keys},
                                           Kind{crypto::Curve::brainpool_p256r1, Protection::random_keys},
                                           Kind{crypto::Curve::brainpool_p256r1, Protection::session_keys}));

TEST(Downloads, a_package_opens_on_no_other_card) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order();
  const auto offer = w.authenticate(card, order.matchingId);
  const auto bpp = w.get(card, *offer);
  ASSERT_TRUE(bpp);
  (void)other.prepare(*w.authenticate(other, w.order().matchingId));
  EXPECT_FALSE(other.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
  EXPECT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
}

TEST(Downloads, an_order_without_matching_id_goes_to_its_eid) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order({.eid = card_eid(1), .matchingId = MatchingId()});
  EXPECT_EQ(w.authenticate(other, std::nullopt).error(), Refusal::eid_not_expected);
  EXPECT_TRUE(w.authenticate(card, std::nullopt));
  EXPECT_TRUE(w.authenticate(card, MatchingId()));
}

TEST(Downloads, a_card_is_served_whatever_the_check_digits_of_its_eid) {
  // The EUM vouches for it. SGP.23's card for which no default order waits has such an EID.
  World w;
  const Eid eid = *Eid::from_octets(*from_hex("89049032123451234512345678901299"));
  const auto& eum = w.pki[pki::Role::eum];
  const pki::Identity euicc = pki::issue_euicc(eum, eid, w.random).value();
  MiniCard card(euicc, eum.certificate, w.pki.certificate(pki::Role::ci), eid, w.random);
  EXPECT_EQ(w.authenticate(card, std::nullopt).error(), Refusal::eid_not_expected);
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  ASSERT_TRUE(bpp);
  EXPECT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
  EXPECT_EQ(w.now(order).eid, eid);
}

TEST(Downloads, an_address_is_ours_in_either_case) {
  World w;
  MiniCard card = w.card();
  EXPECT_TRUE(initiate_authentication(w.ports, card.initiate("SMDP.Example.COM")));
}

TEST(Downloads, authenticate_client_only_reads) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const size_t rows = w.orders.audit().size();
  ASSERT_TRUE(w.authenticate(card, order.matchingId));
  EXPECT_EQ(w.now(order), order);
  EXPECT_EQ(w.orders.audit().size(), rows);
}

TEST(Downloads, a_session_makes_each_step_once) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto hello = w.initiate(card);
  const messages::AuthenticateClientRequest request{
      .transactionId = hello->transactionId,
      .authenticateServerResponse = card.authenticate(*hello, order.matchingId)};
  const auto offer = authenticate_client(w.ports, request);
  ASSERT_TRUE(offer);
  EXPECT_EQ(authenticate_client(w.ports, request).error(), Refusal::transaction_unknown);
  const messages::GetBoundProfilePackageRequest get{.transactionId = offer->transactionId,
                                                    .prepareDownloadResponse = card.prepare(*offer)};
  EXPECT_TRUE(get_bound_profile_package(w.ports, get)) << "a wrong step must not end the session";
  EXPECT_EQ(get_bound_profile_package(w.ports, get).error(), Refusal::transaction_unknown);
}

TEST(Downloads, a_session_ends_after_its_idle_time) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto offer = w.authenticate(card, order.matchingId);
  w.clock.advance(w.settings.session_ttl);
  EXPECT_EQ(w.get(card, *offer).error(), Refusal::transaction_unknown);
}

// ---- retries

TEST(Retry, the_same_one_time_key_gets_the_same_package_for_the_new_session) {
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order({}, protection);
    const auto first = w.download(card, order);
    const auto second = w.download(card, order);
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_NE(first->transactionId, second->transactionId);
    const auto a = *asn1::decode<messages::BoundProfilePackage>(first->boundProfilePackage.tlv);
    const auto b = *asn1::decode<messages::BoundProfilePackage>(second->boundProfilePackage.tlv);
    EXPECT_EQ(a.initialiseSecureChannelRequest.smdpOtpk, b.initialiseSecureChannelRequest.smdpOtpk);
    EXPECT_EQ(a.firstSequenceOf87, b.firstSequenceOf87);
    EXPECT_EQ(a.sequenceOf88, b.sequenceOf88);
    EXPECT_EQ(a.secondSequenceOf87, b.secondSequenceOf87);
    EXPECT_EQ(a.sequenceOf86, b.sequenceOf86);
    const auto installed = card.install(second->boundProfilePackage.tlv, second->transactionId);
    ASSERT_TRUE(installed) << installed.error().message;
    EXPECT_EQ(installed->upp, make_upp(order.iccid));
  }
}

TEST(Retry, a_new_one_time_key_gets_a_new_key_of_ours) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto first = w.download(card, order);
  card.forget();
  const auto second = w.download(card, order);
  ASSERT_TRUE(second);
  const auto a = *asn1::decode<messages::BoundProfilePackage>(first->boundProfilePackage.tlv);
  const auto b = *asn1::decode<messages::BoundProfilePackage>(second->boundProfilePackage.tlv);
  EXPECT_NE(a.initialiseSecureChannelRequest.smdpOtpk, b.initialiseSecureChannelRequest.smdpOtpk);
  EXPECT_NE(a.secondSequenceOf87, b.secondSequenceOf87);
  EXPECT_TRUE(card.install(second->boundProfilePackage.tlv, second->transactionId));
}

TEST(Retry, a_new_one_time_key_is_refused_where_policy_says_so) {
  World w;
  w.settings.rebind = false;
  MiniCard card = w.card();
  const Order order = w.order();
  ASSERT_TRUE(w.download(card, order));
  EXPECT_TRUE(w.download(card, order)) << "the same key is no new binding";
  card.forget();
  EXPECT_EQ(w.download(card, order).error(), Refusal::rebinding_refused);
}

TEST(Retry, after_a_temporary_failure_the_order_is_released_again_for_that_card) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  handle_notification(
      w.ports, card.failure(bpp->transactionId, order.iccid, ErrorReason::installFailedDueToInterruption));
  EXPECT_EQ(w.now(order).state, OrderState::released);
  EXPECT_EQ(w.download(other, order).error(), Refusal::eid_not_expected);
  const auto again = w.download(card, order);
  ASSERT_TRUE(again);
  EXPECT_TRUE(card.install(again->boundProfilePackage.tlv, again->transactionId));
}

// ---- notifications

TEST(Notifications, a_permanent_failure_ends_the_order) {
  for (ErrorReason reason : {ErrorReason::incorrectInputValues, ErrorReason::scp03tSecurityError,
                             ErrorReason::installFailedDueToPEProcessingError, ErrorReason::pprNotAllowed}) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order();
    const auto bpp = w.download(card, order);
    handle_notification(w.ports, card.failure(bpp->transactionId, order.iccid, reason));
    EXPECT_EQ(w.now(order).state, OrderState::error);
    EXPECT_EQ(w.authenticate(card, order.matchingId).error(), Refusal::profile_not_released);
  }
}

TEST(Notifications, the_same_result_counts_once) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  const auto failed =
      card.failure(bpp->transactionId, order.iccid, ErrorReason::installFailedDueToInterruption);
  handle_notification(w.ports, failed);
  const auto again = w.download(card, order);
  handle_notification(w.ports, failed);
  EXPECT_EQ(w.now(order).state, OrderState::downloaded) << "heard before";
  handle_notification(w.ports, card.success(again->transactionId, order.iccid));
  EXPECT_EQ(w.now(order).state, OrderState::installed);
}

TEST(Notifications, of_a_card_made_anew_count_though_their_numbers_start_again) {
  World w;
  MiniCard card = w.card();
  for (int n = 0; n < 2; ++n) {
    const Order order = w.order();
    const auto bpp = w.download(card, order);
    card.seqNumber = 1;
    EXPECT_TRUE(handle_notification(w.ports, card.success(bpp->transactionId, order.iccid)));
    EXPECT_EQ(w.now(order).state, OrderState::installed);
  }
}

TEST(Notifications, a_failure_of_an_earlier_delivery_does_not_end_the_one_under_way) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto first = w.download(card, order);
  const auto second = w.download(card, order);
  handle_notification(w.ports,
                      card.failure(first->transactionId, order.iccid, ErrorReason::scp03tSecurityError));
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
  handle_notification(w.ports, card.success(second->transactionId, order.iccid));
  EXPECT_EQ(w.now(order).state, OrderState::installed);
}

TEST(Notifications, a_result_that_does_not_verify_changes_nothing) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  const Order before = w.now(order);
  (void)w.authenticate(other, w.order().matchingId);
  handle_notification(w.ports, other.success(bpp->transactionId, order.iccid));
  auto altered = card.success(bpp->transactionId, order.iccid);
  auto& pir = std::get<messages::ProfileInstallationResult>(altered.pendingNotification.alt);
  pir.profileInstallationResultData.tlv.back() ^= 1;
  handle_notification(w.ports, altered);
  handle_notification(w.ports, card.success(*TransactionId::from_octets(Bytes(16, 1)), order.iccid));
  handle_notification(w.ports, card.success(bpp->transactionId, w.order().iccid));
  EXPECT_EQ(w.now(order), before);
  EXPECT_EQ(w.observer.ignored.size(), 4u);
}

TEST(Notifications, of_the_owner_of_a_profile_are_kept_once_others_not_at_all) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order();
  ASSERT_TRUE(w.download(card, order));
  const auto count = [&] {
    const auto audit = w.orders.audit();
    return std::count_if(audit.begin(), audit.end(),
                         [](const Audit& a) { return a.action == "profile_enabled"; });
  };
  const auto enabled = card.notification(messages::NotificationEventBit::notificationEnable, order.iccid);
  handle_notification(w.ports, enabled);
  handle_notification(w.ports, enabled);
  EXPECT_EQ(count(), 1);
  handle_notification(w.ports,
                      other.notification(messages::NotificationEventBit::notificationEnable, order.iccid));
  auto forged = card.notification(messages::NotificationEventBit::notificationEnable, order.iccid);
  std::get<messages::OtherSignedNotification>(forged.pendingNotification.alt)
      .euiccNotificationSignature[40] ^= 1;
  handle_notification(w.ports, forged);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(w.observer.ignored.size(), 3u);
}

// ---- cancel

TEST(Cancel, ends_the_order_for_reasons_that_are_final_and_keeps_it_for_others) {
  using Reason = messages::CancelSessionReason;
  const std::pair<Reason, OrderState> cases[] = {
      {Reason::endUserRejection, OrderState::error}, {Reason::postponed, OrderState::released},
      {Reason::timeout, OrderState::released},       {Reason::pprNotAllowed, OrderState::error},
      {Reason::metadataMismatch, OrderState::error}, {Reason::loadBppExecutionError, OrderState::error},
      {Reason::undefinedReason, OrderState::error}};
  for (const auto& [reason, expected] : cases) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order();
    const auto offer = w.authenticate(card, order.matchingId);
    EXPECT_TRUE(w.cancel(offer->transactionId, card.cancel(offer->transactionId, reason)));
    EXPECT_EQ(w.now(order).state, expected) << static_cast<int>(reason);
    EXPECT_EQ(w.get(card, *offer).error(), Refusal::transaction_unknown);
  }
}

TEST(Cancel, is_accepted_after_the_package_was_delivered) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto bpp = w.download(card, order);
  EXPECT_TRUE(w.cancel(bpp->transactionId,
                       card.cancel(bpp->transactionId, messages::CancelSessionReason::postponed)));
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
  EXPECT_TRUE(w.download(card, order));
}

TEST(Cancel, of_an_older_delivery_does_not_end_a_newer_one) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto first = w.download(card, order);
  ASSERT_TRUE(first);
  const auto stale = card.cancel(first->transactionId, messages::CancelSessionReason::endUserRejection);
  ASSERT_TRUE(w.download(card, order));
  EXPECT_TRUE(w.cancel(first->transactionId, stale));
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
}

TEST(Cancel, of_another_card_does_not_end_a_bound_order) {
  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order order = w.order();
  const auto late = w.authenticate(other, order.matchingId);
  ASSERT_TRUE(w.download(card, order));
  EXPECT_TRUE(w.cancel(late->transactionId,
                       other.cancel(late->transactionId, messages::CancelSessionReason::endUserRejection)));
  EXPECT_EQ(w.now(order).state, OrderState::downloaded);
}

// ---- races

TEST(Race, one_of_many_cards_gets_the_order) {
  World w;
  Ports ports{w.clock,  w.real_random, w.authenticator, w.signers, w.store_key,
              w.orders, w.sessions,    w.observer,      w.settings};
  constexpr int kCards = 32;
  const Order order = w.order();
  std::vector<MiniCard> cards;
  std::vector<messages::GetBoundProfilePackageRequest> requests;
  for (int n = 0; n < kCards; ++n) {
    cards.push_back(w.card(n));
    const auto offer = w.authenticate(cards.back(), order.matchingId);
    ASSERT_TRUE(offer);
    requests.push_back(
        {.transactionId = offer->transactionId, .prepareDownloadResponse = cards.back().prepare(*offer)});
  }
  std::vector<std::optional<Refusal>> ends(kCards);
  std::vector<Bytes> packages(kCards);
  std::barrier start(kCards);
  std::vector<std::thread> threads;
  for (int n = 0; n < kCards; ++n) {
    threads.emplace_back([&, n] {
      start.arrive_and_wait();
      auto bpp = get_bound_profile_package(ports, requests[n]);
      if (bpp)
        packages[n] = bpp->boundProfilePackage.tlv;
      else
        ends[n] = bpp.error();
    });
  }
  for (auto& t : threads) t.join();
  int winners = 0;
  for (int n = 0; n < kCards; ++n) {
    if (!ends[n]) {
      ++winners;
      EXPECT_EQ(w.now(order).eid, cards[n].eid);
      EXPECT_TRUE(cards[n].install(packages[n], requests[n].transactionId));
      continue;
    }
    EXPECT_EQ(*ends[n], Refusal::rebinding_refused);
    EXPECT_EQ(w.authenticate(cards[n], order.matchingId).error(), Refusal::eid_not_expected);
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(w.now(order).version, order.version + 1);
}

TEST(Race, a_crowd_gets_no_more_guesses_of_a_confirmation_code) {
  World w;
  Ports ports{w.clock,  w.real_random, w.authenticator, w.signers, w.store_key,
              w.orders, w.sessions,    w.observer,      w.settings};
  constexpr int kGuesses = 24;
  const Order order = w.order({.confirmationCode = SecretBytes(to_bytes("4711"))});
  std::vector<MiniCard> cards;
  std::vector<messages::GetBoundProfilePackageRequest> requests;
  for (int n = 0; n < kGuesses; ++n) {
    cards.push_back(w.card(n));
    const auto offer = w.authenticate(cards.back(), order.matchingId);
    requests.push_back({.transactionId = offer->transactionId,
                        .prepareDownloadResponse = cards.back().prepare(*offer, std::to_string(n))});
  }
  std::atomic<int> refused = 0, exceeded = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < kGuesses; ++n) {
    threads.emplace_back([&, n] {
      const auto end = get_bound_profile_package(ports, requests[n]);
      ASSERT_FALSE(end);
      refused += end.error() == Refusal::confirmation_code_refused;
      exceeded += end.error() == Refusal::confirmation_attempts_exceeded;
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(refused, 2) << "the third wrong code of three is the last";
  EXPECT_EQ(exceeded, kGuesses - 2);
  EXPECT_EQ(w.now(order).state, OrderState::error);
  EXPECT_EQ(w.now(order).confirmation_attempts, 3u);
}

}  // namespace
}  // namespace sealift::smdp
