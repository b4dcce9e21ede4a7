// The store fails once, at each of its calls in turn, before or after the call took effect; all sessions are
// lost with it, as when the server is killed. The phone tries again, and the download ends as it would have.

#include "crypto/key_agreement.hpp"
#include "smdp/faulty_orders.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using When = FaultyOrders::When;

/// One attempt of a phone: a download, an installation, its result. What the phone has installed goes on from
/// attempt to attempt, as on a card.
struct Phone {
  MiniCard& card;
  std::optional<messages::HandleNotification> pending;

  void attempt(World& w, Ports& ports, const Order& order) {
    if (!pending) download(w, ports, order);
    if (pending && handle_notification(ports, *pending)) pending.reset();
  }

 private:
  void download(World&, Ports& ports, const Order& order) {
    const auto hello = initiate_authentication(ports, card.initiate(std::string(kAddress)));
    if (!hello) return;
    const auto offer = authenticate_client(
        ports, {.transactionId = hello->transactionId,
                .authenticateServerResponse = card.authenticate(*hello, order.matchingId)});
    if (!offer) return;
    const auto bpp = get_bound_profile_package(
        ports, {.transactionId = offer->transactionId, .prepareDownloadResponse = card.prepare(*offer)});
    if (!bpp) return;
    const auto installed = card.install(bpp->boundProfilePackage.tlv, bpp->transactionId);
    ASSERT_TRUE(installed) << installed.error().message;
    EXPECT_EQ(installed->upp, make_upp(order.iccid));
    pending = card.success(bpp->transactionId, order.iccid);
  }
};

/// Whether the fault at this call was met, so that the caller knows when it has walked all of them.
bool survives(int call, When when, Protection protection) {
  World w;
  const Order order = w.order({}, protection);
  FaultyOrders faulty(w.orders);
  faulty.fail_at(call, when);
  MiniCard card = w.card(1), other = w.card(2);
  Phone phone{card, {}};
  Ports first{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
              faulty,  w.sessions, w.observer,      w.settings};
  phone.attempt(w, first, order);
  const bool met = faulty.calls() > call;

  store::MemorySessions none;
  Ports again{w.clock, w.random, w.authenticator, w.signers, w.store_key,
              faulty,  none,     w.observer,      w.settings};
  phone.attempt(w, again, order);
  EXPECT_EQ(w.now(order).state, OrderState::installed) << "call " << call;
  EXPECT_EQ(w.now(order).eid, card.eid);
  EXPECT_FALSE(w.authenticate(other, order.matchingId));
  return met;
}

TEST(Faults, at_any_call_of_the_store_a_second_attempt_completes_the_download) {
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    for (When when : {When::before, When::after}) {
      int call = 0;
      while (survives(call, when, protection)) ++call;
      EXPECT_GT(call, 3) << "a download makes four calls: find, profile and two changes";
    }
  }
}

TEST(Faults, a_store_under_another_key_is_no_fault_of_the_card) {
  for (Protection protection : {Protection::random_keys, Protection::session_keys}) {
    World w;
    const Order order = w.order({}, protection);
    const Secret<32> other_key{Octets<32>{9}};
    Ports ports{w.clock,  w.random,   w.authenticator, w.signers, other_key,
                w.orders, w.sessions, w.observer,      w.settings};
    MiniCard card = w.card();
    const auto offer = w.authenticate(card, order.matchingId);
    EXPECT_EQ(get_bound_profile_package(ports, {.transactionId = offer->transactionId,
                                                .prepareDownloadResponse = card.prepare(*offer)})
                  .error(),
              Refusal::server_failed);
    ASSERT_EQ(w.observer.failures.size(), 1u);
    EXPECT_NE(w.observer.failures[0].find("store key"), std::string::npos) << w.observer.failures[0];
  }
}

