// Power fails at every write of the card's memory, in each manner of losing what was not yet synced: a card
// finds the state before or the state after, never one between.
#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using Loss = MemoryNvm::Loss;
using enum messages::NotificationEventBit;

constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";

/// All that an LPA can see.
struct Seen {
  std::vector<std::string> profiles;  ///< ICCID, state, nickname
  std::vector<std::string> notifications;
  bool operator==(const Seen&) const = default;
};
Seen look(World& w) {
  Seen s;
  for (const auto& p : w.profiles()) {
    s.profiles.push_back(p.iccid->digits() +
                         (p.profileState == messages::ProfileState::enabled ? " enabled " : " ") +
                         p.profileNickname.value_or(""));
  }
  for (const auto& n : w.notifications()) {
    s.notifications.push_back(std::to_string(n.seqNumber) + " " + n.notificationAddress);
  }
  return s;
}

/// `prepare` makes the state before; `act` is what power fails in. `between` accepts what may be seen besides
/// before and after.
void walk(const std::function<void(World&)>& prepare, const std::function<void(World&)>& act,
          const std::function<bool(const Seen& before, const Seen& now)>& between = {}) {
  World w;
  prepare(w);
  Bytes memory = w.nvm.content();
  Seen before = look(w);
  uint64_t start = w.nvm.writes();
  act(w);
  uint64_t writes = w.nvm.writes() - start;
  Seen after = look(w);
  ASSERT_NE(before, after);
  ASSERT_GT(writes, 0u);
  for (auto loss : {Loss::dropped, Loss::torn, Loss::reordered, Loss::arrived}) {
    for (uint64_t n = 0; n < writes; ++n) {
      w.restart_with(memory);
      w.nvm.fail_at(n, loss, n + 1);
      act(w);
      ASSERT_TRUE(w.nvm.failed());
      w.restart_with(w.nvm.after_power_loss());
      Seen now = look(w);
      ASSERT_TRUE(now == before || now == after || (between && between(before, now)))
          << "write " << n << " of " << writes << ", loss " << static_cast<int>(loss);
      // And the card goes on: nothing was used up.
      ASSERT_LE(now.profiles.size(), after.profiles.size() + before.profiles.size());
    }
  }
}

void install(World& w, const char* iccid) {
  MetadataOptions options{.iccid = iccid};
  options.notifications = {{{notificationEnable, notificationDisable, notificationDelete}, "n.example.com"}};
  check(succeeded(w.download(options)), "installed");
}

/// A download that does not mind a card without power.
void try_download(World& w) {
  w.server.metadata = metadata({.iccid = b});
  auto challenge = w.phone.script(asn1::encode(messages::GetEuiccChallengeRequest{}));
  if (!challenge) return;
  auto given = asn1::decode<messages::GetEuiccChallengeResponse>(*challenge);
  auto first = w.phone.script(asn1::encode(w.server.authenticate(given->euiccChallenge)));
  if (!first) return;
  auto client = asn1::decode<messages::AuthenticateServerResponse>(*first);
  auto second = w.phone.script(asn1::encode(w.server.prepare(std::get<0>(client->alt))));
  if (!second) return;
  auto prepared = asn1::decode<messages::PrepareDownloadResponse>(*second);
  w.phone.load(asn1::encode(w.server.bind(std::get<0>(prepared->alt))));
}

template <class Request>
auto sends(Request request) {
  return [request](World& w) { w.phone.script(asn1::encode(request)); };
}

TEST(PowerLoss, leaves_an_installation_done_or_not_begun_and_reports_it) {
  walk([](World& w) { install(w, a); }, try_download,
       // Besides: not installed, and an interruption filed.
       [](const Seen& before, const Seen& now) {
         return now.profiles == before.profiles &&
                now.notifications.size() == before.notifications.size() + 1;
       });
}

TEST(PowerLoss, leaves_one_profile_enabled) {
  messages::EnableProfileRequest request;
  request.profileIdentifier.alt = *Iccid::parse(b);
  walk(
      [](World& w) {
        install(w, a);
        install(w, b);
        ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
      },
      sends(request));
}

TEST(PowerLoss, leaves_a_deletion_whole) {
  messages::DeleteProfileRequest request;
  request.alt = *Iccid::parse(a);
  walk([](World& w) { install(w, a); }, sends(request));
}

TEST(PowerLoss, leaves_a_memory_reset_whole) {
  messages::EuiccMemoryResetRequest request;
  request.resetOptions = {messages::ResetOption::deleteOperationalProfiles};
  walk(
      [](World& w) {
        install(w, a);
        install(w, b);
        ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
      },
      sends(request));
}

TEST(PowerLoss, leaves_a_notification_removed_or_there) {
  messages::NotificationSentRequest request;
  request.seqNumber = 1;
  walk([](World& w) { install(w, a); }, sends(request));
}

TEST(PowerLoss, leaves_a_profiles_own_change_kept_or_not) {
  World w;
  install(w, a);
  ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
  Bytes memory = w.nvm.content();
  for (auto loss : {Loss::dropped, Loss::torn, Loss::reordered, Loss::arrived}) {
    for (uint64_t n = 0; n < 2; ++n) {
      w.restart_with(memory);
      w.nvm.fail_at(n, loss, n + 1);
      EXPECT_EQ(w.phone.apdu("00DC00000201FF"), "6581");
      w.restart_with(w.nvm.after_power_loss());
      std::string kept = w.phone.apdu("00B0000000");
      EXPECT_TRUE(kept == "9000" || kept == "01FF9000") << kept;
    }
  }
}

TEST(FullDisk, leaves_the_card_usable_after_a_reset) {
  World w;
  install(w, a);
  w.nvm.refuse_append(0);
  messages::EnableProfileRequest request;
  request.profileIdentifier.alt = *Iccid::parse(a);
  EXPECT_FALSE(w.phone.script(asn1::encode(request)));
  EXPECT_EQ(w.phone.last_sw, 0x6581);
  EXPECT_FALSE(w.phone.script(asn1::encode(request))) << "nothing is written in doubt";
  w.phone.connect();
  EXPECT_EQ(w.enable(a), messages::EnableResult::ok);
}

TEST(PowerLoss, of_making_a_card_leaves_a_card_or_empty_memory) {
  World w;
  for (auto loss : {Loss::dropped, Loss::arrived}) {
    MemoryNvm nvm;
    nvm.fail_at(0, loss);
    EXPECT_FALSE(Card::personalise(nvm, personalisation(w.hierarchy, test_eid())));
    MemoryNvm later(nvm.after_power_loss());
    bool is_card = later.size() > 0;
    EXPECT_EQ(bool(Card::open({later, w.random, w.engine})), is_card);
    EXPECT_EQ(bool(Card::personalise(later, personalisation(w.hierarchy, test_eid()))), !is_card);
  }
}

// Packages that are given up half way leave the memory as free as it was (G-MEM-1).
TEST(PowerLoss, aborted_packages_use_up_nothing) {
  World w;
  Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  w.phone.connect();
  uint64_t free = 0;
  for (int i = 0; i < 40; ++i) {
    w.prepare(w.authenticate());
    w.phone.script(View(bpp).first(bpp.size() * size_t(i) / 40));
    w.phone.connect();
    for (const auto& n : w.notifications()) {
      messages::NotificationSentRequest sent;
      sent.seqNumber = n.seqNumber;
      w.phone.command<messages::NotificationSentResponse>(sent);
    }
    if (i == 0) free = w.card->free_nvm();
    ASSERT_EQ(w.card->free_nvm(), free);
  }
}

}  // namespace
}  // namespace sealift::euicc
