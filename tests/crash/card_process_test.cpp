// A card in a file, in a phone that is killed at a step by which it changes the file, or whose disk refuses
// that step: a profile is installed or not there, at most one is enabled, no sequence number comes twice, no
// memory is lost, and a one-time key is of one package (G-CRASH-3, G-DSK-1).
//
// One card lives through all of it: install, enable, report, disable, delete, report, and again.
#include <map>
#include <set>

#include "tests/crash/site.hpp"

namespace sealift::crash {
namespace {

const std::string installed = std::string(iccid) + " disabled\n", enabled = std::string(iccid) + " enabled\n";

class Life {
 public:
  explicit Life(Site& site) : site_(site) {
    EXPECT_TRUE(site.start(false) && site.order({"--reinstall", "sameEid", "--uses", "0"}));
    free_ = site.free_memory(site.card);
    cycle(UINT64_MAX, Fault::none);  // nothing goes wrong: how many steps there are, and what a profile takes
  }

  /// Each function meets the fault at its step `at`, and is then tried again without.
  void cycle(uint64_t at, Fault fault) {
    act("download", at, fault, "", installed);
    settle();
    act("enable", at, fault, installed, enabled);
    act("deliver", at, fault, enabled, enabled);
    act("disable", at, fault, enabled, installed);
    act("delete", at, fault, installed, "");
    act("deliver", at, fault, "", "");
    EXPECT_TRUE(site_.notifications(site_.card).empty());
    EXPECT_EQ(site_.free_memory(site_.card), free_) << "the memory is as free as it was";
  }
  /// Of the function that takes most.
  uint64_t steps() const { return steps_; }

 private:
  Said call(const std::string& what, const Faults* with) {
    if (what == "download") return site_.download(site_.card, with);
    if (what == "deliver") return site_.deliver(site_.card, with);
    return site_.lpa({what, iccid, "--yes"}, site_.card, with);
  }

  void act(const std::string& what, uint64_t at, Fault fault, const std::string& before,
           const std::string& after) {
    if (::testing::Test::HasFailure()) return;
    SCOPED_TRACE(what + ", step " + std::to_string(at) + ", fault " +
                 std::to_string(static_cast<int>(fault)));
    site_.faults.arm(at, fault);
    const Said said = call(what, &site_.faults);
    const bool met = site_.faults.met();
    if (fault == Fault::none) {
      steps_ = std::max(steps_, site_.faults.steps());
    }
    site_.faults.disarm();
    EXPECT_TRUE(met || said.ok()) << "without a fault it succeeds";
    const bool kills = fault == Fault::kill || fault == Fault::kill_half;
    EXPECT_EQ(said.killed(), met && kills);
    look(before, after);
    const bool there = site_.profiles(site_.card) == after;
    EXPECT_TRUE(!said.ok() || there) << "it is as it said";
    if (said.ok()) return;
    EXPECT_TRUE((there && what != "deliver") || call(what, nullptr).ok()) << "the second time it succeeds";
    look(after, after);
  }

  /// The installation result of a killed download is still on the card.
  void settle() { EXPECT_TRUE(site_.deliver(site_.card).ok()); }

  void look(const std::string& before, const std::string& after) {
    const std::string now = site_.profiles(site_.card);
    EXPECT_TRUE(now == before || now == after) << "now: " << now;
    const int64_t free = site_.free_memory(site_.card);
    if (taken_ == 0) taken_ = free_ - free;
    EXPECT_EQ(free, now == "" ? free_ : free_ - taken_);
    numbers();
    for (const std::string& row : site_.rows("SELECT hex(o.euicc_otpk) || ' ' || hex(p.package) FROM orders "
                                             "o JOIN packages p USING (iccid) WHERE o.euicc_otpk <> x''")) {
      const std::string key = row.substr(0, row.find(' ')), package = row.substr(row.find(' '));
      EXPECT_EQ(packages_.emplace(key, package).first->second, package) << "a one-time key is of one package";
    }
  }

