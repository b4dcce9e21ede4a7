#include "tests/sim/smds.hpp"

#include <algorithm>

#include "tests/sim/key_store.hpp"
#include "tests/sim/mortal.hpp"

namespace sealift::sim {
namespace {

using smds::Audit;
using smds::Event;
using smds::EventState;

const asn1::Oid smdp_oid = asn1::Oid::of({2, 999, 10});

/// The events of one process.
class MortalEvents final : public smds::EventStore {
 public:
  MortalEvents(Mortal& life, smds::EventStore& durable) : life_(life), durable_(durable) {}
  Result<uint64_t> add(const Event& e, const smds::EventLimits& limits, const Audit& a) override {
    return life_.write("add event", [&] { return durable_.add(e, limits, a); });
  }
  Result<std::optional<Event>> find(const Eid& eid, std::string_view id) override {
    return life_.read([&] { return durable_.find(eid, id); });
  }
  Result<std::optional<Event>> find_deleted(const Eid& eid, std::string_view id,
                                            std::string_view call) override {
    return life_.read([&] { return durable_.find_deleted(eid, id, call); });
  }
  Result<std::vector<Event>> events(const Eid& eid, Time now, size_t most) override {
    return life_.read([&] { return durable_.events(eid, now, most); });
  }
  Result<std::vector<Event>> list(uint64_t after, size_t most) override {
    return life_.read([&] { return durable_.list(after, most); });
  }
  Status change(const Event& e, EventState from, const Audit& a) override {
    return life_.write("change event", [&] { return durable_.change(e, from, a); });
  }
  Result<std::vector<Event>> to_end(Time now, Time pending_before, size_t most) override {
    return life_.read([&] { return durable_.to_end(now, pending_before, most); });
  }
  Result<std::vector<Event>> untold(uint64_t after, size_t most) override {
    return life_.read([&] { return durable_.untold(after, most); });
  }
  Result<size_t> prune(Time before, Time untold_before, size_t most) override {
    return life_.write("prune events", [&] { return durable_.prune(before, untold_before, most); });
  }
  Result<size_t> prune_audit(Time before, size_t most) override { return durable_.prune_audit(before, most); }
  Result<smds::EventCounts> counts() override { return durable_.counts(); }

 private:
  Mortal& life_;
  smds::EventStore& durable_;
};

}  // namespace

struct Smds::Process {
  Process(Shared& shared, Smds& server)
      : die([&server] { server.restart(); }),
        life(shared, die),
        events(life, server.events_),
        identities{{identity_of(server.pki_, pki::Role::ds_auth,
                                std::make_shared<MoodySigner>(shared, server.pki_[pki::Role::ds_auth].key),
                                server.trust_)}},
        ports{shared.clock, shared.random, server.authenticator_, identities,
              events,       sessions,      server.silent_,        server.settings_} {}
  std::function<void()> die;
  Mortal life;
  MortalEvents events;
  store::MemorySmdsSessions sessions{100};
  smds::Identities identities;
  smds::Ports ports;
};

Smds::Smds(Shared& shared, const pki::Hierarchy& pki) : shared_(shared), pki_(pki) {
  check(bool(trust_.add(pki.certificate(pki::Role::ci))), "the CI is one");
  settings_.smdsAddress = std::string(smds_address);
  process_ = std::make_shared<Process>(shared, *this);
}
Smds::~Smds() = default;

// A request under way keeps the dead process alive, and finds that nothing answers it any more.
void Smds::restart() {
  process_->life.dead = true;
  process_ = std::make_shared<Process>(shared_, *this);
}

std::optional<Result<void, smds::Refusal>> Smds::register_event(const Eid& eid, const std::string& eventId) {
  const messages::RegisterEventRequest request{
      {"mno", "register " + eid.digits() + " " + eventId}, eid, std::string(address), eventId, false};
  return ask([&](smds::Ports& ports) { return smds::register_event(ports, smdp_oid, request); });
}

std::optional<Result<void, smds::Refusal>> Smds::delete_event(const Eid& eid, const std::string& eventId,
                                                              const std::string& call) {
  const messages::DeleteEventRequest request{{"mno", call}, eid, eventId};
  return ask([&](smds::Ports& ports) { return smds::delete_event(ports, smdp_oid, request); });
}

void Smds::maintain() {
  const std::shared_ptr<Process> mine = process_;
  (void)smds::end_expired(mine->ports);
  (void)smds::prune(mine->ports);
}

size_t Smds::events() {
  const auto all = *events_.list(0, 1000);
  return static_cast<size_t>(
      std::ranges::count_if(all, [](const Event& e) { return e.state != EventState::deleted; }));
}

smds::Ports& Smds::ports_of(Process& process) {
  return process.ports;
}
bool Smds::is_dead(const Process& process) {
  return process.life.dead;
}

}  // namespace sealift::sim
