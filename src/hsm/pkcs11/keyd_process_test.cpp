// The program sealift-keyd: serves a token, and is closed to everything else (G-SBX-1, G-DMP-1).
#include <gmock/gmock.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "crypto/hash.hpp"
#include "hsm/desk.hpp"
#include "hsm/remote/client.hpp"
#include "tests/hsm/test_token.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;
using sealift::testing::Mocked;
using sealift::testing::TestToken;
using ::testing::HasSubstr;

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// One running keyd; killed where a test did not stop it.
class Keyd {
 public:
  Keyd(const TestToken& token, const std::vector<std::string>& labels, std::vector<std::string> more = {})
      : socket(token.folder / "process.sock"), log(token.folder / "keyd.log") {
    std::error_code none;
    std::filesystem::remove(socket, none);  // of one that was killed
    const auto options = token.mocked();
    std::vector<std::string> words{"sealift-keyd", "--socket",     socket,
                                   "--module",     options.module, "--token",
                                   options.token,  "--pin-file",   options.pin_file};
    for (const auto& label : labels) words.insert(words.end(), {"--key", label});
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (::posix_spawn(&process, TestToken::keyd().c_str(), &actions, nullptr, arguments.data(), environ) != 0)
      process = 0;
    ::posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 400 && !std::filesystem::exists(socket) && alive(); ++i)
      std::this_thread::sleep_for(10ms);
  }
  ~Keyd() { stop(SIGKILL); }
  bool alive() { return process > 0 && ::waitpid(process, &status, WNOHANG) == 0; }
  /// Its status, as of waitpid.
  int stop(int signal) {
    if (process <= 0) return status;
    if (signal) ::kill(process, signal);
    ::waitpid(process, &status, 0);
    process = 0;
    return status;
  }

  std::filesystem::path socket, log;
  pid_t process = 0;
  int status = 0;
};

class KeydProcess : public ::testing::Test {
 protected:
  void SetUp() override {
    token_ = TestToken::get();
    if (!token_) GTEST_SKIP() << "SoftHSM is not installed (Debian package softhsm2)";
    token_->behave();
    static int n = 0;
    label_ = "process-" + std::to_string(++n);
    ASSERT_TRUE(pkcs11::Token::open(token_->real()).value()->generate(label_, crypto::Curve::p256));
  }
  std::shared_ptr<Desk> desk(const Keyd& keyd) {
    return Desk::open(std::make_unique<RemoteHolder>(keyd.socket));
  }
  TestToken* token_ = nullptr;
  std::string label_;
};

TEST_F(KeydProcess, signs_and_agrees_and_ends_cleanly_when_told) {
  Keyd keyd(*token_, {label_});
  auto to = desk(keyd);
  auto signer = to->signer(label_);
  ASSERT_TRUE(signer) << signer.error().message << contents(keyd.log);
  const auto signature = (*signer)->sign({view("message")});
  ASSERT_TRUE(signature);
  SeededRandom random(4);
  const auto card = crypto::EphemeralKey::generate(crypto::Curve::brainpool_p256r1, random);
  const auto agreed = to->key_agreement()->agree(card.public_key());
  ASSERT_TRUE(agreed) << agreed.error().message;
  EXPECT_TRUE(equal(card.agree(agreed->otpk)->expose(), agreed->z.expose()));
  EXPECT_EQ(keyd.stop(SIGTERM), 0) << contents(keyd.log);
  EXPECT_FALSE(std::filesystem::exists(keyd.socket));
  EXPECT_THAT(contents(keyd.log), HasSubstr("ready at"));
}

TEST_F(KeydProcess, does_not_start_with_a_key_that_could_leave_the_token) {
  token_->control->attribute = CKA_EXTRACTABLE;
  token_->control->attribute_value = 1;
  Keyd keyd(*token_, {label_});
  EXPECT_EQ(WEXITSTATUS(keyd.stop(0)), 1);
  EXPECT_THAT(contents(keyd.log), HasSubstr("CKA_EXTRACTABLE"));
  EXPECT_FALSE(std::filesystem::exists(keyd.socket));
}

