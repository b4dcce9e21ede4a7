// Downloads from a server whose keys are in SoftHSM, behind sealift-keyd's socket; the HSM slow, away and
// wrong while others are served.
#include "hsm/remote/server.hpp"
#include "http/client.hpp"
#include "lab/hsm_office.hpp"
#include "tests/e2e/world.hpp"
#include "tests/hsm/test_token.hpp"

namespace sealift::e2e {
namespace {

using namespace std::chrono_literals;
using sealift::testing::Mocked;
using sealift::testing::TestToken;

/// Makes the keys of a folder in the token. The labels are the test's own.
void into_hsm(const TestToken& token, const std::string& dir, const std::string& prefix,
              const std::string& socket) {
  ManualClock clock{start};
  SystemRandom random;
  auto folder = must(lab::KeysFolder::open(dir));
  for (const pki::Role role : {pki::Role::dp_auth, pki::Role::dp_pb}) {
    lab::HsmKeyOptions o{.role = role,
                         .token = token.mocked(),
                         .socket = socket,
                         .label = prefix + std::string(pki::name(role))};
    (void)must(lab::take_key_into_hsm(folder, o, clock.now(), random));
  }
}

class HsmSite : public ::testing::TestWithParam<crypto::Curve> {
 protected:
  void SetUp() override {
    token = TestToken::get();
    if (!token) GTEST_SKIP() << "SoftHSM is not installed (Debian package softhsm2)";
    token->behave();
    static int n = 0;
    prefix = "site" + std::to_string(++n) + "-";
    WorldOptions o;
    o.production = true;
    o.change_pki = [](pki::HierarchyOptions& h) { h.curve = GetParam(); };
    o.change_folder = [this](const std::string& dir) {
      into_hsm(*token, dir, prefix, socket());
      serve_keys();
    };
    world.emplace(o);
  }
  void TearDown() override {
    if (token) token->behave();
  }
  std::string socket() const { return token->folder / (prefix + "keyd"); }
  void serve_keys() {
    auto opened = must(hsm::pkcs11::Token::open(token->mocked()));
    keyd = must(hsm::KeyServer::start(
        {.socket = socket(), .labels = {prefix + "dp_auth", prefix + "dp_pb"}},
        [opened] { return opened->session(); }, [](std::string_view) {}));
  }
  /// Whether a phone gets its profile now.
  bool downloads(int number) {
    Product product = world->order(static_cast<uint64_t>(number));
    Phone phone(*world, number);
    const auto outcome = phone.download(product.code);
    return outcome && phone.profile_count() == 1;
  }
  /// What the server says to this phone's download now; empty where it succeeds.
  static std::string refusal(Phone& phone, const Product& product) {
    const auto outcome = phone.download(product.code);
    if (outcome) return "";
    const auto& status = outcome.error().status;
    return status ? status->subjectCode + "/" + status->reasonCode : outcome.error().error.message;
  }

  TestToken* token = nullptr;
  std::string prefix;
  std::unique_ptr<hsm::KeyServer> keyd;
  std::optional<World> world;
};

TEST_P(HsmSite, provisions_phones_with_no_signing_key_in_a_file) {
  EXPECT_TRUE(downloads(1));
  EXPECT_TRUE(downloads(2));
  EXPECT_FALSE(std::filesystem::exists(world->folder.path() + "/pki/keys/dp_auth.key"));
  EXPECT_FALSE(std::filesystem::exists(world->folder.path() + "/pki/keys/dp_pb.key"));
  const auto figures = world->site->hsm_figures();
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_GE(figures[0].calls, 2 * 4u) << "three signatures and a key agreement of each";
  EXPECT_EQ(figures[0].failed, 0u);
}

TEST_P(HsmSite, refuses_while_the_hsm_is_away_and_goes_on_when_it_is_back) {
  Product product = world->order(1);
  Phone phone(*world, 1);
  keyd.reset();
  EXPECT_EQ(refusal(phone, product), "8.8/5.1");
  EXPECT_EQ(world->now(product.order).state, smdp::OrderState::released);
  serve_keys();
  const auto begin = std::chrono::steady_clock::now();
  while (!phone.download(product.code) && std::chrono::steady_clock::now() - begin < 12s)
    std::this_thread::sleep_for(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_EQ(phone.profile_count(), 1u);
}

TEST_P(HsmSite, gives_no_package_with_a_wrong_signature) {
  for (uint32_t which = 1; which <= 3; ++which) {
    Product product = world->order(100 + which);
    Phone phone(*world, 100 + static_cast<int>(which));
    // The n-th signature of the download is wrong: those before it are made by a call that is right.
    unsigned n = 0;
    const auto spoil = [&](auto&) {
      if (++n == which - 1) token->control->wrong_signatures = 1;
    };
    if (which == 1) token->control->wrong_signatures = 1;
    phone.wire.on_challenge = spoil;
    phone.wire.on_offer = spoil;
    EXPECT_EQ(refusal(phone, product), "8.8/4.2") << which;
    EXPECT_EQ(phone.profile_count(), 0u);
    phone.wire.on_challenge = nullptr;
    phone.wire.on_offer = nullptr;
    EXPECT_TRUE(phone.download(product.code)) << which;
  }
}

TEST_P(HsmSite, answers_others_while_the_hsm_is_slow) {
  Product product = world->order(1);
  (*token->control)[Mocked::sign].latency_ms = 700;
  std::thread slow([&] {
    Phone phone(*world, 1);
    EXPECT_TRUE(phone.download(product.code)) << "700 ms a signature is slow and no fault";
  });
  http::ClientOptions o;
  o.trusted_ci = world->site->ci_certificates();
  o.connect_to = {{{host, 443}, "127.0.0.1", world->site->port()}};
  auto client = must(http::Client::make(o, world->clock));
  std::this_thread::sleep_for(200ms);
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    auto answer = client.get({host, 443}, "/health");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 300ms);
    std::this_thread::sleep_for(50ms);
  }
  slow.join();
}

TEST_P(HsmSite, opens_in_production_with_keys_behind_keyd_alone) {
  SystemRandom random;
  ManualClock clock{start};
  ServerLog log;
  lab::SmdpSiteOptions o;
  o.es9plus().host = host;
  o.keep_in_memory = o.production = true;
  TemporaryFolder files = TemporaryFolder::make().value(), loaded = TemporaryFolder::make().value();
  (void)must(lab::KeysFolder::create(files.path() + "/pki", world->pki, random));
  o.dir = files.path();
  EXPECT_EQ(lab::SmdpSite::open(o, clock, random, log).error().kind, ErrorKind::permission)
      << "keys are files";
  (void)must(lab::KeysFolder::create(loaded.path() + "/pki", world->pki, random));
  into_hsm(*token, loaded.path() + "/pki", prefix + "own-", "");
  o.dir = loaded.path();
  EXPECT_EQ(lab::SmdpSite::open(o, clock, random, log).error().kind, ErrorKind::permission)
      << "the module would be in the server";
  o.production = false;
  auto laboratory = lab::SmdpSite::open(o, clock, random, log);
  EXPECT_TRUE(laboratory) << laboratory.error().message;
}

INSTANTIATE_TEST_SUITE_P(Curves, HsmSite,
                         ::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& curve) {
                           return std::string(curve.param == crypto::Curve::p256 ? "p256" : "brainpool");
                         });

}  // namespace
}  // namespace sealift::e2e
