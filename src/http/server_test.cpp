#include "http/server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "http/test_support.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;
using test::post_text;
using test::RawClient;

/// Every test runs twice: handlers on threads, and on fibers.
class HttpServer : public testing::TestWithParam<bool> {
 protected:
  void start(ServerOptions options = test::quick_options()) {
    options.handlers_wait_by_events = GetParam();
    server_ = test::start_server(ci_, std::move(options));
  }
  /// The response to one text sent over a new connection.
  std::string answer_to(std::string_view text) {
    RawClient client(ci_, server_->port());
    EXPECT_TRUE(client.send(text));
    return client.read_all(1500ms);
  }
  test::TestCi ci_;
  std::unique_ptr<Server> server_;
};

bool has_status(const std::string& response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST_P(HttpServer, answers_and_keeps_the_connection) {
  start();
  RawClient client(ci_, server_->port());
  ASSERT_TRUE(client.connected());
  for (int i = 0; i < 20; ++i) {
    std::string body = "request " + std::to_string(i);
    ASSERT_TRUE(client.send(post_text("/echo", body)));
    std::string response = client.read_response();
    EXPECT_TRUE(has_status(response, 200)) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\n" + body)) << response;
    EXPECT_NE(response.find("\r\nDate: "), std::string::npos);
  }
  EXPECT_EQ(server_->stats().accepted, 1u);
  EXPECT_EQ(server_->stats().requests, 20u);
}

TEST_P(HttpServer, answers_pipelined_requests_in_order) {
  start();
  RawClient client(ci_, server_->port());
  std::string all;
  for (int i = 0; i < 10; ++i) all += post_text(i == 3 ? "/slow" : "/echo", "number " + std::to_string(i));
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(client.read_response().ends_with("number " + std::to_string(i)));
}

TEST_P(HttpServer, reads_a_request_that_comes_octet_by_octet) {
  start();
  RawClient client(ci_, server_->port());
  for (char octet : post_text("/echo", "in small pieces")) ASSERT_TRUE(client.send({&octet, 1}));
  EXPECT_TRUE(client.read_response().ends_with("in small pieces"));
}

TEST_P(HttpServer, reads_chunked_bodies) {
  start();
  std::string response = answer_to(
      "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_TRUE(response.ends_with("\r\n\r\nhello world")) << response;
}

TEST_P(HttpServer, asks_for_the_body_where_the_client_expects_it) {
  start();
  RawClient client(ci_, server_->port());
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
  EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.send("body"));
  EXPECT_TRUE(client.read_response().ends_with("body"));
}

TEST_P(HttpServer, answers_head_without_a_body) {
  start();
  std::string response = answer_to("HEAD /hello?you HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has_status(response, 200));
  EXPECT_NE(response.find("Content-Length: 9\r\n"), std::string::npos) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n"));
}

TEST_P(HttpServer, takes_targets_in_absolute_form) {
  start();
  std::string response =
      answer_to("GET https://smdp.test/hello?x=1 HTTP/1.1\r\nHost: smdp.test\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(response.ends_with("hello x=1")) << response;
}

TEST_P(HttpServer, closes_after_a_request_of_http_1_0) {
  start();
  std::string response = answer_to("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has_status(response, 200));
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST_P(HttpServer, refuses_what_no_route_takes) {
  start();
  EXPECT_TRUE(has_status(answer_to("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 404));
  std::string wrong_method = answer_to("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has_status(wrong_method, 405));
  EXPECT_NE(wrong_method.find("\r\nAllow: POST\r\n"), std::string::npos) << wrong_method;
  EXPECT_TRUE(has_status(
      answer_to(post_text("/json", "{}", "Content-Type: text/xml\r\nConnection: close\r\n")), 415));
  EXPECT_TRUE(has_status(
      answer_to(
          post_text("/json", "{}", "content-type: Application/JSON; charset=utf-8\r\nConnection: close\r\n")),
      204));
  EXPECT_TRUE(has_status(answer_to("GET /throws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 500));
}

TEST_P(HttpServer, refuses_malformed_requests) {
  start();
  struct Case {
    const char* text;
    int status;
  };
  const Case cases[] = {
      {"nonsense\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\n\r\n", 400},                        // no Host
      {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},  // two
      {"GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},              // not a path
      {"GET /hello HTTP/3.7\r\nHost: a\r\n\r\n", 505},
      {"GET /hello HTTP/1.1\r\nHost: a\r\nbad field\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: a\r\nx\x01y: z\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", 400},
  };
  for (const Case& c : cases) {
    std::string response = answer_to(c.text);
    EXPECT_TRUE(has_status(response, c.status)) << c.text << " got " << response;
    EXPECT_NE(response.find("Connection: close"), std::string::npos) << c.text;
  }
  EXPECT_EQ(server_->stats().bad_requests, std::size(cases));
}

TEST_P(HttpServer, refuses_oversized_bodies_and_fields) {
  start();
  std::string large(64 * 1024 + 1, 'x');
  EXPECT_TRUE(has_status(answer_to(post_text("/echo", large)), 413));
  EXPECT_TRUE(
      has_status(answer_to("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"), 413));
  RawClient chunked(ci_, server_->port());
  ASSERT_TRUE(chunked.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 70; ++i) {
    if (!chunked.send("400\r\n" + std::string(1024, 'y') + "\r\n")) break;
  }
  EXPECT_TRUE(has_status(chunked.read_response(), 413));
  EXPECT_TRUE(has_status(
      answer_to("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'f') + "\r\n\r\n"), 431));
  std::string many = "GET /hello HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 2000; ++i) many += "F" + std::to_string(i) + ": v\r\n";
  std::string too_many = answer_to(many + "\r\n");
  EXPECT_TRUE(has_status(too_many, 431)) << too_many;
  EXPECT_TRUE(has_status(answer_to("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                                   std::string(40'000, 'e')),
                         431));
}

TEST_P(HttpServer, tells_a_client_in_clear_that_it_speaks_https) {
  start();
  RawClient client(ci_, server_->port(), false);
  ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_NE(client.read_all().find("https://"), std::string::npos);
  RawClient noise(ci_, server_->port(), false);
  ASSERT_TRUE(noise.send(std::string(2000, '\x7F')));
  EXPECT_TRUE(noise.closed_within(1000ms));
}

TEST_P(HttpServer, closes_slow_clients) {
  start();
  RawClient silent(ci_, server_->port(), false);  // never begins its handshake
  RawClient idle(ci_, server_->port());
  RawClient slow_fields(ci_, server_->port());
  RawClient slow_body(ci_, server_->port());
  ASSERT_TRUE(slow_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"));
  std::string fields = "GET /hello HTTP/1.1\r\nHost: a\r\nX: ";
  auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < 12; ++i) {  // an octet every 50 ms: each comes in time, the whole does not
    slow_fields.send(fields.substr(i, 1));
    slow_body.send("z");
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_TRUE(has_status(slow_fields.read_response(), 408));
  EXPECT_TRUE(has_status(slow_body.read_response(), 408));
  EXPECT_TRUE(silent.closed_within(1000ms));
  EXPECT_TRUE(idle.closed_within(1000ms));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(server_->stats().timeouts, 4u);
}

TEST_P(HttpServer, makes_room_for_the_quick_where_the_slow_hold_every_place) {
  ServerOptions options = test::quick_options();
  options.max_connections = 200;  // twenty of them for bursts
  start(options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(std::make_unique<RawClient>(ci_, server_->port(), false));
    slow.back()->send("\x16\x03");  // the beginning of a ClientHello
    if (i % 30 == 29) {
      EXPECT_TRUE(has_status(answer_to(post_text("/echo", "in a hurry", "Connection: close\r\n")), 200)) << i;
    }
  }
  EXPECT_GT(server_->stats().evicted, 0u);
  EXPECT_EQ(server_->stats().refused, 0u);
}

// G-DOS-1 in small: the full count is ten thousand.
TEST_P(HttpServer, serves_others_in_time_though_slow_clients_crowd_it) {
  ServerOptions options = test::quick_options();
  options.handshake_timeout = options.header_timeout = options.body_timeout = 2000ms;
  options.max_connections = 400;
  start(options);
  constexpr size_t crowd = 40;  // of each kind
  std::vector<std::unique_ptr<RawClient>> silent, in_fields, in_body;
  for (size_t i = 0; i < crowd; ++i) {
    silent.push_back(std::make_unique<RawClient>(ci_, server_->port(), false));
    silent.back()->send("\x16\x03");  // the beginning of a ClientHello
    in_fields.push_back(std::make_unique<RawClient>(ci_, server_->port()));
    in_fields.back()->send("GET /hello HTTP/1.1\r\nX: ");
    in_body.push_back(std::make_unique<RawClient>(ci_, server_->port()));
    in_body.back()->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nz");
  }
  EXPECT_GE(server_->stats().connections, crowd);
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(has_status(answer_to(post_text("/echo", "in a hurry", "Connection: close\r\n")), 200));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  }
  const auto end = std::chrono::steady_clock::now() + 6s;
  while (server_->stats().connections > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(server_->stats().connections, 0u) << "a slow client lives on";
  EXPECT_EQ(server_->stats().timeouts, 3 * crowd);
}

TEST_P(HttpServer, closes_a_client_that_does_not_take_its_response) {
  start();
  RawClient client(ci_, server_->port());
  ASSERT_TRUE(client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
  for (int i = 0; i < 40 && server_->stats().connections > 0; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(server_->stats().connections, 0u);
  EXPECT_EQ(server_->stats().timeouts, 1u);
}

TEST_P(HttpServer, outlives_clients_that_vanish) {
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(ci_, server_->port());
    ASSERT_TRUE(client.send(i % 2 ? "GET /big HTTP/1.1\r\nHost: a\r\n\r\n" : post_text("/slow", "x")));
    client.vanish();
  }
  EXPECT_TRUE(has_status(answer_to(post_text("/echo", "still here", "Connection: close\r\n")), 200));
}

TEST_P(HttpServer, takes_no_more_connections_than_it_may) {
  ServerOptions options = test::quick_options();
  options.max_connections = 3;
  start(options);
  RawClient one(ci_, server_->port()), two(ci_, server_->port());
  {
    RawClient three(ci_, server_->port());
    ASSERT_TRUE(one.connected() && two.connected() && three.connected());
    RawClient four(ci_, server_->port());
    EXPECT_FALSE(four.connected());
    EXPECT_EQ(server_->stats().refused, 1u);
  }
  for (int i = 0; i < 40 && server_->stats().connections > 2; ++i) std::this_thread::sleep_for(10ms);
  RawClient again(ci_, server_->port());
  EXPECT_TRUE(again.connected());
}

TEST_P(HttpServer, answers_503_where_too_many_requests_wait) {
  ServerOptions options = test::quick_options();
  options.workers = 1;
  options.max_waiting = 1;
  start(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(ci_, server_->port()));
    ASSERT_TRUE(clients.back()->send(post_text("/slow", "x")));
  }
  int answered = 0, overloaded = 0;
  for (auto& client : clients) {
    std::string response = client->read_response();
    answered += has_status(response, 200);
    overloaded += has_status(response, 503);
  }
  EXPECT_EQ(answered + overloaded, 6);
  EXPECT_GE(answered, 1);
  EXPECT_GE(overloaded, 3);
  EXPECT_EQ(server_->stats().overloads, static_cast<uint64_t>(overloaded));
}

TEST_P(HttpServer, an_exception_ends_one_connection_and_nothing_else) {
  start();
  RawClient other(ci_, server_->port());
  for (const char* path : {"/throws", "/throws-anything"}) {  // within a handler: an answer
    EXPECT_TRUE(has_status(
        answer_to("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 500));
  }
  EXPECT_EQ(server_->stats().faults, 0u);
  {
    test::NoMemoryFor large(8'000'100);  // the handler gets the body it makes, its text with fields does not
    EXPECT_EQ(answer_to("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"), "");
  }
  for (int i = 0; i < 100 && server_->stats().faults == 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server_->stats().faults, 1u);
  ASSERT_TRUE(other.send(post_text("/echo", "still here")));
  EXPECT_TRUE(other.read_response().ends_with("still here"));
  EXPECT_TRUE(RawClient(ci_, server_->port()).connected());
}

TEST_P(HttpServer, answers_many_clients_at_once) {
  ServerOptions options = test::quick_options();
  options.handshake_timeout = options.header_timeout = options.idle_timeout = 20s;  // on a busy machine too
  options.io_threads = 2;
  start(options);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 40; ++t) {
    threads.emplace_back([&, t] {
      RawClient client(ci_, server_->port());
      for (int i = 0; i < 20; ++i) {
        std::string body =
            std::to_string(t) + "/" + std::to_string(i) + std::string(static_cast<size_t>(i) * 700, 'p');
        if (client.send(post_text("/echo", body)) && client.read_response().ends_with("\r\n\r\n" + body))
          ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
  EXPECT_EQ(server_->stats().requests, 800u);
}

TEST_P(HttpServer, finishes_requests_under_way_when_it_stops) {
  start();
  const uint16_t port = server_->port();
  RawClient working(ci_, port), idle(ci_, port);
  ASSERT_TRUE(working.send(post_text("/slow", "nearly done")));
  std::this_thread::sleep_for(50ms);
  auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 900ms);
  EXPECT_TRUE(working.read_response().ends_with("nearly done"));
  EXPECT_TRUE(idle.closed_within(100ms));
  EXPECT_EQ(server_->stats().connections, 0u);
  RawClient late(ci_, port, false);
  EXPECT_FALSE(late.connected());
  server_->stop();
}

TEST_P(HttpServer, stops_though_a_client_dawdles) {
  ServerOptions options = test::quick_options();
  options.header_timeout = options.body_timeout = 60s;
  options.stop_timeout = 200ms;
  start(options);
  RawClient dawdler(ci_, server_->port());
  ASSERT_TRUE(dawdler.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"));
  std::this_thread::sleep_for(50ms);
  auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_TRUE(dawdler.closed_within(100ms));
}

TEST_P(HttpServer, shows_a_new_certificate_to_new_connections) {
  start();
  RawClient before(ci_, server_->port());
  Bytes old_certificate = before.peer().certificate;
  ASSERT_TRUE(server_->replace_identity(ci_.tls({"smdp.test", "other.test"})));
  RawClient after(ci_, server_->port());
  EXPECT_EQ(after.peer().dns_names, (std::vector<std::string>{"smdp.test", "other.test"}));
  EXPECT_NE(after.peer().certificate, old_certificate);
  ASSERT_TRUE(before.send(post_text("/echo", "old connection")));
  EXPECT_TRUE(before.read_response().ends_with("old connection"));
  TlsIdentity broken = ci_.tls();
  broken.private_key = SecretBytes(Bytes(10, 1));
  EXPECT_FALSE(server_->replace_identity(broken));
  EXPECT_TRUE(RawClient(ci_, server_->port()).connected());
}

TEST_P(HttpServer, says_why_it_cannot_listen) {
  start();
  ServerOptions options = test::quick_options();
  options.port = server_->port();
  auto in_use = Server::start(options, ci_.tls(), Router());
  ASSERT_FALSE(in_use);
  EXPECT_EQ(in_use.error().kind, ErrorKind::exists);
  EXPECT_NE(in_use.error().message.find("in use"), std::string::npos) << in_use.error().message;
  options.address = "192.0.2.77";  // documentation address: no machine's own
  auto foreign = Server::start(options, ci_.tls(), Router());
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind, ErrorKind::invalid);
  options.address = "somewhere";
  EXPECT_FALSE(Server::start(options, ci_.tls(), Router()));
}

TEST_P(HttpServer, says_that_it_lacks_the_right_to_a_low_port) {
  ServerOptions options = test::quick_options();
  options.port = 81;
  auto server = Server::start(options, ci_.tls(), Router());
  if (server || server.error().kind == ErrorKind::exists)
    GTEST_SKIP() << "skipped: this user may use low ports";
  EXPECT_EQ(server.error().kind, ErrorKind::permission);
}

INSTANTIATE_TEST_SUITE_P(On, HttpServer, testing::Bool(),
                         [](const auto& mode) { return mode.param ? "fibers" : "threads"; });

}  // namespace
}  // namespace sealift::http
