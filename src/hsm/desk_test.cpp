#include "hsm/desk.hpp"

#include <gmock/gmock.h>

#include "hsm/session_threads.hpp"
#include "hsm/test_sessions.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;
using hsm::testing::SoftwareToken;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class DeskOfThreads : public ::testing::Test {
 protected:
  void open(DeskLimits limits = {}, SessionThreads::Limits threads = {}) {
    desk = Desk::open(std::make_unique<SessionThreads>(hsm::testing::sessions_of(token), threads), limits,
                      [this](const Error* why) { changes.push_back(why ? why->message : "back"); });
    signer = desk->signer("key").value();
  }
  Result<crypto::Signature> sign() { return signer->sign({view(SoftwareToken::message)}); }

  SoftwareToken token;
  std::vector<std::string> changes;
  std::shared_ptr<Desk> desk;
  std::shared_ptr<crypto::Signer> signer;
};

TEST_F(DeskOfThreads, gives_signatures_that_verify) {
  open();
  const auto signature = sign();
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(crypto::verify(token.key.public_key(), {view(SoftwareToken::message)}, *signature));
  EXPECT_EQ(desk->signer("other").error().kind, ErrorKind::not_found);
  EXPECT_FALSE(desk->figures().away) << "a key that is not there is no failure of the HSM";
}

TEST_F(DeskOfThreads, gives_no_signature_of_something_else) {
  open();
  token.errs = true;
  EXPECT_EQ(sign().error().kind, ErrorKind::verification);
  EXPECT_EQ(desk->signer("key").error().kind, ErrorKind::verification) << "nor takes up such a key";
  token.errs = false;
  EXPECT_TRUE(sign());
}

TEST_F(DeskOfThreads, gives_no_one_time_key_twice) {
  open();
  SeededRandom random(2);
  const auto peer = crypto::EphemeralKey::generate(crypto::Curve::p256, random);
  auto agreement = desk->key_agreement();
  EXPECT_TRUE(agreement->agree(peer.public_key()));
  token.stands_still = true;
  EXPECT_TRUE(agreement->agree(peer.public_key()));
  EXPECT_EQ(agreement->agree(peer.public_key()).error().kind, ErrorKind::verification);
}

TEST_F(DeskOfThreads, answers_in_time_whatever_hangs_and_works_on_beside_it) {
  DeskLimits limits;
  limits.patience = 200ms;
  limits.breaker.retry = 50ms;
  open(limits, {.sessions = 2, .most_threads = 8});
  token.hang(true);
  const auto begin = Clock::now();
  EXPECT_EQ(sign().error().kind, ErrorKind::timeout);
  EXPECT_LT(Clock::now() - begin, 400ms);
  const auto away = sign();
  ASSERT_FALSE(away);
  EXPECT_THAT(away.error().message, HasSubstr("did not answer"));
  EXPECT_THAT(changes, ::testing::ElementsAre(HasSubstr("did not answer")));
  token.hang(false);
  while (!sign()) std::this_thread::sleep_for(10ms);
  EXPECT_THAT(changes, ::testing::ElementsAre(HasSubstr("did not answer"), "back"));
}

TEST_F(DeskOfThreads, refuses_what_is_more_than_it_keeps_waiting) {
  DeskLimits limits;
  limits.most_waiting = 3;
  open(limits);
  token.hang(true);
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) callers.emplace_back([&] { EXPECT_TRUE(sign()); });
  while (desk->figures().waiting < 3) std::this_thread::yield();
  const auto fourth = sign();
  EXPECT_EQ(fourth.error().kind, ErrorKind::timeout);
  EXPECT_EQ(desk->figures().refused, 1u);
  token.hang(false);
  for (auto& caller : callers) caller.join();
}

TEST_F(DeskOfThreads, leaves_three_places_in_ten_to_those_who_have_authenticated) {
  DeskLimits limits;
  limits.most_waiting = 10;
  open(limits, {.sessions = 10});
  auto hello = desk->signer("key", For::anybody).value();
  token.hang(true);
  std::vector<std::thread> callers;
  for (int i = 0; i < 7; ++i) {
    callers.emplace_back([&] { EXPECT_TRUE(hello->sign({view(SoftwareToken::message)})); });
  }
  while (desk->figures().waiting < 7) std::this_thread::yield();
  EXPECT_EQ(hello->sign({view(SoftwareToken::message)}).error().kind, ErrorKind::timeout);
  callers.emplace_back([&] { EXPECT_TRUE(sign()); });
  while (desk->figures().waiting < 8) std::this_thread::yield();
  token.hang(false);
  for (auto& caller : callers) caller.join();
}

/// Two tasks on one thread, as fibers of a server are: one waits for the HSM, the other runs meanwhile.
TEST_F(DeskOfThreads, keeps_no_other_task_of_the_thread_waiting) {
  struct TwoTasks final : Tasks {
    Task running() const override { return const_cast<TwoTasks*>(this); }
    void wait() override {
      other();  // runs while the first waits
      semaphore.acquire();
    }
    void go_on(Task) override { semaphore.release(); }
    std::function<void()> other;
    Semaphore semaphore;
  } tasks;
  open();
  token.hang(true);
  bool ran = false;
  tasks.other = [&] {
    ran = true;
    token.hang(false);  // only this lets the first go on
  };
  Tasks::here() = &tasks;
  const auto signature = sign();
  Tasks::here() = nullptr;
  EXPECT_TRUE(ran);
  EXPECT_TRUE(signature);
}

TEST_F(DeskOfThreads, ends_while_calls_hang_and_when_they_are_let_go) {
  DeskLimits limits;
  limits.patience = 50ms;
  open(limits);
  token.hang(true);
  EXPECT_FALSE(sign());
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    token.hang(false);
  });
  signer.reset();
  desk.reset();
  later.join();
}

}  // namespace
}  // namespace sealift::hsm
