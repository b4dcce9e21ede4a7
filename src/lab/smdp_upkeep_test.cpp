// CRLs in a folder are taken up, and again when they change; old rows go.
#include "lab/smdp_upkeep.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/temporary_folder.hpp"
#include "pki/issue.hpp"
#include "smdp/test_world.hpp"
#include "store/memory/orders.hpp"

namespace sealift::lab {
namespace {

const Time kStart{std::chrono::seconds(1'790'000'000)};

struct Listener final : smdp::Observer {
  void maintained(std::string_view what, const Error* problem) override {
    (problem ? problems : done).emplace_back(what);
  }
  std::vector<std::string> done, problems;
};

class SmdpUpkeep : public ::testing::Test {
 protected:
  SmdpUpkeep() {
    pki::HierarchyOptions options{.deterministic = true};
    options.eid = *Eid::with_check_digits("890490321234512345123456789012");
    options.dp_hosts = {"smdp.example.com"};
    options.not_before = kStart - std::chrono::days(1);
    pki_ = pki::make_hierarchy(options, random_).value();
    EXPECT_TRUE(trust_.add(pki_->certificate(pki::Role::ci)));
  }

  void write(const std::string& name, View octets) {
    std::filesystem::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name, std::ios::binary) << text(octets);
  }
  Bytes crl(uint64_t number, bool with_eum) {
    pki::CrlSpec spec{.this_update = kStart, .next_update = kStart + std::chrono::days(7), .number = number};
    if (with_eum)
      spec.revoked.push_back({to_bytes(pki_->certificate(pki::Role::eum).serial_number()), kStart});
    crypto::SoftwareSigner signer((*pki_)[pki::Role::ci].key);
    return to_bytes(pki::issue_crl(spec, pki_->certificate(pki::Role::ci), signer)->der());
  }
  bool eum_is_valid() {
    return pki::verify_eum_again(pki_->certificate(pki::Role::eum), trust_, kStart).has_value();
  }

  SeededRandom random_{3};
  ManualClock clock_{kStart};
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
  const std::filesystem::path dir_ = folder_.path();
  std::optional<pki::Hierarchy> pki_;
  pki::TrustStore trust_;
  store::MemoryOrders orders_;
  Listener listener_;
};

TEST_F(SmdpUpkeep, takes_up_a_crl_and_again_when_it_changes) {
  Upkeep upkeep({}, clock_, listener_);
  upkeep.watch(dir_.string(), trust_);
  upkeep.read_crls();
  EXPECT_TRUE(listener_.done.empty());
  write("ci.crl", crl(1, false));
  upkeep.read_crls();
  upkeep.read_crls();
  EXPECT_EQ(listener_.done.size(), 1u) << "once, while it does not change";
  EXPECT_TRUE(eum_is_valid());
  write("ci.crl", crl(2, true));
  upkeep.read_crls();
  EXPECT_FALSE(eum_is_valid());
}

TEST_F(SmdpUpkeep, finds_lists_of_the_sets_below_and_passes_other_files_over) {
  write("nist/ci.crl", crl(1, true));
  write("ci.txt", crl(1, true));
  Upkeep upkeep({}, clock_, listener_);
  upkeep.watch(dir_.string(), trust_);
  upkeep.read_crls();
  EXPECT_EQ(listener_.done.size(), 1u);
  EXPECT_TRUE(listener_.problems.empty());
  EXPECT_FALSE(eum_is_valid());
}

TEST_F(SmdpUpkeep, tells_of_a_list_that_it_cannot_take_up_and_keeps_the_one_before) {
  write("ci.crl", crl(2, true));
  Upkeep upkeep({}, clock_, listener_);
  upkeep.watch(dir_.string(), trust_);
  upkeep.read_crls();
  write("ci.crl", crl(1, false));
  upkeep.read_crls();
  write("broken.crl", Bytes(100, 0x30));
  upkeep.read_crls();
  upkeep.read_crls();
  EXPECT_EQ(listener_.problems, (std::vector<std::string>{"CRL ci.crl", "CRL broken.crl"}));
  EXPECT_FALSE(eum_is_valid()) << "an older list takes nothing back";
}

TEST_F(SmdpUpkeep, looks_again_by_itself) {
  Upkeep upkeep({.crl_pace = std::chrono::milliseconds(5)}, clock_, listener_);
  upkeep.watch(dir_.string(), trust_);
  upkeep.start(orders_);
  write("ci.crl", crl(1, true));
  for (int i = 0; i < 1000 && eum_is_valid(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(eum_is_valid());
}

TEST_F(SmdpUpkeep, takes_up_lists_and_stops_while_many_orders_run_out) {
  struct Slow final : smdp::Observer {
    void ended(const smdp::Order&, smdp::Refusal) override {
      ++count;
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    std::atomic<int> count{0};
  } slow;
  constexpr int all = 800;
  smdp::testing::World world;
  for (int i = 0; i < all; ++i) (void)world.order({.expires = world.clock.now() + std::chrono::hours(1)});
  world.clock.advance(std::chrono::hours(2));
  smdp::Ports expiring{world.clock,     world.random, world.authenticator, world.signers,
                       world.store_key, world.orders, world.sessions,      slow,
                       world.settings};
  {
    Upkeep upkeep({.crl_pace = std::chrono::milliseconds(1)}, clock_, listener_);
    upkeep.watch(dir_.string(), trust_);
    upkeep.start(world.orders, &expiring);
    while (slow.count == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    write("ci.crl", crl(1, true));
    while (slow.count < all && eum_is_valid()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_FALSE(eum_is_valid());
  }
  EXPECT_LT(slow.count, all);
  Upkeep later({}, clock_, listener_);
  while (later.expire(expiring)) {
  }
  EXPECT_EQ(slow.count, all);
}

TEST_F(SmdpUpkeep, forgets_what_is_older_than_it_is_to_be_kept) {
  const Iccid iccid = *Iccid::parse("8949000000000000017");
  const Eid eid = *Eid::with_check_digits("890490321234512345123456789012");
  ASSERT_TRUE(orders_.hear({eid, 1}, iccid, {.at = kStart - std::chrono::hours(24 * 181)}));
  ASSERT_TRUE(orders_.hear({eid, 2}, iccid, {.at = kStart - std::chrono::hours(24 * 179)}));
  Upkeep upkeep({}, clock_, listener_);
  upkeep.watch(dir_.string(), trust_);
  EXPECT_TRUE(upkeep.prune(orders_));
  EXPECT_FALSE(upkeep.prune(orders_));
  EXPECT_EQ(listener_.done, std::vector<std::string>{"forgot 1 old rows"});
  EXPECT_TRUE(orders_.hear({eid, 1}, iccid, {}));
  EXPECT_FALSE(orders_.hear({eid, 2}, iccid, {}));
}

}  // namespace
}  // namespace sealift::lab
