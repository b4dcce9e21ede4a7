#include "messages/trace.hpp"

#include <gtest/gtest.h>

#include "messages/samples.hpp"

namespace sealift::messages {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Trace, names_fields_and_numbers) {
  std::string text = trace(asn1::encode(samples::authenticate_server_error()), TraceContext::es10_response);
  EXPECT_TRUE(contains(text, "AuthenticateServerResponse\n  authenticateResponseError\n")) << text;
  EXPECT_TRUE(contains(text, "authenticateErrorCode: ciPKUnknown (7)")) << text;
  EXPECT_TRUE(contains(text, "transactionId: 00112233")) << text;
}

TEST(Trace, reads_one_tag_by_its_context) {
  Bytes command = asn1::encode(samples::prepare_download_request());
  EXPECT_TRUE(contains(trace(command, TraceContext::es10_command), "ccRequiredFlag: true"));
  Bytes metadata = asn1::encode(samples::store_metadata());
  EXPECT_TRUE(contains(trace(metadata, TraceContext::es8), "profileName: \"Sample\""));
  EXPECT_TRUE(contains(trace(metadata, TraceContext::es10_command), "BF25\n")) << "not a command of ES10";
  Bytes package = asn1::encode(samples::bound_profile_package());
  EXPECT_TRUE(contains(trace(package, TraceContext::es10_command), "sequenceOf86: 2 TLVs, 6 octets"));
}

TEST(Trace, shows_no_session_keys) {
  ReplaceSessionKeysRequest keys{Secret<16>(samples::filled<16>(0xAB)), Secret<16>(samples::filled<16>(0xAB)),
                                 Secret<16>(samples::filled<16>(0xAB))};
  Bytes der = asn1::encode(keys);
  EXPECT_FALSE(contains(trace(der, TraceContext::es8), "ABAB"));
  der.pop_back();
  EXPECT_FALSE(contains(trace(der, TraceContext::es8), "ABAB"));
}

TEST(Trace, shows_bare_tlvs_where_a_message_is_broken) {
  std::string text = trace(from_hex("BF3E03BF0000").value(), TraceContext::es10_command);
  EXPECT_TRUE(contains(text, "(GetEuiccDataRequest: ")) << text;
  EXPECT_TRUE(contains(text, "BF3E\n")) << text;
  EXPECT_TRUE(
      contains(trace(from_hex("30030201").value(), TraceContext::es10_command), "(not a TLV) 30030201"));
  EXPECT_EQ(trace({}, TraceContext::es8), "");
}

}  // namespace
}  // namespace sealift::messages
