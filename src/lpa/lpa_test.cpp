#include "lpa/lpa.hpp"

#include "download/test_support.hpp"

namespace sealift::lpa {
namespace {

using namespace messages;
using namespace download::test;
using download::Answer;

struct User final : UserInterface {
  Answer answer = Answer::yes;
  std::vector<std::string> questions;
  Answer download(const StoreMetadataRequest&, const PprIds&) override { return asked("download"); }
  std::optional<std::string> confirmation_code() override { return std::nullopt; }
  Answer enable(const ProfileInfo& p) override { return asked("enable " + p.profileName.value_or("?")); }
  Answer disable(const ProfileInfo& p) override { return asked("disable " + p.profileName.value_or("?")); }
  Answer remove(const ProfileInfo& p) override { return asked("remove " + p.profileName.value_or("?")); }

 private:
  Answer asked(std::string question) {
    questions.push_back(std::move(question));
    return answer;
  }
};

/// A card with two profiles, which answers enable, disable and delete with `result`.
struct Device : testing::Test {
  DownloadCard card;
  FakeServer server;
  User user;
  download::Progress progress;
  std::optional<download::Es10> es10;
  std::optional<Lpa> lpa;
  uint8_t result = 0;
  std::optional<Aid> changed;
  const std::string second = "8949000000000000025";

