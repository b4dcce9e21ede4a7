// A profile download as an LPA (or an IPA) runs it: the numbered steps of SGP.22 3.1.3, straight through.
//
// On a refusal after the server was authenticated, the session is cancelled at the card and at the server with
// the reason the specification has for it. What the card keeps (an installation result) is delivered by
// deliver_notifications and only then removed.
#pragma once

#include "download/activation_code.hpp"
#include "download/es10.hpp"
#include "download/ports.hpp"
#include "download/server_trust.hpp"
#include "messages/transcript.hpp"

namespace sealift::download {

struct Options {
  messages::DeviceInfo deviceInfo;                 ///< sent to the server in ctxParams1
  std::optional<std::string> confirmation_code;    ///< given beforehand; Consent is asked where it is absent
  /// Filled step by step with what both sides sign, as far as the download gets; null: nothing is recorded.
  /// Outlives the download.
  std::optional<messages::Transcript>* transcript = nullptr;
  /// Judges the server's certificates beside the card; null: the card alone does. Outlives the download.
  ServerTrust* trust = nullptr;
};

/// What came of a download that ran to its end.
struct Outcome {
  messages::StoreMetadataRequest metadata;
  messages::ProfileInstallationResult installation;
  Aid isdpAid;
  uint64_t seqNumber = 0;  ///< of the installation notification
};

/// Why a download ended early, and what has been done about it.
struct Failure {
  Step step{};
  Error error;                                                ///< for people: what, where, what to do
  std::optional<messages::StatusCodeData> status;             ///< the server's refusal
  std::optional<messages::CancelSessionReason> cancelled;     ///< the session was cancelled with this reason
  std::optional<messages::ErrorReason> errorReason;           ///< the card could not install the package
  std::optional<messages::AuthenticateErrorCode> authenticateError;  ///< the card refused the server
  std::optional<messages::DownloadErrorCode> downloadError;          ///< the card refused the binding
  operator Error() const { return error; }                    // NOLINT: implicit by design
};

/// Downloads and installs the profile that the activation code stands for.
Result<Outcome, Failure> download_profile(Es10& card, Es9& server, Consent& consent, Progress& progress,
                                          const ActivationCode& code, const Options& options);

/// hashCc = SHA-256(SHA-256(code) | transactionId) (SGP.22 5.7.5).
Octets<32> hash_confirmation_code(std::string_view code, const TransactionId& transactionId);

/// Delivery of pending notifications.
struct Delivered {
  uint64_t seqNumber = 0;
  std::string notificationAddress;
  Status status;  ///< an error where the notification stays on the card
};
/// Sends every pending notification to its server in the order of their numbers and removes from the card what
/// was acknowledged. While a server is out of reach its further ones wait (SGP.22 3.5); one that it refuses stays
/// on the card, and the next is tried.
/// Error: the card's list could not be read.
Result<std::vector<Delivered>> deliver_notifications(Es10& card, Es9& server, Progress& progress);

/// A device that says little about itself: LTE and 5G, CRLs not supported.
messages::DeviceInfo default_device_info();

/// What the user was shown or the card acts on differs between the offer and the package (SGP.22 3.1.3 step 8):
/// the first field that does, by its name; empty where none does.
std::string_view metadata_difference(const messages::StoreMetadataRequest& offered,
                                     const messages::StoreMetadataRequest& carried);

/// Which PPRs of the metadata the card's rules authorisation table lets this owner set.
struct PolicyVerdict {
  bool allowed = true;
  bool consentRequired = false;
};
/// SGP.22 2.9.2: every PPR needs a rule that allows it to the owner; the first such rule says whether the user
/// has to agree.
PolicyVerdict judge_policies(const messages::StoreMetadataRequest& metadata,
                             const std::vector<messages::ProfilePolicyAuthorisationRule>& rat);

}  // namespace sealift::download
