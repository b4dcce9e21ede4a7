#include "messages/es9_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <iostream>

#include "messages/samples.hpp"

namespace sealift::messages {
namespace {

/// A message of one kind goes through JSON and stays the same DER.
template <class Request>
void expect_request_round_trip(const Request& request) {
  std::string body = to_json(request);
  auto back = request_from_json<Request>(body);
  ASSERT_TRUE(back) << Error(back.error()).message;
  EXPECT_EQ(asn1::encode(*back), asn1::encode(request)) << body;
}

TEST(Es9Json, carries_every_request) {
  expect_request_round_trip(samples::initiate_authentication_request());
  expect_request_round_trip(
      AuthenticateClientRequest{samples::transaction_id(), samples::authenticate_server_response(), {}, {}});
  expect_request_round_trip(
      AuthenticateClientRequest{samples::transaction_id(), samples::authenticate_server_error(), {}, {}});
  expect_request_round_trip(
      GetBoundProfilePackageRequest{samples::transaction_id(), samples::prepare_download_response(), {}});
  expect_request_round_trip(HandleNotification{{samples::installation_result(true)}, {}});
  expect_request_round_trip(HandleNotification{{samples::other_notification()}, {}});
  expect_request_round_trip(
      CancelSessionRequestEs9{samples::transaction_id(), samples::cancel_session_response(), {}});
}

template <class Output>
Output through_json(const Output& output) {
  auto reply = reply_from_json<Output>(to_json(output));
  EXPECT_TRUE(reply) << Error(reply.error()).message;
  EXPECT_EQ(reply->functionExecutionStatus.status, ExecutionStatus::executedSuccess);
  return reply->output.value();
}

TEST(Es9Json, carries_every_response) {
  auto initiated = through_json(samples::initiate_authentication_ok());
  EXPECT_EQ(asn1::encode(InitiateAuthenticationResponse{initiated}),
            asn1::encode(InitiateAuthenticationResponse{samples::initiate_authentication_ok()}));
  auto authenticated = through_json(samples::authenticate_client_ok());
  EXPECT_EQ(asn1::encode(AuthenticateClientResponseEs9{authenticated}),
            asn1::encode(AuthenticateClientResponseEs9{samples::authenticate_client_ok()}));
  GetBoundProfilePackageOk package{
      samples::transaction_id(), {asn1::encode(samples::bound_profile_package())}, {}};
  auto got = through_json(package);
  EXPECT_EQ(got.boundProfilePackage, package.boundProfilePackage);
  EXPECT_EQ(got.transactionId, package.transactionId);
  through_json(CancelSessionOk{});
}

TEST(Es9Json, carries_a_refusal_with_its_codes_as_texts) {
  FunctionExecutionStatus refused{ExecutionStatus::failed,
                                  StatusCodeData{"8.1.1", "3.10", "EID", "a \"quoted\"\\\n message"}};
  std::string body = to_json(refused);
  EXPECT_NE(body.find("\"reasonCode\":\"3.10\""), std::string::npos) << body;
  auto reply = reply_from_json<AuthenticateClientOk>(body);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->functionExecutionStatus, refused);
  EXPECT_FALSE(reply->output);
}

TEST(Es9Json, takes_null_for_an_absent_member_of_the_status) {
  auto refused = reply_from_json<GetBoundProfilePackageOk>(
      R"({"header":{"functionExecutionStatus":{"status":"Failed","statusCodeData":
      {"subjectCode":"8.2.6","reasonCode":"3.8","subjectIdentifier":null,"message":null}}}})");
  ASSERT_TRUE(refused) << Error(refused.error()).message;
  EXPECT_EQ(refused->functionExecutionStatus.statusCodeData->subjectCode, "8.2.6");
  EXPECT_FALSE(refused->functionExecutionStatus.statusCodeData->message);
  auto done = reply_from_json<GetBoundProfilePackageOk>(
      R"({"header":{"functionExecutionStatus":{"status":"Executed-Success","statusCodeData":null}},
      "transactionId":"01","boundProfilePackage":"vzYA"})");
  ASSERT_TRUE(done) << Error(done.error()).message;
  EXPECT_TRUE(done->output);
  auto mandatory = request_from_json<CancelSessionRequestEs9>(R"({"transactionId":null})");
  ASSERT_FALSE(mandatory);
  EXPECT_EQ(mandatory.error().fault, JsonFault::wrong_type);
}

