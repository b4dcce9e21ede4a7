#include <gtest/gtest.h>

#include "messages/es2.hpp"

namespace sealift::messages {
namespace {

const FunctionHeader kHeader{"2.999.1", "call-1"};
const Eid kEid = *Eid::parse("89049032123451234512345678901235");
const Iccid kIccid = *Iccid::parse("8988211000000000028");

template <class Request>
Request through_json(const Request& request) {
  auto back = es2_request_from_json<Request>(to_json(request));
  EXPECT_TRUE(back) << Error(back.error()).message;
  EXPECT_EQ(back->header, request.header);
  return std::move(*back);
}

TEST(Es2Json, carries_every_request) {
  auto download = through_json(DownloadOrderRequest{kHeader, kEid, kIccid, "Test"});
  EXPECT_EQ(download.eid, kEid);
  EXPECT_EQ(download.iccid, kIccid);
  EXPECT_EQ(download.profileType, "Test");
  download = through_json(DownloadOrderRequest{.header = kHeader});
  EXPECT_FALSE(download.eid || download.iccid || download.profileType);

  ConfirmOrderRequest request{
      kHeader, kIccid, kEid, "TOKEN", SecretBytes(to_bytes("4711 \xC3\xA4")), "smds.example.com", true};
  auto confirm = through_json(request);
  EXPECT_EQ(confirm.iccid, kIccid);
  EXPECT_EQ(confirm.eid, kEid);
  EXPECT_EQ(confirm.matchingId, "TOKEN");
  EXPECT_EQ(text(confirm.confirmationCode->expose()), "4711 \xC3\xA4");
  EXPECT_EQ(confirm.smdsAddress, "smds.example.com");
  EXPECT_TRUE(confirm.releaseFlag);
  confirm = through_json(ConfirmOrderRequest{.header = kHeader, .iccid = kIccid, .matchingId = ""});
  EXPECT_EQ(confirm.matchingId, "") << "empty says something else than absent";
  EXPECT_FALSE(confirm.eid || confirm.confirmationCode || confirm.smdsAddress || confirm.releaseFlag);

  auto cancel =
      through_json(CancelOrderRequest{kHeader, kIccid, kEid, "TOKEN", FinalProfileStatus::unavailable});
  EXPECT_EQ(cancel.finalProfileStatusIndicator, FinalProfileStatus::unavailable);
  EXPECT_EQ(cancel.matchingId, "TOKEN");
  EXPECT_EQ(through_json(ReleaseProfileRequest{kHeader, kIccid}).iccid, kIccid);
}

TEST(Es2Json, carries_every_notification) {
  const FunctionExecutionStatus failed{ExecutionStatus::failed,
                                       StatusCodeData{"8.2.7", "3.10", std::nullopt, "wrong"}};
  const Time at{std::chrono::seconds(1'790'000'000)};
  auto progress = through_json(
      HandleDownloadProgressInfo{kHeader, kEid, kIccid, "Test", at, 2, failed, Bytes{0xBF, 0x37, 0}});
  EXPECT_EQ(progress.timestamp, at);
  EXPECT_EQ(progress.notificationPointId, 2u);
  EXPECT_EQ(progress.notificationPointStatus, failed);
  EXPECT_EQ(progress.resultData, (Bytes{0xBF, 0x37, 0}));
  auto event =
      through_json(HandleNotificationEs2{kHeader, std::nullopt, kIccid, "Test", at, 4, {}, std::nullopt});
  EXPECT_EQ(event.timeStamp, at);
  EXPECT_EQ(event.notificationEvent, 4u);
  EXPECT_EQ(event.notificationEventStatus.status, ExecutionStatus::executedSuccess);
}

TEST(Es2Json, carries_every_response) {
  auto ordered = es2_reply_from_json<DownloadOrderOk>(to_json(DownloadOrderOk{kIccid}));
  ASSERT_TRUE(ordered && ordered->output);
  EXPECT_EQ(ordered->output->iccid, kIccid);
  auto confirmed =
      es2_reply_from_json<ConfirmOrderOk>(to_json(ConfirmOrderOk{kEid, "TOKEN", "smdp.example.com"}));
  ASSERT_TRUE(confirmed && confirmed->output);
  EXPECT_EQ(confirmed->output->eid, kEid);
  EXPECT_EQ(confirmed->output->matchingId, "TOKEN");
  EXPECT_EQ(confirmed->output->smdpAddress, "smdp.example.com");
  auto refused = es2_reply_from_json<DownloadOrderOk>(
      to_json(FunctionExecutionStatus{ExecutionStatus::failed, StatusCodeData{"8.2.1", "3.9", {}, {}}}));
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->output);
  EXPECT_EQ(refused->functionExecutionStatus.statusCodeData->reasonCode, "3.9");
}

/// A body with these members after the header.
std::string body(const std::string& members) {
  return R"({"header":{"functionRequesterIdentifier":"a","functionCallIdentifier":"b"},)" + members + "}";
}

TEST(Es2Json, takes_what_peers_write) {
  for (const char* iccid : {"8988211000000000028", "8988211000000000028F", "898821100000000002"}) {
    auto read =
        es2_request_from_json<ReleaseProfileRequest>(body(std::string(R"("iccid":")") + iccid + "\""));
    EXPECT_TRUE(read) << iccid;
  }
  auto unknown = es2_request_from_json<DownloadOrderRequest>(
      body(R"("eid":null,"iccid":null,"profileType":"T","imei":["x",{"y":1}])"));
  ASSERT_TRUE(unknown) << "unknown members are passed over, and null is none";
  EXPECT_FALSE(unknown->iccid);
  auto digits =
      es2_request_from_json<DownloadOrderRequest>(body(R"("eid":"89049032123451234512345678901236")"));
  ASSERT_TRUE(digits) << "its check digits are wrong, and the chip may have it all the same";
  EXPECT_EQ(digits->eid->digits(), "89049032123451234512345678901236");
  for (const char* status : {"Available", "AVAILABLE", "available"}) {
    auto cancel = es2_request_from_json<CancelOrderRequest>(body(
        std::string(R"("iccid":"8988211000000000028","finalProfileStatusIndicator":")") + status + "\""));
    EXPECT_TRUE(cancel) << status;
  }
}

template <class Request>
void expect_fault(const std::string& given, JsonFault fault, const std::string& field) {
  const auto read = es2_request_from_json<Request>(given);
  ASSERT_FALSE(read) << given;
  EXPECT_EQ(read.error().fault, fault) << given;
  EXPECT_EQ(read.error().field, field) << given;
}

TEST(Es2Json, names_what_is_wrong) {
  using enum JsonFault;
  expect_fault<DownloadOrderRequest>(R"({"iccid":"8988211000000000028"})", missing_field, "header");
  expect_fault<DownloadOrderRequest>(R"({"header":{"functionRequesterIdentifier":"a"}})", missing_field,
                                     "functionCallIdentifier");
  expect_fault<DownloadOrderRequest>(
      R"({"header":{"functionRequesterIdentifier":"a","functionCallIdentifier":""}})", bad_value,
      "functionCallIdentifier");
  expect_fault<DownloadOrderRequest>(
      R"({"header":{"functionRequesterIdentifier":"a","functionCallIdentifier":"1\u0000"}})", bad_value,
      "functionCallIdentifier");
  expect_fault<DownloadOrderRequest>(body(R"("profileType":"a\nb")"), bad_value, "profileType");
  for (const char* iccid : {"", "123", "898821100000000002X", "89882110000000000281234"}) {
    expect_fault<ReleaseProfileRequest>(body(std::string(R"("iccid":")") + iccid + "\""), bad_value, "iccid");
  }
  expect_fault<ReleaseProfileRequest>(body(R"("other":1)"), missing_field, "iccid");
  expect_fault<ReleaseProfileRequest>(body(R"("iccid":8988211000000000028)"), wrong_type, "iccid");
  expect_fault<ReleaseProfileRequest>(body(R"("iccid":"8988211000000000028","iccid":"8988211000000000029")"),
                                      malformed, "");
  for (const char* eid : {"8904903212345123451234567890123", "8904903212345123451234567890123A",
                          "890490321234512345123456789012355"}) {
    expect_fault<DownloadOrderRequest>(body(std::string(R"("eid":")") + eid + "\""), bad_value, "eid");
  }
  expect_fault<DownloadOrderRequest>(body(R"("profileType":")" + std::string(256, 'x') + "\""), bad_value,
                                     "profileType");
  const std::string iccid = R"("iccid":"8988211000000000028")";
  expect_fault<ConfirmOrderRequest>(body(iccid), missing_field, "releaseFlag");
  expect_fault<ConfirmOrderRequest>(body(iccid + R"(,"releaseFlag":"true")"), wrong_type, "releaseFlag");
  expect_fault<ConfirmOrderRequest>(body(iccid + R"(,"releaseFlag":true,"confirmationCode":"")"), bad_value,
                                    "confirmationCode");
  expect_fault<ConfirmOrderRequest>(
      body(iccid + R"(,"releaseFlag":true,"matchingId":")" + std::string(256, 'A') + "\""), bad_value,
      "matchingId");
  expect_fault<CancelOrderRequest>(body(iccid), missing_field, "finalProfileStatusIndicator");
  expect_fault<CancelOrderRequest>(body(iccid + R"(,"finalProfileStatusIndicator":"Deleted")"), bad_value,
                                   "finalProfileStatusIndicator");
}

}  // namespace
}  // namespace sealift::messages
