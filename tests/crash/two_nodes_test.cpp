// Two SM-DP+ nodes that share a PostgreSQL database, behind a TCP balancer. Each request of a phone is a
// connection of its own and goes to the next node; one node is killed in the middle. Every phone ends with
// its profile, and none has another one's (issue 4, Stores).
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <cstdlib>

#include "http/es9_client.hpp"
#include "lab/keys_folder.hpp"
#include "lab/virtual_card.hpp"
#include "lpa/lpa.hpp"
#include "store/postgres/test_support.hpp"
#include "tests/crash/process.hpp"
#include "tests/crash/support.hpp"
#include "tests/support/tcp_relay.hpp"

namespace sealift::crash {
namespace {

constexpr int phones = 12;
constexpr int tries = 20;

/// A new connection for each request.
class AnyNode final : public download::Es9 {
 public:
  AnyNode(Bytes ci, Clock& clock) : ci_(std::move(ci)), clock_(clock) {}
  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest& request) override {
    return fresh().initiate_authentication(server, request);
  }
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest& request) override {
    return fresh().authenticate_client(server, request);
  }
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest& request) override {
    return fresh().get_bound_profile_package(server, request);
  }
  download::Es9Result<void> handle_notification(const std::string& server,
                                                const messages::HandleNotification& request) override {
    return fresh().handle_notification(server, request);
  }
  download::Es9Result<void> cancel_session(const std::string& server,
                                           const messages::CancelSessionRequestEs9& request) override {
    return fresh().cancel_session(server, request);
  }
  std::vector<asn1::Oid> peer_oids() const override { return es9_->peer_oids(); }
  Bytes peer_certificate() const override { return es9_->peer_certificate(); }

 private:
  http::Es9Client& fresh() {
    es9_.reset();
    auto made = http::Client::make({.trusted_ci = {ci_}}, clock_);
    check(made.has_value(), "a client can be made");
    client_.emplace(std::move(*made));
    return es9_.emplace(*client_);
  }
  const Bytes ci_;
  Clock& clock_;
  std::optional<http::Client> client_;
  std::optional<http::Es9Client> es9_;
};

class Contacts final : public download::ApduTransport {
 public:
  explicit Contacts(euicc::Card& card) : card_(card) {}
  Result<Bytes> transmit(View command) override { return card_.transmit(command); }

 private:
  euicc::Card& card_;
};

class Yes final : public lpa::UserInterface {
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    return download::Answer::yes;
  }
  std::optional<std::string> confirmation_code() override { return std::nullopt; }
  download::Answer enable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer disable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer remove(const messages::ProfileInfo&) override { return download::Answer::yes; }
};

