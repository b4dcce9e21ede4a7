#include "tests/e2e/conformance.hpp"

#include <boost/json.hpp>

#include "messages/es9_json.hpp"

namespace sealift::e2e::conformance {

namespace json = boost::json;

namespace {
const char* path_of(const messages::InitiateAuthenticationRequest&) {
  return "initiateAuthentication";
}
const char* path_of(const messages::AuthenticateClientRequest&) {
  return "authenticateClient";
}
const char* path_of(const messages::GetBoundProfilePackageRequest&) {
  return "getBoundProfilePackage";
}
const char* path_of(const messages::CancelSessionRequestEs9&) {
  return "cancelSession";
}
const char* path_of(const messages::HandleNotification&) {
  return "handleNotification";
}
}  // namespace

MiniCard card_of(World& w, int n) {
  MiniCard card = w.card(n);
  card.info1.svn = {2, 2, 0};
  card.info2.svn = {2, 0, 12};
  card.info2.profileVersion = {65, 66, 67};
  card.info2.extCardResource = to_bytes("ABC");
  return card;
}

Server::Server(crypto::Curve curve) : w(curve) {
  http::add_es9_routes(router_, w.ports);
}

Server::~Server() = default;

http::Response Server::post(const std::string& path, const std::string& type, const std::string& body) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.headers = {{"Content-Type", type}, {"X-Admin-Protocol", "gsma/rsp/v2.5.0"}};
  request.body = body;
  return router_.answer(request);
}

template <class Message>
http::Response Server::send(const Message& message) {
  json::object body = json::parse(messages::to_json(message)).as_object();
  body["header"] = {{"functionRequesterIdentifier", "TTCN3"}, {"functionCallIdentifier", "TTCN3-00C0FFEE"}};
  return post(std::string("/gsma/rsp2/es9plus/") + path_of(message), "application/json",
              json::serialize(body));
}

template <class Output, class Message>
Answer<Output> Server::ask(const Message& message) {
  const http::Response response = send(message);
  EXPECT_EQ(response.status, 200u) << "a refusal is an answer";
  Answer<Output> out;
  const json::value body = json::parse(response.body);
  for (const auto& [key, unused] : body.as_object()) out.members.emplace(key);
  const json::object& status = body.at("header").at("functionExecutionStatus").as_object();
  if (status.at("status") != "Executed-Success") {
    EXPECT_EQ(status.at("status"), "Failed") << response.body;
    EXPECT_EQ(out.members, error_members) << response.body;
    const json::object& codes = status.at("statusCodeData").as_object();
    EXPECT_TRUE(codes.contains("message")) << response.body;
    out.codes = std::string(codes.at("subjectCode").get_string()) + "/" +
                std::string(codes.at("reasonCode").get_string());
    return out;
  }
  out.codes = "success";
  auto reply = messages::reply_from_json<Output>(response.body);
  EXPECT_TRUE(reply) << response.body;
  if (reply) out.output = std::move(reply->output);
  return out;
}

Answer<messages::InitiateAuthenticationOkEs9> Server::initiate(MiniCard& card) {
  return ask<messages::InitiateAuthenticationOkEs9>(card.initiate(w.settings.smdpAddress));
}

Answer<messages::AuthenticateClientOk> Server::authenticate(MiniCard& card,
                                                            const std::optional<MatchingId>& id,
                                                            const Bend1& bend) {
  const auto hello = initiate(card);
  auto response = card.authenticate(hello.output.value(), id);
  if (bend) bend(std::get<messages::AuthenticateResponseOk>(response.alt));
  return ask<messages::AuthenticateClientOk>(messages::AuthenticateClientRequest{
      .transactionId = hello->transactionId, .authenticateServerResponse = std::move(response)});
}

Answer<messages::GetBoundProfilePackageOk> Server::get(MiniCard& card,
                                                       const messages::AuthenticateClientOk& offer,
                                                       const std::optional<std::string>& code,
                                                       const Bend2& bend) {
  auto response = card.prepare(offer, code);
  if (bend) bend(std::get<messages::PrepareDownloadResponseOk>(response.alt));
  return ask<messages::GetBoundProfilePackageOk>(messages::GetBoundProfilePackageRequest{
      .transactionId = offer.transactionId, .prepareDownloadResponse = std::move(response)});
}

messages::BoundProfilePackage Server::download(MiniCard& card, const Order& order,
                                               const std::optional<std::string>& code) {
  const auto offer = authenticate(card, order.matchingId);
  EXPECT_EQ(offer.codes, "success");
  const auto bpp = get(card, offer.output.value(), code);
  EXPECT_EQ(bpp.codes, "success");
  EXPECT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
  last = bpp->transactionId;
  return asn1::decode<messages::BoundProfilePackage>(bpp->boundProfilePackage.tlv).value();
}

std::string Server::cancel(MiniCard& card, const TransactionId& id, messages::CancelSessionReason reason) {
  return ask<messages::CancelSessionOk>(
             messages::CancelSessionRequestEs9{.transactionId = id,
                                               .cancelSessionResponse = card.cancel(id, reason)})
      .codes;
}

// What tests send and ask for.
template http::Response Server::send(const messages::HandleNotification&);
template Answer<messages::InitiateAuthenticationOkEs9> Server::ask(
    const messages::InitiateAuthenticationRequest&);
template Answer<messages::AuthenticateClientOk> Server::ask(const messages::AuthenticateClientRequest&);
template Answer<messages::GetBoundProfilePackageOk> Server::ask(
    const messages::GetBoundProfilePackageRequest&);
template Answer<messages::CancelSessionOk> Server::ask(const messages::CancelSessionRequestEs9&);

}  // namespace sealift::e2e::conformance
