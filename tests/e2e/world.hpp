// A whole system for one test: a PKI, an SM-DP+ behind real TLS on loopback, cards in phones, and the wire
// between, on which a test may sit. One clock, and seeds: two worlds of the same seeds say the same octets,
// but for ECDSA's nonces. Everything of a world lives in a temporary folder that goes with it. One thread,
// beside the server's own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include "http/es9_client.hpp"
#include "lab/handset.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_site.hpp"
#include "lab/subscriber_profile.hpp"
#include "lab/virtual_card.hpp"
#include "lpa/lpa.hpp"
#include "pki/pem.hpp"

namespace sealift::e2e {

inline const Time start{std::chrono::seconds(1'790'000'000)};  // 2026-09
inline constexpr std::string_view iin = "89049032";
inline const std::string host = "smdp.example.com";

/// The value, or the end of the test program with the reason.
template <class T, class E>
T must(Result<T, E> result) {
  if (!result) check(false, static_cast<Error>(result.error()).message.c_str());
  return std::move(*result);
}
inline void must(Status status) {
  if (!status) check(false, status.error().message.c_str());
}

/// True where `needle` stands somewhere in `hay`.
inline bool contains(View hay, View needle) {
  return std::search(hay.begin(), hay.end(), needle.begin(), needle.end()) != hay.end();
}

class TemporaryFolder {
 public:
  TemporaryFolder() : path((std::filesystem::temp_directory_path() / "sealift-e2e-XXXXXX").string()) {
    check(::mkdtemp(path.data()) != nullptr, "a temporary folder can be made");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

/// What the server told of itself. Locked, since it speaks from its workers.
class ServerLog final : public smdp::Observer {
 public:
  void decided(const smdp::Decision& d) override { add(decisions_, d); }
  void refused(smdp::Function, const TransactionId*, smdp::Refusal r) override { add(refusals_, r); }
  void moved(const smdp::Order& o, smdp::OrderState) override { add(states_, o.state); }
  void notification_ignored(std::string_view why) override { add(ignored_, std::string(why)); }
  void failed(smdp::Function, const Error& e) override { add(failures_, e.message); }
  std::vector<smdp::Decision> decisions() { return get(decisions_); }
  std::vector<smdp::Refusal> refusals() { return get(refusals_); }
  std::vector<smdp::OrderState> states() { return get(states_); }
  std::vector<std::string> ignored() { return get(ignored_); }
  std::vector<std::string> failures() { return get(failures_); }

 private:
  template <class T, class V>
  void add(std::vector<T>& list, V&& value) {
    std::lock_guard lock(mutex_);
    list.push_back(std::forward<V>(value));
  }
  template <class T>
  std::vector<T> get(const std::vector<T>& list) {
    std::lock_guard lock(mutex_);
    return list;
  }
  std::mutex mutex_;
  std::vector<smdp::Decision> decisions_;
  std::vector<smdp::Refusal> refusals_;
  std::vector<smdp::OrderState> states_;
  std::vector<std::string> ignored_, failures_;
};

class CardLog final : public euicc::Observer {
 public:
  void decided(const euicc::Decision& d) override { decisions.push_back(d); }
  std::vector<euicc::Decision> decisions;
};

/// Octets from a seed, and a record of every draw: a test then knows each key that was ever made. The record
/// is masked, so that no secret stands in this process's memory because of it.
class RecordingRandom final : public Random {
 public:
  explicit RecordingRandom(uint64_t seed) : inner_(seed) {}
  void fill(std::span<uint8_t> out) override {
    std::lock_guard lock(mutex_);
    inner_.fill(out);
    draws_.push_back(masked(out));
  }
  std::vector<Bytes> draws() {
    std::lock_guard lock(mutex_);
    std::vector<Bytes> out;
    for (const Bytes& d : draws_) out.push_back(masked(d));
    return out;
  }

 private:
  static Bytes masked(View octets) {
    Bytes out = to_bytes(octets);
    for (uint8_t& b : out) b ^= 0xA5;
    return out;
  }
  std::mutex mutex_;
  SeededRandom inner_;
  std::vector<Bytes> draws_;
};

/// A user with one answer to every question.
class User final : public lpa::UserInterface {
 public:
  download::Answer answer = download::Answer::yes;
  std::optional<std::string> code;
  unsigned asked = 0;
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    ++asked;
    return answer;
  }
  std::optional<std::string> confirmation_code() override { return code; }
  download::Answer enable(const messages::ProfileInfo&) override { return answer; }
  download::Answer disable(const messages::ProfileInfo&) override { return answer; }
  download::Answer remove(const messages::ProfileInfo&) override { return answer; }
};

/// Every message between LPA and card, and between LPA and server, by name, in order.
class Trace final : public download::Progress {
 public:
  struct Message {
    std::string direction, name;
    Bytes der;
  };
  std::vector<download::Step> steps;
  std::vector<Message> messages;
  void step(download::Step s) override { steps.push_back(s); }
  void message(std::string_view direction, std::string_view name, View der) override {
    messages.push_back({std::string(direction), std::string(name), to_bytes(der)});
  }
  /// The last message of this direction and name; null where there was none.
  const Message* find(std::string_view direction, std::string_view name) const {
    for (auto m = messages.rbegin(); m != messages.rend(); ++m) {
      if (m->direction == direction && m->name == name) return &*m;
    }
    return nullptr;
  }
};

/// The contacts of a card: carries APDUs and keeps what passed.
class Contacts final : public download::ApduTransport {
 public:
  explicit Contacts(lab::VirtualCard& card) : card_(card) {}
  Result<Bytes> transmit(View command) override {
    append(sent, command);
    Bytes response = card_.card().transmit(command);
    append(emitted, response);
    return response;
  }
  Bytes sent, emitted;

 private:
  lab::VirtualCard& card_;
};

/// The way between LPA and server, inside the TLS that a man in the middle is assumed to have broken: each
/// hook may change a message before it goes on. Keeps everything that passed.
class Wire final : public download::Es9 {
 public:
  Wire(download::Es9& inner, Trace& trace) : inner_(inner), trace_(trace) {}
  std::function<void(messages::InitiateAuthenticationRequest&)> on_hello;
  std::function<void(messages::InitiateAuthenticationOkEs9&)> on_challenge;
  std::function<void(messages::AuthenticateClientRequest&)> on_proof;
  std::function<void(messages::AuthenticateClientOk&)> on_offer;
  std::function<void(messages::GetBoundProfilePackageRequest&)> on_key;
  std::function<void(messages::GetBoundProfilePackageOk&)> on_package;
  bool cut = false;      ///< the connection breaks before the package arrives
  Bytes sent, received;  ///< all requests and all answers, DER
  std::optional<messages::AuthenticateClientRequest> proof;  ///< the last of its kind, as the LPA sent it
  std::optional<messages::GetBoundProfilePackageRequest> key;
  std::optional<messages::GetBoundProfilePackageOk> package;  ///< as the server sent it
  std::vector<messages::HandleNotification> notifications;

  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest& request) override {
    auto changed = pass(request, "ES9+.InitiateAuthentication", on_hello);
    return answer<messages::InitiateAuthenticationResponse>(inner_.initiate_authentication(server, changed),
                                                            "ES9+.InitiateAuthentication", on_challenge);
  }
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest& request) override {
    proof = request;
    auto changed = pass(request, "ES9+.AuthenticateClient", on_proof);
    return answer<messages::AuthenticateClientResponseEs9>(inner_.authenticate_client(server, changed),
                                                           "ES9+.AuthenticateClient", on_offer);
  }
  download::Es9Result<messages::AuthenticateClientOkEs11> authenticate_client_es11(
      const std::string& server, const messages::AuthenticateClientRequest& request) override {
    say(request, "ES11.AuthenticateClient");
    return inner_.authenticate_client_es11(server, request);
  }
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest& request) override {
    key = request;
    auto changed = pass(request, "ES9+.GetBoundProfilePackage", on_key);
    auto result = inner_.get_bound_profile_package(server, changed);
    if (result) package = *result;
    if (cut) return download::Es9Failure{std::nullopt, Error{ErrorKind::io, "the connection broke"}};
    return answer<messages::GetBoundProfilePackageResponse>(std::move(result), "ES9+.GetBoundProfilePackage",
                                                            on_package);
  }
  download::Es9Result<void> handle_notification(const std::string& server,
                                                const messages::HandleNotification& request) override {
    say(request, "ES9+.HandleNotification");
    notifications.push_back(request);
    return inner_.handle_notification(server, request);
  }
  download::Es9Result<void> cancel_session(const std::string& server,
                                           const messages::CancelSessionRequestEs9& request) override {
    say(request, "ES9+.CancelSession");
    return inner_.cancel_session(server, request);
  }
  std::vector<asn1::Oid> peer_oids() const override { return inner_.peer_oids(); }
  Bytes peer_certificate() const override { return inner_.peer_certificate(); }

 private:
  template <class M>
  void say(const M& request, std::string_view name) {
    Bytes der = asn1::encode(request);
    append(sent, der);
    trace_.message("LPA>server", name, der);
  }
  template <class M>
  M pass(const M& request, std::string_view name, const std::function<void(M&)>& hook) {
    say(request, name);
    M changed = request;
    if (hook) hook(changed);
    return changed;
  }
  template <class Response, class M>
  download::Es9Result<M> answer(download::Es9Result<M> result, std::string_view name,
                                const std::function<void(M&)>& hook) {
    if (!result) return result;
    Bytes der = asn1::encode(Response{*result});
    append(received, der);
    trace_.message("server>LPA", name, der);
    if (hook) hook(*result);
    return result;
  }
  download::Es9& inner_;
  Trace& trace_;
};

struct WorldOptions {
  uint64_t pki_seed = 1;
  uint64_t seed = 1;           ///< of everything else
  bool keep_in_memory = true;  ///< orders of the SM-DP+; otherwise in SQLite in the folder
  std::string server_host = host;
  std::function<void(pki::HierarchyOptions&)> change_pki;
  /// Called with the folder of certificates and keys, before the site opens.
  std::function<void(const std::string&)> change_folder;
  bool production = false;
  /// Further certificate sets of the site, each below a CI on this curve; TLS keys as well.
  std::vector<crypto::Curve> further_curves;
  std::function<void(lab::SmdpSiteOptions&)> change_site;
};

/// A profile in stock and its order.
struct Product {
  lab::SubscriberProfile profile;
  smdp::Order order;
  download::ActivationCode code;
};

class World {
 public:
  explicit World(WorldOptions options = {}) : random(options.seed), pki(make_pki(options)) {
    (void)must(lab::KeysFolder::create(folder.path + "/pki", pki, random));
    for (crypto::Curve curve : options.further_curves) {
      WorldOptions further = options;
      further.change_pki = [&](pki::HierarchyOptions& h) {
        if (options.change_pki) options.change_pki(h);
        h.curve = h.tls_curve = curve;
      };
      further_pkis.push_back(make_pki(further));
      (void)must(lab::KeysFolder::add(folder.path + "/pki", further_pkis.back(), random));
    }
    lab::SmdpSiteOptions& o = site_options;
    if (options.change_folder) options.change_folder(folder.path + "/pki");
    o.production = options.production;
    o.dir = folder.path;
    o.es9plus().host = options.server_host;
    o.es9plus().public_port = 443;
    o.keep_in_memory = options.keep_in_memory;
    if (options.change_site) options.change_site(o);
    site = must(lab::SmdpSite::open(o, clock, random, log));
  }

