#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using enum messages::NotificationEventBit;
using messages::DeleteResult;
using messages::DisableResult;
using messages::EnableResult;
using messages::PprId;
using messages::ProfileClass;

constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";
constexpr const char* c = "8949000000000000033";

/// Installs a, b (and more) with notifications for every event to n.example.com.
void install(World& w, MetadataOptions options) {
  options.notifications = {{{notificationEnable, notificationDisable, notificationDelete}, "n.example.com"}};
  w.server.package = to_bytes("profile " + options.iccid + " end");
  ASSERT_TRUE(succeeded(w.download(options)));
}

std::string enabled(World& w) {
  std::string found;
  for (const auto& p : w.profiles()) {
    if (p.profileState == messages::ProfileState::enabled) found += p.iccid->digits();
  }
  return found;
}

TEST(EnableProfile, disables_the_other_and_tells_both) {
  World w;
  install(w, {.iccid = a});
  install(w, {.iccid = b});
  EXPECT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(enabled(w), a);
  EXPECT_EQ(w.enable(b), EnableResult::ok);
  EXPECT_EQ(enabled(w), b);
  auto list = w.notifications();  // two installations, then enable, disable, enable
  ASSERT_EQ(list.size(), 5u);
  EXPECT_TRUE(list[2].profileManagementOperation.contains(notificationEnable));
  EXPECT_TRUE(list[3].profileManagementOperation.contains(notificationDisable));
  EXPECT_EQ(list[3].iccid->digits(), a);
  EXPECT_TRUE(list[4].profileManagementOperation.contains(notificationEnable));
  EXPECT_EQ(list[4].iccid->digits(), b);
  for (size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list[i].seqNumber, i + 1);
}

TEST(EnableProfile, refuses_by_its_codes) {
  World w;
  install(w, {.iccid = a});
  EXPECT_EQ(w.enable(b), EnableResult::iccidOrAidNotFound);
  EXPECT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.enable(a), EnableResult::profileNotInDisabledState);
  World locked;
  install(locked, {.iccid = a, .rules = {PprId::ppr1}});
  install(locked, {.iccid = b});
  EXPECT_EQ(locked.enable(a), EnableResult::ok);
  EXPECT_EQ(locked.enable(b), EnableResult::disallowedByPolicy);
  EXPECT_EQ(locked.disable(a), DisableResult::disallowedByPolicy);
  EXPECT_EQ(enabled(locked), a);
}

TEST(EnableProfile, finds_the_profile_by_its_aid) {
  World w;
  install(w, {.iccid = a});
  messages::EnableProfileRequest request;
  request.profileIdentifier.alt = *w.profiles()[0].isdpAid;
  EXPECT_EQ(w.phone.command<messages::EnableProfileResponse>(request).enableResult, EnableResult::ok);
}

TEST(EnableProfile, lets_a_test_profile_displace_and_the_old_one_come_back) {
  World w;
  install(w, {.iccid = a, .rules = {PprId::ppr1}});
  install(w, {.iccid = b});
  install(w, {.iccid = c, .profile_class = ProfileClass::test, .owner = false});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.enable(c), EnableResult::ok) << "a policy rule does not stop a test profile";
  EXPECT_EQ(w.enable(b), EnableResult::wrongProfileReenabling);
  EXPECT_EQ(w.disable(c), DisableResult::ok);
  EXPECT_EQ(enabled(w), a);
  ASSERT_EQ(w.enable(c), EnableResult::ok);
  EXPECT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(enabled(w), a);
}

TEST(EnableProfile, holds_a_policy_rule_while_a_provisioning_profile_is_enabled) {
  World w;
  install(w, {.iccid = a, .rules = {PprId::ppr1}});
  install(w, {.iccid = b});
  install(w, {.iccid = c, .profile_class = ProfileClass::provisioning});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  ASSERT_EQ(w.enable(c), EnableResult::ok);
  EXPECT_EQ(w.enable(b), EnableResult::disallowedByPolicy);
  EXPECT_EQ(w.remove(a), DeleteResult::disallowedByPolicy) << "it is disabled only for a while";
  EXPECT_EQ(w.enable(a), EnableResult::ok);
  ASSERT_EQ(w.enable(c), EnableResult::ok);
  EXPECT_EQ(w.disable(c), DisableResult::ok);
  EXPECT_EQ(enabled(w), a);
}

