// What test_world.hpp declares. Part of test programs alone.
#include "smds/test_world.hpp"

namespace sealift::smds::testing {

void Recorder::refused(Function, Refusal r) {
  refusals.push_back(r);
}

void Recorder::card_refused(int code) {
  card_codes.push_back(code);
}

void Recorder::changed(const Event& e, std::string_view action) {
  changes.push_back(e.eventId + " " + std::string(action));
}

void Recorder::root_failed(const Error& e) {
  root_failures.push_back(e.message);
}

void Recorder::failed(Function, const Error& e) {
  failures.push_back(e.message);
}

Eid card_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

pki::Hierarchy make_pki(crypto::Curve curve, Random& random) {
  pki::HierarchyOptions options{.curve = curve, .deterministic = true};
  options.eid = card_eid(0);
  options.ds_hosts = {std::string(kAddress)};
  options.not_before = kStart - std::chrono::days(1);
  return std::move(pki::make_hierarchy(options, random).value());
}

Result<void, RootSmds::Failure> FakeRoot::register_event(const messages::RegisterEventRequest& r) {
  ++calls;
  last = r;
  if (auto failure = before()) return *failure;
  events[{r.eid, r.eventId}] = r.rspServerAddress;
  return after();
}

Result<void, RootSmds::Failure> FakeRoot::delete_event(const messages::DeleteEventRequest& r) {
  ++calls;
  if (auto failure = before()) return *failure;
  if (r.eventId == never) return refusal("8.9", "4.8");
  if (events.erase({r.eid, r.eventId}) == 0) return refusal("8.9.5", "3.9");
  return after();
}

RootSmds::Failure FakeRoot::refusal(const char* subject, const char* reason) {
  return {messages::StatusCodeData{subject, reason, std::nullopt, std::nullopt},
          Error{ErrorKind::conflict, "the root refused"}};
}

RootSmds::Failure FakeRoot::unreached() {
  return {std::nullopt, Error{ErrorKind::io, "the root cannot be reached"}};
}

std::optional<RootSmds::Failure> FakeRoot::before() const {
  if (mood == Mood::away) return unreached();
  if (mood == Mood::refuses) return refusal("8.9", "4.8");
  return std::nullopt;
}

Result<void, RootSmds::Failure> FakeRoot::after() const {
  if (mood == Mood::loses_answers) return unreached();
  return {};
}

World::World(crypto::Curve curve) : pki(make_pki(curve, random)) {
  EXPECT_TRUE(trust.add(pki.certificate(pki::Role::ci)));
  identities.replace(
      {auth::server_identity(pki::Role::ds_auth, pki.certificate(pki::Role::ds_auth).der(),
                             std::make_shared<crypto::SoftwareSigner>(pki[pki::Role::ds_auth].key), trust,
                             kStart)
           .value()});
}

World::~World() = default;

MiniCard World::card(int n) {
  return card(pki[pki::Role::eum], n);
}

MiniCard World::card(const pki::Identity& eum, int n) {
  const pki::Identity euicc = pki::issue_euicc(eum, card_eid(n), random).value();
  return MiniCard(euicc, eum.certificate, pki.certificate(pki::Role::ci), card_eid(n), random);
}

messages::RegisterEventRequest World::registration(const std::string& id, int eid, bool forward) {
  return {{"2.999.10", "register-" + id}, card_eid(eid), "smdp.example.com", id, forward};
}

messages::DeleteEventRequest World::deletion(const std::string& id, int eid) {
  return {{"2.999.10", "delete-" + id}, card_eid(eid), id};
}

Result<void, Refusal> World::add(const std::string& id, int eid, bool forward) {
  return register_event(ports, kSmdp, registration(id, eid, forward));
}

Result<void, Refusal> World::remove(const std::string& id, int eid, const asn1::Oid& owner) {
  return delete_event(ports, owner, deletion(id, eid));
}

Result<messages::InitiateAuthenticationOkEs9, Refusal> World::initiate(MiniCard& card) {
  return initiate_authentication(ports, card.initiate(std::string(kAddress)));
}

Result<std::vector<std::string>, Refusal> World::discover(MiniCard& card,
                                                          const std::optional<MatchingId>& eventId) {
  const auto hello = TRY(initiate(card));
  const auto ok =
      TRY(authenticate_client(ports, {.transactionId = hello.transactionId,
                                      .authenticateServerResponse = card.authenticate(hello, eventId)}));
  EXPECT_EQ(ok.transactionId, hello.transactionId);
  std::vector<std::string> out;
  for (const auto& e : ok.eventEntries) out.push_back(e.eventId + "@" + e.rspServerAddress);
  return out;
}

}  // namespace sealift::smds::testing
