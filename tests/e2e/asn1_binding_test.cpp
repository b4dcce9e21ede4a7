// ES9+ in its ASN.1 binding (SGP.22 6.6): the same downloads, the same refusals, the same octets on the card.
#include "messages/remote_profile_provisioning.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using http::Es9Binding;
using smdp::OrderState;

constexpr Es9Binding both[] = {Es9Binding::json, Es9Binding::asn1};

std::string code_of(const Result<download::Outcome, download::Failure>& end) {
  if (end) return "installed";
  if (!end.error().status) return end.error().error.message;
  return end.error().status->subjectCode + "/" + end.error().status->reasonCode;
}

TEST(Asn1Binding, carries_a_download_and_its_notifications) {
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
  Phone phone(world, 1, {.binding = Es9Binding::asn1});
  const auto end = phone.download(product.code);
  ASSERT_TRUE(end) << end.error().error.message;
  EXPECT_EQ(phone.pending(), 0u) << "the result was acknowledged and removed";
  EXPECT_EQ(world.log.states(),
            (std::vector{OrderState::released, OrderState::downloaded, OrderState::installed}));
  must(phone.lpa->enable(product.order.iccid.digits()));
  must(phone.lpa->disable(product.order.iccid.digits()));
  must(phone.lpa->remove(product.order.iccid.digits()));
  EXPECT_EQ(must(phone.lpa->deliver_notifications()).size(), 3u) << "enabled, disabled, deleted";
  EXPECT_EQ(phone.pending(), 0u);
  EXPECT_TRUE(world.log.ignored().empty());
}

/// What passes between LPA and server in a download, without the signatures, whose nonces differ from run to
/// run.
Bytes wire_of(Es9Binding binding) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1, {.binding = binding});
  EXPECT_TRUE(phone.download(product.code));
  Bytes out;
  for (const auto& m : phone.trace.messages) {
    if (m.direction == "LPA>server" || m.direction == "server>LPA") append(out, m.der);
  }
  const Bytes head{0x5F, 0x37, 0x40};
  for (auto at = out.begin(); (at = std::search(at, out.end(), head.begin(), head.end())) != out.end();) {
    if (out.end() - at < 67) break;
    std::fill(at + 3, at + 67, uint8_t{0});
    at += 67;
  }
  return out;
}

TEST(Asn1Binding, carries_the_same_octets_as_the_json_binding) {
  const Bytes json = wire_of(Es9Binding::json), asn1 = wire_of(Es9Binding::asn1);
  EXPECT_GT(json.size(), 4000u);
  EXPECT_EQ(json, asn1);
}

TEST(Asn1Binding, carries_the_refusals_of_every_function_with_the_same_codes) {
  for (Es9Binding binding : both) {
    World world;
    Product bound = world.order(1, {.eid = World::eid(2)});
    Product guarded = world.order(2, {.confirmationCode = SecretBytes(to_bytes("1234"))});
    Product declined = world.order(3);
    Phone phone(world, 1, {.binding = binding});
    EXPECT_EQ(code_of(phone.download(bound.code)), "8.1.1/3.8");
    download::ActivationCode unknown = bound.code;
    unknown.acToken = *MatchingId::parse("NO-SUCH-CODE");
    EXPECT_EQ(code_of(phone.download(unknown)), "8.2.6/3.8");
    phone.user.code = "4321";
    EXPECT_EQ(code_of(phone.download(guarded.code)), "8.2.7/3.8");
    phone.user.code = "1234";
    EXPECT_EQ(code_of(phone.download(guarded.code)), "installed");

    phone.wire.on_hello = [](auto& request) { request.smdpAddress = "another.example.com"; };
    EXPECT_EQ(code_of(phone.download(declined.code)), "8.8.1/3.8");
    phone.wire.on_hello = nullptr;
    phone.wire.on_proof = [](auto& request) { request.transactionId = *TransactionId::parse("0102"); };
    EXPECT_EQ(code_of(phone.download(declined.code)), "8.10.1/3.9");
    phone.wire.on_proof = nullptr;

    phone.user.answer = download::Answer::no;
    const auto end = phone.download(declined.code);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().cancelled, messages::CancelSessionReason::endUserRejection);
    EXPECT_EQ(world.now(declined.order).state, OrderState::error) << "the server heard of it";
    EXPECT_EQ(phone.profile_count(), 1u);
  }
}

TEST(Asn1Binding, answers_a_body_that_is_no_request_with_400_and_changes_nothing) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  auto post = [&](View body, const std::string& type, const std::string& protocol) {
    return must(phone.client.post({host, 443}, "/gsma/rsp2/asn1",
                                  {{"Content-Type", type}, {"X-Admin-Protocol", protocol}}, text(body)));
  };
  const std::string type = "application/x-gsma-rsp-asn1", protocol = "gsma/rsp/v2.6.0";
  const Bytes response = asn1::encode(messages::RemoteProfileProvisioningResponse{
      messages::CancelSessionResponseEs9{messages::CancelSessionOk{}}});
  for (const char* digits : {"", "00", "30", "3000", "A200", "A203BF3900", "A2028000", "A280BF39000000", "BF3900",
                             "A284FFFFFFFF", "7B7D"}) {
    http::Response answer = post(must(from_hex(digits)), type, protocol);
    EXPECT_EQ(answer.status, 400u) << digits;
    EXPECT_EQ(answer.header("X-Admin-Protocol"), "gsma/rsp/v2.6.0");
    EXPECT_FALSE(answer.body.empty()) << "it says what is wrong";
  }
  EXPECT_EQ(post(response, type, protocol).status, 400u) << "an answer is no request";
  EXPECT_EQ(post(response, "application/json", protocol).status, 415u);
  EXPECT_EQ(post(response, type, "gsma/soap/v2").status, 400u);
  EXPECT_EQ(phone.client.get({host, 443}, "/gsma/rsp2/asn1")->status, 405u);
  EXPECT_EQ(world.log.states(), std::vector{OrderState::released});
  EXPECT_TRUE(world.log.refusals().empty());
  EXPECT_EQ(code_of(phone.download(product.code)), "installed");
}

}  // namespace
}  // namespace sealift::e2e