TEST(Es9Json, reads_what_peers_send) {
  // Field order, header, unknown members, wrapped base64, escaped slashes and lower case as they are met.
  std::string euicc_info1 = base64(asn1::encode(samples::euicc_info1()));
  euicc_info1.insert(20, "\\r\\n");
  std::string body = R"( {"header":{"functionRequesterIdentifier":"1","functionCallIdentifier":"2"}, "x":[{}],
    "euiccInfo1":")" +
                     euicc_info1 +
                     R"(","euiccChallenge":"\/\/8BAQEBAQEBAQEBAQEBAQ==","smdpAddress":"a.example"})";
  auto request = request_from_json<InitiateAuthenticationRequest>(body);
  ASSERT_TRUE(request) << Error(request.error()).message;
  EXPECT_EQ(request->euiccChallenge[0], 0xFF);
  EXPECT_EQ(request->smdpAddress, "a.example");

  std::string cancel =
      to_json(CancelSessionRequestEs9{samples::transaction_id(), samples::cancel_session_response(), {}});
  size_t at = cancel.find("AABB");
  ASSERT_NE(at, std::string::npos);
  cancel.replace(at, 4, "aabb");
  auto lower = request_from_json<CancelSessionRequestEs9>(cancel);
  ASSERT_TRUE(lower);
  EXPECT_EQ(lower->transactionId, samples::transaction_id());
}

TEST(Es9Json, reads_ci_keys_that_are_named_otherwise) {
  // A peer may know keys that we do not, by identifiers of any length: no format error (SGP.23 4.3.12).
  EuiccInfo1 info = samples::euicc_info1();
  info.euiccCiPKIdListForSigning[0].octets = {0xFF, 0xFE};
  const Bytes der = asn1::encode(info);
  auto request = request_from_json<InitiateAuthenticationRequest>(
      R"({"smdpAddress":"a.example","euiccChallenge":"AAAAAAAAAAAAAAAAAAAAAA==","euiccInfo1":")" +
      base64(der) + "\"}");
  ASSERT_TRUE(request) << Error(request.error()).message;
  EXPECT_EQ(asn1::encode(request->euiccInfo1), der);
}

/// The fault of a body, "" where it is accepted.
std::string fault_of(std::string_view body) {
  auto request = request_from_json<InitiateAuthenticationRequest>(body);
  if (request) return "";
  return std::string(name(request.error().fault)) + " " + request.error().field;
}

TEST(Es9Json, names_what_is_wrong_with_a_request) {
  std::string info = base64(asn1::encode(samples::euicc_info1()));
  auto body = [](std::string address, std::string challenge, std::string euicc_info1) {
    return "{\"smdpAddress\":" + address + ",\"euiccChallenge\":" + challenge + ",\"euiccInfo1\":\"" +
           euicc_info1 + "\"}";
  };
  const std::string challenge = "\"AQEBAQEBAQEBAQEBAQEBAQ==\"";
  EXPECT_EQ(fault_of(body("\"a\"", challenge, info)), "");
  EXPECT_EQ(fault_of("{"), "malformed ");
  EXPECT_EQ(fault_of("[]"), "malformed ");
  EXPECT_EQ(fault_of(""), "malformed ");
  EXPECT_EQ(fault_of(body("\"a\"", challenge, info) + "x"), "malformed ");
  EXPECT_EQ(fault_of("{}"), "missing field smdpAddress");
  EXPECT_EQ(fault_of(body("7", challenge, info)), "wrong type smdpAddress");
  EXPECT_EQ(fault_of(body("null", challenge, info)), "wrong type smdpAddress");
  EXPECT_EQ(fault_of(body("\"" + std::string(301, 'a') + "\"", challenge, info)), "bad value smdpAddress");
  EXPECT_EQ(fault_of(body("\"\xFF\"", challenge, info)), "malformed ");
  EXPECT_EQ(fault_of(body("\"a\"", "\"AQE*\"", info)), "bad base64 euiccChallenge");
  EXPECT_EQ(fault_of(body("\"a\"", "\"AQEB\"", info)), "bad value euiccChallenge");
  EXPECT_EQ(fault_of(body("\"a\"", challenge, info.substr(0, 8))), "bad value euiccInfo1");
  EXPECT_EQ(fault_of(std::string(40, '[') + std::string(40, ']')), "limit ");
  EXPECT_EQ(fault_of(std::string(max_json_body + 1, ' ')), "limit ");
}