std::string text(const boost::json::value& v, const char* key) {
  const auto* object = v.if_object();
  const auto* found = object ? object->if_contains(key) : nullptr;
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

/// What a phone ended with.
struct Ended {
  std::vector<std::string> iccids;
  size_t notifications = 0;
  int downloads = 0;  ///< that were begun
  std::string last_error;
};

class TwoNodes : public store::testing::PostgresSchema {
 protected:
  void SetUp() override {
    PostgresSchema::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
    const std::string pki = folder_.path + "/pki";
    ASSERT_TRUE(run({"pki", "init", pki}).ok());
    ci_ = opened(lab::KeysFolder::open(pki)).certificate(pki::Role::ci).value();
    for (const char* name : {"/a", "/b"}) {
      std::filesystem::create_directory(folder_.path + name);
      std::filesystem::create_directory_symlink(pki, folder_.path + name + "/pki");
    }
  }
  void TearDown() override {
    nodes_[0].reset();
    nodes_[1].reset();
    PostgresSchema::TearDown();
  }
  static lab::KeysFolder opened(Result<lab::KeysFolder> folder) {
    check(folder.has_value(), "the PKI that was made can be opened");
    return std::move(*folder);
  }
  Said run(std::vector<std::string> arguments) {
    return crash::run(std::move(arguments), folder_.path + "/log");
  }

  /// The port it listens on.
  uint16_t start(size_t n) {
    const std::string dir = folder_.path + (n == 0 ? "/a" : "/b");
    nodes_[n] = std::make_unique<Program>(
        std::vector<std::string>{"smdp", "serve", "--dir", dir, "--port", "0", "--public-port",
                                 std::to_string(balancer_.port()), "--store", connection_string()},
        folder_.path + "/log");
    const auto said = nodes_[n]->line();
    const auto* port = said.is_object() ? said.as_object().if_contains("port") : nullptr;
    EXPECT_TRUE(port) << "node " << n << " does not start: see its log";
    return port ? port->to_number<uint16_t>() : 0;
  }

  /// Imports a profile on one node, and releases its order on the other.
  std::string order(int n) {
    const std::string number = std::to_string(100 + n), file = folder_.path + "/profile" + number;
    const std::string iccid = "8988211000000000" + number;
    EXPECT_TRUE(
        run({"profile", "make", "--imsi", "001010000000" + number, "--iccid", iccid, "--k",
             "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", "--opc", "5E0A7C93D2F14B86A9E3C7015D8F2B64", "--out", file})
            .ok());
    return text(
        run({"order", "create", "--dir", folder_.path + (n % 2 ? "/a" : "/b"), "--profile", file}).json,
        "activationCode");
  }

  /// A phone that tries until it has its profile and the server knows of it.
  Ended phone(int n, const std::string& code) {
    SystemClock clock;
    SystemRandom random;
    Ended out;
    auto folder = opened(lab::KeysFolder::open(folder_.path + "/pki"));
    const auto eum = folder.identity(pki::Role::eum);
    auto made = lab::make_personalisation(
        *eum, *ci_, *lab::eid_number("89049032", static_cast<uint64_t>(500 + n)), random);
    auto card = lab::VirtualCard::make(std::move(*made), random);
    Contacts contacts(card->card());
    AnyNode server(to_bytes(ci_->der()), clock);
    Yes user;
    download::Progress progress;
    auto es10 = download::Es10::open(contacts);
    lpa::Lpa lpa(*es10, server, user, progress);
    download::Options options;
    options.deviceInfo = download::default_device_info();
    for (int i = 0; i < tries; ++i) {
      if (lpa.profiles()->empty()) {
        ++out.downloads;
        const auto done = lpa.download(*download::ActivationCode::parse(code), options);
        if (!done) out.last_error = static_cast<Error>(done.error()).message;
      } else {
        (void)lpa.deliver_notifications();
      }
      ++rounds_;
      if (!lpa.profiles()->empty() && lpa.notifications()->empty()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const auto profiles = lpa.profiles();
    for (const auto& profile : *profiles) out.iccids.push_back(profile.iccid->digits());
    out.notifications = lpa.notifications()->size();
    ++finished_;
    return out;
  }

  TemporaryFolder folder_;
  std::optional<pki::Certificate> ci_;
  sealift::testing::TcpRelay balancer_;
  std::unique_ptr<Program> nodes_[2];
  std::atomic<int> rounds_ = 0, finished_ = 0;
};

TEST_F(TwoNodes, of_which_one_is_killed_in_the_middle_give_every_phone_its_profile) {
  const uint16_t a = start(0), b = start(1);
  balancer_.serve({a, b});
  std::vector<std::string> codes;
  for (int n = 0; n < phones; ++n) {
    codes.push_back(order(n));
    ASSERT_FALSE(codes.back().empty());
  }
  std::vector<Ended> ended(phones);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int n = t; n < phones; n += 3) ended[n] = phone(n, codes[n]);
    });
  }
  while (finished_ < phones / 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto before = balancer_.connections();
  nodes_[1]->kill();
  for (auto& t : threads) t.join();
  EXPECT_GT(before[0], 4u) << "both nodes had their part";
  EXPECT_GT(before[1], 4u);
  for (int n = 0; n < phones; ++n) {
    EXPECT_EQ(ended[n].iccids, std::vector<std::string>{"8988211000000000" + std::to_string(100 + n)})
        << "phone " << n << ": " << ended[n].last_error;
    EXPECT_EQ(ended[n].notifications, 0u);
  }
  EXPECT_EQ(integer("SELECT count(*) FROM orders WHERE state = 6 AND installs = 1"), phones)
      << "installed, once";
  EXPECT_EQ(
      integer("SELECT count(*) FROM (SELECT iccid FROM deliveries GROUP BY iccid HAVING count(DISTINCT eid) "
              "> 1) twice"),
      0);
}

TEST_F(TwoNodes, hold_to_a_restriction_that_was_put_on_the_other_one) {
  start(0);
  balancer_.serve({start(1)});
  const std::string code = order(1);
  ASSERT_FALSE(code.empty());
  ASSERT_TRUE(run({"smdp", "deny", "--dir", folder_.path + "/a", "eid", "89049032"}).ok());
  std::this_thread::sleep_for(std::chrono::seconds(4));
  EXPECT_TRUE(phone(1, code).iccids.empty());
}

}  // namespace
}  // namespace sealift::crash