TEST(EnableProfile, switches_what_runs_at_once_without_refresh) {
  World w;
  install(w, {.iccid = a});
  install(w, {.iccid = b});
  EXPECT_EQ(w.phone.apdu("00A4040007A000000087100200"), "6A82");
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00A4040007A000000087100200"), "62009000");
  std::string image_a = hex(view("profile " + std::string(a) + " end"));
  EXPECT_EQ(w.phone.apdu("00B2000000"), image_a + "9000");
  EXPECT_EQ(w.phone.apdu("00DC00000201FF"), "9000");
  ASSERT_EQ(w.enable(b), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00B2000000"), hex(view("profile " + std::string(b) + " end")) + "9000");
  EXPECT_EQ(w.phone.apdu("00B0000000"), "9000") << "a's changes are not b's";
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  w.restart();
  EXPECT_EQ(w.phone.apdu("00B0000000"), "01FF9000") << "and a keeps its own over power loss";
}

TEST(EnableProfile, switches_by_refresh_when_the_terminal_has_answered_it) {
  World w;
  install(w, {.iccid = a});
  install(w, {.iccid = b});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("8010000002FFFF"), "9000");
  EXPECT_EQ(w.enable(b, true), EnableResult::ok);
  EXPECT_EQ(w.phone.last_sw, 0x910B);
  EXPECT_EQ(w.phone.apdu("00B2000000").substr(16, 38), hex(view(a))) << "the old profile runs on";
  EXPECT_EQ(w.disable(b, true), DisableResult::catBusy);
  EXPECT_EQ(w.phone.apdu("801200000B"),
            "D009810301010482028182"
            "9000");
  EXPECT_EQ(w.phone.apdu("8012000000"), "6985") << "once";
  EXPECT_EQ(w.phone.apdu("801400000C810301010482028281830100"), "9000");
  EXPECT_EQ(w.phone.apdu("00B2000000").substr(16, 38), hex(view(b)));
}

TEST(EnableProfile, switches_at_reset_where_the_terminal_does_not_care) {
  World w;
  install(w, {.iccid = a});
  EXPECT_EQ(w.enable(a, true), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00A4040007A000000087100200"), "6A82");
  w.phone.connect();
  EXPECT_EQ(w.phone.apdu("00A4040007A000000087100200"), "62009000");
}

TEST(DisableProfile, refuses_by_its_codes) {
  World w;
  install(w, {.iccid = a});
  EXPECT_EQ(w.disable(b), DisableResult::iccidOrAidNotFound);
  EXPECT_EQ(w.disable(a), DisableResult::profileNotInEnabledState);
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.disable(a), DisableResult::ok);
  EXPECT_EQ(enabled(w), "");
}

TEST(DeleteProfile, refuses_by_its_codes_and_keeps_notifications) {
  World w;
  install(w, {.iccid = a});
  install(w, {.iccid = b, .rules = {PprId::ppr2}});
  uint64_t free = w.card->free_nvm();
  EXPECT_EQ(w.remove(c), DeleteResult::iccidOrAidNotFound);
  EXPECT_EQ(w.remove(b), DeleteResult::disallowedByPolicy);
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.remove(a), DeleteResult::profileNotInDisabledState);
  ASSERT_EQ(w.disable(a), DisableResult::ok);
  EXPECT_EQ(w.remove(a), DeleteResult::ok);
  EXPECT_EQ(w.profiles().size(), 1u);
  EXPECT_TRUE(w.notifications().back().profileManagementOperation.contains(notificationDelete));
  for (const auto& n : w.notifications()) {
    messages::NotificationSentRequest sent;
    sent.seqNumber = n.seqNumber;
    w.phone.command<messages::NotificationSentResponse>(sent);
  }
  EXPECT_GT(w.card->free_nvm(), free);
}

