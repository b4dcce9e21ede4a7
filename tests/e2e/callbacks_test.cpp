// Callbacks over real TLS: an operator hears of what becomes of its orders, whatever goes down meanwhile.
#include "http/routes_es2_callbacks.hpp"
#include "http/test_support.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using namespace std::chrono_literals;

/// An operator's server, with a certificate of the operator's own CA; asks for that of the SM-DP+.
class Operator {
 public:
  explicit Operator(Clock& clock) : clock_(clock) {}
  /// `rsp_ci` vouches for the SM-DP+, DER.
  void start(const Bytes& rsp_ci) {
    http::Router router;
    http::add_es2_callback_routes(router, [this](const http::CallbackHeard& call) { return hear(call); });
    http::ServerOptions options;
    options.port = port_;
    options.workers = 4;
    options.client_certificates.emplace();
    options.client_certificates->rsp_ci = {rsp_ci};
    options.client_certificates->clock = &clock_;
    const auto tls = ca_.tls({name}, e2e::start - std::chrono::days(1), e2e::start + std::chrono::days(30));
    server_ = must(http::Server::start(std::move(options), tls, std::move(router)));
    port_ = server_->port();
    rsp_ci_ = rsp_ci;
  }
  void stop() { server_.reset(); }
  void start_again() { start(rsp_ci_); }
  const Bytes& ca() const { return ca_.der(); }
  http::ConnectTo route() const { return {{name, 443}, "127.0.0.1", port_}; }

  std::atomic<unsigned> status{204};
  struct Heard {
    messages::HandleDownloadProgressInfo info;
    std::vector<std::string> oids;
    bool v3 = false;
  };
  std::vector<Heard> heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }
  size_t count() { return heard().size(); }

  static inline const std::string name = "mno.example.com";

 private:
  unsigned hear(const http::CallbackHeard& call) {
    std::lock_guard lock(mutex_);
    if (status != 204) return status;
    heard_.push_back({call.info, call.caller->registered_ids, call.v3});
    return 204;
  }
  Clock& clock_;
  http::test::TestCi ca_{9};
  std::mutex mutex_;
  std::vector<Heard> heard_;
  uint16_t port_ = 0;
  Bytes rsp_ci_;
  std::unique_ptr<http::Server> server_;
};

class Callbacks : public testing::Test {
 protected:
  explicit Callbacks(bool keep_in_memory = true) : world_(options(keep_in_memory)) { want_callbacks(); }

  WorldOptions options(bool keep_in_memory) {
    WorldOptions out;
    out.keep_in_memory = keep_in_memory;
    out.change_site = [this](lab::SmdpSiteOptions& o) {
      const auto keys = must(lab::KeysFolder::open(o.dir + "/pki"));
      operator_.start(to_bytes(must(keys.certificate(pki::Role::ci)).der()));
      o.connect_to = {operator_.route()};
    };
    return out;
  }
  void want_callbacks(bool notifications = false) {
    access::Directory& directory = *world_.site->ports().directory;
    access::Tenant tenant = access::implicit_default();
    tenant.callback = access::Callback{Operator::name, "", notifications, {operator_.ca()}};
    must(directory.records().put({access::tenant_kind, tenant.id, asn1::encode(tenant)}, {}));
    must(directory.refresh());
  }
  /// Time goes on until it is so.
  template <class Done>
  bool eventually(Done done) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(20ms);
      world_.clock.advance(1s);
    }
    return done();
  }
  size_t waiting() {
    std::lock_guard lock(figures_);
    http::MetricsPage page;
    world_.site->monitor().write(page);
    const std::string text = page.text();
    const size_t at = text.find("\nsealift_outbox_waiting ");
    return at == text.npos ? 999 : std::stoul(text.substr(at + 24));
  }

  ManualClock operator_clock_{start};
  Operator operator_{operator_clock_};
  std::mutex figures_;
  World world_;
};

TEST_F(Callbacks, tell_the_operator_of_download_and_installation) {
  const Product product = world_.order(1);
  Phone phone(world_, 1);
  ASSERT_TRUE(phone.download(product.code));
  ASSERT_TRUE(eventually([&] { return operator_.count() == 2; }));
  const auto heard = operator_.heard();
  for (const auto& one : heard) {
    EXPECT_EQ(one.info.iccid, product.order.iccid);
    EXPECT_EQ(one.info.eid, World::eid(1));
    EXPECT_EQ(one.info.notificationPointStatus.status, messages::ExecutionStatus::executedSuccess);
    EXPECT_EQ(one.oids, std::vector{world_.site->ports().signers.front().dpAuth.oid.dotted()});
    EXPECT_EQ(one.info.header.functionRequesterIdentifier, one.oids.front());
    EXPECT_FALSE(one.v3);
  }
  EXPECT_EQ(heard[0].info.notificationPointId, 3u);
  EXPECT_EQ(heard[1].info.notificationPointId, 4u);
  ASSERT_TRUE(heard[1].info.resultData);
  EXPECT_TRUE(asn1::decode<messages::ProfileInstallationResult>(*heard[1].info.resultData));
  EXPECT_TRUE(eventually([&] { return waiting() == 0; }));
}

TEST_F(Callbacks, that_nobody_takes_hold_up_no_download_and_come_later_in_their_order) {
  operator_.stop();
  const Product first = world_.order(1);
  Phone phone(world_, 1);
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(phone.download(first.code));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  operator_.start_again();
  operator_.status = 500;
  const Product second = world_.order(2);
  Phone other(world_, 2);
  ASSERT_TRUE(other.download(second.code));
  EXPECT_EQ(operator_.count(), 0u);
  EXPECT_EQ(waiting(), 4u);
  operator_.status = 204;
  ASSERT_TRUE(eventually([&] { return waiting() == 0; }));
  std::map<Iccid, std::vector<uint32_t>> points;
  for (const auto& one : operator_.heard()) points[one.info.iccid].push_back(one.info.notificationPointId);
  EXPECT_EQ(points[first.order.iccid], (std::vector<uint32_t>{3, 4}));
  EXPECT_EQ(points[second.order.iccid], (std::vector<uint32_t>{3, 4}));
}

class CallbacksOnDisk : public Callbacks {
 protected:
  CallbacksOnDisk() : Callbacks(false) {}
};

TEST_F(CallbacksOnDisk, survive_a_restart_of_the_server) {
  operator_.status = 503;
  const Product product = world_.order(1);
  Phone phone(world_, 1);
  ASSERT_TRUE(phone.download(product.code));
  world_.site.reset();
  EXPECT_EQ(operator_.count(), 0u);
  operator_.status = 204;
  world_.site = must(lab::SmdpSite::open(world_.site_options, world_.clock, world_.random, world_.log));
  ASSERT_TRUE(eventually([&] { return operator_.count() == 2; }));
  EXPECT_EQ(operator_.heard()[0].info.notificationPointId, 3u);
}

TEST_F(Callbacks, tell_of_an_order_that_expires_by_itself) {
  const Product product = world_.order(1, {.expires = start + 60s});
  world_.clock.advance(61s);
  ASSERT_TRUE(eventually([&] { return operator_.count() == 1; }));
  const auto info = operator_.heard()[0].info;
  EXPECT_EQ(info.notificationPointId, 1u);
  EXPECT_EQ(info.notificationPointStatus.statusCodeData->subjectCode, "8.8.5");
  EXPECT_EQ(info.notificationPointStatus.statusCodeData->reasonCode, "4.10");
  EXPECT_EQ(world_.now(product.order).state, smdp::OrderState::error);
}

}  // namespace
}  // namespace sealift::e2e
