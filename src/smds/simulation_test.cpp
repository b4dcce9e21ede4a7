// An alternative and a root SM-DS, two SM-DP+s and their eUICCs, from one seed: messages are lost on either
// way and doubled, each SM-DS dies before or after any step of its store, and SM-DP+s repeat what was not
// answered. When the faults end, no event is lost, none is told to the wrong eUICC, and none outlives its
// deletion at either SM-DS. SEALIFT_SEEDS=N plays N seeds.

#include <cstdlib>
#include <set>

#include "smds/test_world.hpp"

namespace sealift::smds {
namespace {

using namespace testing;

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  uint64_t below(uint64_t n) {
    uint64_t x = 0;
    for (uint8_t b : random_.octets<8>()) x = x << 8 | b;
    return x % n;
  }
  bool chance(unsigned in_a_thousand) { return below(1000) < in_a_thousand; }

 private:
  SeededRandom random_;
};

/// How often things go wrong, in thousandths.
struct Faults {
  unsigned crash = 0, lost = 0, lost_answer = 0, doubled = 0;
};

/// A durable store whose process dies at a step, before it or after it; then nothing goes on until restart.
class Mortal final : public EventStore {
 public:
  Mortal(Dice& dice, const Faults& faults) : dice_(dice), faults_(faults) {}
  bool dead = false;

  Result<uint64_t> add(const Event& e, const EventLimits& l, const Audit& a) override {
    return step([&] { return inner_.add(e, l, a); });
  }
  Result<std::optional<Event>> find(const Eid& eid, std::string_view id) override {
    return step([&] { return inner_.find(eid, id); });
  }
  Result<std::optional<Event>> find_deleted(const Eid& eid, std::string_view id,
                                            std::string_view call) override {
    return step([&] { return inner_.find_deleted(eid, id, call); });
  }
  Result<std::vector<Event>> events(const Eid& eid, Time now, size_t most) override {
    return step([&] { return inner_.events(eid, now, most); });
  }
  Result<std::vector<Event>> list(uint64_t after, size_t most) override { return inner_.list(after, most); }
  Status change(const Event& e, EventState from, const Audit& a) override {
    return step([&] { return inner_.change(e, from, a); });
  }
  Result<std::vector<Event>> to_end(Time now, Time pending_before, size_t most) override {
    return step([&] { return inner_.to_end(now, pending_before, most); });
  }
  Result<std::vector<Event>> untold(uint64_t after, size_t most) override {
    return step([&] { return inner_.untold(after, most); });
  }
  Result<size_t> prune(Time before, Time untold_before, size_t most) override {
    return step([&] { return inner_.prune(before, untold_before, most); });
  }
  Result<size_t> prune_audit(Time before, size_t most) override { return inner_.prune_audit(before, most); }
  Result<EventCounts> counts() override { return inner_.counts(); }

 private:
  template <class Step>
  auto step(Step step) -> decltype(step()) {
    const Error gone{ErrorKind::io, "the process is dead"};
    if (dead || dice_.chance(faults_.crash)) {
      dead = true;
      return gone;
    }
    auto done = step();
    dead = dice_.chance(faults_.crash);
    if (dead) return gone;
    return done;
  }
  Dice& dice_;
  const Faults& faults_;
  store::MemoryEvents inner_;
};

/// One SM-DS: a process over its store.
struct Node {
  Node(World& w, Dice& dice, const Faults& faults, std::string name, RootSmds* root)
      : address(std::move(name)),
        store(dice, faults),
        settings{.smdsAddress = address},
        ports{w.clock, w.random, w.authenticator, w.identities, store, sessions, silent, settings, root,
              nullptr, {}} {}
  std::string address;
  Mortal store;
  store::MemorySmdsSessions sessions{100};
  Observer silent;
  Settings settings;
  Ports ports;
};

/// A message to an SM-DS and its answer, as far as both arrive.
template <class Serve>
auto carry(Dice& dice, const Faults& faults, Node& to, Serve serve) -> std::optional<decltype(serve())> {
  if (dice.chance(faults.lost)) return std::nullopt;
  auto answer = serve();
  if (!to.store.dead && dice.chance(faults.doubled)) (void)serve();
  const bool died = std::exchange(to.store.dead, false);  // it starts again on what is durable
  if (died || dice.chance(faults.lost_answer)) return std::nullopt;
  return answer;
}

/// ES15 between the two.
class Wire final : public RootSmds {
 public:
  Wire(Dice& dice, const Faults& faults, Node& root) : dice_(dice), faults_(faults), root_(root) {}
  Result<void, Failure> register_event(const messages::RegisterEventRequest& r) override {
    return call([&] { return smds::register_event(root_.ports, alt_oid, r); });
  }
  Result<void, Failure> delete_event(const messages::DeleteEventRequest& r) override {
    return call([&] { return smds::delete_event(root_.ports, alt_oid, r); });
  }
  static inline const asn1::Oid alt_oid = asn1::Oid::of({2, 999, 15});

 private:
  template <class Serve>
  Result<void, Failure> call(Serve serve) {
    auto answer = carry(dice_, faults_, root_, serve);
    if (!answer) return Failure{std::nullopt, Error{ErrorKind::io, "no answer"}};
    if (*answer) return {};
    const RefusalRow& row = row_of(answer->error());
    return Failure{
        messages::StatusCodeData{std::string(row.subjectCode), std::string(row.reasonCode), {}, {}},
        Error{ErrorKind::conflict, "refused"}};
  }
  Dice& dice_;
  const Faults& faults_;
  Node& root_;
};

/// What an SM-DP+ wants of one event, and what it heard.
struct Wanted {
  asn1::Oid owner;
  int eid = 0;
  std::string id;
  bool forward = false;
  bool registered = false;  ///< it was told so
  bool deleting = false;    ///< it has asked to
  bool deleted = false;     ///< and was told so
  bool given_up = false;    ///< a refusal that ends it
};

class Simulation {
 public:
  Simulation(World& world, uint64_t seed) : world_(world), dice_(seed) {}

