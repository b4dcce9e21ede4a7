// The SM-DS of a simulation, a root: the real functions over events that are durable, in a process that may
// die at each step, with a key store that does not always answer.
#pragma once

#include "smds/es11.hpp"
#include "smds/es12.hpp"
#include "store/memory/events.hpp"
#include "store/memory/sessions.hpp"
#include "tests/sim/server.hpp"

namespace sealift::sim {

inline constexpr std::string_view smds_address = "smds.example.com";

class Smds {
 public:
  Smds(Shared& shared, const pki::Hierarchy& pki);
  ~Smds();

  /// One request, of an LPA (ES11) or of our SM-DP+ (ES12). Empty: it is down, or died on the way.
  template <class Function>
  auto ask(const Function& function) -> std::optional<decltype(function(std::declval<smds::Ports&>()))> {
    if (down_) return std::nullopt;
    const std::shared_ptr<Process> mine = process_;
    auto out = function(ports_of(*mine));
    if (is_dead(*mine)) return std::nullopt;
    return out;
  }
  /// ES12.RegisterEvent, as the SM-DP+ makes it: one functionCallIdentifier for one event.
  std::optional<Result<void, smds::Refusal>> register_event(const Eid& eid, const std::string& eventId);
  /// ES12.DeleteEvent.
  std::optional<Result<void, smds::Refusal>> delete_event(const Eid& eid, const std::string& eventId,
                                                          const std::string& call);
  /// What it does beside requests.
  void maintain();
  /// Goes down, or comes up again.
  void turn() { down_ = !down_; }
  void up() { down_ = false; }
  /// The process dies and another starts on what is durable.
  void restart();

  /// How many events wait, of all eUICCs.
  size_t events();

 private:
  struct Process;
  static smds::Ports& ports_of(Process& process);
  static bool is_dead(const Process& process);
  Shared& shared_;
  const pki::Hierarchy& pki_;
  pki::TrustStore trust_;
  auth::Authenticator authenticator_{trust_};
  store::MemoryEvents events_;
  smds::Settings settings_;
  smds::Observer silent_;
  bool down_ = false;
  std::shared_ptr<Process> process_;
};

}  // namespace sealift::sim
