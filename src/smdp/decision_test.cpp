// Three questions before a profile is given out, eight combinations (docs/mission.md, M2-44): right chip,
// right server, protected for this chip. Only three yeses deliver; each other case leaves one decision
// record, its code, and an untouched order.

#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

struct Answers {
  bool chip, server, bound;
};
class ThreeQuestions : public ::testing::TestWithParam<Answers> {};

/// A card that does not accept the server's certificate says so instead of signing.
messages::AuthenticateServerResponse answer(MiniCard& card,
                                            const messages::InitiateAuthenticationOkEs9& hello,
                                            const Order& order, bool right_server) {
  if (right_server) return card.authenticate(hello, order.matchingId);
  return {messages::AuthenticateResponseError{
      .transactionId = hello.transactionId,
      .authenticateErrorCode = messages::AuthenticateErrorCode::invalidCertificate}};
}

/// What ends the walk; none where the package was delivered.
std::optional<Refusal> walk(World& w, MiniCard& card, MiniCard& thief, const Order& order, const Answers& a) {
  const auto hello = w.initiate(card);
  const auto offer =
      authenticate_client(w.ports, {.transactionId = hello->transactionId,
                                    .authenticateServerResponse = answer(card, *hello, order, a.server)});
  if (!offer) return offer.error();
  auto response = card.prepare(*offer);
  if (!a.bound) {
    // Somebody on the way puts in a one-time key of his own, signed by the only card he has.
    auto& ok = std::get<messages::PrepareDownloadResponseOk>(response.alt);
    ok.euiccSigned2.value.euiccOtpk =
        crypto::EphemeralKey::generate(crypto::Curve::p256, w.random).public_key().point();
    ok.euiccSigned2 = asn1::seal(std::move(ok.euiccSigned2.value));
    const Octets<67> tail = auth::signature_tlv(offer->smdpSignature2);
    ok.euiccSignature2 = thief.sign({View(ok.euiccSigned2.tlv), View(tail)});
  }
  const auto bpp = get_bound_profile_package(
      w.ports, {.transactionId = offer->transactionId, .prepareDownloadResponse = std::move(response)});
  if (!bpp) return bpp.error();
  EXPECT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
  return std::nullopt;
}

TEST_P(ThreeQuestions, deliver_for_three_yeses_alone) {
  const Answers a = GetParam();
  World w;
  MiniCard card = w.card(1), thief = w.card(3);
  const Order order = w.order({.eid = card_eid(a.chip ? 1 : 2)});
  const size_t rows = w.orders.audit().size();
  const std::optional<Refusal> end = walk(w, card, thief, order, a);

  std::optional<Refusal> expected;
  if (!a.server)
    expected = Refusal::client_reported_error;
  else if (!a.chip)
    expected = Refusal::eid_not_expected;
  else if (!a.bound)
    expected = Refusal::euicc_signature_invalid;
  EXPECT_EQ(end, expected);

  ASSERT_EQ(w.observer.decisions.size(), 1u);
  const Decision& decision = w.observer.decisions[0];
  EXPECT_EQ(decision.delivered(), a.chip && a.server && a.bound);
  EXPECT_EQ(decision.refusal, expected);
  // A question is answered yes only where it was asked: none before the chip has said whom it talks to.
  EXPECT_EQ(decision.right_server, a.server);
  EXPECT_EQ(decision.right_chip, a.server && a.chip);
  EXPECT_EQ(decision.protected_for_this_chip, a.server && a.chip && a.bound);

  if (!expected) return;
  EXPECT_EQ(w.now(order), order) << "a refused walk must leave no trace";
  EXPECT_EQ(w.orders.audit().size(), rows);
  EXPECT_TRUE(w.observer.states == std::vector{OrderState::released});
}

INSTANTIATE_TEST_SUITE_P(EightCombinations, ThreeQuestions,
                         ::testing::Values(Answers{false, false, false}, Answers{false, false, true},
                                           Answers{false, true, false}, Answers{false, true, true},
                                           Answers{true, false, false}, Answers{true, false, true},
                                           Answers{true, true, false}, Answers{true, true, true}),
                         [](const auto& i) {
                           const auto yes = [](bool b) { return std::string(b ? "right" : "wrong"); };
                           return yes(i.param.chip) + "_chip_" + yes(i.param.server) + "_server_" +
                                  (i.param.bound ? "bound" : "not_bound");
                         });

}  // namespace
}  // namespace sealift::smdp
