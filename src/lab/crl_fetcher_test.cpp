// CRLs are fetched, kept, and fetched again before they run out.
#include "lab/crl_fetcher.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.hpp"
#include "crypto/ports.hpp"
#include "lab/smdp_upkeep.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart{seconds(1'790'000'000)};
const std::string uri = "http://crl.example.com/ci.crl";

struct Publisher final : download::CrlSource {
  Result<Bytes> fetch(const std::string& from) override {
    ++asked[from];
    if (!list) return Error{ErrorKind::io, "nobody is there"};
    return *list;
  }
  std::optional<Bytes> list;
  std::map<std::string, int> asked;
};

struct Heard final : smdp::Observer {
  void maintained(std::string_view, const Error* problem) override { ++(problem ? problems : good); }
  int problems = 0, good = 0;
};

class CrlFetcherTest : public ::testing::Test {
 protected:
  CrlFetcherTest() {
    pki::HierarchyOptions options{.deterministic = true};
    options.eid = *Eid::with_check_digits("890490321234512345123456789012");
    options.dp_hosts = {"smdp.example.com"};
    options.not_before = kStart - hours(24);
    pki_ = pki::make_hierarchy(options, random_).value();
    EXPECT_TRUE(trust_.add(pki_->certificate(pki::Role::ci)));
    fetcher_.add([] { return std::set{uri}; }, trust_, folder_);
  }
  Bytes list(uint64_t number, hours life, Time at) {
    pki::CrlSpec spec;
    spec.number = number;
    spec.this_update = at;
    spec.next_update = at + life;
    const pki::Identity& ci = (*pki_)[pki::Role::ci];
    crypto::SoftwareSigner signer(ci.key);
    return to_bytes(pki::issue_crl(spec, ci.certificate, signer).value().der());
  }
  size_t lists() { return trust_.crls(pki_->certificate(pki::Role::ci).subject_key_id()).size(); }

  SeededRandom random_{4};
  ManualClock clock_{kStart};
  TemporaryFolder temporary_ = TemporaryFolder::make().value();
  const std::string folder_ = temporary_.path() + "/crls";
  std::optional<pki::Hierarchy> pki_;
  pki::TrustStore trust_;
  Publisher publisher_;
  Heard heard_;
  CrlFetcher fetcher_{{}, publisher_, clock_, random_, heard_};
};

TEST_F(CrlFetcherTest, gets_a_list_and_comes_again_before_its_next_update) {
  publisher_.list = list(1, hours(4), kStart);
  const seconds wait = fetcher_.fetch_due();
  EXPECT_EQ(lists(), 1u);
  EXPECT_GE(wait, hours(3));
  EXPECT_LT(wait, hours(4)) << "well before the list runs out";
  clock_.advance(wait - seconds(1));
  fetcher_.fetch_due();
  EXPECT_EQ(publisher_.asked[uri], 1) << "nothing is due";
  clock_.advance(seconds(1));
  publisher_.list = list(2, hours(400), clock_.now());
  EXPECT_LE(fetcher_.fetch_due(), hours(6)) << "a revocation is heard of though the list has long to go";
  EXPECT_EQ(publisher_.asked[uri], 2);
  EXPECT_EQ(heard_.problems, 0);
}

TEST_F(CrlFetcherTest, keeps_the_list_for_who_starts_without_the_network) {
  publisher_.list = list(1, hours(4), kStart);
  fetcher_.fetch_due();
  pki::TrustStore later(pki::CrlPolicy::required);
  ASSERT_TRUE(later.add(pki_->certificate(pki::Role::ci)));
  take_up_crls(temporary_.path(), later);
  EXPECT_EQ(later.crls(pki_->certificate(pki::Role::ci).subject_key_id()).size(), 1u);
}

TEST_F(CrlFetcherTest, asks_ever_more_seldom_where_nobody_answers_and_goes_on_with_what_it_has) {
  publisher_.list = list(1, hours(1), kStart);
  clock_.advance(fetcher_.fetch_due());
  publisher_.list.reset();
  seconds before{0};
  for (int i = 0; i < 6; ++i) {
    const seconds wait = fetcher_.fetch_due();
    EXPECT_GT(wait, before);
    EXPECT_LE(wait, hours(6));
    before = wait;
    clock_.advance(wait);
  }
  EXPECT_EQ(heard_.problems, 6);
  EXPECT_EQ(lists(), 1u);
  publisher_.list = list(2, hours(1), clock_.now());
  fetcher_.fetch_due();
  EXPECT_EQ(heard_.good, 2);
}

TEST_F(CrlFetcherTest, asks_ever_more_seldom_for_the_next_of_a_list_that_has_run_out) {
  publisher_.list = list(1, hours(1), kStart - hours(2));
  seconds before{0};
  for (int i = 0; i < 6; ++i) {
    const seconds wait = fetcher_.fetch_due();
    EXPECT_GT(wait, before);
    before = wait;
    clock_.advance(wait);
  }
  EXPECT_EQ(publisher_.asked[uri], 6);
  EXPECT_EQ(heard_.problems, 6);
  EXPECT_EQ(lists(), 1u) << "what it lists is revoked, however old it is";
}

TEST_F(CrlFetcherTest, asks_not_every_moment_for_the_next_of_a_list_that_runs_out_now) {
  publisher_.list = list(1, hours(1), kStart);
  clock_.advance(hours(1) - seconds(2));
  EXPECT_GE(fetcher_.fetch_due(), seconds(30));
}

TEST_F(CrlFetcherTest, writes_a_list_once_while_it_does_not_change) {
  publisher_.list = list(1, hours(400), kStart);
  clock_.advance(fetcher_.fetch_due());
  const auto file = std::filesystem::directory_iterator(folder_)->path();
  const std::filesystem::file_time_type long_ago{};
  std::filesystem::last_write_time(file, long_ago);
  clock_.advance(fetcher_.fetch_due());
  EXPECT_EQ(publisher_.asked[uri], 2);
  EXPECT_EQ(std::filesystem::last_write_time(file), long_ago);
  publisher_.list = list(2, hours(400), clock_.now());
  fetcher_.fetch_due();
  EXPECT_NE(std::filesystem::last_write_time(file), long_ago);
}

TEST_F(CrlFetcherTest, keeps_nothing_that_the_ci_did_not_sign) {
  Bytes forged = list(1, hours(4), kStart);
  forged.back() ^= 1;
  for (const Bytes& bad : {forged, Bytes(100, 0x30), Bytes()}) {
    publisher_.list = bad;
    clock_.advance(fetcher_.fetch_due());
  }
  EXPECT_EQ(lists(), 0u);
  EXPECT_EQ(heard_.problems, 3);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(CrlFetcherTest, does_not_come_at_the_same_time_as_others) {
  std::set<int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    CrlFetcher one({}, publisher_, clock_, random_, heard_);
    one.add([] { return std::set{uri}; }, trust_, folder_);
    publisher_.list = list(1, hours(4), kStart);
    waits.insert(one.fetch_due().count());
  }
  EXPECT_GT(waits.size(), 4u);
}

}  // namespace
}  // namespace sealift::lab
