// A real SM-DP+ is killed at a step by which it changes its files, or the disk refuses that step; operator
// and phone try again until order, download, installation and notifications are through. Then one profile was
// installed, on one card, and the server knows of it (G-CRASH-1, G-DSK-1).
//
// A spread of the steps by default, all of them with SEALIFT_CRASH_EVERY (./dev long crash).
#include "tests/crash/site.hpp"

namespace sealift::crash {
namespace {

constexpr int tries = 4;

/// Calls `step` until it gives true; after a failure the server is started again where it has ended, and
/// faults are over from the second failure on.
template <class Step>
void until_done(Site& site, Step step) {
  for (int n = 0; n < tries; ++n) {
    if (step()) return;
    if (n > 0) site.faults.disarm();
    site.recover();
  }
  ADD_FAILURE() << "not done after " << tries << " tries, the last without a fault";
}

/// One whole story, with a fault at one step. Gives the steps that there were.
uint64_t story(Site& site, uint64_t at, Fault fault) {
  site.faults.arm(at, fault);
  if (!site.start(true)) site.recover();
  until_done(site, [&] { return site.order(); });
  until_done(site, [&] {
    site.download(site.card);
    return site.profiles(site.card) != "";
  });
  until_done(site, [&] { return site.deliver(site.card).ok() && site.notifications(site.card).empty(); });
  until_done(site, [&] {
    site.lpa({"enable", iccid, "--yes"}, site.card);
    return site.profiles(site.card) == std::string(iccid) + " enabled\n";
  });
  until_done(site, [&] { return site.deliver(site.card).ok() && site.notifications(site.card).empty(); });
  const uint64_t steps = site.faults.steps();
  site.faults.disarm();
  site.recover();

  EXPECT_EQ(site.state(), "installed");
  EXPECT_FALSE(site.download(site.other_card).ok()) << "nobody else gets it";
  EXPECT_EQ(site.profiles(site.other_card), "");
  const auto one = [&](const char* sql) { return site.rows(sql) == std::vector<std::string>{"1"}; };
  EXPECT_TRUE(one("SELECT count(DISTINCT eid) FROM deliveries"));
  EXPECT_TRUE(one("SELECT installs FROM orders"));
  // A result whose acknowledgement was lost is sent again, and noted as one that changes nothing.
  EXPECT_TRUE(one("SELECT count(*) FROM audit WHERE action = 'installation_result' AND state IS NOT NULL"));
  EXPECT_TRUE(one("SELECT count(*) FROM audit WHERE action = 'profile_enabled'"))
      << "no notification is lost, none is heard twice";
  EXPECT_TRUE(
      one("SELECT o.version + 1 = (SELECT count(*) FROM audit a WHERE a.iccid = o.iccid AND a.state IS NOT "
          "NULL) FROM orders o"))
      << "each change has its audit row";
  EXPECT_EQ(site.rows("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
  site.stop();
  return steps;
}

/// Steps of a story without a fault.
uint64_t steps_of_a_story() {
  static const uint64_t steps = [] {
    Site site("site/");
    return story(site, UINT64_MAX, Fault::none);
  }();
  return steps;
}

void walk(const std::vector<Fault>& faults, uint64_t some) {
  const uint64_t steps = steps_of_a_story();
  ASSERT_GT(steps, 40u);
  std::chrono::milliseconds slowest{0};
  uint64_t round = 0, stories = 0;
  for (Fault fault : faults) {
    for (uint64_t at : chosen(steps, some, round++ * 7)) {
      Site site("site/");
      SCOPED_TRACE("step " + std::to_string(at) + " of " + std::to_string(steps) + ", fault " +
                   std::to_string(static_cast<int>(fault)));
      story(site, at, fault);
      slowest = std::max(slowest, site.slowest_recovery);
      ++stories;
      if (::testing::Test::HasFailure()) {
        std::error_code ignored;  // kept for people; the folder of an earlier failure gives way
        std::filesystem::remove_all(std::filesystem::temp_directory_path() / "sealift-crash-failed", ignored);
        std::filesystem::copy(site.folder.path(),
                              std::filesystem::temp_directory_path() / "sealift-crash-failed",
                              std::filesystem::copy_options::recursive, ignored);
        return;
      }
    }
  }
  ::testing::Test::RecordProperty("stories", std::to_string(stories));
  ::testing::Test::RecordProperty("slowest_recovery_ms", std::to_string(slowest.count()));
}

TEST(ServerKilled, at_any_step_ends_with_one_profile_on_one_card) {
  if (!can_run()) GTEST_SKIP() << cannot_run;
  walk({Fault::kill, Fault::kill_half}, 5);
}

TEST(ServerDisk, that_is_full_or_fails_at_any_step_loses_nothing) {
  if (!can_run()) GTEST_SKIP() << cannot_run;
  walk({Fault::full, Fault::fail, Fault::fail_once}, 3);
}

}  // namespace
}  // namespace sealift::crash
