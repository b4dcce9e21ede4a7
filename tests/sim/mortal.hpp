// The durable store as one process of a simulated server sees it: the process may die before and after each
// step that makes something durable, and the disk may be full.
#pragma once

#include "tests/sim/server.hpp"

namespace sealift::sim {

/// What a process does that may be its last: it may die at each durable step.
class Mortal {
 public:
  Mortal(Shared& shared, const std::function<void()>& die) : shared_(shared), die_(die) {}
  bool dead = false;

  static Error gone() { return {ErrorKind::io, "the process is dead"}; }
  template <class F>
  auto read(F&& operation) -> decltype(operation()) {
    shared_.scheduler.yield();
    if (dead) return gone();
    return operation();
  }
  template <class F>
  auto write(const char* name, F&& operation) -> decltype(operation()) {
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
    auto out = operation();
    shared_.trace.say(name, view(out ? "ok" : out.error().message));
    if (shared_.dice.chance(shared_.faults.crash)) die("crash after a write");
    if (dead) return gone();
    return out;
  }

 private:
  void die(const char* when) {
    shared_.trace.say(when);
    dead = true;
    die_();
  }
  Shared& shared_;
  const std::function<void()>& die_;
};

/// The outbox of one process.
class MortalOutbox final : public smdp::Outbox {
 public:
  MortalOutbox(Mortal& life, smdp::Outbox& durable) : life_(life), durable_(durable) {}
  Result<std::vector<smdp::Addressee>> addressees(Time now) override {
    return life_.read([&] { return durable_.addressees(now); });
  }
  Result<std::vector<smdp::Queued>> claim(const smdp::Addressee& whose, Time now, std::chrono::seconds lease,
                                          size_t limit) override {
    return life_.write("claim", [&] { return durable_.claim(whose, now, lease, limit); });
  }
  Status delivered(uint64_t number) override {
    return life_.write("delivered", [&] { return durable_.delivered(number); });
  }
  Status postpone(uint64_t number, Time due) override {
    return life_.write("postpone", [&] { return durable_.postpone(number, due); });
  }
  Status refused(uint64_t number, Time now, Time due, std::string_view why) override {
    return life_.write("refused", [&] { return durable_.refused(number, now, due, why); });
  }
  Result<std::vector<smdp::RefusedRow>> all_refused(const std::string& tenant, size_t limit) override {
    return life_.read([&] { return durable_.all_refused(tenant, limit); });
  }
  Result<smdp::RefusedRow> drop(uint64_t number, const std::string& tenant, const access::Audit& a) override {
    return life_.write("drop", [&] { return durable_.drop(number, tenant, a); });
  }
  Status hasten(const smdp::Outgoing& what, Time now) override {
    return life_.write("hasten", [&] { return durable_.hasten(what, now); });
  }
  Status recall(const smdp::Outgoing& what) override {
    return life_.write("recall", [&] { return durable_.recall(what); });
  }
  Result<smdp::OutboxFigures> figures() override {
    return life_.read([&] { return durable_.figures(); });
  }

 private:
  Mortal& life_;
  smdp::Outbox& durable_;
};

/// The store of one process: what it was told is durable. Keeps a ledger of what is to be told.
class MortalStore final : public smdp::OrderStore {
 public:
  MortalStore(Mortal& life, smdp::OrderStore& durable, Ledger& ledger)
      : life_(life), durable_(durable), ledger_(ledger) {}

  Status add(const smdp::Order& o, const smdp::StoredProfile& p, const smdp::Audit& a) override {
    return life_.write("add", [&] { return durable_.add(o, p, a); });
  }
  Result<std::optional<smdp::Order>> find(const Iccid& i) override {
    return life_.read([&] { return durable_.find(i); });
  }
  Result<std::optional<smdp::Order>> find(const MatchingId& m) override {
    return life_.read([&] { return durable_.find(m); });
  }
  Result<std::optional<smdp::Order>> find_default(const Eid& e, Time now) override {
    return life_.read([&] { return durable_.find_default(e, now); });
  }
  Result<std::optional<smdp::Order>> find_available(const std::string& tenant, const std::string& profileType,
                                                    size_t skip) override {
    return life_.read([&] { return durable_.find_available(tenant, profileType, skip); });
  }
  Result<std::vector<smdp::Order>> list(const smdp::OrderFilter& filter, const std::optional<Iccid>& after,
                                        size_t limit) override {
    return life_.read([&] { return durable_.list(filter, after, limit); });
  }
  Result<std::vector<smdp::StockCount>> stock(const std::string& tenant) override {
    return life_.read([&] { return durable_.stock(tenant); });
  }
  Result<std::vector<smdp::FunctionCall>> calls(const smdp::CallKey& key, const Octets<32>& digest) override {
    return life_.read([&] { return durable_.calls(key, digest); });
  }
  Status remember(const smdp::FunctionCall& call, const smdp::Audit& a) override {
    return life_.write("remember", [&] { return durable_.remember(call, a); });
  }
  Result<smdp::StoredProfile> profile(const Iccid& i) override {
    return life_.read([&] { return durable_.profile(i); });
  }
  Result<Bytes> package(const Iccid& i) override {
    return life_.read([&] { return durable_.package(i); });
  }
  Result<std::optional<smdp::Delivery>> delivery(const TransactionId& t) override {
    return life_.read([&] { return durable_.delivery(t); });
  }
  Status apply(const smdp::Transition& t) override {
    return life_.write("apply", [&] {
      Status done = durable_.apply(t);
      if (done) ledger_.committed(t);
      return done;
    });
  }
  Status hear(const smdp::NotificationKey& k, const Iccid& i, const smdp::Audit& a) override {
    return life_.write("hear", [&] { return durable_.hear(k, i, a); });
  }
  Result<std::vector<smdp::Order>> expired(Time now, Time given_out, size_t limit) override {
    return life_.read([&] { return durable_.expired(now, given_out, limit); });
  }
  Result<size_t> prune(Time before) override {
    return life_.read([&] { return durable_.prune(before); });
  }

 private:
  Mortal& life_;
  smdp::OrderStore& durable_;
  Ledger& ledger_;
};

}  // namespace sealift::sim
