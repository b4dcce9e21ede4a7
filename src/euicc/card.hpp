// A virtual eUICC (SGP.22 v2.6): ISD-R, ECASD, ISD-Ps and the enabled profile behind one APDU door.
//
// All state lives in the Nvm as one journal; the object holds what a chip holds in RAM, and may be thrown
// away at any moment. Ports outlive the card. Single thread; many cards in a process are independent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/secret.hpp"
#include "euicc/nvm.hpp"
#include "euicc/observer.hpp"
#include "euicc/profile.hpp"
#include "euicc/trust_cache.hpp"
#include "messages/es10b.hpp"

namespace sealift::euicc {

struct CardPorts {
  Nvm& nvm;
  Random& random;
  const ProfileEngine& profiles;
  Observer* observer = nullptr;
  /// Lets cards with the same CIs share what is parsed of them.
  TrustCache* trust_cache = nullptr;
  /// Sign by RFC 6979, so that a seeded run repeats; tests and simulations only.
  bool deterministic = false;
};

class Chip;

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
  /// Rules Authorisation Table (SGP.22 2.9.2): who may set which policy rule. Empty: nobody may set any.
  std::vector<messages::ProfilePolicyAuthorisationRule> rules;
  /// Octets that profiles and revocation lists may take.
  uint32_t capacity = 2u << 20;
  /// Test Profiles may be installed; off in cards for production.
  bool test_profiles = true;
  /// Servers that Test Profiles may come from (v2.7), as in serverAddress; absent: any.
  std::optional<std::vector<std::string>> test_profile_servers;
  /// The lowest security level (SPI1, TS 102 225) of what a profile opens to remote management (v2.7);
  /// absent: not looked at.
  std::optional<uint8_t> minimum_security_level;
};

class Card {
 public:
  /// Opens a personalised card. Errors: not_found where the memory is empty, invalid where it is damaged or
  /// is no card, io.
  static Result<std::unique_ptr<Card>> open(CardPorts ports);
  /// Writes a new card into empty memory. Errors: exists where it is personalised already, invalid where
  /// keys, certificates and EID do not fit together, io.
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
  explicit Card(std::unique_ptr<Chip> chip);
  std::unique_ptr<Chip> chip_;
};

}  // namespace sealift::euicc
