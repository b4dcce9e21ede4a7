#include "http/es2_callback_client.hpp"

#include <gtest/gtest.h>

#include "http/routes_es2_callbacks.hpp"
#include "http/test_support.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;
using smdp::Sent;
using smdp::Told;

/// An operator's server that asks for our certificate, and what it heard.
class Es2Callbacks : public testing::Test {
 protected:
  Es2Callbacks() {
    Router router;
    add_es2_callback_routes(router, [this](const CallbackHeard& call) {
      std::lock_guard lock(mutex_);
      heard_.push_back(call);
      return status_;
    });
    router.add("POST", "/slow/gsma/rsp2/es2plus/handleDownloadProgressInfo", [](const Request&) {
      std::this_thread::sleep_for(600ms);
      return Response{204, "", "", {}};
    });
    router.add("POST", "/flood/gsma/rsp2/es2plus/handleDownloadProgressInfo", [](const Request&) {
      return Response{500, "text/html", std::string(1 << 20, 'x'), {}};
    });
    for (const auto& [path, status, wait] :
         {std::tuple{"/busy", 503u, "120"}, {"/often", 429u, "7"}, {"/date", 503u, "Fri, 07 Nov 2031 23:59:59 GMT"},
          {"/broken", 500u, "120"}}) {
      router.add("POST", std::string(path) + "/gsma/rsp2/es2plus/handleDownloadProgressInfo",
                 [status, wait](const Request&) { return Response{status, "", "", {{"Retry-After", wait}}}; });
    }
    ServerOptions options = test::quick_options();
    options.client_certificates.emplace();
    options.client_certificates->rsp_ci = {rsp_.der()};
    options.client_certificates->clock = &test::noon_clock();
    server_ = Server::start(std::move(options), operators_.tls({"mno.test"}), std::move(router)).value();
  }
  Client client(bool with_identity = true) {
    ClientOptions options = test::client_options(operators_, server_->port(), {"mno.test"});
    if (with_identity) options.identity = std::make_shared<const TlsIdentity>(rsp_.tls());
    options.max_response = 64 * 1024;
    options.request_timeout = 300ms;
    return Client::make(std::move(options), test::noon_clock()).value();
  }
  smdp::Outgoing row(smdp::Progress progress) {
    const bool note = progress.point > smdp::Point::installation;
    return {note ? smdp::OutgoingKind::notification : smdp::OutgoingKind::download_progress,
            *Iccid::parse("89490000000000000017"),
            "mno",
            "",
            encode(progress),
            test::noon()};
  }
  static smdp::Progress success() {
    return {.call = {0xAB, 0xCD},
            .point = smdp::Point::download,
            .eid = {},
            .profileType = "5G gold",
            .subjectCode = {},
            .reasonCode = {},
            .resultData = {}};
  }
  Result<void, CallbackFailure> call(const smdp::Outgoing& what, Told told = Told::progress,
                                     const std::string& url = "mno.test", bool with_identity = true) {
    Client one = client(with_identity);
    return Es2CallbackClient(one, "2.999.10").call(*CallbackAddress::parse(url), what, told);
  }

  test::TestCi rsp_{1}, operators_{2};
  std::mutex mutex_;
  std::vector<CallbackHeard> heard_;
  unsigned status_ = 204;
  std::unique_ptr<Server> server_;
};

TEST_F(Es2Callbacks, carry_what_the_row_says) {
  ASSERT_TRUE(call(row(success())));
  ASSERT_EQ(heard_.size(), 1u);
  const auto& info = heard_[0].info;
  EXPECT_FALSE(heard_[0].v3);
  EXPECT_EQ(info.header.functionRequesterIdentifier, "2.999.10");
  EXPECT_EQ(info.header.functionCallIdentifier, "ABCD0000000000000000000000000000");
  EXPECT_EQ(info.iccid.digits(), "89490000000000000017");
  EXPECT_EQ(info.profileType, "5G gold");
  EXPECT_EQ(info.timestamp, test::noon());
  EXPECT_EQ(info.notificationPointId, 3u);
  EXPECT_EQ(info.notificationPointStatus, messages::FunctionExecutionStatus{});
  EXPECT_FALSE(info.eid);
  EXPECT_FALSE(info.resultData);

  smdp::Progress failed = success();
  failed.point = smdp::Point::installation;
  failed.eid = *Eid::parse("89049032123451234512345678901235");
  failed.subjectCode = "8.1";
  failed.reasonCode = "4.8";
  failed.resultData = Bytes{0xBF, 0x37, 0x00};
  ASSERT_TRUE(call(row(failed)));
  const auto& second = heard_[1].info;
  EXPECT_EQ(second.notificationPointId, 4u);
  EXPECT_EQ(second.notificationPointStatus.status, messages::ExecutionStatus::failed);
  EXPECT_EQ(second.notificationPointStatus.statusCodeData->reasonCode, "4.8");
  EXPECT_EQ(second.eid, failed.eid);
  EXPECT_EQ(second.resultData, failed.resultData);
}

