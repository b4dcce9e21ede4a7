// The LPA in a device: local profile management on top of the shared download (SGP.22 3.2, 3.3).
//
// One Lpa a card, one thread. It keeps nothing of profiles or keys: what it shows it asks the card for.
#pragma once

#include "download/discover.hpp"

namespace sealift::lpa {

/// What `sealift lpa info` shows.
struct CardInfo {
  messages::EuiccInfo2 euiccInfo2;
  messages::EuiccConfiguredAddressesResponse addresses;
  uint64_t free_nvm = 0;  ///< octets, of extCardResource
};

/// The end user's consent to switch profiles, beside the one to download.
class UserInterface : public download::Consent {
 public:
  virtual download::Answer enable(const messages::ProfileInfo& profile) = 0;
  virtual download::Answer disable(const messages::ProfileInfo& profile) = 0;
  virtual download::Answer remove(const messages::ProfileInfo& profile) = 0;
};

class Lpa {
 public:
  /// All borrowed; they outlive the Lpa.
  Lpa(download::Es10& card, download::Es9& server, UserInterface& user, download::Progress& progress)
      : card_(card), server_(server), user_(user), progress_(progress) {
    card_.set_tracer(&progress);
  }

  /// Downloads by activation code, then delivers what notifications there are (best effort).
  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code,
                                                        const download::Options& options);
  /// What waits for this card, by way of the SM-DS at `root` (SGP.22 3.6.2); nothing is downloaded.
  Result<download::Discovery, download::Failure> discover(const std::string& root,
                                                          const download::Options& options);
  Result<Eid> eid() { return card_.eid(); }
  Result<CardInfo> info();
  Result<std::vector<messages::ProfileInfo>> profiles() { return card_.profiles(); }

  /// `profile` is an ICCID or an ISD-P AID in hexadecimal. Each asks the user first.
  /// Errors: not_found, permission (the user or a policy rule says no), conflict (wrong state), and the
  /// card's.
  Status enable(const std::string& profile);
  Status disable(const std::string& profile);
  Status remove(const std::string& profile);
  /// At most 64 octets; empty removes it.
  Status set_nickname(const std::string& profile, const std::string& nickname);

  Result<std::vector<messages::NotificationMetadata>> notifications();
  Result<std::vector<download::Delivered>> deliver_notifications() {
    return download::deliver_notifications(card_, server_, progress_);
  }
  /// Removes a notification without delivering it.
  Status drop_notification(uint64_t seqNumber);

 private:
  Result<messages::ProfileInfo> find(const std::string& profile);
  download::Es10& card_;
  download::Es9& server_;
  UserInterface& user_;
  download::Progress& progress_;
};

}  // namespace sealift::lpa
