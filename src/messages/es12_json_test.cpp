#include <gtest/gtest.h>

#include "messages/es12.hpp"

namespace sealift::messages {
namespace {

const Eid eid = Eid::parse("89049032123451234512345678901235").value();

RegisterEventRequest registration() {
  return {{"2.999.10", "call-1"}, eid, "smdp.example.com:8443", "EVENT-1", true};
}

std::string with(std::string body, const std::string& what, const std::string& instead) {
  const size_t at = body.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return body.replace(at, what.size(), instead);
}

TEST(Es12Json, register_event_has_the_specified_members) {
  EXPECT_EQ(to_json(registration()),
            R"({"header":{"functionRequesterIdentifier":"2.999.10","functionCallIdentifier":"call-1"},)"
            R"("eid":"89049032123451234512345678901235","rspServerAddress":"smdp.example.com:8443",)"
            R"("eventId":"EVENT-1","forwardingIndicator":true})");
}

TEST(Es12Json, what_is_written_is_read_again) {
  EXPECT_EQ(register_event_from_json(to_json(registration())).value(), registration());
  const DeleteEventRequest deletion{{"2.999.10", "call \"2\""}, eid, "EVENT-1"};
  EXPECT_EQ(delete_event_from_json(to_json(deletion)).value(), deletion);
}

TEST(Es12Json, names_the_member_that_is_missing) {
  for (const char* member : {"header", "functionRequesterIdentifier", "functionCallIdentifier", "eid",
                             "rspServerAddress", "eventId", "forwardingIndicator"}) {
    auto read = register_event_from_json(
        with(to_json(registration()), "\"" + std::string(member) + "\"", "\"other\""));
    ASSERT_FALSE(read) << member;
    EXPECT_EQ(read.error().fault, JsonFault::missing_field);
    EXPECT_EQ(read.error().field, member);
  }
}

TEST(Es12Json, refuses_values_that_break_their_format) {
  const std::string good = to_json(registration());
  for (auto [member, body] : {
           std::pair{"eid",
                     with(good, "89049032123451234512345678901235", "89049032123451234512345678901234")},
           std::pair{"eid", with(good, "89049032123451234512345678901235", "8904")},
           std::pair{"eventId", with(good, "EVENT-1", "")},
           std::pair{"eventId", with(good, "EVENT-1", "a\\u0000b")},
           std::pair{"eventId", with(good, "EVENT-1", std::string(256, 'E'))},
           std::pair{"rspServerAddress", with(good, "smdp.example.com", "smdp.example.com/path")},
           std::pair{"rspServerAddress", with(good, "smdp.example.com:8443", "")},
           std::pair{"functionCallIdentifier", with(good, "call-1", std::string(256, 'c'))},
       }) {
    auto read = register_event_from_json(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().fault, JsonFault::bad_value) << body;
    EXPECT_EQ(read.error().field, member) << body;
  }
  auto text = register_event_from_json(with(good, "true", "\"true\""));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().fault, JsonFault::wrong_type);
  EXPECT_FALSE(register_event_from_json(with(good, "\"header\"", "\"eid\":\"1\",\"header\"")))
      << "a member twice";
}

TEST(Es12Json, a_status_is_read_with_its_codes) {
  FunctionExecutionStatus failed{ExecutionStatus::failed,
                                 StatusCodeData{"8.9.5", "3.3", std::nullopt, "in use"}};
  EXPECT_EQ(status_from_json(to_json(failed)).value(), failed);
  EXPECT_EQ(status_from_json(to_json(FunctionExecutionStatus{})).value(), FunctionExecutionStatus{});
  EXPECT_FALSE(status_from_json("{}"));
}

}  // namespace
}  // namespace sealift::messages