  void run() {
    const auto up_to = [this](unsigned n) {
      return dice_.chance(500) ? 0u : static_cast<unsigned>(dice_.below(n));
    };
    faults_ = {.crash = up_to(150), .lost = up_to(250), .lost_answer = up_to(250), .doubled = up_to(250)};
    for (size_t i = 0, steps = 10 + dice_.below(40); i < steps; ++i) turn();
    faults_ = {};
    for (Wanted& w : wanted_) settle(w);
    world_.clock.advance(alt_.settings.pending_ttl + std::chrono::seconds(1));
    for (Node* node : {&alt_, &root_}) {
      ASSERT_TRUE(end_expired(node->ports));
      ASSERT_TRUE(tell_root(node->ports));
    }
    for (int eid = 0; eid < euiccs; ++eid) judge(eid);
  }

 private:
  static constexpr int euiccs = 3;

  void turn() {
    const uint64_t what = dice_.below(10);
    if (what < 4 || wanted_.empty()) {
      Wanted w{dice_.chance(500) ? kSmdp : kOtherSmdp, static_cast<int>(dice_.below(euiccs)),
               "E" + std::to_string(wanted_.size()), dice_.chance(600)};
      wanted_.push_back(std::move(w));
      ask_to_register(wanted_.back());
    } else if (what < 6) {
      ask_to_register(wanted_[dice_.below(wanted_.size())]);
    } else if (what < 8) {
      ask_to_delete(wanted_[dice_.below(wanted_.size())]);
    } else if (what < 9) {
      intrude(wanted_[dice_.below(wanted_.size())]);
    } else {
      (void)end_expired(alt_.ports);
      (void)tell_root(alt_.ports);
      alt_.store.dead = false;
    }
  }

  void ask_to_register(Wanted& w) {
    if (w.registered || w.deleting || w.given_up) return;
    const messages::RegisterEventRequest request{
        {"x", "r-" + w.id}, card_eid(w.eid), "smdp.example.com", w.id, w.forward};
    auto answer = carry(dice_, faults_, alt_, [&] { return register_event(alt_.ports, w.owner, request); });
    if (answer) w.registered = bool(*answer);
  }
  void ask_to_delete(Wanted& w) {
    if (!w.registered || w.deleted) return;
    w.deleting = true;
    auto answer = carry(dice_, faults_, alt_, [&] {
      return delete_event(alt_.ports, w.owner, {{"x", "d-" + w.id}, card_eid(w.eid), w.id});
    });
    if (answer) w.deleted = bool(*answer);
  }
  /// The other SM-DP+ meddles.
  void intrude(const Wanted& w) {
    const asn1::Oid& other = w.owner == kSmdp ? kOtherSmdp : kSmdp;
    auto answer = carry(dice_, faults_, alt_, [&] {
      return delete_event(alt_.ports, other, {{"x", "i-" + w.id}, card_eid(w.eid), w.id});
    });
    EXPECT_FALSE(answer && *answer) << "another SM-DP+ deleted " << w.id;
  }
  /// Nothing is in the way: what was asked for comes true.
  void settle(Wanted& w) {
    if (w.deleting) {
      ask_to_delete(w);
      EXPECT_TRUE(w.deleted) << w.id << " cannot be deleted";
    } else {
      ask_to_register(w);
      EXPECT_TRUE(w.registered) << w.id << " cannot be registered";
    }
  }

  std::set<std::string> told(Node& node, int eid, const std::optional<MatchingId>& eventId = std::nullopt) {
    MiniCard card = world_.card(eid);
    const auto hello = initiate_authentication(node.ports, card.initiate(node.address));
    EXPECT_TRUE(hello);
    const auto ok =
        authenticate_client(node.ports, {.transactionId = hello->transactionId,
                                         .authenticateServerResponse = card.authenticate(*hello, eventId)});
    std::set<std::string> out;
    if (!ok) return out;
    for (const auto& e : ok->eventEntries) {
      out.insert(e.eventId);
      if (&node == &root_) {
        EXPECT_EQ(e.rspServerAddress, alt_.address);
      }
    }
    return out;
  }
  void judge(int eid) {
    std::set<std::string> all, announced;
    for (const Wanted& w : wanted_) {
      if (w.eid != eid || w.deleted) continue;
      all.insert(w.id);
      if (w.forward) announced.insert(w.id);
    }
    EXPECT_EQ(told(alt_, eid), all) << "eUICC " << eid;
    std::set<std::string> by_root;
    for (const std::string& id : told(root_, eid)) {
      const auto behind = told(alt_, eid, *MatchingId::parse(id));
      EXPECT_EQ(behind.size(), 1u) << "the root leads to nothing";
      by_root.insert(behind.begin(), behind.end());
    }
    EXPECT_EQ(by_root, announced) << "eUICC " << eid << " by way of the root";
  }

  World& world_;
  Dice dice_;
  Faults faults_;
  Node root_{world_, dice_, faults_, "root.example.com", nullptr};
  Wire wire_{dice_, faults_, root_};
  Node alt_{world_, dice_, faults_, "alt.example.com", &wire_};
  std::vector<Wanted> wanted_;
};

TEST(SmdsSimulation, loses_no_event_tells_none_to_the_wrong_euicc_and_keeps_none_that_was_deleted) {
  const char* more = std::getenv("SEALIFT_SEEDS");
  const uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 100;
  World world;
  for (uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation(world, seed).run();
  }
}

}  // namespace
}  // namespace sealift::smds