TEST_F(Es2Callbacks, are_notifications_to_a_peer_of_v3) {
  ASSERT_TRUE(call(row(success()), Told::notifications));
  smdp::Progress deleted = success();
  deleted.point = smdp::Point::deleted;
  ASSERT_TRUE(call(row(deleted), Told::notifications));
  ASSERT_EQ(heard_.size(), 2u);
  EXPECT_TRUE(heard_[0].v3 && heard_[1].v3);
  EXPECT_EQ(heard_[1].info.notificationPointId, 7u);
}

TEST_F(Es2Callbacks, tell_a_row_that_is_refused_from_a_server_in_trouble) {
  const std::vector<std::pair<unsigned, std::optional<Sent>>> answers{{200, {}},
                                                                      {202, {}},
                                                                      {204, {}},
                                                                      {400, Sent::refused},
                                                                      {422, Sent::refused},
                                                                      {302, Sent::unreachable},
                                                                      {401, Sent::unreachable},
                                                                      {403, Sent::unreachable},
                                                                      {404, Sent::unreachable},
                                                                      {429, Sent::unreachable},
                                                                      {500, Sent::unreachable},
                                                                      {503, Sent::unreachable}};
  for (const auto& [status, expected] : answers) {
    status_ = status;
    const auto done = call(row(success()));
    EXPECT_EQ(bool(done), !expected) << status;
    if (!done) {
      EXPECT_EQ(done.error().how, expected) << status;
      EXPECT_NE(done.error().error.message.find(std::to_string(status)), std::string::npos);
    }
  }
}

TEST_F(Es2Callbacks, hear_how_long_a_busy_server_wants_to_be_left_alone) {
  const auto asked = [&](const char* path) {
    return call(row(success()), Told::progress, "mno.test" + std::string(path)).error().retry_after;
  };
  EXPECT_EQ(asked("/busy"), 120s);
  EXPECT_EQ(asked("/often"), 7s);
  EXPECT_EQ(asked("/date"), 0s) << "seconds alone are read";
  EXPECT_EQ(asked("/broken"), 0s) << "this is not the status that says so";
}

TEST_F(Es2Callbacks, do_not_wait_for_ever_and_read_no_flood) {
  EXPECT_EQ(call(row(success()), Told::progress, "mno.test/slow").error().how, Sent::unreachable);
  EXPECT_EQ(call(row(success()), Told::progress, "mno.test/flood").error().how, Sent::unreachable);
}

TEST_F(Es2Callbacks, need_a_certificate_of_ours_and_of_the_operator) {
  EXPECT_EQ(call(row(success()), Told::progress, "mno.test", false).error().how, Sent::unreachable);
  EXPECT_TRUE(heard_.empty());
  ClientOptions stranger = test::client_options(rsp_, server_->port(), {"mno.test"});
  stranger.identity = std::make_shared<const TlsIdentity>(rsp_.tls());
  Client one = Client::make(std::move(stranger), test::noon_clock()).value();
  const auto done = Es2CallbackClient(one, "2.999.10")
                        .call(*CallbackAddress::parse("mno.test"), row(success()), Told::progress);
  EXPECT_EQ(done.error().error.kind, ErrorKind::verification) << "whose CA we do not know";
  EXPECT_TRUE(heard_.empty());
}

TEST_F(Es2Callbacks, refuse_a_row_that_nobody_can_read) {
  smdp::Outgoing what = row(success());
  what.content = {0x30, 0x00};
  EXPECT_EQ(call(what).error().how, Sent::refused);
}

TEST(CallbackAddress, reads_hosts_and_urls) {
  const auto plain = *CallbackAddress::parse("mno.example.com:8443");
  EXPECT_EQ(plain.server.port, 8443);
  EXPECT_EQ(plain.path, "");
  const auto url = *CallbackAddress::parse("https://mno.example.com/rsp/in/");
  EXPECT_EQ(url.server.text(), "mno.example.com:443");
  EXPECT_EQ(url.path, "/rsp/in");
  for (const char* bad : {"", "http://mno.example.com", "ftp://x", "https://", "mno.example.com/a?b", "a b",
                          "mno.example.com/a b", "mno.example.com/\r\nX: y"}) {
    EXPECT_EQ(CallbackAddress::parse(bad).error().kind, ErrorKind::invalid) << bad;
  }
}

}  // namespace
}  // namespace sealift::http