  /// What is new has a number above all that the card or the server ever showed.
  void numbers() {
    std::set<int64_t> waiting;
    int64_t highest = highest_;
    for (const auto& n : site_.notifications(site_.card)) {
      const auto number = n.at("seqNumber").to_number<int64_t>();
      EXPECT_TRUE(waiting.insert(number).second) << "twice " << number;
      EXPECT_TRUE(waiting_.contains(number) || number > highest_) << number << " came before";
      highest = std::max(highest, number);
    }
    for (const std::string& row : site_.rows("SELECT coalesce(max(seq_number), 0) FROM notifications")) {
      highest = std::max<int64_t>(highest, std::stoll(row));
    }
    waiting_ = std::move(waiting);
    highest_ = highest;
  }

  Site& site_;
  int64_t free_ = 0, taken_ = 0, highest_ = 0;
  uint64_t steps_ = 0;
  std::set<int64_t> waiting_;
  std::map<std::string, std::string> packages_;
};

void walk(const std::vector<Fault>& faults, uint64_t some) {
  Site site("phone");
  Life life(site);
  ASSERT_GT(life.steps(), 8u);
  uint64_t cycles = 0;
  for (Fault fault : faults) {
    for (uint64_t at : chosen(life.steps(), some, cycles * 3)) {
      life.cycle(at, fault);
      ++cycles;
      if (::testing::Test::HasFailure()) return;
    }
  }
  ::testing::Test::RecordProperty("cycles", std::to_string(cycles));
  ::testing::Test::RecordProperty("steps", std::to_string(life.steps()));
}

TEST(CardKilled, at_any_step_has_each_change_whole_or_not_at_all) {
  if (!can_run()) GTEST_SKIP() << cannot_run;
  walk({Fault::kill, Fault::kill_half}, 2);
}

TEST(CardDisk, that_is_full_or_fails_at_any_step_costs_nothing) {
  if (!can_run()) GTEST_SKIP() << cannot_run;
  walk({Fault::full, Fault::fail, Fault::fail_once}, 1);
}

// The door holds the file open over many commands and resets.
TEST(CardDisk, that_failed_once_under_an_open_door_loses_nothing_later) {
  if (!can_run()) GTEST_SKIP() << cannot_run;
  Site site("phone");
  ASSERT_TRUE(site.start(false) && site.order({"--reinstall", "sameEid", "--uses", "0"}));
  Program door({"euicc", "serve", site.card, "--port", "0"}, site.log, environment(&site.faults));
  const auto serves = door.line();
  ASSERT_TRUE(serves.is_object());
  const std::string at = "127.0.0.1:" + std::to_string(serves.at("port").to_number<int>());
  site.faults.arm(UINT64_MAX, Fault::none);
  ASSERT_TRUE(site.download(at).ok());
  const uint64_t steps = site.faults.steps();
  ASSERT_TRUE(site.lpa({"delete", iccid, "--yes"}, at).ok());
  // The last steps put a new file in the place of the old one.
  for (uint64_t n = every_step() ? 1 : steps - 3; n <= steps; ++n) {
    SCOPED_TRACE("step " + std::to_string(n));
    site.faults.arm(n, Fault::fail_once);
    site.download(at);
    site.faults.disarm();
    ASSERT_TRUE(site.profiles(at) == installed || site.download(at).ok());
    ASSERT_TRUE(site.lpa({"enable", iccid, "--yes"}, at).ok());
    // what another program would find, did it have the lock
    TemporaryFolder copy = TemporaryFolder::make().value();
    std::filesystem::copy(site.card, copy.path() + "/card");
    ASSERT_EQ(site.profiles(copy.path() + "/card"), enabled) << "what was acknowledged is in the card's file";
    ASSERT_TRUE(site.lpa({"disable", iccid, "--yes"}, at).ok());
    ASSERT_TRUE(site.lpa({"delete", iccid, "--yes"}, at).ok());
    ASSERT_TRUE(site.deliver(at).ok());
  }
}

}  // namespace
}  // namespace sealift::crash
