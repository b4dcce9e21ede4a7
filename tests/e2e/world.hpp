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

#include "base/temporary_folder.hpp"
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
void must(Status status);

/// True where `needle` stands somewhere in `hay`.
bool contains(View hay, View needle);

/// What the server told of itself. Locked, since it speaks from its workers.
class ServerLog final : public smdp::Observer {
 public:
  void decided(const smdp::Decision& d) override;
  void refused(smdp::Function, const TransactionId*, smdp::Refusal r) override;
  void moved(const smdp::Order& o, smdp::OrderState) override;
  void notification_ignored(std::string_view why) override;
  void failed(smdp::Function, const Error& e) override;
  std::vector<smdp::Decision> decisions();
  std::vector<smdp::Refusal> refusals();
  std::vector<smdp::OrderState> states();
  std::vector<std::string> ignored();
  std::vector<std::string> failures();

 private:
  template <class T, class V>
  void add(std::vector<T>& list, V&& value);
  template <class T>
  std::vector<T> get(const std::vector<T>& list);
  std::mutex mutex_;
  std::vector<smdp::Decision> decisions_;
  std::vector<smdp::Refusal> refusals_;
  std::vector<smdp::OrderState> states_;
  std::vector<std::string> ignored_, failures_;
};

class CardLog final : public euicc::Observer {
 public:
  void decided(const euicc::Decision& d) override;
  std::vector<euicc::Decision> decisions;
};

/// Octets from a seed, and a record of every draw: a test then knows each key that was ever made. The record
/// is masked, so that no secret stands in this process's memory because of it.
class RecordingRandom final : public Random {
 public:
  explicit RecordingRandom(uint64_t seed);
  void fill(std::span<uint8_t> out) override;
  std::vector<Bytes> draws();

 private:
  static Bytes masked(View octets);
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
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override;
  std::optional<std::string> confirmation_code() override;
  download::Answer enable(const messages::ProfileInfo&) override;
  download::Answer disable(const messages::ProfileInfo&) override;
  download::Answer remove(const messages::ProfileInfo&) override;
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
  void step(download::Step s) override;
  void message(std::string_view direction, std::string_view name, View der) override;
  /// The last message of this direction and name; null where there was none.
  const Message* find(std::string_view direction, std::string_view name) const;
};

/// The contacts of a card: carries APDUs and keeps what passed.
class Contacts final : public download::ApduTransport {
 public:
  explicit Contacts(lab::VirtualCard& card);
  Result<Bytes> transmit(View command) override;
  Bytes sent, emitted;

 private:
  lab::VirtualCard& card_;
};

/// The way between LPA and server, inside the TLS that a man in the middle is assumed to have broken: each
/// hook may change a message before it goes on. Keeps everything that passed.
class Wire final : public download::Es9 {
 public:
  Wire(download::Es9& inner, Trace& trace);
  ~Wire() override;
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
      const std::string& server, const messages::InitiateAuthenticationRequest& request) override;
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest& request) override;
  download::Es9Result<messages::AuthenticateClientOkEs11> authenticate_client_es11(
      const std::string& server, const messages::AuthenticateClientRequest& request) override;
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest& request) override;
  download::Es9Result<void> handle_notification(const std::string& server,
                                                const messages::HandleNotification& request) override;
  download::Es9Result<void> cancel_session(const std::string& server,
                                           const messages::CancelSessionRequestEs9& request) override;
  std::vector<asn1::Oid> peer_oids() const override;
  Bytes peer_certificate() const override;

 private:
  template <class M>
  void say(const M& request, std::string_view name);
  template <class M>
  M pass(const M& request, std::string_view name, const std::function<void(M&)>& hook);
  template <class Response, class M>
  download::Es9Result<M> answer(download::Es9Result<M> result, std::string_view name,
                                const std::function<void(M&)>& hook);
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
  explicit World(WorldOptions options = {});
  ~World();

  /// Puts subscriber `number`'s profile in stock and releases an order for it.
  Product order(uint64_t number, smdp::CreateOrder how = {}, size_t size = 0,
                const std::function<void(smdp::ImportProfile&)>& change = {});
  Product order_for(lab::SubscriberProfile profile, smdp::CreateOrder how = {},
                    const std::function<void(smdp::ImportProfile&)>& change = {});
  smdp::Order now(const smdp::Order& o);

  static Eid eid(int number);
  /// A list of this world's CI, DER, with the certificates of these roles in it; current for a week.
  Bytes crl(const std::vector<pki::Role>& revoked, uint64_t number = 1);
  /// Card `number` as this world's manufacturer makes it.
  euicc::Personalisation personalisation(int number);

  TemporaryFolder folder = TemporaryFolder::make().value();
  ManualClock clock{start};
  RecordingRandom random;
  pki::Hierarchy pki;
  std::vector<pki::Hierarchy> further_pkis;
  ServerLog log;
  lab::SmdpSiteOptions site_options;  ///< as the site was opened
  std::unique_ptr<lab::SmdpSite> site;

 private:
  static pki::Hierarchy make_pki(const WorldOptions& options);
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
  Phone(World& world, int number, PhoneOptions options = {});
  Phone(World& world, euicc::Personalisation data, PhoneOptions options = {});
  ~Phone();

  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code);
  size_t profile_count();
  size_t pending();
  const Bytes& memory();

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
  static http::ClientOptions client_options(World& world, const PhoneOptions& options);
};

}  // namespace sealift::e2e
