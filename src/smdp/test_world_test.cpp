// What test_world.hpp declares. Part of test programs alone.
#include "smdp/test_world.hpp"

#include "saip/package.hpp"

namespace sealift::smdp::testing {

void Recorder::decided(const Decision& d) {
  std::lock_guard lock(mutex);
  decisions.push_back(d);
}

void Recorder::refused(Function, const TransactionId*, Refusal r) {
  std::lock_guard lock(mutex);
  refusals.push_back(r);
}

void Recorder::moved(const Order& o, OrderState) {
  std::lock_guard lock(mutex);
  states.push_back(o.state);
}

void Recorder::ended(const Order& o, Refusal why) {
  std::lock_guard lock(mutex);
  endings.emplace_back(o.iccid, why);
}

void Recorder::card_refused(Function, const TransactionId&, int code) {
  std::lock_guard lock(mutex);
  card_codes.push_back(code);
}

void Recorder::notification_ignored(std::string_view why) {
  std::lock_guard lock(mutex);
  ignored.emplace_back(why);
}

void Recorder::failed(Function, const Error& e) {
  std::lock_guard lock(mutex);
  failures.push_back(e.message);
}

Eid card_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

pki::Hierarchy make_pki(crypto::Curve curve, Random& random) {
  pki::HierarchyOptions options{.curve = curve, .deterministic = true};
  options.eid = card_eid(0);
  options.dp_hosts = {std::string(kAddress)};
  options.not_before = kStart - std::chrono::days(1);
  return std::move(pki::make_hierarchy(options, random).value());
}

Bytes make_upp(const Iccid& iccid, size_t octets) {
  saip::ProfileHeader header{.majorVersion = 3, .minorVersion = 1};
  std::string digits = iccid.digits();
  digits.resize(20, 'F');
  header.iccid = *octets_from_hex<10>(digits);
  header.eUICCMandatoryServices.services = {saip::Service::usim, saip::Service::milenage};
  saip::Package package;
  package.elements.emplace_back(std::move(header));
  for (size_t n = 0; n < octets; n += 1000) {
    package.elements.emplace_back(saip::NonStandard{.issuerID = {0x29, 0x01}, .content = Bytes(990, 0x5A)});
  }
  package.elements.emplace_back(saip::End{});
  return saip::encode(package);
}

World::World(crypto::Curve curve) : pki(make_pki(curve, random)) {
  EXPECT_TRUE(trust.add(pki.certificate(pki::Role::ci)));
  signers.push_back({identity(pki::Role::dp_auth), identity(pki::Role::dp_pb)});
}

World::~World() = default;

auth::ServerIdentity World::identity(pki::Role role) {
  return auth::server_identity(role, pki.certificate(role).der(),
                               std::make_shared<crypto::SoftwareSigner>(pki[role].key), trust, kStart)
      .value();
}

MiniCard World::card(int n) {
  return card(pki[pki::Role::eum], n);
}

MiniCard World::card(const pki::Identity& eum, int n) {
  const pki::Identity euicc = pki::issue_euicc(eum, card_eid(n), random).value();
  return MiniCard(euicc, eum.certificate, pki.certificate(pki::Role::ci), card_eid(n), random);
}

Order World::order(CreateOrder how, Protection protection) {
  const std::string number = std::to_string(100 + next_iccid_++);
  const Iccid iccid = *Iccid::parse("8949" + std::string(16 - number.size(), '0') + number);
  ImportProfile import{.upp = SecretBytes(make_upp(iccid)), .protection = protection};
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Test";
  auto imported = import_profile(ports, access::administrator("tester"), std::move(import));
  EXPECT_TRUE(imported) << imported.error().message;
  how.iccid = iccid;
  auto created = create_order(ports, access::administrator("tester"), how);
  EXPECT_TRUE(created) << created.error().message;
  return created.value();
}

Status World::restrict_to(RestrictionKind kind, std::string value) {
  return restrictions->add({kind, std::move(value), "test", "tester", clock.now()});
}

Order World::now(const Order& o) {
  return **orders.find(o.iccid);
}

Result<messages::InitiateAuthenticationOkEs9, Refusal> World::initiate(MiniCard& card) {
  return initiate_authentication(ports, card.initiate(std::string(kAddress)));
}

Result<messages::AuthenticateClientOk, Refusal> World::authenticate(MiniCard& card,
                                                                    const std::optional<MatchingId>& mid) {
  const auto hello = TRY(initiate(card));
  return authenticate_client(ports, {.transactionId = hello.transactionId,
                                     .authenticateServerResponse = card.authenticate(hello, mid)});
}

Result<messages::GetBoundProfilePackageOk, Refusal> World::get(MiniCard& card,
                                                               const messages::AuthenticateClientOk& offer,
                                                               const std::optional<std::string>& code) {
  return get_bound_profile_package(
      ports, {.transactionId = offer.transactionId, .prepareDownloadResponse = card.prepare(offer, code)});
}

Result<messages::GetBoundProfilePackageOk, Refusal> World::download(MiniCard& card, const Order& o,
                                                                    const std::optional<std::string>& code) {
  const auto offer = TRY(authenticate(card, o.matchingId));
  return get(card, offer, code);
}

Result<void, Refusal> World::cancel(const TransactionId& id, messages::CancelSessionResponse response) {
  return cancel_session(ports, {.transactionId = id, .cancelSessionResponse = std::move(response)});
}

}  // namespace sealift::smdp::testing
