// An ES2+ listener beside a world's SM-DP+, and the operators who call it: each with a client certificate of
// a CA of its own. What ES2+ is told of an SM-DS goes through `events`, where a test has set one.
#pragma once

#include "http/es2_client.hpp"
#include "http/routes_es2.hpp"
#include "http/test_support.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {

class Es2Side {
 public:
  explicit Es2Side(World& world, smdp::EventRegistrar* events = nullptr)
      : world_(world), es2_{world.site->ports(), told_, events} {
    http::Router router;
    http::add_es2_routes(router, es2_, [this](const http::ClientIdentity& c) { return requester_of(c); });
    http::ServerOptions options;
    options.workers = 16;
    options.max_body = http::max_es2_body;
    options.client_certificates.emplace();
    options.client_certificates->private_ca = {operator_ca_.der()};
    options.client_certificates->clock = &world.clock;
    const auto keys = must(lab::KeysFolder::open(world.folder.path + "/pki"));
    const pki::Identity tls = must(keys.identity(pki::Role::dp_tls));
    http::TlsIdentity identity;
    identity.certificates.push_back(to_bytes(tls.certificate.der()));
    identity.private_key = pki::private_key_to_pkcs8(tls.key);
    server_ = must(http::Server::start(std::move(options), identity, std::move(router)));
  }

  /// A certificate of this name, below the operators' CA or another one.
  http::TlsIdentity certificate(const std::string& name, http::test::TestCi* ca = nullptr) {
    return (ca ? *ca : operator_ca_).tls({name}, start - std::chrono::days(1), start + std::chrono::days(30));
  }
  http::Client client(http::TlsIdentity identity) {
    http::ClientOptions options;
    options.trusted_ci = world_.site->ci_certificates();
    options.connect_to = {{{host, 443}, "127.0.0.1", server_->port()}};
    options.identity = std::make_shared<const http::TlsIdentity>(std::move(identity));
    return must(http::Client::make(std::move(options), world_.clock));
  }
  uint16_t port() const { return server_->port(); }

  /// A profile of an operator's in stock.
  Iccid stock(uint64_t number, const std::string& type = "Test", const std::string& tenant = "mno") {
    auto profile = must(lab::SubscriberProfile::make_numbered(number, 0, world_.random));
    smdp::ImportProfile import;
    import.upp = profile.package.clone();
    import.metadata.serviceProviderName = "Sealift";
    import.metadata.profileName = "Test";
    smdp::Order order = must(smdp::import_profile(world_.site->ports(), "tester", std::move(import)));
    order.tenant = tenant;
    order.profileType = type;
    must(world_.site->ports().orders.apply({.after = order, .audit = {.at = world_.clock.now()}}));
    return order.iccid;
  }
  smdp::Order now(const Iccid& iccid) { return **world_.site->ports().orders.find(iccid); }

  smdp::OrderPolicy policy{.allow_unbound = true};

 private:
  Result<smdp::Requester, http::Denied> requester_of(const http::ClientIdentity& client) {
    for (const std::string& name : client.dns_names) {
      if (name == "mno.example.com") return smdp::Requester{"mno", policy};
      if (name == "other.example.com") return smdp::Requester{"other", policy};
    }
    return http::Denied{403};
  }
  World& world_;
  smdp::Es2Observer told_;
  smdp::Es2Ports es2_;
  http::test::TestCi operator_ca_{7};
  std::unique_ptr<http::Server> server_;
};

/// An operator that calls: each call with an identifier of its own.
class Operator {
 public:
  explicit Operator(Es2Side& side, const std::string& name = "mno.example.com")
      : client_(side.client(side.certificate(name))), es2_(client_, host) {}
  http::Es2Result<messages::DownloadOrderOk> download_order(messages::DownloadOrderRequest r) {
    r.header = header();
    return es2_.download_order(r);
  }
  http::Es2Result<messages::ConfirmOrderOk> confirm_order(messages::ConfirmOrderRequest r) {
    r.header = header();
    return es2_.confirm_order(r);
  }
  http::Es2Result<void> cancel_order(messages::CancelOrderRequest r) {
    r.header = header();
    return es2_.cancel_order(r);
  }
  http::Es2Result<void> release_profile(messages::ReleaseProfileRequest r) {
    r.header = header();
    return es2_.release_profile(r);
  }
  http::Es2Client& es2() { return es2_; }

 private:
  messages::FunctionHeader header() { return {"test.operator.com", "call-" + std::to_string(++calls_)}; }
  int calls_ = 0;
  http::Client client_;
  http::Es2Client es2_;
};

}  // namespace sealift::e2e
