#include "tests/sim/simulation.hpp"

#include <algorithm>

#include "lab/subscriber_profile.hpp"
#include "tests/sim/mno.hpp"
#include "tests/sim/outside.hpp"

namespace sealift::sim {
namespace {

const pki::Hierarchy& the_pki() {
  static const pki::Hierarchy pki = [] {
    SeededRandom random(1);
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.iin = iin;
    o.eid = *Eid::with_check_digits("890490329999999999999999999999");
    o.dp_hosts = {std::string(address)};
    o.ds_hosts = {std::string(smds_address)};
    o.not_before = start - std::chrono::days(30);
    return std::move(*pki::make_hierarchy(o, random));
  }();
  return pki;
}

/// Made once: a simulation is about what happens to profiles, not about making them.
const lab::SubscriberProfile& profile(size_t n) {
  static const auto all = [] {
    SeededRandom random(2);
    std::vector<lab::SubscriberProfile> out;
    for (uint64_t i = 1; i <= 8; ++i)
      out.push_back(std::move(*lab::SubscriberProfile::make_numbered(i, 0, random)));
    return out;
  }();
  return all[n];
}

struct Ordered {
  Iccid iccid;
  download::ActivationCode code;
  std::optional<std::string> confirmation;
  std::optional<size_t> meant_for;  ///< phone; none: whoever comes first
  bool by_default = false;          ///< the EID selects it
  bool again = false;               ///< may be installed again once it was deleted
  bool moves = false;               ///< and by another chip
  std::optional<Es2Order> es2;      ///< ordered over ES2+, while everything else goes on
  bool open = true;                 ///< the code is known
};

class Simulation {
 public:
  Simulation(uint64_t seed, bool print)
      : dice_(seed),
        trace_(print),
        random_(seed * 2 + 1),
        shared_{dice_, trace_, scheduler_, clock_, random_, {}},
        server_(shared_, the_pki(), ledger_, shape_) {}

  Outcome run() {
    for (size_t i = 0; i < 2 + dice_.below(3); ++i) {
      phones_.push_back(std::make_unique<Phone>(shared_, server_, smds_, ledger_, late_, the_pki(), i + 1));
    }
    for (size_t i = 0; i < 2 + dice_.below(4); ++i) order(i);
    shared_.faults = faults();
    std::vector<std::function<void()>> actors;
    for (size_t i = 0; i < phones_.size(); ++i) actors.push_back([this, i] { use(i); });
    actors.push_back([this] { operate(); });
    for (int i = 0; i < 2; ++i) actors.push_back([this] { tell(); });
    actors.push_back([this] { order_by_es2(); });
    server_.lead_to_smds([this](const std::string&, const Eid& eid, const std::string& eventId) {
      return outside_.register_event(eid, eventId);
    });
    scheduler_.run(std::move(actors));
    quiet();
    judge();
    Outcome out;
    out.trace = trace_.hash();
    out.violations = std::move(ledger_.violations);
    for (const auto& p : phones_) out.installed += p->ever.size();
    out.crashes = crashes_;
    return out;
  }

 private:
  ServerShape shape() {
    constexpr smdp::Told how[] = {smdp::Told::nothing, smdp::Told::progress, smdp::Told::notifications};
    ServerShape out;
    out.nodes = 1 + dice_.below(2);
    out.sessions_shared = out.nodes > 1 && dice_.chance(500);
    out.told = how[dice_.below(3)];
    return out;
  }

  /// Every simulation has its own weather.
  Faults faults() {
    const auto up_to = [this](unsigned n) {
      return dice_.chance(500) ? 0u : static_cast<unsigned>(dice_.below(n));
    };
    return {.crash = up_to(120),
            .full_disk = up_to(150),
            .key_store = up_to(150),
            .lost = up_to(200),
            .lost_answer = up_to(200),
            .doubled = up_to(200),
            .late = up_to(150),
            .refused = up_to(150),
            .wander = shape_.sessions_shared ? 500 : up_to(300),
            .power = up_to(700)};
  }

