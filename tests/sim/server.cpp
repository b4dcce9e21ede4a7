#include "smdp/event_rows.hpp"
#include "tests/sim/key_store.hpp"
#include "tests/sim/mortal.hpp"

namespace sealift::sim {
namespace {

std::vector<smdp::Signers> signers_of(
    const pki::Hierarchy& pki, const pki::TrustStore& trust,
    const std::function<std::shared_ptr<crypto::Signer>(const crypto::PrivateKey&)>& make) {
  const auto identity = [&](pki::Role role) { return identity_of(pki, role, make(pki[role].key), trust); };
  std::vector<smdp::Signers> out;
  out.push_back({identity(pki::Role::dp_auth), identity(pki::Role::dp_pb)});
  return out;
}

}  // namespace

/// ES12 as a process reaches it.
class SimRegistrar final : public smdp::EventRegistrar {
 public:
  explicit SimRegistrar(const Server::Registering& registering) : registering_(registering) {}
  Outcome register_event(const std::string& smds, const Eid& eid, const std::string& eventId) override {
    return registering_ ? registering_(smds, eid, eventId) : Outcome::unreachable;
  }

 private:
  const Server::Registering& registering_;
};

struct Server::Process {
  Process(Shared& shared, Server& server)
      : die([this, &server] { server.bury(*this); }),
        life(shared, die),
        store(life, server.orders_, server.ledger_),
        outbox(life, server.orders_.outbox()),
        signers(signers_of(server.pki_, server.trust_,
                           [&](const auto& key) { return std::make_shared<MoodySigner>(shared, key); })),
        ports{shared.clock,
              shared.random,
              server.authenticator_,
              signers,
              server.store_key_,
              store,
              server.shared_sessions_ ? *server.shared_sessions_ : sessions,
              server.silent_,
              server.settings_},
        key_agreement(shared),
        registrar(server.registering_),
        es2{ports, server.silent_es2_, &registrar, &outbox},
        courier(outbox, shared.clock, shared.random) {
    ports.callbacks = &server.callbacks_;
    ports.key_agreement = &key_agreement;
  }
  std::function<void()> die;
  Mortal life;
  MortalStore store;
  MortalOutbox outbox;
  store::MemorySessions sessions{200};
  smdp::SignerList signers;
  smdp::Ports ports;
  MoodyKeyAgreement key_agreement;
  SimRegistrar registrar;
  smdp::Es2Ports es2;
  smdp::Courier courier;
};

struct Server::Beside {
  Beside(Shared& shared, Server& server)
      : life(shared, never),
        store(life, server.orders_, server.ledger_),
        signers(signers_of(
            server.pki_, server.trust_,
            [](const auto& key) { return std::make_shared<crypto::DeterministicSigner>(key.clone()); })),
        ports{shared.clock, shared.random, server.authenticator_, signers,         server.store_key_,
              store,        sessions,      server.silent_,        server.settings_} {
    ports.callbacks = &server.callbacks_;
  }
  const std::function<void()> never = [] {};
  Mortal life;
  MortalStore store;
  store::MemorySessions sessions{1};
  smdp::SignerList signers;
  smdp::Ports ports;
};

Server::Server(Shared& shared, const pki::Hierarchy& pki, Ledger& ledger, const ServerShape& shape)
    : shared_(shared), ledger_(ledger), callbacks_(shape.told), pki_(pki) {
  check(bool(trust_.add(pki.certificate(pki::Role::ci))), "the CI is one");
  settings_.smdpAddress = std::string(address);
  if (shape.sessions_shared) shared_sessions_ = std::make_unique<store::MemorySessions>(400);
  operator_ = std::make_unique<Beside>(shared, *this);
  processes_.resize(shape.nodes);
  for (auto& process : processes_) process = std::make_shared<Process>(shared_, *this);
}
Server::~Server() = default;

void Server::bury(Process& process) {
  process.life.dead = true;
  // A request under way keeps the dead process alive, and finds that nothing answers it any more.
  for (auto& one : processes_) {
    if (one.get() == &process) one = std::make_shared<Process>(shared_, *this);
  }
}

void Server::restart() {
  const std::shared_ptr<Process> old = any();
  bury(*old);
}

std::shared_ptr<Server::Process> Server::next() {
  if (processes_.size() > 1 && shared_.dice.chance(shared_.faults.wander)) current_ = 1 - current_;
  return processes_[current_];
}

std::shared_ptr<Server::Process> Server::any() {
  return processes_[processes_.size() == 1 ? 0 : shared_.dice.below(processes_.size())];
}

std::optional<bool> Server::notify(const messages::HandleNotification& request) {
  const std::shared_ptr<Process> mine = next();
  const bool taken = smdp::handle_notification(mine->ports, request);
  if (mine->life.dead) return std::nullopt;
  return taken;
}

std::optional<smdp::Es2Answer> Server::es2(const std::function<smdp::Es2Answer(smdp::Es2Ports&)>& function) {
  const std::shared_ptr<Process> mine = next();
  auto answer = function(mine->es2);
  if (mine->life.dead) return std::nullopt;
  return answer;
}

bool Server::send(const std::function<smdp::Sent(const smdp::Outgoing&)>& wire) {
  const std::shared_ptr<Process> mine = any();
  const auto batch = mine->courier.take();
  if (!batch || !*batch) return false;
  for (size_t i = 0; i < (**batch).rows.size() && mine->courier.is_ours(**batch); ++i) {
    const smdp::Outgoing& what = (**batch).rows[i].what;
    const auto holds = smdp::still_holds(mine->store, what);
    if (!holds) break;
    const smdp::Sent how = *holds ? wire(what) : smdp::Sent::delivered;
    if (mine->life.dead || !mine->courier.settle(**batch, i, how) || how == smdp::Sent::unreachable) break;
  }
  mine->courier.give_back(**batch);
  return true;
}

void Server::expire() {
  const std::shared_ptr<Process> mine = any();
  (void)smdp::expire_orders(mine->ports, 3);
}

smdp::Ports& Server::operator_ports() {
  return operator_->ports;
}
smdp::Ports& Server::ports_of(Process& p) {
  return p.ports;
}
bool Server::is_dead(const Process& p) {
  return p.life.dead;
}

}  // namespace sealift::sim