  Device() {
    card.on<ProfileInfoListRequest, ProfileInfoListResponse>(0xBF2D, [this](auto&) {
      return ProfileInfoListResponse{std::vector{profile(1, iccid.digits(), "first"), profile(2, second, "second")}};
    });
    card.on<EnableProfileRequest, EnableProfileResponse>(0xBF31, [this](auto& r) {
      EXPECT_TRUE(r.refreshFlag);
      changed = std::get<Aid>(r.profileIdentifier.alt);
      return EnableProfileResponse{EnableResult{result}, {}};
    });
    card.on<DisableProfileRequest, DisableProfileResponse>(0xBF32, [this](auto& r) {
      changed = std::get<Aid>(r.profileIdentifier.alt);
      return DisableProfileResponse{DisableResult{result}, {}};
    });
    card.on<DeleteProfileRequest, DeleteProfileResponse>(0xBF33, [this](auto& r) {
      changed = std::get<Aid>(r.alt);
      return DeleteProfileResponse{DeleteResult{result}, {}};
    });
    es10 = std::move(*download::Es10::open(card));
    lpa.emplace(*es10, server, user, progress);
  }
  static ProfileInfo profile(uint8_t number, const std::string& digits, const std::string& profile_name) {
    ProfileInfo p;
    p.iccid = *Iccid::parse(digits);
    p.isdpAid = aid(number);
    p.profileState = ProfileState::disabled;
    p.profileName = profile_name;
    return p;
  }
};
using LocalManagement = Device;

TEST_F(LocalManagement, finds_a_profile_by_iccid_and_by_aid) {
  ASSERT_TRUE(lpa->enable(second));
  EXPECT_EQ(changed, aid(2));
  ASSERT_TRUE(lpa->enable(hex(aid(1).octets())));
  EXPECT_EQ(changed, aid(1));
  EXPECT_EQ(user.questions, (std::vector<std::string>{"enable second", "enable first"}));
}

TEST_F(LocalManagement, names_a_profile_by_what_the_card_says_of_it) {
  ProfileInfo no_aid = profile(1, iccid.digits(), "no AID"), no_iccid = profile(2, second, "no ICCID");
  no_aid.isdpAid.reset();
  no_iccid.iccid.reset();
  card.on<ProfileInfoListRequest, ProfileInfoListResponse>(
      0xBF2D, [&](auto&) { return ProfileInfoListResponse{std::vector{no_aid, no_iccid}}; });
  std::optional<Iccid> enabled;
  card.on<EnableProfileRequest, EnableProfileResponse>(0xBF31, [&](auto& r) {
    enabled = std::get<Iccid>(r.profileIdentifier.alt);
    return EnableProfileResponse{EnableResult::ok, {}};
  });
  EXPECT_TRUE(lpa->enable(iccid.digits()));
  EXPECT_EQ(enabled, iccid);
  EXPECT_EQ(lpa->set_nickname(hex(aid(2).octets()), "mine").error().kind, ErrorKind::unsupported);
}

TEST_F(LocalManagement, misses_a_profile_that_is_not_there_before_it_asks) {
  for (const char* name : {"8949000000000000033", "A0000005591010FFFFFFFF8900001099", "", "first"}) {
    EXPECT_EQ(lpa->enable(name).error().kind, ErrorKind::not_found) << name;
    EXPECT_EQ(lpa->remove(name).error().kind, ErrorKind::not_found) << name;
  }
  EXPECT_TRUE(user.questions.empty());
}

TEST_F(LocalManagement, does_nothing_that_the_user_does_not_agree_to) {
  for (Answer answer : {Answer::no, Answer::postponed, Answer::timed_out}) {
    user.answer = answer;
    EXPECT_EQ(lpa->enable(second).error().kind, ErrorKind::permission);
    EXPECT_EQ(lpa->disable(second).error().kind, ErrorKind::permission);
    EXPECT_EQ(lpa->remove(second).error().kind, ErrorKind::permission);
  }
  EXPECT_EQ(user.questions.size(), 9u);
  EXPECT_FALSE(changed);
}

TEST_F(LocalManagement, says_why_the_card_refuses) {
  const std::pair<uint8_t, ErrorKind> results[] = {{1, ErrorKind::not_found},  {2, ErrorKind::conflict},
                                                   {3, ErrorKind::permission}, {5, ErrorKind::conflict},
                                                   {127, ErrorKind::conflict}};
  for (auto [code, kind] : results) {
    result = code;
    EXPECT_EQ(lpa->enable(second).error().kind, kind) << int{code};
    EXPECT_EQ(lpa->disable(second).error().kind, kind) << int{code};
    if (code != 5) {
      EXPECT_EQ(lpa->remove(second).error().kind, kind) << int{code};
    }
  }
}

TEST_F(LocalManagement, lets_the_card_refresh_after_a_switch) {
  card.success = 0x910B;
  card.intercept = [this](View c) -> std::optional<Bytes> {
    if (c[1] != 0x12) return std::nullopt;
    card.success = 0x9000;
    return from_hex("D0098103010100820281829000").value();
  };
  ASSERT_TRUE(lpa->enable(second));
  EXPECT_EQ(card.commands.back()[1], 0x14) << "no TERMINAL RESPONSE";
}

TEST_F(LocalManagement, sets_nicknames_of_at_most_64_octets) {
  std::string set;
  card.on<SetNicknameRequest, SetNicknameResponse>(0xBF29, [&](auto& r) {
    EXPECT_EQ(r.iccid.digits(), second);
    set = r.profileNickname;
    return SetNicknameResponse{};
  });
  ASSERT_TRUE(lpa->set_nickname(second, std::string(64, 'n')));
  EXPECT_EQ(set, std::string(64, 'n'));
  ASSERT_TRUE(lpa->set_nickname(second, ""));
  EXPECT_EQ(set, "");
  EXPECT_EQ(lpa->set_nickname(second, std::string(65, 'n')).error().kind, ErrorKind::limit);
}

TEST_F(LocalManagement, lists_and_drops_notifications) {
  card.on<ListNotificationRequest, ListNotificationResponse>(0xBF28, [](auto&) {
    return ListNotificationResponse{
        std::vector{notification(4, NotificationEventBit::notificationDelete, "a.example.com")}};
  });
  auto all = lpa->notifications();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ((*all)[0].seqNumber, 4u);
  EXPECT_EQ(lpa->drop_notification(4).error().kind, ErrorKind::not_found) << "the card holds none";
  card.pending.push_back({installation(installed(), 4)});
  EXPECT_TRUE(lpa->drop_notification(4));
  EXPECT_TRUE(server.calls.empty()) << "dropping one is no delivery";
}

struct LpaDownload : Device {
  LpaDownload() {
    server.metadata = profile_metadata();
    server.package = package_of(server.metadata);
  }
  auto download() {
    return lpa->download(*download::ActivationCode::parse("1$smdp.example.com$T"), {download::default_device_info(), {}});
  }
};

TEST_F(LpaDownload, delivers_the_installation_result) {
  ASSERT_TRUE(download());
  EXPECT_EQ(server.calls.back(), "notification smdp.example.com");
  EXPECT_TRUE(card.pending.empty());
}

TEST_F(LpaDownload, delivers_a_bad_installation_result_as_well) {
  card.result = {ErrorResult{BppCommandId::loadProfileElements, ErrorReason::scp03tSecurityError, {}, {}}};
  EXPECT_FALSE(download());
  EXPECT_EQ(server.calls.back(), "notification smdp.example.com");
  EXPECT_TRUE(card.pending.empty());
}

TEST_F(LpaDownload, succeeds_where_the_result_has_to_wait_for_the_server) {
  server.failures["notification"] = {std::nullopt, {ErrorKind::io, "gone"}};
  EXPECT_TRUE(download());
  EXPECT_EQ(card.pending.size(), 1u);
}

TEST_F(LpaDownload, shows_messages_to_the_watcher_afterwards_too) {
  struct Watcher final : download::Progress {
    void message(std::string_view, std::string_view name, View) override { names.emplace_back(name); }
    std::vector<std::string> names;
  } watcher;
  lpa.emplace(*es10, server, user, watcher);
  ASSERT_TRUE(download());
  watcher.names.clear();
  ASSERT_TRUE(lpa->profiles());
  EXPECT_EQ(watcher.names, (std::vector<std::string>{"ES10c.GetProfilesInfo", "ES10c.GetProfilesInfo"}));
}

}  // namespace
}  // namespace sealift::lpa