  void order(size_t n) {
    Ordered out;
    smdp::ImportProfile import;
    import.upp = profile(n).package.clone();
    import.metadata.serviceProviderName = "Sealift";
    import.metadata.profileName = "Simulated";
    using Bit = messages::NotificationEventBit;
    messages::NotificationConfigurationInformation tell;
    tell.profileManagementOperation = {Bit::notificationEnable, Bit::notificationDisable,
                                       Bit::notificationDelete};
    tell.notificationAddress = std::string(address);
    import.metadata.notificationConfigurationInfo = std::vector{tell};
    import.protection = dice_.chance(500) ? smdp::Protection::random_keys : smdp::Protection::session_keys;
    auto imported =
        smdp::import_profile(server_.operator_ports(), access::administrator("operator"), std::move(import));
    check(bool(imported), "a profile is imported");
    if (dice_.chance(400)) return want_by_es2(*imported);
    smdp::CreateOrder how;
    how.iccid = out.iccid = imported->iccid;
    if (dice_.chance(500)) {
      out.meant_for = dice_.below(phones_.size());
      how.eid = phones_[*out.meant_for]->eid();
      // By default SM-DP+, where the EID alone selects: one for a phone, so that it gets what it asks for.
      out.by_default = dice_.chance(300) && by_default_.insert(*out.meant_for).second;
      if (out.by_default)
        how.matchingId = MatchingId();
      else if (dice_.chance(500))
        how.smdsAddress = std::string(smds_address);
    }
    if (dice_.chance(200)) how.expires = start + std::chrono::minutes(dice_.below(24 * 60));
    if (dice_.chance(250)) {
      out.again = true;
      how.reinstall = dice_.chance(500) ? smdp::Reinstall::same_eid : smdp::Reinstall::after_deletion;
      out.moves = how.reinstall == smdp::Reinstall::after_deletion && !out.meant_for;
    }
    if (dice_.chance(250)) {
      out.confirmation = "4711";
      how.confirmationCode = SecretBytes(to_bytes("4711"));
    }
    auto created = smdp::create_order(server_.operator_ports(), access::administrator("operator"), how);
    check(bool(created), "an order is created");
    auto code = download::ActivationCode::parse(*smdp::activation_code(server_.operator_ports(), *created));
    check(bool(code), "its activation code parses");
    out.code = std::move(*code);
    orders_.push_back(std::move(out));
  }

  /// A profile of an operator that orders it while phones already come.
  void want_by_es2(smdp::Order stocked) {
    stocked.tenant = "mno";
    stocked.profileType = "Simulated";
    check(bool(server_.operator_ports().orders.apply({.after = stocked})), "a profile gets its owner");
    Ordered out{.iccid = stocked.iccid, .open = false};
    Es2Order& es2 = out.es2.emplace(Es2Order{.iccid = stocked.iccid});
    if (dice_.chance(600)) {
      out.meant_for = dice_.below(phones_.size());
      es2.eid = phones_[*out.meant_for]->eid();
      out.by_default = dice_.chance(200) && by_default_.insert(*out.meant_for).second;
      if (out.by_default)
        es2.matchingId = "";
      else if (dice_.chance(600))
        es2.smds = std::string(smds_address);
    }
    if (dice_.chance(250)) es2.confirmation = out.confirmation = "4711";
    es2.release_apart = dice_.chance(300);
    es2.cancels = dice_.chance(200);
    orders_.push_back(std::move(out));
  }

  void order_by_es2() {
    for (int i = 0; i < 30; ++i) {
      for (uint64_t n = dice_.below(20); n > 0; --n) scheduler_.yield();
      Ordered& o = orders_[dice_.below(orders_.size())];
      if (o.es2) step(o);
    }
  }

  void step(Ordered& o) {
    mno_.step(*o.es2);
    if (!o.open && o.es2->is_open()) {
      auto code = download::ActivationCode::parse(*smdp::activation_code(server_.operator_ports(), now(o)));
      check(bool(code), "its activation code parses");
      o.code = std::move(*code);
      o.open = true;
    }
  }

  /// What a phone does in troubled times.
  void use(size_t me) {
    Phone& phone = *phones_[me];
    const size_t turns = 3 + dice_.below(8);
    for (size_t i = 0; i < turns; ++i) {
      const uint64_t what = dice_.below(10);
      if (what < 1) {
        discover(phone);
      } else if (what < 6) {
        Ordered& o = orders_[dice_.below(orders_.size())];
        if (!o.open) continue;
        std::optional<std::string> code = o.confirmation;
        if (code && dice_.chance(300)) code = "0000";
        (void)phone.download(o.code, o.by_default ? std::nullopt : std::optional(o.iccid), code);
      } else if (what < 8) {
        (void)phone.deliver();
      } else {
        phone.tinker();
      }
    }
  }

  /// Downloads what the SM-DS has for it (SGP.22 3.6).
  void discover(Phone& phone) {
    const auto codes = phone.discover();
    if (!codes || codes->empty()) return;
    const download::ActivationCode& code = (*codes)[dice_.below(codes->size())];
    // Over ES2+ an event stands before the order is released, and its operator may not know of that yet.
    const auto o = std::ranges::find_if(orders_, [&](const Ordered& one) {
      const auto id = now(one).matchingId;
      return id && *id == code.acToken;
    });
    if (o == orders_.end()) return;
    if (!o->meant_for || phones_[*o->meant_for].get() != &phone)
      violation("an SM-DS told a chip of another's profile: " + o->iccid.digits());
    (void)phone.download(code, o->iccid, o->confirmation);
  }

