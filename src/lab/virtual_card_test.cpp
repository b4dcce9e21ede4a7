#include "lab/virtual_card.hpp"

#include <gtest/gtest.h>

#include "messages/es10b.hpp"

namespace sealift::lab {
namespace {

TEST(VirtualCard, lets_any_operator_set_policy_rules_with_consent) {
  SeededRandom random(1);
  const Eid eid = *eid_number("89049032", 1);
  pki::HierarchyOptions options{.deterministic = true, .eid = eid};
  options.not_before = Time(std::chrono::seconds(1700000000));
  auto pki = pki::make_hierarchy(options, random);
  ASSERT_TRUE(pki);
  auto data =
      make_personalisation((*pki)[pki::Role::eum], pki->certificate(pki::Role::ci), eid, random, true);
  ASSERT_TRUE(data);
  auto card = VirtualCard::make(std::move(*data), random);
  ASSERT_TRUE(card);
  card->card().transmit(*from_hex("00A4040C10A0000005591010FFFFFFFF8900000100"));
  Bytes answer = card->card().transmit(*from_hex("80E2910003BF430000"));
  ASSERT_GT(answer.size(), 2u);
  auto rat = asn1::decode<messages::GetRatResponse>(View(answer).first(answer.size() - 2));
  ASSERT_TRUE(rat);
  ASSERT_EQ(rat->rat.size(), 1u);
  EXPECT_TRUE(rat->rat[0].pprIds.contains(messages::PprId::ppr1));
  EXPECT_TRUE(rat->rat[0].pprIds.contains(messages::PprId::ppr2));
  EXPECT_TRUE(rat->rat[0].pprFlags.contains(messages::PprFlag::consentRequired));
}

}  // namespace
}  // namespace sealift::lab
