#include "http/crl_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace sealift::http {
namespace {

/// A plain HTTP server for one exchange: whatever is asked, `answer` is sent.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    thread_ = std::thread([this, text = std::move(answer)] {
      const int peer = ::accept(socket_, nullptr, nullptr);
      char buffer[4096];
      const ssize_t n = ::recv(peer, buffer, sizeof buffer, 0);
      if (n > 0) request.assign(buffer, static_cast<size_t>(n));
      for (size_t sent = 0; sent < text.size();) {
        const ssize_t m = ::send(peer, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (m <= 0) break;
        sent += static_cast<size_t>(m);
      }
      ::close(peer);
    });
  }
  ~OneAnswer() {
    wait();
    ::close(socket_);
  }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  uint16_t port = 0;
  std::string request;

 private:
  int socket_;
  std::thread thread_;
};

CrlClient client_of(const OneAnswer& server) {
  auto made = CrlClient::make({{{"crl.example.com", 80}, "127.0.0.1", server.port}}, std::chrono::seconds(3));
  check(bool(made), "a client");
  return std::move(*made);
}

TEST(CrlClient, gets_the_octets_from_where_the_certificate_says) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  auto list = client_of(server).fetch("http://crl.example.com/ci/a.crl");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(text(*list), "abc");
  server.wait();
  EXPECT_TRUE(server.request.starts_with("GET /ci/a.crl HTTP/1.1\r\n")) << server.request;
}

TEST(CrlClient, says_what_is_wrong) {
  OneAnswer missing("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  auto none = client_of(missing).fetch("http://crl.example.com/a.crl");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::io);
  EXPECT_NE(none.error().message.find("404"), std::string::npos) << none.error().message;
}

TEST(CrlClient, follows_no_redirect_and_speaks_nothing_but_http) {
  OneAnswer elsewhere("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
  auto client = client_of(elsewhere);
  auto list = client.fetch("http://crl.example.com/a.crl");
  EXPECT_TRUE(!list || list->empty());
  EXPECT_EQ(client.fetch("file:///etc/passwd").error().kind, ErrorKind::invalid);
  EXPECT_EQ(client.fetch("ldap://crl.example.com/").error().kind, ErrorKind::invalid);
}

TEST(CrlClient, stops_at_the_largest_list_there_may_be) {
  const size_t too_much = pki::Crl::max_size + 1;
  OneAnswer flood("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(too_much) + "\r\n\r\n" + std::string(too_much, 'x'));
  auto list = client_of(flood).fetch("http://crl.example.com/a.crl");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace sealift::http