  /// Sends what waits in the outbox.
  void tell() {
    for (int i = 0; i < 40; ++i) {
      for (uint64_t n = dice_.below(30); n > 0; --n) scheduler_.yield();
      (void)server_.send([this](const smdp::Outgoing& what) { return outside_.carry(what); });
    }
  }

  /// The operator, the clock and the power of the server's house.
  void operate() {
    for (size_t i = 0; i < 6; ++i) {
      for (uint64_t n = dice_.below(60); n > 0; --n) scheduler_.yield();
      const uint64_t what = dice_.below(10);
      if (what < 2) {
        trace_.say("the server is restarted");
        server_.restart();
        ++crashes_;
      } else if (what < 4) {
        // The row that takes an event away again is due by the wall clock: where that jumps within the minute
        // of the registration, and the server dies in it too, an event is left to expire at the SM-DS.
        if (outside_.is_registering()) continue;
        const auto by = std::chrono::hours(static_cast<int64_t>(dice_.below(73)) - 36);
        trace_.say("the clock jumps");
        clock_.jump(by);
      } else if (what < 6) {
        server_.expire();
      } else if (what < 7) {
        smds_.restart();
        smds_.maintain();
      } else if (what < 9) {
        outside_.turn(dice_.chance(500) ? smdp::Lane::operators : smdp::Lane::events);
      }
    }
  }

  /// The faults end. Phones deliver what waits and fetch what is theirs.
  void quiet() {
    trace_.say("quiet");
    shared_.faults = {};
    for (; !late_.empty(); late_.pop_front()) late_.front()();
    outside_.up();
    for (auto& phone : phones_) phone->restart();
    for (Ordered& o : orders_) {
      for (int calls = 0; o.es2 && calls < 8; ++calls) step(o);
      if (!o.open) violation("an order cannot be placed when nothing is in its way: " + o.iccid.digits());
    }
    tell_all();
    judge_events();
    for (int round = 0; round < 2; ++round) {
      for (auto& phone : phones_) {
        if (!phone->deliver()) violation("a notification cannot be delivered when nothing is in its way");
      }
      server_.expire();
      for (Ordered& o : orders_) settle(o);
    }
    tell_all();
  }

  /// Nothing stands in the way any more: what waits arrives.
  void tell_all() {
    for (int rounds = 0; rounds < 200 && server_.orders().outbox().figures()->waiting > 0; ++rounds) {
      while (server_.send([this](const smdp::Outgoing& what) { return outside_.carry(what); })) {
      }
      clock_.pass(std::chrono::seconds(61));
    }
  }

  /// An order that somebody can still fetch is fetched.
  void settle(Ordered& o) {
    const auto expires = now(o).expires;
    if (expires && clock_.now() >= *expires) return;
    const auto state = now(o).state;
    if (state != smdp::OrderState::released && state != smdp::OrderState::downloaded) return;
    for (auto& phone : phones_) {
      const auto& bound = now(o).eid;
      if (bound && *bound != phone->eid()) continue;
      if (phone->download(o.code, o.by_default ? std::nullopt : std::optional(o.iccid), o.confirmation)) {
        (void)phone->deliver();
        return;
      }
    }
    if (now(o).state == smdp::OrderState::released || now(o).state == smdp::OrderState::downloaded) {
      // The card has it, and the server has not heard: that is said below. Otherwise it is lost.
      for (auto& phone : phones_) {
        if (has(*phone, o.iccid)) return;
      }
      violation("an order that is open cannot be fetched any more: " + o.iccid.digits());
    }
  }

  void judge() {
    for (const auto& [iccid, eids] : ledger_.delivered) {
      const auto o = std::ranges::find(orders_, iccid, &Ordered::iccid);
      if (eids.size() > 1 && !(o->moves && was_deleted(*o)))
        violation("one profile was delivered to two chips: " + iccid.digits());
    }
    for (const auto& [iccid, count] : ledger_.wrong_codes) {
      if (count > 3) violation("a confirmation code was guessed at " + std::to_string(count) + " times");
    }
    for (const Ordered& o : orders_) judge(o);
    judge_what_was_told();
    for (auto& phone : phones_) {
      if (!phone->deliver()) violation("a notification is left");
    }
  }

