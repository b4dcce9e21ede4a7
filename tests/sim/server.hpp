// The SM-DP+ of a simulation: the real functions over a store that is durable and everything else that a
// crash takes away, in one process or in two that share the store. Faults: a crash before or after any
// durable step, a full disk, a failing key store.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "crypto/ports.hpp"
#include "messages/es9.hpp"
#include "pki/issue.hpp"
#include "smdp/admin.hpp"
#include "smdp/callbacks.hpp"
#include "smdp/courier.hpp"
#include "smdp/es2.hpp"
#include "smdp/es9.hpp"
#include "store/memory/orders.hpp"
#include "store/memory/sessions.hpp"
#include "tests/sim/scheduler.hpp"

namespace sealift::sim {

inline const Time start{std::chrono::seconds(1'790'000'000)};  // 2026-09
inline constexpr std::string_view address = "smdp.example.com";
inline constexpr std::string_view iin = "89049032";

/// How often things go wrong, in thousandths. All zero: nothing does.
struct Faults {
  unsigned crash = 0, full_disk = 0, key_store = 0;           ///< at each step of the server
  unsigned lost = 0, lost_answer = 0, doubled = 0, late = 0;  ///< of messages
  unsigned refused = 0;                                       ///< an operator does not take a callback
  unsigned wander = 0;  ///< a request goes to another node than the one before it
  unsigned power = 0;   ///< a phone loses power in its next writes
};

/// Wall time that jumps and a monotonic clock that does not.
class SimClock final : public Clock {
 public:
  Time now() override { return now_; }
  std::chrono::milliseconds monotonic() override { return mono_; }
  void pass(std::chrono::milliseconds by) {
    mono_ += by;
    rest_ += by;
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(rest_);
    now_ += whole;
    rest_ -= whole;
  }
  void jump(std::chrono::seconds by) { now_ += by; }

 private:
  Time now_ = start;
  std::chrono::milliseconds mono_{0}, rest_{0};
};

/// What all parts of one simulation share.
struct Shared {
  Dice& dice;
  Trace& trace;
  Scheduler& scheduler;
  SimClock& clock;
  Random& random;
  Faults faults;
};

/// What the server did, as somebody sees who sees everything.
struct Ledger {
  struct Binding {
    Eid eid;
    Bytes euiccOtpk, sealed;  ///< sealed: digest of the protected part
  };
  std::map<Iccid, std::set<Eid>> delivered;
  std::map<Bytes, Binding> by_server_key;  ///< smdpOtpk
  std::map<Iccid, unsigned> wrong_codes;

  /// An installation on a card: its result, which the card signed.
  struct Installation {
    Iccid iccid;
    bool reached = false;  ///< the server has it: it acknowledged it
    unsigned told = 0;     ///< calls to the operator that have it
  };
  /// Those whose results arrived at the server, by result (DER).
  std::map<Bytes, Installation> installations;
  /// Other things that a card told of a profile, by what they are to an operator.
  struct Happened {
    std::set<Bytes> arrived, acknowledged;  ///< notifications (DER)
    size_t told = 0;                        ///< calls to the operator
  };
  std::map<std::pair<Iccid, smdp::Point>, Happened> happened;
  /// A notification on its way into the server.
  void sent(const messages::HandleNotification& request);
  /// And acknowledged.
  void acknowledged(const messages::HandleNotification& request);
  /// None where it is a result.
  Happened* event_in(const messages::HandleNotification& request);
  /// How many of a profile's were acknowledged.
  unsigned reached(const Iccid& iccid) const;
  /// An operator heard of an installation, by a call that is new to it.
  void told_of(const Iccid& iccid, const Bytes& result);
  std::vector<std::string> violations;

  /// What others are to be told, in the order in which it became so; by functionCallIdentifier.
  struct Told {
    smdp::Outgoing what;
    size_t number = 0;
    unsigned arrivals = 0;
  };
  std::map<Octets<16>, Told> told;
  std::map<std::pair<Iccid, smdp::Lane>, size_t> last_arrival;  ///< number, of first arrivals
  void committed(const smdp::Transition& change);
  /// True the first time.
  bool arrived(const Octets<16>& call, const smdp::Outgoing& what);
};

/// How a server is built.
struct ServerShape {
  size_t nodes = 1;
  bool sessions_shared = false;  ///< by the nodes: else one knows nothing of those of the other
  smdp::Told told = smdp::Told::nothing;
};

/// Every operator wants to be told the same.
class EverybodyIsTold final : public smdp::CallbackList {
 public:
  explicit EverybodyIsTold(smdp::Told how) : how_(how) {}
  smdp::Told told(const std::string&) const override { return how_; }

 private:
  smdp::Told how_;
};

class Server {
 public:
  /// The PKI is made once and shared by all simulations of a process.
  Server(Shared& shared, const pki::Hierarchy& pki, Ledger& ledger, const ServerShape& shape);
  ~Server();

  /// One request in a process that runs now. Empty: it died on the way, or was gone.
  template <class Response, class Request>
  std::optional<Result<Response, smdp::Refusal>> ask(
      Result<Response, smdp::Refusal> (*function)(smdp::Ports&, const Request&), const Request& request) {
    const std::shared_ptr<Process> mine = next();
    auto out = function(ports_of(*mine), request);
    if (is_dead(*mine)) return std::nullopt;
    return out;
  }
  std::optional<bool> notify(const messages::HandleNotification& request);
  /// A call of ES2+, likewise.
  std::optional<smdp::Es2Answer> es2(const std::function<smdp::Es2Answer(smdp::Es2Ports&)>& function);
  /// How its processes reach an SM-DS while a call of ES2+ waits.
  using Registering =
      std::function<smdp::EventRegistrar::Outcome(const std::string&, const Eid&, const std::string&)>;
  void lead_to_smds(Registering registering) { registering_ = std::move(registering); }
  /// Sends a batch of what waits in the outbox over `wire`; false where there is nothing to send now.
  bool send(const std::function<smdp::Sent(const smdp::Outgoing&)>& wire);
  /// Ends some orders that ran out.
  void expire();
  /// A process dies and another starts on what is durable.
  void restart();

  /// For the operator, who sits beside the server: no crash.
  smdp::Ports& operator_ports();
  store::MemoryOrders& orders() { return orders_; }

 private:
  struct Process;
  struct Beside;
  static smdp::Ports& ports_of(Process&);
  static bool is_dead(const Process&);
  /// Where a request goes: to the node of the one before, mostly.
  std::shared_ptr<Process> next();
  /// Where something happens beside requests.
  std::shared_ptr<Process> any();
  void bury(Process&);
  Shared& shared_;
  Ledger& ledger_;
  store::MemoryOrders orders_;
  pki::TrustStore trust_;
  auth::Authenticator authenticator_{trust_};
  Secret<32> store_key_{Octets<32>{1, 2, 3}};
  smdp::Settings settings_;
  smdp::Observer silent_;
  const EverybodyIsTold callbacks_;
  const pki::Hierarchy& pki_;
  std::unique_ptr<store::MemorySessions> shared_sessions_;
  Registering registering_;
  smdp::Es2Observer silent_es2_;
  std::vector<std::shared_ptr<Process>> processes_;
  size_t current_ = 0;
  std::unique_ptr<Beside> operator_;
};

}  // namespace sealift::sim
