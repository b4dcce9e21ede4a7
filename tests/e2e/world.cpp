#include "tests/e2e/world.hpp"

namespace sealift::e2e {

void must(Status status) {
  if (!status) check(false, status.error().message.c_str());
}

bool contains(View hay, View needle) {
  return std::search(hay.begin(), hay.end(), needle.begin(), needle.end()) != hay.end();
}

template <class T, class V>
void ServerLog::add(std::vector<T>& list, V&& value) {
  std::lock_guard lock(mutex_);
  list.push_back(std::forward<V>(value));
}

template <class T>
std::vector<T> ServerLog::get(const std::vector<T>& list) {
  std::lock_guard lock(mutex_);
  return list;
}

void ServerLog::decided(const smdp::Decision& d) {
  add(decisions_, d);
}

void ServerLog::refused(smdp::Function, const TransactionId*, smdp::Refusal r) {
  add(refusals_, r);
}

void ServerLog::moved(const smdp::Order& o, smdp::OrderState) {
  add(states_, o.state);
}

void ServerLog::notification_ignored(std::string_view why) {
  add(ignored_, std::string(why));
}

void ServerLog::failed(smdp::Function, const Error& e) {
  add(failures_, e.message);
}

std::vector<smdp::Decision> ServerLog::decisions() {
  return get(decisions_);
}

std::vector<smdp::Refusal> ServerLog::refusals() {
  return get(refusals_);
}

std::vector<smdp::OrderState> ServerLog::states() {
  return get(states_);
}

std::vector<std::string> ServerLog::ignored() {
  return get(ignored_);
}

std::vector<std::string> ServerLog::failures() {
  return get(failures_);
}

void CardLog::decided(const euicc::Decision& d) {
  decisions.push_back(d);
}

RecordingRandom::RecordingRandom(uint64_t seed) : inner_(seed) {}

void RecordingRandom::fill(std::span<uint8_t> out) {
  std::lock_guard lock(mutex_);
  inner_.fill(out);
  draws_.push_back(masked(out));
}

std::vector<Bytes> RecordingRandom::draws() {
  std::lock_guard lock(mutex_);
  std::vector<Bytes> out;
  for (const Bytes& d : draws_) out.push_back(masked(d));
  return out;
}

Bytes RecordingRandom::masked(View octets) {
  Bytes out = to_bytes(octets);
  for (uint8_t& b : out) b ^= 0xA5;
  return out;
}

download::Answer User::download(const messages::StoreMetadataRequest&, const messages::PprIds&) {
  ++asked;
  return answer;
}

std::optional<std::string> User::confirmation_code() {
  return code;
}

download::Answer User::enable(const messages::ProfileInfo&) {
  return answer;
}

download::Answer User::disable(const messages::ProfileInfo&) {
  return answer;
}

download::Answer User::remove(const messages::ProfileInfo&) {
  return answer;
}

void Trace::step(download::Step s) {
  steps.push_back(s);
}

void Trace::message(std::string_view direction, std::string_view name, View der) {
  messages.push_back({std::string(direction), std::string(name), to_bytes(der)});
}

const Trace::Message* Trace::find(std::string_view direction, std::string_view name) const {
  for (auto m = messages.rbegin(); m != messages.rend(); ++m) {
    if (m->direction == direction && m->name == name) return &*m;
  }
  return nullptr;
}

Contacts::Contacts(lab::VirtualCard& card) : card_(card) {}

Result<Bytes> Contacts::transmit(View command) {
  append(sent, command);
  Bytes response = card_.card().transmit(command);
  append(emitted, response);
  return response;
}

Wire::Wire(download::Es9& inner, Trace& trace) : inner_(inner), trace_(trace) {}

Wire::~Wire() = default;

template <class M>
void Wire::say(const M& request, std::string_view name) {
  Bytes der = asn1::encode(request);
  append(sent, der);
  trace_.message("LPA>server", name, der);
}

template <class M>
M Wire::pass(const M& request, std::string_view name, const std::function<void(M&)>& hook) {
  say(request, name);
  M changed = request;
  if (hook) hook(changed);
  return changed;
}

template <class Response, class M>
download::Es9Result<M> Wire::answer(download::Es9Result<M> result, std::string_view name,
                                    const std::function<void(M&)>& hook) {
  if (!result) return result;
  Bytes der = asn1::encode(Response{*result});
  append(received, der);
  trace_.message("server>LPA", name, der);
  if (hook) hook(*result);
  return result;
}

download::Es9Result<messages::InitiateAuthenticationOkEs9> Wire::initiate_authentication(
    const std::string& server, const messages::InitiateAuthenticationRequest& request) {
  auto changed = pass(request, "ES9+.InitiateAuthentication", on_hello);
  return answer<messages::InitiateAuthenticationResponse>(inner_.initiate_authentication(server, changed),
                                                          "ES9+.InitiateAuthentication", on_challenge);
}

download::Es9Result<messages::AuthenticateClientOk> Wire::authenticate_client(
    const std::string& server, const messages::AuthenticateClientRequest& request) {
  proof = request;
  auto changed = pass(request, "ES9+.AuthenticateClient", on_proof);
  return answer<messages::AuthenticateClientResponseEs9>(inner_.authenticate_client(server, changed),
                                                         "ES9+.AuthenticateClient", on_offer);
}

download::Es9Result<messages::AuthenticateClientOkEs11> Wire::authenticate_client_es11(
    const std::string& server, const messages::AuthenticateClientRequest& request) {
  say(request, "ES11.AuthenticateClient");
  return inner_.authenticate_client_es11(server, request);
}

download::Es9Result<messages::GetBoundProfilePackageOk> Wire::get_bound_profile_package(
    const std::string& server, const messages::GetBoundProfilePackageRequest& request) {
  key = request;
  auto changed = pass(request, "ES9+.GetBoundProfilePackage", on_key);
  auto result = inner_.get_bound_profile_package(server, changed);
  if (result) package = *result;
  if (cut) return download::Es9Failure{std::nullopt, Error{ErrorKind::io, "the connection broke"}};
  return answer<messages::GetBoundProfilePackageResponse>(std::move(result), "ES9+.GetBoundProfilePackage",
                                                          on_package);
}

download::Es9Result<void> Wire::handle_notification(const std::string& server,
                                                    const messages::HandleNotification& request) {
  say(request, "ES9+.HandleNotification");
  notifications.push_back(request);
  return inner_.handle_notification(server, request);
}

download::Es9Result<void> Wire::cancel_session(const std::string& server,
                                               const messages::CancelSessionRequestEs9& request) {
  say(request, "ES9+.CancelSession");
  return inner_.cancel_session(server, request);
}

std::vector<asn1::Oid> Wire::peer_oids() const {
  return inner_.peer_oids();
}

Bytes Wire::peer_certificate() const {
  return inner_.peer_certificate();
}

World::World(WorldOptions options) : random(options.seed), pki(make_pki(options)) {
  (void)must(lab::KeysFolder::create(folder.path() + "/pki", pki, random));
  for (crypto::Curve curve : options.further_curves) {
    WorldOptions further = options;
    further.change_pki = [&](pki::HierarchyOptions& h) {
      if (options.change_pki) options.change_pki(h);
      h.curve = h.tls_curve = curve;
    };
    further_pkis.push_back(make_pki(further));
    (void)must(lab::KeysFolder::add(folder.path() + "/pki", further_pkis.back(), random));
  }
  lab::SmdpSiteOptions& o = site_options;
  if (options.change_folder) options.change_folder(folder.path() + "/pki");
  o.production = options.production;
  o.dir = folder.path();
  o.es9plus().host = options.server_host;
  o.es9plus().public_port = 443;
  o.keep_in_memory = options.keep_in_memory;
  if (options.change_site) options.change_site(o);
  site = must(lab::SmdpSite::open(o, clock, random, log));
}

World::~World() = default;

Product World::order(uint64_t number, smdp::CreateOrder how, size_t size,
                     const std::function<void(smdp::ImportProfile&)>& change) {
  return order_for(must(lab::SubscriberProfile::make_numbered(number, size, random)), std::move(how), change);
}

Product World::order_for(lab::SubscriberProfile profile, smdp::CreateOrder how,
                         const std::function<void(smdp::ImportProfile&)>& change) {
  smdp::ImportProfile import;
  import.upp = profile.package.clone();
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Test";
  using Bit = messages::NotificationEventBit;
  messages::NotificationConfigurationInformation tell;
  tell.profileManagementOperation = {Bit::notificationEnable, Bit::notificationDisable,
                                     Bit::notificationDelete};
  tell.notificationAddress = site->smdp_address();
  import.metadata.notificationConfigurationInfo = std::vector{tell};
  if (change) change(import);
  how.iccid =
      must(smdp::import_profile(site->ports(), access::administrator("tester"), std::move(import))).iccid;
  smdp::Order released = must(smdp::create_order(site->ports(), access::administrator("tester"), how));
  auto code = must(download::ActivationCode::parse(must(smdp::activation_code(site->ports(), released))));
  return {std::move(profile), std::move(released), std::move(code)};
}

smdp::Order World::now(const smdp::Order& o) {
  return must(smdp::show_order(site->ports(), access::administrator(), o.iccid));
}

Eid World::eid(int number) {
  return must(lab::eid_number(iin, static_cast<uint64_t>(number)));
}

euicc::Personalisation World::personalisation(int number) {
  return must(lab::make_personalisation(pki[pki::Role::eum], pki.certificate(pki::Role::ci), eid(number),
                                        random, true));
}

Bytes World::crl(const std::vector<pki::Role>& revoked, uint64_t number) {
  pki::CrlSpec spec;
  spec.this_update = clock.now() - std::chrono::hours(1);
  spec.next_update = clock.now() + std::chrono::days(7);
  spec.number = number;
  for (pki::Role r : revoked) {
    pki::RevokedCertificate one;
    one.serial_number = to_bytes(pki.certificate(r).serial_number());
    one.when = spec.this_update;
    spec.revoked.push_back(std::move(one));
  }
  crypto::DeterministicSigner signer(pki[pki::Role::ci].key.clone());
  return to_bytes(must(pki::issue_crl(spec, pki.certificate(pki::Role::ci), signer)).der());
}

pki::Hierarchy World::make_pki(const WorldOptions& options) {
  pki::HierarchyOptions o;
  o.deterministic = true;
  o.iin = iin;
  o.eid = eid(999);
  o.dp_hosts = {options.server_host};
  o.not_before = start - std::chrono::days(1);
  if (options.change_pki) options.change_pki(o);
  SeededRandom seeded(options.pki_seed);
  return must(pki::make_hierarchy(o, seeded));
}

Phone::Phone(World& world, int number, PhoneOptions options)
    : Phone(world, world.personalisation(number), std::move(options)) {}

Phone::Phone(World& world, euicc::Personalisation data, PhoneOptions options)
    : card(must(lab::VirtualCard::make(std::move(data), world.random, &decisions))),
      contacts(card),
      client(must(http::Client::make(client_options(world, options), world.clock))),
      server(client, options.binding),
      wire(server, trace) {
  must(lab::Handset(contacts).start());
  es10.emplace(must(download::Es10::open(contacts)));
  lpa.emplace(*es10, wire, user, trace);
}

Result<download::Outcome, download::Failure> Phone::download(const download::ActivationCode& code) {
  download::Options options;
  options.deviceInfo = download::default_device_info();
  return lpa->download(code, options);
}

Phone::~Phone() = default;

size_t Phone::profile_count() {
  return must(lpa->profiles()).size();
}

size_t Phone::pending() {
  return must(lpa->notifications()).size();
}

const Bytes& Phone::memory() {
  return card.nvm().content();
}

http::ClientOptions Phone::client_options(World& world, const PhoneOptions& options) {
  http::ClientOptions o;
  o.trusted_ci = options.trusted_ci.empty() ? world.site->ci_certificates() : options.trusted_ci;
  o.connect_to = {{{host, 443}, "127.0.0.1", options.port ? options.port : world.site->port()}};
  o.connect_to.insert(o.connect_to.end(), options.routes.begin(), options.routes.end());
  return o;
}

}  // namespace sealift::e2e