/// A copy of the test's token as a vendor's cloning would make it: the files of SoftHSM, under another label
/// and serial number.
void clone_token(const TestToken& token, const std::string& label) {
  namespace fs = std::filesystem;
  const fs::path tokens = token.folder / "tokens";
  const fs::path from = fs::directory_iterator(tokens)->path(), to = tokens / "00000000-clone";
  fs::copy(from, to, fs::copy_options::recursive);
  std::string object = contents(to / "token.object");
  const auto replace = [&](const std::string& old, const std::string& with) {
    const size_t at = object.find(old);
    ASSERT_NE(at, object.npos) << old;
    object.replace(at, with.size(), with);
  };
  std::string serial;  // in the name of the folder, a UUID: its last sixteen digits
  for (const char c : from.filename().string()) {
    if (c != '-') serial += c;
  }
  serial = serial.substr(serial.size() - 16);
  std::string other = serial;
  other.back() = other.back() == '0' ? '1' : '0';
  replace(serial, other);
  replace("test" + std::string(28, ' '), label + std::string(32 - label.size(), ' '));
  std::ofstream(to / "token.object", std::ios::binary) << object;
}

TEST_F(KeydProcess, starts_only_where_its_keys_are_on_a_second_token_too_if_one_is_named) {
  Keyd alone(*token_, {label_}, {"--second-token", "copy"});
  EXPECT_EQ(WEXITSTATUS(alone.stop(0)), 1);
  EXPECT_THAT(contents(alone.log), HasSubstr("no token labelled 'copy'"));
  clone_token(*token_, "copy");
  {
    Keyd twice(*token_, {label_}, {"--second-token", "copy"});
    EXPECT_TRUE(desk(twice)->signer(label_)) << contents(twice.log);
  }
  // A key that was made after the copy is on the first token alone.
  const std::string later = label_ + "-later";
  ASSERT_TRUE(pkcs11::Token::open(token_->real()).value()->generate(later, crypto::Curve::p256));
  Keyd missing(*token_, {later}, {"--second-token", "copy"});
  EXPECT_EQ(WEXITSTATUS(missing.stop(0)), 1);
  EXPECT_THAT(contents(missing.log), HasSubstr("on token 'copy'"));
  std::filesystem::remove_all(token_->folder / "tokens" / "00000000-clone");
}

TEST_F(KeydProcess, writes_no_core_and_lets_its_own_user_not_look_in) {
  Keyd keyd(*token_, {label_});
  ASSERT_TRUE(keyd.alive()) << contents(keyd.log);
  rlimit core{};
  ASSERT_EQ(::prlimit(keyd.process, RLIMIT_CORE, nullptr, &core), 0);
  EXPECT_EQ(core.rlim_cur, 0u);
  const std::string status = contents("/proc/" + std::to_string(keyd.process) + "/status");
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  // Root may look into anything.
  if (::geteuid() != 0) {
    EXPECT_LT(::open(("/proc/" + std::to_string(keyd.process) + "/mem").c_str(), O_RDONLY), 0);
  }
  ::kill(keyd.process, SIGSEGV);
  const int ended = keyd.stop(0);
  EXPECT_TRUE(WIFSIGNALED(ended));
  EXPECT_FALSE(WCOREDUMP(ended));
}

TEST_F(KeydProcess, is_killed_where_it_asks_for_a_socket_of_the_network) {
  Keyd keyd(*token_, {label_});
  auto to = desk(keyd);
  auto signer = to->signer(label_);
  ASSERT_TRUE(signer) << signer.error().message;
  token_->control->open_network = 1;
  EXPECT_FALSE((*signer)->sign({view("message")}));
  const int ended = keyd.stop(0);
  EXPECT_TRUE(WIFSIGNALED(ended));
  EXPECT_EQ(WTERMSIG(ended), SIGSYS);
  Keyd other(*token_, {label_}, {"--allow-network"});
  signer = desk(other)->signer(label_);
  EXPECT_TRUE(signer) << "a module that needs the network is told so";
}

TEST_F(KeydProcess, killed_and_started_again_is_taken_up_by_those_who_sign) {
  auto first = std::make_unique<Keyd>(*token_, std::vector{label_});
  auto to = desk(*first);
  auto signer = to->signer(label_).value();
  first->stop(SIGKILL);
  EXPECT_EQ(signer->sign({view("message")}).error().kind, ErrorKind::timeout);
  first = std::make_unique<Keyd>(*token_, std::vector{label_});
  const auto begin = std::chrono::steady_clock::now();
  while (!signer->sign({view("message")}) && std::chrono::steady_clock::now() - begin < 10s)
    std::this_thread::sleep_for(20ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace sealift::hsm