TEST(Es9Json, refuses_every_truncation) {
  std::string body = to_json(samples::initiate_authentication_request());
  for (size_t n = 0; n < body.size(); ++n) {
    EXPECT_FALSE(request_from_json<InitiateAuthenticationRequest>(std::string_view(body).substr(0, n))) << n;
  }
}

TEST(Es9Json, names_what_is_wrong_with_a_response) {
  auto fault = [](std::string_view body) {
    auto reply = reply_from_json<GetBoundProfilePackageOk>(body);
    return reply ? "" : std::string(name(reply.error().fault)) + " " + reply.error().field;
  };
  auto status = [](std::string text) {
    return "{\"header\":{\"functionExecutionStatus\":{\"status\":\"" + text + "\"}}";
  };
  EXPECT_EQ(fault("{}"), "missing field header");
  EXPECT_EQ(fault("{\"header\":{}}"), "missing field functionExecutionStatus");
  EXPECT_EQ(fault("{\"header\":\"\"}"), "wrong type header");
  EXPECT_EQ(fault(status("Done") + "}"), "bad value status");
  EXPECT_EQ(fault(status("Failed") + "}"), "") << "some servers give no codes";
  EXPECT_EQ(fault(status("Executed-Success") + "}"), "missing field transactionId");
  EXPECT_EQ(fault(status("Executed-Success") + ",\"transactionId\":\"0G\"}"), "bad value transactionId");
  EXPECT_EQ(fault(status("Executed-Success") + ",\"transactionId\":\"01\",\"boundProfilePackage\":\"MAA=\"}"),
            "bad value boundProfilePackage");
  EXPECT_EQ(
      fault(status("Executed-WithWarning") + ",\"transactionId\":\"01\",\"boundProfilePackage\":\"vzYA\"}"),
      "");
}

// ---- Every member of every body, spoiled in every way.

namespace json = boost::json;

struct Door {
  std::string name, body;
  std::function<std::optional<JsonError>(std::string_view)> read;
};
template <class Request>
Door request_door(const char* name, const Request& r) {
  return {name, to_json(r), [](std::string_view body) -> std::optional<JsonError> {
            auto got = request_from_json<Request>(body);
            if (got) return std::nullopt;
            return got.error();
          }};
}
template <class Output>
Door reply_door(const char* name, const Output& output) {
  return {name, to_json(output), [](std::string_view body) -> std::optional<JsonError> {
            auto got = reply_from_json<Output>(body);
            if (got) return std::nullopt;
            return got.error();
          }};
}
std::vector<Door> doors() {
  using namespace samples;
  return {request_door("InitiateAuthentication", initiate_authentication_request()),
          request_door("AuthenticateClient",
                       AuthenticateClientRequest{transaction_id(), authenticate_server_response(), {}, {}}),
          request_door("GetBoundProfilePackage",
                       GetBoundProfilePackageRequest{transaction_id(), prepare_download_response(), {}}),
          request_door("HandleNotification", HandleNotification{{installation_result(true)}, {}}),
          request_door("CancelSession", CancelSessionRequestEs9{transaction_id(), cancel_session_response(), {}}),
          reply_door("InitiateAuthenticationOk", initiate_authentication_ok()),
          reply_door("AuthenticateClientOk", authenticate_client_ok()),
          reply_door("AuthenticateClientOkAcr",
                     AuthenticateClientOkAcr{transaction_id(), asn1::seal(store_metadata()), {}}),
          reply_door("GetBoundProfilePackageOk",
                     GetBoundProfilePackageOk{transaction_id(), {asn1::encode(bound_profile_package())}, {}}),
          reply_door("CancelSessionOk", CancelSessionOk{}),
          reply_door("AuthenticateClientOkEs11", events())};
}

bool is_binary(std::string_view member) {
  for (const char* other : {"smdpAddress", "transactionId", "header", "eventEntries"}) {
    if (member == other) return false;
  }
  return true;
}

