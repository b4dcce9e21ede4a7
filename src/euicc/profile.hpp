// The boundary between the card core (ISD-R, channels, journal) and the engine that installs profile packages
// and runs the enabled one (file system, USIM).
//
// The core knows a profile's image as octets only. All durable changes an engine makes after installation
// go through ProfileStore, before the answer that depends on them leaves the card. Single thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/ports.hpp"
#include "base/secret.hpp"
#include "euicc/apdu.hpp"
#include "messages/es10b.hpp"

namespace sealift::euicc {

/// What the interpreter must compare a package with, from StoreMetadata (SGP.22 5.5.3).
struct InstallContext {
  Iccid iccid;
  uint8_t profileClass = 2;  ///< 0 test, 1 provisioning, 2 operational
  /// profileOwner, where the metadata has one: MCC and MNC as coded in EF_IMSI order (3 octets), GIDs.
  struct Owner {
    Octets<3> mccMnc{};
    std::optional<Bytes> gid1, gid2;
  };
  std::optional<Owner> profileOwner;
  /// Octets of memory the image may take.
  uint64_t free_nvm = 0;
  /// AID of the ISD-P it goes to.
  Aid isdp_aid;
  /// What the card demands of everything that the profile opens to remote management: SPI1 (TS 102 225 5.1.1).
  std::optional<uint8_t> minimum_security_level;
};

/// Why a package was not installed. `reason` is the ErrorReason of SGP.22 5.7.6 (10 insufficientMemory,
/// 12 PEProcessingError, 13 dataMismatch, 14 invalidNaaKey, 31 insufficientMinimumSecurityLevel, 7 for octets
/// that are no ProfileElement).
struct InstallFailure {
  uint8_t reason = 12;
  /// EUICCResponse (SAIP), DER from 30, for simaResponse; may be empty.
  Bytes euicc_response;
};

struct InstalledProfile {
  /// What ProfileEngine::start needs to run the profile. Holds keys: the core stores it and hands it back.
  SecretBytes image;
  /// EUICCResponse (SAIP), DER from 30, for simaResponse.
  Bytes euicc_response;
};

/// Interprets one Unprotected Profile Package as it arrives, cut anywhere.
class ProfileInstaller {
 public:
  virtual ~ProfileInstaller() = default;
  /// A failure ends the installation; nothing outside this object has changed.
  virtual Result<void, InstallFailure> feed(View decrypted_segment) = 0;
  /// True after PE-End has been interpreted.
  virtual bool complete() const = 0;
  /// After PE-End; a failure where the package is not complete.
  virtual Result<InstalledProfile, InstallFailure> finish() = 0;
};

/// One durable change of a profile since its installation, for example "f/7F206F07" or "sqn". The key is the
/// engine's own, at most 64 octets. An absent value removes the key.
struct ProfileChange {
  std::string key;
  std::optional<Bytes> value;
};

/// Where a running profile keeps its changes.
class ProfileStore {
 public:
  virtual ~ProfileStore() = default;
  /// All of them or none, durably. On error (io, limit) the engine answers 6581 and forgets the change.
  virtual Status commit(std::span<const ProfileChange> changes) = 0;
};

/// The enabled profile: its files and applications, seen per logical channel (0 to 19).
class RunningProfile {
 public:
  virtual ~RunningProfile() = default;
  /// SELECT by full or right-truncated AID (P1 04) would find an application here.
  virtual bool has_application(View aid) const = 0;
  /// SELECT, STATUS, READ, UPDATE, VERIFY, AUTHENTICATE and so on. The core has already handled GET RESPONSE,
  /// MANAGE CHANNEL, TERMINAL PROFILE, TERMINAL CAPABILITY, FETCH and TERMINAL RESPONSE, and deals with 61xx
  /// itself: answer with all the data and the final status word. `command.le` is there for READs.
  virtual Response command(uint8_t channel, const Command& command) = 0;
  /// A fresh channel has the MF as its current directory.
  virtual void channel_opened(uint8_t channel) = 0;
  virtual void channel_closed(uint8_t channel) = 0;
};

/// Installs and runs profiles; stateless, shared by all cards of a process, thread safe.
class ProfileEngine {
 public:
  virtual ~ProfileEngine() = default;
  /// What EUICCInfo2 claims of it; packages that make more mandatory are refused by servers.
  virtual messages::UiccCapability capability() const = 0;
  virtual std::unique_ptr<ProfileInstaller> install(InstallContext context) const = 0;
  /// Starts an installed profile, as after a card reset. `changes` are all that were committed so far (each
  /// key once). `random` and `store` outlive the result. Error kind: invalid for an image it did not make.
  virtual Result<std::unique_ptr<RunningProfile>> start(View image, std::vector<ProfileChange> changes,
                                                        ProfileStore& store, Random& random) const = 0;
};

}  // namespace sealift::euicc