  /// Puts subscriber `number`'s profile in stock and releases an order for it.
  Product order(uint64_t number, smdp::CreateOrder how = {}, size_t size = 0,
                const std::function<void(smdp::ImportProfile&)>& change = {}) {
    return order_for(must(lab::SubscriberProfile::make_numbered(number, size, random)), std::move(how),
                     change);
  }
  Product order_for(lab::SubscriberProfile profile, smdp::CreateOrder how = {},
                    const std::function<void(smdp::ImportProfile&)>& change = {}) {
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
  smdp::Order now(const smdp::Order& o) {
    return must(smdp::show_order(site->ports(), access::administrator(), o.iccid));
  }

  static Eid eid(int number) { return must(lab::eid_number(iin, static_cast<uint64_t>(number))); }
  /// Card `number` as this world's manufacturer makes it.
  euicc::Personalisation personalisation(int number) {
    return must(lab::make_personalisation(pki[pki::Role::eum], pki.certificate(pki::Role::ci), eid(number),
                                          random, true));
  }

  TemporaryFolder folder;
  ManualClock clock{start};
  RecordingRandom random;
  pki::Hierarchy pki;
  std::vector<pki::Hierarchy> further_pkis;
  ServerLog log;
  lab::SmdpSiteOptions site_options;  ///< as the site was opened
  std::unique_ptr<lab::SmdpSite> site;

 private:
  static pki::Hierarchy make_pki(const WorldOptions& options) {
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
};

/// How a phone finds and trusts servers.
struct PhoneOptions {
  std::vector<Bytes> trusted_ci;  ///< instead of the world's; empty: the world's
  uint16_t port = 0;              ///< where `host` leads, instead of the world's server
  http::Es9Binding binding = http::Es9Binding::json;
  std::vector<http::ConnectTo> routes;  ///< beside that to the world's server
};

/// A phone with a card in it.
class Phone {
 public:
  Phone(World& world, int number, PhoneOptions options = {})
      : Phone(world, world.personalisation(number), std::move(options)) {}
  Phone(World& world, euicc::Personalisation data, PhoneOptions options = {})
      : card(must(lab::VirtualCard::make(std::move(data), world.random, &decisions))),
        contacts(card),
        client(must(http::Client::make(client_options(world, options), world.clock))),
        server(client, options.binding),
        wire(server, trace) {
    must(lab::Handset(contacts).start());
    es10.emplace(must(download::Es10::open(contacts)));
    lpa.emplace(*es10, wire, user, trace);
  }

  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code) {
    download::Options options;
    options.deviceInfo = download::default_device_info();
    return lpa->download(code, options);
  }
  size_t profile_count() { return must(lpa->profiles()).size(); }
  size_t pending() { return must(lpa->notifications()).size(); }
  const Bytes& memory() { return card.nvm().content(); }

  CardLog decisions;
  lab::VirtualCard card;
  Contacts contacts;
  http::Client client;
  http::Es9Client server;
  Trace trace;
  Wire wire;
  User user;
  std::optional<download::Es10> es10;
  std::optional<lpa::Lpa> lpa;

 private:
  static http::ClientOptions client_options(World& world, const PhoneOptions& options) {
    http::ClientOptions o;
    o.trusted_ci = options.trusted_ci.empty() ? world.site->ci_certificates() : options.trusted_ci;
    o.connect_to = {{{host, 443}, "127.0.0.1", options.port ? options.port : world.site->port()}};
    o.connect_to.insert(o.connect_to.end(), options.routes.begin(), options.routes.end());
    return o;
  }
};

}  // namespace sealift::e2e