TEST(Es9Json, refuses_every_member_spoiled_in_every_way) {
  size_t cases = 0;
  for (const Door& door : doors()) {
    ASSERT_FALSE(door.read(door.body)) << door.name;
    const json::object whole = json::parse(door.body).get_object();
    auto expect = [&](const std::string& body, JsonFault fault, const std::string& what) {
      auto error = door.read(body);
      ++cases;
      ASSERT_TRUE(error) << door.name << " " << what;
      EXPECT_EQ(name(error->fault), name(fault)) << door.name << " " << what << ": " << error->detail;
    };
    for (const auto& member : whole) {
      const std::string key(member.key());
      auto with = [&](json::value value) {
        json::object changed = whole;
        changed[key] = std::move(value);
        return json::serialize(changed);
      };
      json::object absent = whole;
      absent.erase(key);
      expect(json::serialize(absent), JsonFault::missing_field, key + " absent");
      const std::string again = ",\"" + key + "\":" + json::serialize(member.value()) + "}";
      expect(door.body.substr(0, door.body.size() - 1) + again, JsonFault::malformed, key + " doubled");
      // The same name by another spelling is the same name.
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(key[0]));
      expect(door.body.substr(0, door.body.size() - 1) + ",\"" + escaped + key.substr(1) + "\":0}",
             JsonFault::malformed, key + " doubled under an escape");
      for (const json::value& other : {json::value(7), json::value(nullptr), json::value(true), json::value(-1.5)}) {
        expect(with(other), JsonFault::wrong_type, key + " as " + json::serialize(other));
      }
      if (key != "header") expect(with(json::object()), JsonFault::wrong_type, key + " as an object");
      if (key != "eventEntries") expect(with(json::array()), JsonFault::wrong_type, key + " as an array");
      if (is_binary(key)) {
        expect(with("*"), JsonFault::bad_base64, key + " that is no base64");
        expect(with("AAA"), JsonFault::bad_base64, key + " that is cut off");
        expect(with(""), JsonFault::bad_value, key + " empty");
        Bytes octets = from_base64(member.value().as_string()).value();
        octets.push_back(0);
        expect(with(json::value(base64(octets))), JsonFault::bad_value, key + " too long by an octet");
        octets.resize(octets.size() - 2);
        expect(with(json::value(base64(octets))), JsonFault::bad_value, key + " too short by an octet");
      }
      if (key == "transactionId") {
        for (const char* bad : {"", "0", "0G", "00112233445566778899AABBCCDDEEFF00"}) {
          expect(with(bad), JsonFault::bad_value, key + " " + bad);
        }
      }
      if (key == "smdpAddress") expect(with(json::value(std::string(301, 'a'))), JsonFault::bad_value, key + " too long");
    }
    const std::string open = door.body.substr(0, door.body.size() - 1) + (whole.empty() ? "" : ",");
    for (size_t depth : {20, 100, 10'000, 1'000'000}) {
      expect(open + "\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}", JsonFault::limit, "nested");
    }
    EXPECT_FALSE(door.read(open + "\"x\":" + std::string(14, '[') + std::string(14, ']') + "}"))
        << "what is unknown is passed over";
    EXPECT_FALSE(door.read(open + "\"x:\\\"y\":{\"a\":\":\\\\\",\"b\":[{\"a\":1}]}}"))
        << "colons and quotes within strings are no members";
  }
  std::cout << "  " << cases << " cases\n";
  EXPECT_GT(cases, 300u);
}

TEST(Es9Json, carries_the_events_of_an_sm_ds) {
  auto reply = reply_from_json<AuthenticateClientOkEs11>(to_json(samples::events()));
  ASSERT_TRUE(reply) << Error(reply.error()).message;
  ASSERT_EQ(reply->output->eventEntries.size(), 2u);
  EXPECT_EQ(reply->output->eventEntries[0].eventId, "K2-ABC");
  EXPECT_EQ(reply->output->eventEntries[1].rspServerAddress, "smds.example.com");
  auto none = reply_from_json<AuthenticateClientOkEs11>(
      to_json(AuthenticateClientOkEs11{samples::transaction_id(), {}, {}}));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->output->eventEntries.empty());
  std::string head = R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}},"transactionId":"01",)";
  for (const char* bad : {R"("eventEntries":[1]})", R"("eventEntries":[{}]})", R"("eventEntries":[{"eventId":""}]})",
                          R"("eventEntries":[{"eventId":7,"rspServerAddress":"a"}]})"}) {
    EXPECT_FALSE(reply_from_json<AuthenticateClientOkEs11>(head + bad)) << bad;
  }
}

TEST(Es9Json, asks_for_the_retrieval_of_a_code) {
  AuthenticateClientRequest request{samples::transaction_id(), samples::authenticate_server_error(), asn1::Null{}, {}};
  EXPECT_TRUE(request_from_json<AuthenticateClientRequest>(to_json(request))->useMatchingIdForAcr);
  request.useMatchingIdForAcr.reset();
  EXPECT_FALSE(request_from_json<AuthenticateClientRequest>(to_json(request))->useMatchingIdForAcr);
}

}  // namespace
}  // namespace sealift::messages