  void judge(const Ordered& o) {
    const smdp::Order order = now(o);
    const bool deleted = was_deleted(o);
    size_t had = 0, have = 0;
    for (auto& phone : phones_) {
      if (!phone->ever.contains(o.iccid)) continue;
      ++had;
      const bool here = has(*phone, o.iccid);
      have += here;
      if (order.eid != phone->eid() && (here || !o.moves))
        violation("a chip has a profile that is bound to another: " + o.iccid.digits());
      if (!here && !phone->deleted.contains(o.iccid))
        violation("an installed profile is gone: " + o.iccid.digits());
    }
    if (have > 1 || (had > 1 && !(o.moves && deleted)))
      violation("one profile was on two chips: " + o.iccid.digits());
    // An order may end in error later, by wrong codes for a second installation: it was heard all the same.
    const bool told = order.installs > 0;
    if (told && had == 0) violation("the server heard of an installation that was none: " + o.iccid.digits());
    if (order.state == smdp::OrderState::deleted && !deleted)
      violation("the server heard of a deletion that was none: " + o.iccid.digits());
    if (order.installs != ledger_.reached(o.iccid))
      violation("the server counted " + std::to_string(order.installs) +
                " installations: " + o.iccid.digits());
    // The phones have delivered all that they had to say.
    if (order.state == smdp::OrderState::deleted && have > 0)
      violation("the server takes a profile for deleted that is there: " + o.iccid.digits());
    if (order.state == smdp::OrderState::installed && have == 0)
      violation("the server takes a profile for installed that was deleted: " + o.iccid.digits());
    // Once deleted it may be on its way again.
    const bool cancelled = order.state == smdp::OrderState::unavailable;
    if (!told && had > 0 && !cancelled && !(o.again && deleted)) {
      violation("an installation was never heard of: " + o.iccid.digits() + " is " +
                std::string(smdp::name(order.state)));
    }
  }

  void judge_what_was_told() {
    for (const auto& [call, told] : ledger_.told) {
      // Of events what counts is what is there in the end.
      const bool callback = lane_of(told.what.kind) == smdp::Lane::operators;
      if (told.arrivals == 0 && callback) violation("something was never told: " + told.what.iccid.digits());
    }
    if (server_.orders().outbox().figures()->waiting > 0) violation("something is left in the outbox");
    judge_installations_told();
    judge_events_told();
    judge_events();
  }

  /// The SM-DS has the events of open orders, of which it tells their phones, and no others.
  void judge_events() {
    size_t events = 0;
    for (const Ordered& o : orders_) {
      const smdp::Order order = now(o);
      if (!has_event(order)) continue;
      ++events;
      const auto found = phones_[*o.meant_for]->discover();
      const auto is_its = [&](const auto& code) { return code.acToken == order.matchingId; };
      if (!found || std::ranges::count_if(*found, is_its) != 1)
        violation("an event cannot be found: " + o.iccid.digits());
    }
    if (smds_.events() != events) violation("an event is left behind at the SM-DS");
  }

  /// What else cards told of, likewise; of these a call does not say which it is of.
  void judge_events_told() {
    if (shape_.told != smdp::Told::notifications) return;
    for (const auto& [of, event] : ledger_.happened) {
      const std::string what =
          "point " + std::to_string(static_cast<int>(of.second)) + " of " + of.first.digits();
      if (event.told > event.arrived.size()) violation("an operator heard too often of " + what);
      if (event.told < event.acknowledged.size()) violation("an operator never heard of " + what);
    }
  }

  /// Each installation whose result the server acknowledged, once; that no other was, the ledger says.
  void judge_installations_told() {
    if (shape_.told == smdp::Told::nothing) return;
    for (const auto& [result, installation] : ledger_.installations) {
      if (installation.reached && installation.told == 0)
        violation("an operator never heard of an installation: " + installation.iccid.digits());
    }
  }

  bool was_deleted(const Ordered& o) const {
    return std::ranges::any_of(phones_, [&](const auto& p) { return p->deleted.contains(o.iccid); });
  }
  smdp::Order now(const Ordered& o) { return **server_.orders().find(o.iccid); }
  static bool has(Phone& phone, const Iccid& iccid) {
    for (const auto& p : phone.profiles()) {
      if (p.iccid == iccid) return true;
    }
    return false;
  }
  void violation(std::string what) {
    trace_.say("VIOLATION", view(what));
    ledger_.violations.push_back(std::move(what));
  }

  Dice dice_;
  Trace trace_;
  Scheduler scheduler_{dice_};
  SimClock clock_;
  SeededRandom random_;
  Shared shared_;
  Ledger ledger_;
  Late late_;
  const ServerShape shape_ = shape();
  Server server_;
  Smds smds_{shared_, the_pki()};
  Outside outside_{shared_, ledger_, late_, smds_};
  Mno mno_{shared_, server_, ledger_, late_};
  std::vector<std::unique_ptr<Phone>> phones_;
  std::vector<Ordered> orders_;
  std::set<size_t> by_default_;  ///< phones that have such an order
  size_t crashes_ = 0;
};

}  // namespace

Outcome simulate(uint64_t seed, bool print) {
  return Simulation(seed, print).run();
}

}  // namespace sealift::sim
