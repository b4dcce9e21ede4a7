// An ES2+ listener beside a world's SM-DP+, and the operators who call it: each with a client certificate
// below a CA of its own. What ES2+ is told of an SM-DS goes through `events`, where a test has set one.
#pragma once

#include "access/administration.hpp"
#include "http/es2_client.hpp"
#include "lab/operators.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {

class Es2Side {
 public:
  static constexpr const char* kMno = "mno.example.com";
  static constexpr const char* kOther = "other.example.com";

  explicit Es2Side(World& world, smdp::EventRegistrar* events = nullptr)
      : world_(world), es2_{world.site->ports(), told_, events} {
    http::Router router;
    access::Directory& directory = *world.site->ports().directory;
    add_tenant("mno", kMno);
    add_tenant("other", kOther);
    http::add_es2_routes(router, es2_, lab::operators(directory, world.clock));
    http::ServerOptions options;
    options.workers = 16;
    options.max_body = http::max_es2_body;
    http::ClientCertificates& clients = options.client_certificates.emplace();
    for (const pki::Hierarchy* one : {&mno_, &other_})
      clients.private_ca.push_back(to_bytes(one->certificate(pki::Role::ci).der()));
    clients.clock = &world.clock;
    server_ = must(http::Server::start(std::move(options), tls_of(world.pki), std::move(router)));
  }

  /// The client certificate of an operator.
  http::TlsIdentity certificate(const std::string& name) { return tls_of(name == kMno ? mno_ : other_); }
  http::Client client(http::TlsIdentity identity) {
    http::ClientOptions options;
    options.trusted_ci = world_.site->ci_certificates();
    options.connect_to = {{{host, 443}, "127.0.0.1", server_->port()}};
    options.identity = std::make_shared<const http::TlsIdentity>(std::move(identity));
    return must(http::Client::make(std::move(options), world_.clock));
  }

  /// A profile of an operator's in stock: as one that was ordered and taken back.
  Iccid stock(uint64_t number, const std::string& type = "Test", const std::string& tenant = "mno") {
    smdp::Order order = smdp::as_stocked(world_.order(number).order);
    order.tenant = tenant;
    order.profileType = type;
    must(world_.site->ports().orders.apply({.after = order, .audit = {.at = world_.clock.now()}}));
    return order.iccid;
  }
  smdp::Order now(const Iccid& iccid) { return **world_.site->ports().orders.find(iccid); }

 private:
  static http::TlsIdentity tls_of(const pki::Hierarchy& hierarchy) {
    const pki::Identity& tls = hierarchy[pki::Role::dp_tls];
    http::TlsIdentity out;
    out.certificates.push_back(to_bytes(tls.certificate.der()));
    out.private_key = pki::private_key_to_pkcs8(tls.key);
    return out;
  }
  static pki::Hierarchy operator_pki(const std::string& name, uint64_t seed) {
    pki::HierarchyOptions options;
    options.eid = World::eid(900);
    options.dp_hosts = {name};
    options.not_before = start - std::chrono::days(1);
    SeededRandom random(seed);
    return must(pki::make_hierarchy(options, random));
  }
  /// An operator by the name in its certificate, whose orders may be without an EID. There already where the
  /// server has started anew.
  void add_tenant(const std::string& id, const std::string& name) {
    access::Tenant tenant{.id = id, .name = id};
    tenant.clients.push_back({.dnsName = name});
    tenant.policies.allowUnbound = true;
    access::Office office{world_.clock, world_.random, *world_.site->ports().directory};
    const auto added = access::add_tenant(office, access::administrator("tester"), tenant);
    check(added || added.error().kind == ErrorKind::exists, "a tenant of a test");
  }

  World& world_;
  smdp::Es2Observer told_;
  smdp::Es2Ports es2_;
  pki::Hierarchy mno_ = operator_pki(kMno, 7), other_ = operator_pki(kOther, 8);
  std::unique_ptr<http::Server> server_;
};

/// An operator that calls: each call with an identifier of its own.
class Operator {
 public:
  explicit Operator(Es2Side& side, const std::string& name = Es2Side::kMno)
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

 private:
  messages::FunctionHeader header() { return {"test.operator.com", "call-" + std::to_string(++calls_)}; }
  int calls_ = 0;
  http::Client client_;
  http::Es2Client es2_;
};

}  // namespace sealift::e2e
