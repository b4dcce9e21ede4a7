// What an HSM can do wrong (G-HSM-1), done to the whole path: by the threads of this process, and through
// sealift-keyd's socket.
#include <gmock/gmock.h>
#include <p11-kit/pkcs11.h>

#include "hsm/desk.hpp"
#include "hsm/pkcs11/token.hpp"
#include "hsm/remote/client.hpp"
#include "hsm/remote/server.hpp"
#include "hsm/session_threads.hpp"
#include "tests/hsm/test_token.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;
using sealift::testing::Mocked;
using sealift::testing::TestToken;
using ::testing::HasSubstr;

using Clock = std::chrono::steady_clock;

enum class Way : uint8_t { threads, socket };

class HsmFaults : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    token_ = TestToken::get();
    if (!token_) GTEST_SKIP() << "SoftHSM is not installed (Debian package softhsm2)";
    token_->behave();
    auto opened = pkcs11::Token::open(token_->mocked());
    ASSERT_TRUE(opened) << opened.error().message;
    module_ = *opened;
    static int n = 0;
    label_ = "fault-" + std::to_string(++n);
    ASSERT_TRUE(module_->generate(label_, crypto::Curve::p256));
    limits_.breaker.retry = 100ms;
    desk_ = Desk::open(holder(), limits_, [this](const Error* why) { ++(why ? went_ : came_); });
    auto signer = desk_->signer(label_);
    ASSERT_TRUE(signer) << signer.error().message;
    signer_ = *signer;
    agreement_ = desk_->key_agreement();
    peer_.emplace(crypto::EphemeralKey::generate(crypto::Curve::p256, random_));
  }
  void TearDown() override {
    if (token_) token_->behave();
  }

  std::unique_ptr<KeyHolder> holder() {
    const OpenSession open = [token = module_] { return token->session(); };
    if (GetParam() == Way::threads) return std::make_unique<SessionThreads>(open, SessionThreads::Limits{});
    const auto socket = token_->folder / "keyd.sock";
    auto server = KeyServer::start({.socket = socket, .labels = {label_}}, open, [](std::string_view) {});
    EXPECT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    return std::make_unique<RemoteHolder>(socket);
  }

  Result<crypto::Signature> sign() { return signer_->sign({view("message")}); }
  bool signs() {
    auto signature = sign();
    EXPECT_TRUE(!signature || crypto::verify(signer_->public_key(), {view("message")}, *signature));
    return bool(signature);
  }
  bool agrees() {
    auto agreed = agreement_->agree(peer_->public_key());
    EXPECT_TRUE(!agreed || equal(peer_->agree(agreed->otpk)->expose(), agreed->z.expose()));
    return bool(agreed);
  }
  void set(Mocked which, CK_RV value, uint32_t times = 1'000'000) {
    (*token_->control)[which].value = static_cast<uint32_t>(value);
    (*token_->control)[which].times = times;
  }
  /// Tries until it works; how long that took.
  Clock::duration recovered() {
    const auto begin = Clock::now();
    while (!(signs() && agrees()) && Clock::now() - begin < 15s) std::this_thread::sleep_for(20ms);
    return Clock::now() - begin;
  }

  TestToken* token_ = nullptr;
  DeskLimits limits_;
  std::shared_ptr<pkcs11::Token> module_;
  std::string label_;
  std::unique_ptr<KeyServer> server_;
  std::shared_ptr<Desk> desk_;
  std::shared_ptr<crypto::Signer> signer_;
  std::shared_ptr<crypto::KeyAgreement> agreement_;
  SeededRandom random_{3};
  std::optional<crypto::EphemeralKey> peer_;
  std::atomic<int> went_{0}, came_{0};
};

TEST_P(HsmFaults, every_return_value_is_an_error_and_work_goes_on_afterwards) {
  const CK_RV values[] = {CKR_HOST_MEMORY,
                          CKR_GENERAL_ERROR,
                          CKR_FUNCTION_FAILED,
                          CKR_ARGUMENTS_BAD,
                          CKR_DEVICE_ERROR,
                          CKR_DEVICE_MEMORY,
                          CKR_DEVICE_REMOVED,
                          CKR_FUNCTION_CANCELED,
                          CKR_KEY_HANDLE_INVALID,
                          CKR_MECHANISM_INVALID,
                          CKR_OPERATION_ACTIVE,
                          CKR_OPERATION_NOT_INITIALIZED,
                          CKR_PIN_LOCKED,
                          CKR_PIN_EXPIRED,
                          CKR_SESSION_CLOSED,
                          CKR_SESSION_COUNT,
                          CKR_SESSION_HANDLE_INVALID,
                          CKR_TOKEN_NOT_PRESENT,
                          CKR_TOKEN_NOT_RECOGNIZED,
                          CKR_USER_NOT_LOGGED_IN,
                          CKR_CRYPTOKI_NOT_INITIALIZED,
                          CKR_DATA_LEN_RANGE,
                          CKR_BUFFER_TOO_SMALL,
                          CK_RV{0x80000001}};
  for (const CK_RV value : values) {
    for (const Mocked which : {Mocked::sign_init, Mocked::sign}) {
      set(which, value);
      for (int i = 0; i < 4; ++i) EXPECT_FALSE(signs()) << std::hex << value;
      set(which, 0, 0);
    }
    for (const Mocked which : {Mocked::generate_key_pair, Mocked::derive_key}) {
      set(which, value);
      for (int i = 0; i < 2; ++i) EXPECT_FALSE(agrees()) << std::hex << value;
      set(which, 0, 0);
    }
    EXPECT_LT(recovered(), 2s) << std::hex << value;
  }
}

