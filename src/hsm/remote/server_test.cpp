// Both ends of the key holder's socket.
#include "hsm/remote/server.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "base/temporary_folder.hpp"
#include "hsm/desk.hpp"
#include "hsm/remote/client.hpp"
#include "hsm/remote/frames.hpp"
#include "hsm/remote/socket.hpp"
#include "hsm/test_sessions.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;
using hsm::testing::SoftwareToken;
using ::testing::HasSubstr;

class KeySocket : public ::testing::Test {
 protected:
  std::filesystem::path socket() const { return folder / "socket"; }

  Result<std::unique_ptr<KeyServer>> start(KeyServer::Options options = {}) {
    options.socket = socket();
    if (options.labels.empty()) options.labels = {"key"};
    return KeyServer::start(std::move(options), hsm::testing::sessions_of(token),
                            [this](std::string_view line) { told.emplace_back(line); });
  }
  std::shared_ptr<Desk> desk(DeskLimits limits = {}) {
    return Desk::open(std::make_unique<RemoteHolder>(socket()), limits);
  }
  static bool signs(crypto::Signer& signer) { return bool(signer.sign({view(SoftwareToken::message)})); }
  /// A client of no manners.
  Descriptor raw() const {
    Descriptor fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(socket()).value();
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  const TemporaryFolder temporary = TemporaryFolder::make().value();
  const std::filesystem::path folder = temporary.path();
  SoftwareToken token;
  std::vector<std::string> told;
};

TEST_F(KeySocket, signs_and_agrees_for_who_may_connect) {
  auto server = start().value();
  auto to = desk();
  auto signer = to->signer("key");
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ((*signer)->public_key(), token.key.public_key());
  EXPECT_TRUE(signs(**signer));
  SeededRandom random(9);
  const auto card = crypto::EphemeralKey::generate(crypto::Curve::brainpool_p256r1, random);
  const auto agreed = to->key_agreement()->agree(card.public_key());
  ASSERT_TRUE(agreed) << agreed.error().message;
  EXPECT_TRUE(equal(card.agree(agreed->otpk)->expose(), agreed->z.expose()));
  EXPECT_GE(server->answered(), 4u);
}

TEST_F(KeySocket, has_many_calls_under_way_on_one_connection) {
  auto server = start({.sessions = 8}).value();
  auto to = desk();
  auto signer = to->signer("key").value();
  token.hang(true);
  std::vector<std::thread> callers;
  for (int i = 0; i < 32; ++i) callers.emplace_back([&] { EXPECT_TRUE(signs(*signer)); });
  while (token.hanging < 8 || to->figures().waiting < 32) std::this_thread::yield();
  token.hang(false);
  for (auto& caller : callers) caller.join();
}

TEST_F(KeySocket, serves_no_key_that_it_was_not_told_to_serve) {
  EXPECT_EQ(start({.labels = {"nothing"}}).error().kind, ErrorKind::not_found)
      << "and does not start without one";
  auto server = start().value();
  EXPECT_EQ(desk()->signer("other").error().kind, ErrorKind::not_found);
}

TEST_F(KeySocket, is_the_owners_alone_or_the_groups) {
  struct stat about {};
  {
    auto server = start().value();
    ASSERT_EQ(::stat(socket().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
  }
  EXPECT_FALSE(std::filesystem::exists(socket())) << "it goes with its server";
  auto server = start({.group = ::getgid()}).value();
  ASSERT_EQ(::stat(socket().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0660u);
}

TEST_F(KeySocket, refuses_users_that_it_was_not_told_of_whatever_the_mode_of_the_file) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  auto server = start().value();
  std::filesystem::permissions(folder, std::filesystem::perms(0755));
  std::filesystem::permissions(socket(), std::filesystem::perms(0666));
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(2);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    const sockaddr_un address = address_of(socket()).value();
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
    uint8_t octets[512];
    ::_exit(::recv(fd, octets, sizeof octets, 0) == 0 ? 0 : 1);  // the other end hung up
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  server.reset();
  EXPECT_THAT(told, ::testing::Contains(HasSubstr("of user 65534")));
}

TEST_F(KeySocket, is_not_believed_where_others_could_have_put_it) {
  auto server = start().value();
  std::filesystem::permissions(folder, std::filesystem::perms(0777));
  const auto signer = desk()->signer("key");
  EXPECT_EQ(signer.error().kind, ErrorKind::permission);
  EXPECT_THAT(signer.error().message, HasSubstr("chmod"));
}

TEST_F(KeySocket, hangs_up_on_whoever_speaks_otherwise_and_serves_the_others) {
  auto server = start().value();
  auto to = desk();
  auto signer = to->signer("key").value();
  for (const Bytes& rubbish :
       {Bytes{}, Bytes{1}, Bytes(512, 0xFF), Bytes(4000, 1), Bytes{1, 0x81, 0, 0, 0, 1}}) {
    if (rubbish.empty()) continue;
    const Descriptor fd = raw();
    ASSERT_EQ(::send(fd.get(), rubbish.data(), rubbish.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(rubbish.size()));
    uint8_t octets[512];
    EXPECT_EQ(::recv(fd.get(), octets, sizeof octets, 0), 0);
  }
  EXPECT_TRUE(signs(*signer));
}

TEST_F(KeySocket, does_nothing_for_whom_nobody_waits) {
  auto server = start().value();
  const Descriptor fd = raw();
  Frame frame;
  write_frame(frame, Request{5, 1ms, SignCall{"key", {}}});
  ::send(fd.get(), frame.view().data(), frame.view().size(), MSG_NOSIGNAL);
  uint8_t octets[512];
  const ssize_t n = ::recv(fd.get(), octets, sizeof octets, 0);
  const auto reply = read_reply(View(octets, static_cast<size_t>(n)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->number, 5u);
  EXPECT_EQ(reply->answer.error().kind, ErrorKind::timeout);
  EXPECT_EQ(token.calls, 0);
}

TEST_F(KeySocket, is_taken_up_again_when_its_server_is_back) {
  auto server = start().value();
  auto to = desk();
  auto signer = to->signer("key").value();
  server.reset();
  const auto away = signer->sign({view(SoftwareToken::message)});
  EXPECT_EQ(away.error().kind, ErrorKind::timeout);
  EXPECT_THAT(away.error().message, HasSubstr("sealift-keyd"));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(signs(*signer));
  server = start().value();
  const auto begin = std::chrono::steady_clock::now();
  while (!signs(*signer)) std::this_thread::sleep_for(10ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(KeySocket, is_taken_over_from_a_server_that_was_killed_and_from_no_other) {
  auto server = start().value();
  EXPECT_EQ(start().error().kind, ErrorKind::exists);
  server.reset();
  const Descriptor left(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
  const sockaddr_un address = address_of(socket()).value();
  ASSERT_EQ(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(start());
  std::ofstream(socket()) << "a file";
  EXPECT_EQ(start().error().kind, ErrorKind::exists);
}

TEST_F(KeySocket, gives_a_connection_whose_calls_hang_up_for_a_new_one) {
  auto server = start({.sessions = 2}).value();
  DeskLimits limits;
  limits.patience = 200ms;
  limits.breaker.retry = 50ms;
  auto to = desk(limits);
  auto signer = to->signer("key").value();
  token.hang(true);
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) callers.emplace_back([&] { EXPECT_FALSE(signs(*signer)); });
  for (auto& caller : callers) caller.join();
  {
    // As if what hangs went on hanging, and only new calls were answered.
    const std::lock_guard lock(token.mutex);
    token.hangs = false;
  }
  const auto begin = std::chrono::steady_clock::now();
  while (!signs(*signer)) std::this_thread::sleep_for(10ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_GT(token.hanging, 0);
  token.hang(false);
}

}  // namespace
}  // namespace sealift::hsm
