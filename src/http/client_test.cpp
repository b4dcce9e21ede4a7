#include "http/client.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "http/test_support.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;

const HostPort smdp{"smdp.test", 443};

TEST(HostPort, reads_names_with_and_without_port) {
  EXPECT_EQ(HostPort::parse("smdp.example.com")->text(), "smdp.example.com:443");
  EXPECT_EQ(HostPort::parse("localhost:8443")->text(), "localhost:8443");
  for (const char* wrong :
       {"", ":443", "a:", "a:0", "a:65536", "a:4x", "a b", "a/b", "-a", "a:1:2", "https://a"}) {
    EXPECT_FALSE(HostPort::parse(wrong)) << wrong;
  }
  EXPECT_FALSE(HostPort::parse(std::string(256, 'a')));
  for (const char* given : {"localhost:8443", "https://localhost:8443", "https://localhost:8443/"})
    EXPECT_EQ(HostPort::parse_url(given)->text(), "localhost:8443") << given;
  for (const char* wrong : {"http://localhost:8443", "https://localhost:8443/es2", "https://"})
    EXPECT_FALSE(HostPort::parse_url(wrong)) << wrong;
}

TEST(ConnectTo, reads_another_way) {
  auto way = ConnectTo::parse("smdp.test:443:127.0.0.1:8443");
  ASSERT_TRUE(way);
  EXPECT_EQ(way->name.text(), "smdp.test:443");
  EXPECT_EQ(way->address, "127.0.0.1");
  EXPECT_EQ(way->port, 8443);
  EXPECT_EQ(ConnectTo::parse("smdp.test:443:[::1]:8443")->address, "[::1]");
  for (const char* wrong : {"", "a:1:b", "a:1:b:", "a:x:b:2", "a:1::2", "a:1:b:0", "a:1:b c:2"}) {
    EXPECT_FALSE(ConnectTo::parse(wrong)) << wrong;
  }
}

class HttpClient : public testing::Test {
 protected:
  Client client(ClientOptions options) {
    return Client::make(std::move(options), test::noon_clock()).value();
  }
  test::TestCi ci_;
  std::unique_ptr<Server> server_ = test::start_server(ci_);
};

TEST_F(HttpClient, keeps_its_connection) {
  Client c = client(test::client_options(ci_, server_->port()));
  for (int i = 0; i < 5; ++i) {
    auto response = c.post(smdp, "/echo", {{"Content-Type", "text/plain"}}, "body " + std::to_string(i));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "body " + std::to_string(i));
    EXPECT_EQ(response->content_type, "text/plain");
    EXPECT_FALSE(response->header("date").empty());
  }
  EXPECT_EQ(server_->stats().accepted, 1u);
  EXPECT_EQ(c.get(smdp, "/nothing")->status, 404u);
}

TEST_F(HttpClient, reconnects_after_the_server_closed) {
  Client c = client(test::client_options(ci_, server_->port()));
  ASSERT_TRUE(c.get(smdp, "/hello"));
  for (int i = 0; i < 60 && server_->stats().connections > 0; ++i)
    std::this_thread::sleep_for(20ms);  // idle time-out
  ASSERT_TRUE(c.get(smdp, "/hello"));
  EXPECT_EQ(server_->stats().accepted, 2u);
}

TEST_F(HttpClient, verifies_each_name_though_the_way_is_the_same) {
  Client c = client(test::client_options(ci_, server_->port(), {"smdp.test", "other.test"}));
  ASSERT_TRUE(c.get(smdp, "/hello"));
  auto other = c.get(HostPort{"other.test", 443}, "/hello");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::verification);
  EXPECT_EQ(c.peer(), nullptr);
  ASSERT_TRUE(c.get(smdp, "/hello"));
  EXPECT_NE(c.peer(), nullptr);
}

TEST_F(HttpClient, says_that_nothing_listens) {
  Client c = client(test::client_options(ci_, 1));
  auto result = c.get(smdp, "/hello");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::io);
  EXPECT_NE(result.error().message.find("Connection refused"), std::string::npos) << result.error().message;
}

TEST_F(HttpClient, says_that_a_name_is_unknown) {
  Client c = client(test::client_options(ci_, 1));
  auto result = c.get(HostPort{"nowhere.invalid", 443}, "/hello");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("no address for that name"), std::string::npos)
      << result.error().message;
}

TEST_F(HttpClient, gives_up_on_a_slow_server) {
  ClientOptions options = test::client_options(ci_, server_->port());
  options.request_timeout = 60ms;
  Client c = client(std::move(options));
  auto result = c.post(smdp, "/slow", {}, "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout) << result.error().message;
}

TEST_F(HttpClient, refuses_an_answer_that_is_too_large) {
  ClientOptions options = test::client_options(ci_, server_->port());
  options.max_response = 1000;
  Client c = client(std::move(options));
  EXPECT_TRUE(c.post(smdp, "/echo", {}, std::string(1000, 'x')));
  auto result = c.post(smdp, "/echo", {}, std::string(1001, 'x'));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::limit) << result.error().message;
}

TEST_F(HttpClient, says_that_the_port_does_not_speak_tls) {
  test::OneAnswerServer plain(nullptr, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Client c = client(test::client_options(ci_, plain.port()));
  auto result = c.get(smdp, "/hello");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::verification) << result.error().message;
}

}  // namespace
}  // namespace sealift::http
