#include "tests/sim/server.hpp"

namespace sealift::sim {
namespace {

/// The store of one process: what it was told is durable, and it may die at each step.
class MortalStore final : public smdp::OrderStore {
 public:
  MortalStore(Shared& shared, smdp::OrderStore& durable, const std::function<void()>& die)
      : shared_(shared), durable_(durable), die_(die) {}
  bool dead = false;

  Status add(const smdp::Order& o, const smdp::StoredProfile& p, const smdp::Audit& a) override {
    return write("add", [&] { return durable_.add(o, p, a); });
  }
  Result<std::optional<smdp::Order>> find(const Iccid& i) override {
    return read([&] { return durable_.find(i); });
  }
  Result<std::optional<smdp::Order>> find(const MatchingId& m) override {
    return read([&] { return durable_.find(m); });
  }
  Result<std::optional<smdp::Order>> find_default(const Eid& e, Time now) override {
    return read([&] { return durable_.find_default(e, now); });
  }
  Result<std::optional<smdp::Order>> find_available(const std::string& tenant, const std::string& profileType,
                                                    size_t skip) override {
    return read([&] { return durable_.find_available(tenant, profileType, skip); });
  }
  Result<std::vector<smdp::Order>> list(const smdp::OrderFilter& filter, const std::optional<Iccid>& after,
                                        size_t limit) override {
    return read([&] { return durable_.list(filter, after, limit); });
  }
  Result<std::vector<smdp::StockCount>> stock(const std::string& tenant) override {
    return read([&] { return durable_.stock(tenant); });
  }
  Result<std::vector<smdp::FunctionCall>> calls(const smdp::CallKey& key) override {
    return read([&] { return durable_.calls(key); });
  }
  Status remember(const smdp::FunctionCall& call, const smdp::Audit& a) override {
    return write("remember", [&] { return durable_.remember(call, a); });
  }
  Result<smdp::StoredProfile> profile(const Iccid& i) override {
    return read([&] { return durable_.profile(i); });
  }
  Result<Bytes> package(const Iccid& i) override {
    return read([&] { return durable_.package(i); });
  }
  Result<std::optional<smdp::Delivery>> delivery(const TransactionId& t) override {
    return read([&] { return durable_.delivery(t); });
  }
  Status apply(const smdp::Transition& t) override {
    return write("apply", [&] { return durable_.apply(t); });
  }
  Status hear(const smdp::NotificationKey& k, const Iccid& i, const smdp::Audit& a) override {
    return write("hear", [&] { return durable_.hear(k, i, a); });
  }
  Result<size_t> prune(Time before) override {
    return read([&] { return durable_.prune(before); });
  }

 private:
  static Error gone() { return {ErrorKind::io, "the process is dead"}; }
  void die(const char* when) {
    shared_.trace.say(when);
    dead = true;
    die_();
  }
  template <class F>
  auto read(F&& operation) -> decltype(operation()) {
    shared_.scheduler.yield();
    if (dead) return gone();
    return operation();
  }
  template <class F>
  Status write(const char* name, F&& operation) {
    shared_.scheduler.yield();
    if (dead) return gone();
    if (shared_.dice.chance(shared_.faults.crash)) {
      die("crash before a write");
      return gone();
    }
    if (shared_.dice.chance(shared_.faults.full_disk)) {
      shared_.trace.say("disk full");
      return Error{ErrorKind::io, "no space left on device"};
    }
    Status out = operation();
    shared_.trace.say(name, view(out ? "ok" : out.error().message));
    if (shared_.dice.chance(shared_.faults.crash)) die("crash after a write");
    return dead ? Status(gone()) : std::move(out);
  }
  Shared& shared_;
  smdp::OrderStore& durable_;
  const std::function<void()>& die_;
};

/// A key store that does not always answer.
class MoodySigner final : public crypto::Signer {
 public:
  MoodySigner(Shared& shared, const crypto::PrivateKey& key) : shared_(shared), inner_(key.clone()) {}
  using Signer::sign;
  const crypto::PublicKey& public_key() const override { return inner_.public_key(); }
  Result<crypto::Signature> sign(std::span<const View> parts) override {
    shared_.scheduler.yield();
    if (shared_.dice.chance(shared_.faults.key_store)) {
      shared_.trace.say("key store fails");
      return Error{ErrorKind::io, "the key store does not answer"};
    }
    return inner_.sign(parts);
  }

 private:
  Shared& shared_;
  crypto::DeterministicSigner inner_;
};

std::vector<smdp::Signers> signers_of(
    const pki::Hierarchy& pki, const pki::TrustStore& trust,
    const std::function<std::shared_ptr<crypto::Signer>(const crypto::PrivateKey&)>& make) {
  const auto identity = [&](pki::Role role) {
    auto made = auth::server_identity(role, pki.certificate(role).der(), make(pki[role].key), trust, start);
    check(bool(made), "the PKI of the simulation is in order");
    return std::move(*made);
  };
  std::vector<smdp::Signers> out;
  out.push_back({identity(pki::Role::dp_auth), identity(pki::Role::dp_pb)});
  return out;
}

}  // namespace

struct Server::Process {
  Process(Shared& shared, Server& server)
      : die([this, &server] {
          if (server.process_.get() == this) server.restart();
        }),
        store(shared, server.orders_, die),
        signers(signers_of(server.pki_, server.trust_,
                           [&](const auto& key) { return std::make_shared<MoodySigner>(shared, key); })),
        ports{shared.clock, shared.random, server.authenticator_, signers,         server.store_key_,
              store,        sessions,      server.silent_,        server.settings_} {}
  std::function<void()> die;
  MortalStore store;
  store::MemorySessions sessions{200};
  smdp::SignerList signers;
  smdp::Ports ports;
};

Server::Server(Shared& shared, const pki::Hierarchy& pki) : shared_(shared), pki_(pki) {
  check(bool(trust_.add(pki.certificate(pki::Role::ci))), "the CI is one");
  settings_.smdpAddress = std::string(address);
  honest_.replace(signers_of(pki, trust_, [](const auto& key) {
    return std::make_shared<crypto::DeterministicSigner>(key.clone());
  }));
  operator_sessions_ = std::make_unique<store::MemorySessions>(1);
  operator_.reset(new smdp::Ports{shared.clock, shared.random, authenticator_, honest_, store_key_, orders_,
                                  *operator_sessions_, silent_, settings_});
  restart();
}
Server::~Server() = default;

void Server::restart() {
  // A request under way keeps the dead process alive, and finds that nothing answers it any more.
  if (process_) process_->store.dead = true;
  process_ = std::make_shared<Process>(shared_, *this);
}

std::optional<bool> Server::notify(const messages::HandleNotification& request) {
  const std::shared_ptr<Process> mine = process_;
  const bool taken = smdp::handle_notification(mine->ports, request);
  if (mine->store.dead) return std::nullopt;
  return taken;
}

smdp::Ports& Server::operator_ports() {
  return *operator_;
}
smdp::Ports& Server::ports_of(Process& p) {
  return p.ports;
}
bool Server::is_dead(const Process& p) {
  return p.store.dead;
}

}  // namespace sealift::sim
