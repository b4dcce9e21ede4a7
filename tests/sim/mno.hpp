// An operator of a simulation that orders over ES2+ (SGP.22 5.3), over a network that loses, doubles and
// delays: each call is made again, with the same functionCallIdentifier, until it is answered.
#pragma once

#include "tests/sim/phone.hpp"

namespace sealift::sim {

/// What an operator wants of one profile, and how far it is.
struct Es2Order {
  Iccid iccid;
  std::optional<Eid> eid;
  std::optional<std::string> matchingId, confirmation, smds;
  bool release_apart = false;  ///< by ReleaseProfile
  bool cancels = false;        ///< once it is open

  enum class Stage : uint8_t { download, confirm, release, open, cancel, cancelled };
  Stage stage = Stage::download;
  std::string call;  ///< functionCallIdentifier of the call under way; empty: a new one
  bool is_open() const { return stage == Stage::open || stage == Stage::cancel; }
};

class Mno {
 public:
  Mno(Shared& shared, Server& server, Ledger& ledger, Late& late)
      : shared_(shared), server_(server), ledger_(ledger), late_(late) {}
  /// One call, if there is one to make.
  void step(Es2Order& order);

 private:
  using Function = std::function<smdp::Es2Answer(smdp::Es2Ports&)>;
  std::optional<smdp::Es2Answer> call(const std::string& id, const std::string& name, Function function);
  std::optional<smdp::Es2Answer> serve(const std::string& id, const Function& function);
  std::optional<smdp::Es2Answer> make_call(const Es2Order& order);
  void refused(Es2Order& order, smdp::Es2Refusal why);
  Shared& shared_;
  Server& server_;
  Ledger& ledger_;
  Late& late_;
  std::map<std::string, std::string> answers_;  ///< by functionCallIdentifier
  size_t calls_ = 0;
};

}  // namespace sealift::sim
