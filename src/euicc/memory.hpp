// What a card keeps, by its meaning: identity, profiles, pending notifications, counters; over the journal.
//
// Reading parses; writing goes through Transactions, which callers compose so that one ES10 function is one
// transaction. Keys of the journal are listed in memory.cpp and docs/formats/euicc-memory.md. Single thread.
#pragma once

#include "crypto/keys.hpp"
#include "euicc/card.hpp"
#include "euicc/journal.hpp"
#include "messages/es10b.hpp"

namespace sealift::euicc {

/// The unchanging part, parsed once when the card opens.
struct Identity {
  struct Credential {
    Bytes euicc_certificate, eum_certificate;  ///< DER
    messages::SubjectKeyIdentifier ci_key_id;  ///< of the CI it ends at
    crypto::PrivateKey key;
  };
  Eid eid;
  std::vector<Credential> credentials;
  std::vector<Bytes> ci_certificates;                      ///< DER
  std::vector<messages::SubjectKeyIdentifier> ci_key_ids;  ///< of ci_certificates, in that order
  std::string root_ds_address;
  std::vector<messages::ProfilePolicyAuthorisationRule> rules;
  uint32_t capacity = 0;
  bool test_profiles = true;  ///< Test Profiles may be installed
  std::optional<std::vector<std::string>> test_profile_servers;
  std::optional<uint8_t> minimum_security_level;
};

/// An installed profile, without its image.
struct ProfileRecord {
  Aid isdp_aid;
  Bytes metadata;  ///< StoreMetadataRequest as received, BF25
  std::string nickname;
  Bytes configuration;     ///< ConfigureIsdpRequest as received, BF24
  uint8_t credential = 0;  ///< of the card, used in its download; signs its notifications

  Result<messages::StoreMetadataRequest> parsed_metadata() const;
  std::optional<messages::DpProprietaryData> dp_proprietary_data() const;
};

/// otSK/otPK.EUICC of a download that has not come to an end.
struct OneTimeKey {
  crypto::Curve curve{};
  Secret<32> scalar;
  Octets<65> point{};
  asn1::Oid smdp_oid;  ///< the only server that the pair is offered to again
};

/// Written when a package begins to load, erased when it has ended: found at start, it is an interruption.
struct LoadingMark {
  TransactionId transactionId;
  std::string notification_address;
  asn1::Oid smdp_oid;
  uint8_t credential = 0;
  std::optional<Iccid> iccid;  ///< once StoreMetadata has come
};

enum class NotificationKind : uint8_t { installation, other };
struct StoredNotification {
  NotificationKind kind{};
  Bytes tlv;  ///< PendingNotification
};

/// A part of a list of one CI.
struct StoredCrl {
  Octets<8> list{};     ///< which of its lists: a digest of scope and distribution point
  Octets<20> number{};  ///< cRLNumber with leading zeros
  uint32_t part = 0;
  Bytes der;
};

class Memory {
 public:
  /// Error kinds: not_found (empty), invalid (damaged or not a card), io.
  static Result<Memory> open(Nvm& nvm);
  /// Error kinds: exists, io.
  static Status create(Nvm& nvm, const Identity& identity, const std::string& default_dp_address);

  /// A write failed: nothing can be written until read_anew.
  bool failed() const { return journal_.failed(); }
  /// Error kinds: as open.
  Status read_anew();

  const Identity& identity() const { return identity_; }
  Status commit(const Transaction& t) { return journal_.commit(t); }
  /// Octets left for profiles and revocation lists. Notifications have room of their own, which their greatest
  /// number bounds: a download that comes to nothing takes no memory.
  uint64_t free() const;

  std::string default_dp_address() const;
  static void put_default_dp_address(Transaction& t, const std::string& address);

  // -- profiles, in the order of their AIDs
  std::vector<ProfileRecord> profiles() const;
  std::optional<ProfileRecord> find(const Aid& isdp_aid) const;
  std::optional<ProfileRecord> find(const Iccid& iccid) const;
  /// The lowest ISD-P AID that is not taken (SGP.02 3.2: ...89 00001000 and on).
  Result<Aid> free_isdp_aid() const;
  static void put_profile(Transaction& t, const ProfileRecord& profile);
  static void put_image(Transaction& t, const Aid& isdp_aid, View image);
  /// Record, image and changes.
  void erase_profile(Transaction& t, const Aid& isdp_aid) const;
  Result<SecretBytes> image(const Aid& isdp_aid) const;
  std::vector<ProfileChange> changes(const Aid& isdp_aid) const;
  static void put_changes(Transaction& t, const Aid& isdp_aid, std::span<const ProfileChange> changes);

  /// The one Enabled profile.
  std::optional<Aid> enabled() const;
  static void put_enabled(Transaction& t, const std::optional<Aid>& isdp_aid);
  /// The profile that an enabled Test or Provisioning Profile displaced.
  std::optional<Aid> displaced() const;
  static void put_displaced(Transaction& t, const std::optional<Aid>& isdp_aid);

  // -- notifications
  /// The number the next notification gets; numbers are never used twice.
  uint64_t next_sequence_number() const;
  static void put_next_sequence_number(Transaction& t, uint64_t number);
  std::vector<uint64_t> notification_numbers() const;
  std::optional<StoredNotification> notification(uint64_t number) const;
  static void put_notification(Transaction& t, uint64_t number, const StoredNotification& notification);
  static void erase_notification(Transaction& t, uint64_t number);

  // -- revocation lists
  /// What there is of this CI, by list, number and part.
  std::vector<StoredCrl> crls(View ci_key_id) const;
  static void put_crl(Transaction& t, View ci_key_id, const StoredCrl& crl);
  static void erase_crl(Transaction& t, View ci_key_id, const StoredCrl& crl);

  // -- downloads
  std::optional<OneTimeKey> one_time_key() const;
  static void put_one_time_key(Transaction& t, const OneTimeKey& key);
  static void erase_one_time_key(Transaction& t);
  /// The profile that the key's package is of, once its metadata was seen: the key serves no other.
  std::optional<Iccid> one_time_iccid() const;
  static void put_one_time_iccid(Transaction& t, const Iccid& iccid);
  std::optional<LoadingMark> loading_mark() const;
  static void put_loading_mark(Transaction& t, const LoadingMark& mark);
  static void erase_loading_mark(Transaction& t);

 private:
  Memory(Nvm& nvm, Journal journal, Identity identity)
      : nvm_(&nvm), journal_(std::move(journal)), identity_(std::move(identity)) {}
  Nvm* nvm_;
  Journal journal_;
  Identity identity_;
};

}  // namespace sealift::euicc