TEST(DeleteProfile, keeps_what_still_runs_from_writing_into_its_successor) {
  World w;
  install(w, {.iccid = a});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00DC00000201FF"), "9000");
  auto aid = w.profiles()[0].isdpAid;
  ASSERT_EQ(w.disable(a, true), DisableResult::ok);
  ASSERT_EQ(w.remove(a), DeleteResult::ok);
  install(w, {.iccid = b});
  ASSERT_EQ(w.profiles()[0].isdpAid, aid) << "the AID is given anew";
  EXPECT_EQ(w.phone.apdu("00DC00000202FF"), "6581") << "the deleted profile runs until the REFRESH";
  ASSERT_EQ(w.enable(b, true), EnableResult::catBusy);
  w.restart();
  ASSERT_EQ(w.enable(b), EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00B0000000"), "9000") << "nothing of a in b";
}

TEST(EuiccMemoryReset, deletes_classes_whatever_their_state_and_rules) {
  using messages::ResetOption;
  using messages::ResetResult;
  World w;
  auto reset = [&](messages::NamedBits<ResetOption> options) {
    messages::EuiccMemoryResetRequest request;
    request.resetOptions = std::move(options);
    return w.phone.command<messages::EuiccMemoryResetResponse>(request).resetResult;
  };
  EXPECT_EQ(reset({ResetOption::deleteOperationalProfiles}), ResetResult::nothingToDelete);
  EXPECT_EQ(reset({ResetOption::resetDefaultSmdpAddress}), ResetResult::ok);
  install(w, {.iccid = a, .rules = {PprId::ppr1, PprId::ppr2}});
  install(w, {.iccid = c, .profile_class = ProfileClass::test, .owner = false});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  ASSERT_EQ(w.enable(c), EnableResult::ok);
  EXPECT_EQ(reset({ResetOption::deleteFieldLoadedTestProfiles}), ResetResult::ok);
  EXPECT_EQ(enabled(w), a) << "the displaced profile is back";
  EXPECT_EQ(reset({ResetOption::deleteOperationalProfiles}), ResetResult::catBusy)
      << "while the REFRESH of the first is outstanding";
  EXPECT_EQ(enabled(w), a);
  w.phone.connect();
  EXPECT_EQ(reset({ResetOption::deleteOperationalProfiles}), ResetResult::ok);
  EXPECT_TRUE(w.profiles().empty());
  w.restart();
  EXPECT_EQ(hex(*w.phone.script(*from_hex("BF3E035C015A"))), "BF3E125A10" + test_eid().digits());
  auto rat = w.phone.command<messages::GetRatResponse>(messages::GetRatRequest{});
  EXPECT_EQ(rat.rat.size(), 1u);
  EXPECT_GT(w.notifications().back().seqNumber, 6u) << "numbers go on";
}

TEST(SetNickname, sets_changes_and_removes) {
  World w;
  install(w, {.iccid = a});
  messages::SetNicknameRequest request;
  request.iccid = *Iccid::parse(a);
  request.profileNickname = "work";
  using enum messages::SetNicknameResult;
  EXPECT_EQ(w.phone.command<messages::SetNicknameResponse>(request).setNicknameResult, ok);
  w.restart();
  EXPECT_EQ(w.profiles()[0].profileNickname, "work");
  request.profileNickname = "";
  EXPECT_EQ(w.phone.command<messages::SetNicknameResponse>(request).setNicknameResult, ok);
  EXPECT_FALSE(w.profiles()[0].profileNickname);
  request.iccid = *Iccid::parse(b);
  EXPECT_EQ(w.phone.command<messages::SetNicknameResponse>(request).setNicknameResult, iccidNotFound);
  request.profileNickname = std::string(65, 'x');
  EXPECT_FALSE(w.phone.script(asn1::encode(request)));
  EXPECT_EQ(w.phone.last_sw, 0x6A80);
}

TEST(GetProfilesInfo, filters_and_chooses_fields) {
  World w;
  install(w, {.iccid = a});
  install(w, {.iccid = c, .profile_class = ProfileClass::test, .owner = false});
  auto ask = [&](messages::ProfileInfoListRequest request) {
    return w.phone.command<messages::ProfileInfoListResponse>(request);
  };
  messages::ProfileInfoListRequest request;
  request.searchCriteria.emplace().alt = ProfileClass::test;
  auto tests = std::get<0>(ask(request).alt);
  ASSERT_EQ(tests.size(), 1u);
  EXPECT_EQ(tests[0].iccid->digits(), c);
  request.searchCriteria->alt = *Iccid::parse(a);
  request.tagList = *from_hex("5A9F70B7B6");
  auto one = std::get<0>(ask(request).alt);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_TRUE(one[0].iccid && one[0].profileState && one[0].profileOwner &&
              one[0].notificationConfigurationInfo);
  EXPECT_FALSE(one[0].isdpAid || one[0].profileName || one[0].profileClass);
  request.tagList = *from_hex("5A9F");
  EXPECT_EQ(std::get<1>(ask(request).alt), messages::ProfileInfoListError::incorrectInputValues);
}

TEST(GetProfilesInfo, gives_back_what_a_service_stored) {
  World w;
  auto m = *asn1::decode<messages::StoreMetadataRequest>(metadata({.iccid = a}));
  m.serviceSpecificDataStoredInEuicc =
      messages::VendorSpecificExtension{{asn1::Oid::of({2, 999, 5}), Bytes{0x04, 0x01, 0x07}, {}}};
  w.server.metadata = asn1::encode(m);
  ASSERT_TRUE(succeeded(w.download()));
  auto info2 = w.authenticate().euiccSigned1.value.euiccInfo2;
  EXPECT_TRUE(info2.rspCapability.contains(messages::RspCapabilityBit::serviceSpecificDataSupport));
  messages::ProfileInfoListRequest request;
  request.tagList = *from_hex("BF22");
  auto response = w.phone.command<messages::ProfileInfoListResponse>(request);
  const auto& list = std::get<0>(response.alt);
  ASSERT_EQ(list.size(), 1u);
  ASSERT_TRUE(list[0].serviceSpecificDataStoredInEuicc);
  EXPECT_EQ(list[0].serviceSpecificDataStoredInEuicc->size(), 1u);
}

TEST(Notifications, carry_a_signature_and_the_cards_chain) {
  World w;
  install(w, {.iccid = a});
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  messages::RetrieveNotificationsListRequest request;
  request.searchCriteria.emplace().alt = uint64_t{2};
  auto list = w.phone.command<messages::RetrieveNotificationsListResponse>(request);
  const auto& found = std::get<0>(list.alt);
  ASSERT_EQ(found.size(), 1u);
  const auto& n = std::get<messages::OtherSignedNotification>(found[0].alt);
  EXPECT_EQ(n.tbsOtherNotification.value.notificationAddress, "n.example.com");
  EXPECT_TRUE(crypto::verify(w.hierarchy.certificate(pki::Role::euicc).public_key(),
                             {n.tbsOtherNotification.tlv}, n.euiccNotificationSignature));
  EXPECT_TRUE(equal(n.euiccCertificate.tlv, w.hierarchy.certificate(pki::Role::euicc).der()));
  request.searchCriteria->alt = messages::NotificationEvent{notificationDisable};
  list = w.phone.command<messages::RetrieveNotificationsListResponse>(request);
  EXPECT_TRUE(std::get<0>(list.alt).empty());
}

TEST(Notifications, go_when_delivered_and_their_numbers_never_return) {
  World w;
  install(w, {.iccid = a});
  messages::NotificationSentRequest sent;
  sent.seqNumber = 1;
  using enum messages::DeleteNotificationStatus;
  EXPECT_EQ(w.phone.command<messages::NotificationSentResponse>(sent).deleteNotificationStatus, ok);
  EXPECT_EQ(w.phone.command<messages::NotificationSentResponse>(sent).deleteNotificationStatus,
            nothingToDelete);
  w.restart();
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  ASSERT_EQ(w.notifications().size(), 1u);
  EXPECT_EQ(w.notifications()[0].seqNumber, 2u);
}

TEST(Notifications, drop_the_oldest_of_their_kind_when_there_are_too_many) {
  World w;
  install(w, {.iccid = a});
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(w.enable(a), EnableResult::ok);
    ASSERT_EQ(w.disable(a), DisableResult::ok);
  }
  auto list = w.notifications();
  EXPECT_EQ(list.size(), 33u);
  EXPECT_EQ(list[0].seqNumber, 1u) << "the installation result is of another kind";
  EXPECT_EQ(list.back().seqNumber, 81u);
}

// One entry may name several events, and an event may have several recipients.
TEST(Notifications, tell_every_recipient_of_an_installation_once) {
  World w;
  MetadataOptions options;
  options.notifications = {{{notificationInstall}, "smdp.example.com"},
                           {{notificationInstall, notificationEnable}, "other.example.com"}};
  ASSERT_TRUE(succeeded(w.download(options)));
  auto list = w.notifications();
  ASSERT_EQ(list.size(), 2u) << "the SM-DP+ of the session has the installation result";
  EXPECT_EQ(list[1].notificationAddress, "other.example.com");
}

}  // namespace
}  // namespace sealift::euicc
