// Power fails at every write of a card's memory, in each manner of losing what was not synced, in the
// functions that src/euicc/power_loss_test.cpp leaves out; and numbers, free memory and one-time keys after
// each (G-CRASH-3).
#include <gtest/gtest.h>

#include <algorithm>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using Loss = MemoryNvm::Loss;
using enum messages::NotificationEventBit;

constexpr auto losses = {Loss::dropped, Loss::torn, Loss::reordered, Loss::arrived};
constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";

/// Plays `act` from `memory` with a power loss at each of its writes, and calls `look` on the card after
/// each.
void at_each_write(World& w, const Bytes& memory, const std::function<void()>& act,
                   const std::function<void()>& look) {
  for (Loss loss : losses) {
    for (uint64_t n = 0;; ++n) {
      w.restart_with(memory);
      w.nvm.fail_at(n, loss, n + 1);
      act();
      if (!w.nvm.failed()) break;
      w.restart_with(w.nvm.after_power_loss());
      SCOPED_TRACE("write " + std::to_string(n) + ", loss " + std::to_string(static_cast<int>(loss)));
      look();
      if (::testing::Test::HasFailure()) return;
    }
  }
}

void install(World& w, const char* iccid) {
  MetadataOptions options{.iccid = iccid};
  options.notifications = {{{notificationEnable, notificationDisable, notificationDelete}, "n.example.com"}};
  check(succeeded(w.download(options)), "installed");
}

TEST(CardPowerLoss, leaves_a_revocation_list_taken_up_or_not) {
  World w;
  const Time noon{std::chrono::seconds(1'800'000'000)};
  pki::CrlSpec spec{
      .this_update = noon, .next_update = noon, .number = 1, .part = 1, .parts = 1, .revoked = {}};
  spec.revoked.push_back({to_bytes(w.hierarchy.certificate(pki::Role::dp_auth).serial_number()), noon});
  crypto::DeterministicSigner signer(w.hierarchy[pki::Role::ci].key.clone());
  const auto list = pki::issue_crl(spec, w.hierarchy.certificate(pki::Role::ci), signer);
  ASSERT_TRUE(list);
  messages::LoadCrlRequest request;
  request.crl = to_bytes(View(list->der()).subspan(asn1::read_header(list->der()).header_size));
  const auto load = [&] { w.phone.script(asn1::encode(request)); };
  const auto revoked = [&] {
    auto challenge =
        w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
    auto answer = w.phone.command<messages::AuthenticateServerResponse>(
        w.server.authenticate(challenge.euiccChallenge));
    return answer.alt.index() == 1;
  };
  const Bytes memory = w.nvm.content();
  const uint64_t free = w.card->free_nvm();
  load();
  const uint64_t less = w.card->free_nvm();
  ASSERT_LT(less, free);
  ASSERT_TRUE(revoked());
  int taken = 0, lost = 0;
  at_each_write(w, memory, load, [&] {
    const bool there = revoked();
    ++(there ? taken : lost);
    EXPECT_EQ(w.card->free_nvm(), there ? less : free);
  });
  EXPECT_GT(taken, 0);
  EXPECT_GT(lost, 0);
}

TEST(CardPowerLoss, brings_no_sequence_number_twice_and_keeps_the_free_memory_exact) {
  World w;
  install(w, a);
  install(w, b);
  ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
  const auto script = [&](auto request) {
    return std::function<void()>([&w, request] { w.phone.script(asn1::encode(request)); });
  };
  messages::EnableProfileRequest enable;
  enable.profileIdentifier.alt = *Iccid::parse(b);
  messages::DisableProfileRequest disable;
  disable.profileIdentifier.alt = *Iccid::parse(a);
  messages::DeleteProfileRequest remove;
  remove.alt = *Iccid::parse(b);
  messages::EuiccMemoryResetRequest reset;
  reset.resetOptions = {messages::ResetOption::deleteOperationalProfiles};
  const auto numbers = [&] {
    std::vector<int64_t> out;
    for (const auto& n : w.notifications()) out.push_back(static_cast<int64_t>(n.seqNumber));
    std::sort(out.begin(), out.end());
    return out;
  };
  const Bytes memory = w.nvm.content();
  const std::vector<int64_t> before = numbers();
  const uint64_t free = w.card->free_nvm();
  for (const auto& act : {script(enable), script(disable), script(remove), script(reset)}) {
    w.restart_with(memory);
    act();
    const std::vector<int64_t> after = numbers();
    const uint64_t freed = w.card->free_nvm();
    ASSERT_NE(before, after);
    at_each_write(w, memory, act, [&] {
      const std::vector<int64_t> now = numbers();
      EXPECT_TRUE(now == before || now == after);
      EXPECT_EQ(w.card->free_nvm(), now == before ? free : freed);
      act();  // once more: what is new has a number of its own
      const std::vector<int64_t> later = numbers();
      EXPECT_EQ(std::adjacent_find(later.begin(), later.end()), later.end());
      for (int64_t number : later) {
        const bool known = std::binary_search(now.begin(), now.end(), number);
        EXPECT_TRUE(known || number > now.back()) << number;
      }
    });
  }
}

TEST(CardPowerLoss, gives_a_new_one_time_key_to_another_package) {
  World w;
  std::vector<messages::PointOctets> keys;
  const Bytes memory = w.nvm.content();
  const auto prepare = [&] {
    auto challenge = w.phone.script(asn1::encode(messages::GetEuiccChallengeRequest{}));
    if (!challenge) return;
    auto given = asn1::decode<messages::GetEuiccChallengeResponse>(*challenge);
    auto first = w.phone.script(asn1::encode(w.server.authenticate(given->euiccChallenge)));
    if (!first) return;
    auto client = asn1::decode<messages::AuthenticateServerResponse>(*first);
    auto second = w.phone.script(asn1::encode(w.server.prepare(std::get<0>(client->alt))));
    if (!second) return;
    auto prepared = asn1::decode<messages::PrepareDownloadResponse>(*second);
    keys.push_back(std::get<0>(prepared->alt).euiccSigned2.value.euiccOtpk);
  };
  at_each_write(w, memory, prepare, [&] { prepare(); });
  ASSERT_GT(keys.size(), 3u);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end())
      << "the server offered none to be used again";
}

}  // namespace
}  // namespace sealift::euicc
