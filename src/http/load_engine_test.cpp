#include "http/load_engine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "http/test_support.hpp"

namespace sealift::http {
namespace {

/// Four requests; checks each answer. Phone 7 fails.
class EchoPhone final : public VirtualPhone {
 public:
  explicit EchoPhone(uint64_t number) : number_(number) {}
  Result<std::optional<Post>> next(const Response* previous) override {
    if (number_ == 7) return Error{ErrorKind::conflict, "seven"};
    if (previous && (previous->status != 200 || previous->body != body(sent_)))
      return Error{ErrorKind::conflict, "wrong answer"};
    if (sent_ == 4) return std::optional<Post>();
    return std::optional<Post>(Post{"/echo", body(++sent_)});
  }

 private:
  std::string body(int step) const {
    return std::to_string(number_) + ":" + std::string(1000, static_cast<char>('a' + step));
  }
  uint64_t number_;
  int sent_ = 0;
};

class LoadEngine : public testing::Test {
 protected:
  LoadOptions options() {
    LoadOptions o;
    o.server = {"smdp.test", 443};
    o.address = "127.0.0.1";
    o.port = server_->port();
    o.trusted_ci = {ci_.der()};
    o.phones = 8;
    o.downloads = 60;
    return o;
  }
  Result<LoadReport> run(const LoadOptions& o, const std::function<void()>& on_warm = {}) {
    PhoneFactory factory = [](uint64_t n) -> Result<std::unique_ptr<VirtualPhone>> {
      return std::unique_ptr<VirtualPhone>(std::make_unique<EchoPhone>(n));
    };
    return run_load(o, test::noon_clock(), factory, on_warm);
  }
  test::TestCi ci_;
  std::unique_ptr<Server> server_ = test::start_server(ci_);
};

TEST_F(LoadEngine, plays_every_phone_over_a_connection_of_its_own) {
  auto report = run(options());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->downloads, 59u);
  EXPECT_EQ(report->failures, (std::map<std::string, uint64_t>{{"seven", 1}}));
  EXPECT_EQ(server_->stats().accepted, 60u);
  EXPECT_EQ(server_->stats().requests, 59u * 4);
  EXPECT_GT(report->p50_ms, 0);
  EXPECT_GE(report->p99_ms, report->p50_ms);
  EXPECT_GT(report->downloads_per_second, 0);
  EXPECT_GT(report->client_cpu_us_per_download, 0);
}

TEST_F(LoadEngine, leaves_the_warm_up_out) {
  LoadOptions o = options();
  o.warm_up = 20;
  std::atomic<int> warm{0};
  auto report = run(o, [&] { ++warm; });
  ASSERT_TRUE(report);
  EXPECT_EQ(warm, 1);
  EXPECT_EQ(report->downloads, 40u);
  EXPECT_TRUE(report->failures.empty());
}

TEST_F(LoadEngine, verifies_the_server_and_counts_its_failures) {
  LoadOptions o = options();
  o.downloads = 5;
  o.server.host = "other.test";
  auto report = run(o);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->downloads, 0u);
  ASSERT_EQ(report->failures.size(), 1u);
  EXPECT_NE(report->failures.begin()->first.find("another name"), std::string::npos);
  o.server.host = "smdp.test";
  o.port = 1;
  report = run(o);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->failures, (std::map<std::string, uint64_t>{{"connect: Connection refused", 5}}));
}

TEST_F(LoadEngine, says_what_is_wrong_with_its_options) {
  LoadOptions o = options();
  o.trusted_ci.clear();
  EXPECT_FALSE(run(o));
  o = options();
  o.cpus = {1023};
  EXPECT_FALSE(run(o));
}

TEST(CpuTime, is_known_of_this_process_only_where_it_exists) {
  EXPECT_GT(cpu_time_of(::getpid())->count(), 0);
  EXPECT_FALSE(cpu_time_of((1 << 22) + 1)) << "above the largest process id there can be";
  EXPECT_FALSE(cpu_time_of(-1));
}

}  // namespace
}  // namespace sealift::http
