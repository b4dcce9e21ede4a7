// A virtual eUICC (SGP.22 v2.6): ISD-R, ECASD, ISD-Ps and the enabled profile behind one APDU door.
//
// All state lives in the Nvm as one journal; the object holds what a chip holds in RAM, and may be thrown away
// at any moment. Ports outlive the card. Single thread; many cards in a process are independent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/secret.hpp"
#include "euicc/nvm.hpp"
#include "euicc/observer.hpp"
#include "euicc/profile.hpp"

namespace sealift::euicc {

struct CardPorts {
  Nvm& nvm;
  Random& random;
  const ProfileEngine& profiles;
  Observer* observer = nullptr;
};

/// One ProfilePolicyAuthorisationRule (SGP.22 2.4.12): PPRs that owners may use.
struct PolicyRule {
  bool ppr1 = false, ppr2 = false;
  /// MCC/MNC with nibble E as wildcard; GID empty is any, absent matches only absent.
  struct Operator {
    Octets<3> mccMnc{};
    std::optional<Bytes> gid1, gid2;
  };
  std::vector<Operator> allowedOperators;
  bool consentRequired = true;
};

/// What the factory writes once (ECASD and ISD-R parameters).
struct Personalisation {
  Eid eid;
  /// A key pair of the card and its chain below one CI; in order of priority.
  struct Credential {
    Bytes euicc_certificate;  ///< DER
    Bytes eum_certificate;    ///< DER
    Secret<32> private_key;   ///< scalar, big-endian
  };
  std::vector<Credential> credentials;
  /// CERT.CI (DER) of every CI whose servers the card accepts, in order of priority. Those that a credential
  /// chains to must be among them.
  std::vector<Bytes> ci_certificates;
  std::string root_ds_address;
  std::string default_dp_address;
  std::vector<PolicyRule> rules;
  /// Octets that profiles and notifications may take.
  uint32_t capacity = 2u << 20;
};

class Card {
 public:
  /// Opens a personalised card. Errors: not_found where the memory is empty, invalid where it is damaged or is
  /// no card, io.
  static Result<std::unique_ptr<Card>> open(CardPorts ports);
  /// Writes a new card into empty memory. Errors: exists where it is personalised already, invalid where keys,
  /// certificates and EID do not fit together, io.
  static Status personalise(Nvm& nvm, Personalisation data);

  ~Card();
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  /// One command APDU to its response APDU (at most 258 octets). Never fails: errors are status words.
  Bytes transmit(View command);
  /// Cold reset: all channels but the basic one close, sessions end, a pending profile switch takes place.
  void reset();
  Bytes atr() const;

  const Eid& eid() const;
  /// Octets left for profiles.
  uint64_t free_nvm() const;

 private:
  struct State;
  explicit Card(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sealift::euicc