/// An HSM that answers nothing but this error.
struct DeadHsm final : crypto::Signer, crypto::KeyAgreement {
  DeadHsm(const crypto::PublicKey& of, ErrorKind why) : key(of), kind(why) {}
  const crypto::PublicKey& public_key() const override { return key; }
  Result<crypto::Signature> sign(std::span<const View>) override { return Error{kind, "the HSM is away"}; }
  Result<crypto::Agreement> agree(const crypto::PublicKey&) override {
    return Error{kind, "the HSM is away"};
  }
  const crypto::PublicKey key;
  const ErrorKind kind;
};

TEST(Faults, an_hsm_that_is_away_makes_every_step_ask_to_come_again_and_changes_nothing) {
  for (const auto& [kind, refusal] : {std::pair(ErrorKind::timeout, Refusal::server_busy),
                                      std::pair(ErrorKind::verification, Refusal::server_failed)}) {
    World w;
    const Order order = w.order();
    MiniCard card = w.card();
    DeadHsm hsm(w.signers.front().dpAuth.signer->public_key(), kind);
    Ports ports{w.clock,  w.random,   w.authenticator, w.signers, w.store_key,
                w.orders, w.sessions, w.observer,      w.settings};
    ports.key_agreement = &hsm;
    // The same certificates, whose keys are away.
    Signers dead = w.signers.front();
    dead.dpPb.signer = dead.dpAuth.signer = std::make_shared<DeadHsm>(hsm.key, kind);
    const SignerList dead_signers({dead});
    Ports away{w.clock,  w.random,   w.authenticator, dead_signers, w.store_key,
               w.orders, w.sessions, w.observer,      w.settings};

    const auto hello = initiate_authentication(ports, card.initiate(std::string(kAddress)));
    const auto offer = authenticate_client(
        ports, {.transactionId = hello->transactionId,
                .authenticateServerResponse = card.authenticate(*hello, order.matchingId)});
    EXPECT_EQ(get_bound_profile_package(ports, {.transactionId = offer->transactionId,
                                                .prepareDownloadResponse = card.prepare(*offer)})
                  .error(),
              refusal)
        << "no key agreement in software instead";
    EXPECT_EQ(w.now(order).state, OrderState::released);

    const auto second = initiate_authentication(ports, card.initiate(std::string(kAddress)));
    EXPECT_EQ(authenticate_client(
                  away, {.transactionId = second->transactionId,
                         .authenticateServerResponse = card.authenticate(*second, order.matchingId)})
                  .error(),
              refusal);
    EXPECT_EQ(initiate_authentication(away, card.initiate(std::string(kAddress))).error(), refusal);
    EXPECT_EQ(w.observer.failures.size(), 3u);
    EXPECT_TRUE(w.download(card, order)) << "and once it is back the download goes on";
  }
}

TEST(Faults, a_binding_whose_answer_is_lost_is_given_out_again_to_that_card_alone) {
  World w;
  const Order order = w.order();
  FaultyOrders faulty(w.orders);
  Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
              faulty,  w.sessions, w.observer,      w.settings};
  MiniCard card = w.card(1), other = w.card(2);
  const auto late = w.authenticate(other, order.matchingId);
  const auto offer = w.authenticate(card, order.matchingId);
  const messages::GetBoundProfilePackageRequest request{.transactionId = offer->transactionId,
                                                        .prepareDownloadResponse = card.prepare(*offer)};
  faulty.fail_at(1, When::after);  // profile, then the compare and swap
  EXPECT_EQ(get_bound_profile_package(ports, request).error(), Refusal::server_failed);
  ASSERT_EQ(w.now(order).state, OrderState::downloaded) << "the change itself took effect";
  const auto bound = *w.orders.package(order.iccid);
  EXPECT_EQ(w.get(other, *late).error(), Refusal::rebinding_refused);
  const auto again = w.download(card, order);
  ASSERT_TRUE(again);
  EXPECT_EQ(*w.orders.package(order.iccid), bound) << "bound once, given out twice";
  EXPECT_TRUE(card.install(again->boundProfilePackage.tlv, again->transactionId));
}

}  // namespace
}  // namespace sealift::smdp
