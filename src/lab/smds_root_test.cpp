// A root SM-DS that takes connections and says nothing: whoever asks it is not held for long.
#include "lab/smds_root.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "http/tls.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {
namespace {

using namespace std::chrono_literals;

/// A port where connections come to wait for ever.
class Silence {
 public:
  Silence() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof to;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&to), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&to), &size);
    port_ = ntohs(to.sin_port);
  }
  ~Silence() { ::close(listener_); }
  uint16_t port() const { return port_; }

 private:
  int listener_;
  uint16_t port_ = 0;
};

class SilentRoot : public ::testing::Test {
 protected:
  static constexpr std::chrono::milliseconds patience = 400ms;

  std::unique_ptr<RemoteRoot> make(RemoteRoot::Limits limits) {
    SeededRandom random(3);
    pki::HierarchyOptions o{.deterministic = true};
    o.eid = *Eid::with_check_digits("890490321234512345123456789010");
    const pki::Hierarchy pki = pki::make_hierarchy(o, random).value();
    http::ClientOptions client;
    client.trusted_ci = {to_bytes(pki.certificate(pki::Role::ci).der())};
    client.connect_to = {{{"root.example.com", 443}, "127.0.0.1", silence_.port()}};
    client.connect_timeout = client.request_timeout = patience;
    return RemoteRoot::make("root.example.com", std::move(client), limits, clock_).value();
  }
  /// How long a call took that did not reach the root.
  static std::chrono::milliseconds call(RemoteRoot& root) {
    const auto begun = std::chrono::steady_clock::now();
    const auto done = root.delete_event({{"2.999.15", "call"}, suite_eid(), "EVENT"});
    EXPECT_FALSE(done);
    EXPECT_FALSE(done.error().status);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  }
  static Eid suite_eid() { return *Eid::with_check_digits("890490321234512345123456789011"); }

  Silence silence_;
  ManualClock clock_{Time{std::chrono::seconds(1'790'000'000)}};
};

TEST_F(SilentRoot, is_not_asked_again_for_a_while_and_then_by_one_caller) {
  const auto root = make({.at_once = 4, .pause = 5s});
  EXPECT_TRUE(root->is_asked_now());
  EXPECT_GE(call(*root), patience);
  EXPECT_FALSE(root->is_asked_now());
  EXPECT_LT(call(*root), patience / 2) << "answered at once";
  clock_.advance(5s);
  EXPECT_TRUE(root->is_asked_now());
  std::thread first([&] { EXPECT_GE(call(*root), patience); });
  while (root->is_asked_now()) std::this_thread::sleep_for(1ms);
  EXPECT_LT(call(*root), patience / 2) << "one is enough to see whether it is back";
  first.join();
}

TEST_F(SilentRoot, holds_so_many_callers_at_once_and_no_more) {
  const auto root = make({.at_once = 1, .pause = 5s});
  std::thread first([&] { EXPECT_GE(call(*root), patience); });
  while (root->is_asked_now()) std::this_thread::sleep_for(1ms);
  EXPECT_LT(call(*root), patience / 2);
  first.join();
}

}  // namespace
}  // namespace sealift::lab
