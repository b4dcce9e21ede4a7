#include "tests/e2e/es2_world.hpp"

namespace sealift::e2e {

Es2Side::Es2Side(World& world, smdp::EventRegistrar* events)
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

Es2Side::~Es2Side() = default;

http::TlsIdentity Es2Side::certificate(const std::string& name) {
  return tls_of(name == kMno ? mno_ : other_);
}

http::Client Es2Side::client(http::TlsIdentity identity) {
  http::ClientOptions options;
  options.trusted_ci = world_.site->ci_certificates();
  options.connect_to = {{{host, 443}, "127.0.0.1", server_->port()}};
  options.identity = std::make_shared<const http::TlsIdentity>(std::move(identity));
  return must(http::Client::make(std::move(options), world_.clock));
}

Iccid Es2Side::stock(uint64_t number, const std::string& type, const std::string& tenant) {
  smdp::Order order = smdp::as_stocked(world_.order(number).order);
  order.tenant = tenant;
  order.profileType = type;
  must(world_.site->ports().orders.apply({.after = order, .audit = {.at = world_.clock.now()}}));
  return order.iccid;
}

smdp::Order Es2Side::now(const Iccid& iccid) {
  return **world_.site->ports().orders.find(iccid);
}

http::TlsIdentity Es2Side::tls_of(const pki::Hierarchy& hierarchy) {
  const pki::Identity& tls = hierarchy[pki::Role::dp_tls];
  http::TlsIdentity out;
  out.certificates.push_back(to_bytes(tls.certificate.der()));
  out.private_key = pki::private_key_to_pkcs8(tls.key);
  return out;
}

pki::Hierarchy Es2Side::operator_pki(const std::string& name, uint64_t seed) {
  pki::HierarchyOptions options;
  options.eid = World::eid(900);
  options.dp_hosts = {name};
  options.not_before = start - std::chrono::days(1);
  SeededRandom random(seed);
  return must(pki::make_hierarchy(options, random));
}

void Es2Side::add_tenant(const std::string& id, const std::string& name) {
  access::Tenant tenant{.id = id, .name = id};
  tenant.clients.push_back({.dnsName = name});
  tenant.policies.allowUnbound = true;
  access::Office office{world_.clock, world_.random, *world_.site->ports().directory};
  const auto added = access::add_tenant(office, access::administrator("tester"), tenant);
  check(added || added.error().kind == ErrorKind::exists, "a tenant of a test");
}

Operator::Operator(Es2Side& side, const std::string& name)
    : client_(side.client(side.certificate(name))), es2_(client_, host) {}

Operator::~Operator() = default;

http::Es2Result<messages::DownloadOrderOk> Operator::download_order(messages::DownloadOrderRequest r) {
  r.header = header();
  return es2_.download_order(r);
}

http::Es2Result<messages::ConfirmOrderOk> Operator::confirm_order(messages::ConfirmOrderRequest r) {
  r.header = header();
  return es2_.confirm_order(r);
}

http::Es2Result<void> Operator::cancel_order(messages::CancelOrderRequest r) {
  r.header = header();
  return es2_.cancel_order(r);
}

http::Es2Result<void> Operator::release_profile(messages::ReleaseProfileRequest r) {
  r.header = header();
  return es2_.release_profile(r);
}

messages::FunctionHeader Operator::header() {
  return {"test.operator.com", "call-" + std::to_string(++calls_)};
}

}  // namespace sealift::e2e