TEST_P(HsmFaults, a_session_that_is_lost_is_opened_anew_within_the_call) {
  for (const CK_RV value : {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED,
                            CKR_USER_NOT_LOGGED_IN, CKR_TOKEN_NOT_PRESENT}) {
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(signs() && agrees());  // all sessions are open
    set(Mocked::sign_init, value, 1);
    EXPECT_TRUE(signs());
    set(Mocked::generate_key_pair, value, 1);
    EXPECT_TRUE(agrees());
  }
  EXPECT_EQ(desk_->figures().failed, 0u);
}

TEST_P(HsmFaults, a_removed_token_opens_the_breaker_and_is_taken_up_again_when_it_is_back) {
  set(Mocked::sign_init, CKR_DEVICE_REMOVED);
  set(Mocked::get_slot_list, CKR_DEVICE_REMOVED);
  const auto begin = Clock::now();
  while (!desk_->figures().away && Clock::now() - begin < 5s)
    EXPECT_EQ(sign().error().kind, ErrorKind::timeout);
  EXPECT_LT(Clock::now() - begin, 2s);
  const auto calls = desk_->figures().calls;
  const auto refused = sign();
  EXPECT_EQ(refused.error().kind, ErrorKind::timeout) << "the phone is asked to come again";
  EXPECT_THAT(refused.error().message, HasSubstr("CKR_DEVICE_REMOVED"));
  EXPECT_FALSE(agrees());
  EXPECT_LE(desk_->figures().calls, calls + 1) << "nobody is kept waiting for what will not come";
  token_->behave();
  EXPECT_LT(recovered(), 10s);
  EXPECT_EQ(went_, 1);
  EXPECT_EQ(came_, 1);
}

TEST_P(HsmFaults, a_locked_pin_is_told_and_nothing_signs_in_its_place) {
  set(Mocked::sign_init, CKR_USER_NOT_LOGGED_IN);
  set(Mocked::login, CKR_PIN_LOCKED);
  const auto refused = sign();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::permission);
  EXPECT_THAT(refused.error().message, HasSubstr("CKR_PIN_LOCKED"));
  token_->behave();
  EXPECT_LT(recovered(), 10s);
}

TEST_P(HsmFaults, an_hsm_that_hangs_opens_the_breaker_within_two_seconds_and_recovers_within_ten) {
  (*token_->control)[Mocked::sign].latency_ms = 30'000;
  (*token_->control)[Mocked::derive_key].latency_ms = 30'000;
  const auto begin = Clock::now();
  std::vector<std::thread> callers;
  std::atomic<int> refused{0};
  for (int i = 0; i < 16; ++i) callers.emplace_back([&] { refused += signs() || agrees() ? 0 : 1; });
  while (!desk_->figures().away && Clock::now() - begin < 5s) std::this_thread::sleep_for(5ms);
  EXPECT_LT(Clock::now() - begin, 2s);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, 16);
  const auto later = Clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(sign());
  EXPECT_LT(Clock::now() - later, 5s) << "one call each tenth of a second is let through, and waits";
  // The HSM answers again; the calls of before hang on.
  (*token_->control)[Mocked::sign].latency_ms = 0;
  (*token_->control)[Mocked::derive_key].latency_ms = 0;
  EXPECT_LT(recovered(), 10s);
}

TEST_P(HsmFaults, no_wrong_signature_is_ever_given_out) {
  for (int round = 0; round < 40; ++round) {
    token_->control->wrong_signatures = 1;
    const auto signature = sign();
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().kind, ErrorKind::verification);
    ASSERT_TRUE(signs());
  }
  EXPECT_EQ(desk_->figures().wrong, 40u);
  token_->control->wrong_signatures = 1000;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(sign());
  EXPECT_TRUE(desk_->figures().away) << "an HSM that errs each time is not asked on";
}

TEST_P(HsmFaults, a_generator_that_stands_still_gives_no_second_package_the_same_key) {
  token_->control->same_key = 1;
  (void)agreement_->agree(peer_->public_key());
  const auto second = agreement_->agree(peer_->public_key());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::verification);
}

TEST_P(HsmFaults, calls_wait_in_bounded_number) {
  DeskLimits narrow;
  narrow.most_waiting = 8;
  desk_.reset();
  signer_.reset();
  agreement_.reset();
  server_.reset();
  desk_ = Desk::open(holder(), narrow);
  signer_ = desk_->signer(label_).value();
  (*token_->control)[Mocked::sign].latency_ms = 300;
  std::vector<std::thread> callers;
  std::atomic<int> refused{0}, signed_{0};
  for (int i = 0; i < 32; ++i) callers.emplace_back([&] { ++(signs() ? signed_ : refused); });
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(desk_->figures().waiting, 8u);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, 24);
  EXPECT_EQ(signed_, 8);
}

TEST_P(HsmFaults, many_threads_get_what_they_asked_for) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&, i] {
      for (int n = 0; n < 25; ++n) {
        const std::string message = std::to_string(i) + "/" + std::to_string(n);
        auto signature = signer_->sign({view(message)});
        ASSERT_TRUE(signature) << signature.error().message;
        EXPECT_TRUE(crypto::verify(signer_->public_key(), {view(message)}, *signature));
        EXPECT_TRUE(agrees());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(desk_->figures().failed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Ways, HsmFaults, ::testing::Values(Way::threads, Way::socket),
                         [](const auto& way) { return way.param == Way::threads ? "threads" : "socket"; });

}  // namespace
}  // namespace sealift::hsm
