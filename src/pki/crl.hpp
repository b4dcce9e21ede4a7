// Certificate revocation lists of the CI (RFC 5280 5, SGP.22 4.5.2.1.3), read strictly.
//
// A CI may publish its list in pieces: one for CA and one for end entity certificates
// (issuingDistributionPoint), and each of them in parts (partialCrlNumber of totalPartialCrlNumber). Parsing
// says that the list is well formed; TrustStore::add_crl (chain.hpp) checks who signed it and takes it up. An
// immutable handle, cheap to copy, free to share between threads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ports.hpp"
#include "crypto/ecdsa.hpp"
#include "pki/name.hpp"

namespace sealift::pki {

namespace x509 {
struct RawExtension;
}

/// CRLReason (RFC 5280 5.3.1). removeFromCRL belongs to delta lists, which we do not take.
enum class RevocationReason : uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  certificate_hold = 6,
  privilege_withdrawn = 9,
  aa_compromise = 10,
};
/// "keyCompromise": as the specification writes it.
std::string_view name(RevocationReason reason);
std::span<const RevocationReason> revocation_reasons();
/// Error kind: invalid, with the names there are.
Result<RevocationReason> revocation_reason_from_name(std::string_view name);

/// Which certificates a list speaks of (issuingDistributionPoint).
enum class CrlScope : uint8_t { all, user_certificates, ca_certificates };
std::string_view name(CrlScope scope);

class Certificate;

class Crl {
 public:
  /// Octets; a list of some 200,000 entries.
  static constexpr size_t max_size = 8u << 20;

  struct Entry {
    View serial_number;  ///< content octets of its INTEGER
    Time when;
    RevocationReason reason = RevocationReason::unspecified;
  };

  /// Reads one DER CRL, version 2. Error kinds: invalid (also: another signature algorithm), truncated,
  /// limit (too many octets), conflict (a delta list: give the whole one), unsupported (an indirect list,
  /// one of some reasons only, unknown critical extensions).
  static Result<Crl> parse(View der);

  View der() const;
  const Name& issuer() const;
  Time this_update() const;
  std::optional<Time> next_update() const;
  /// Key identifier of the CI that signed; empty where absent.
  View authority_key_id() const;
  /// cRLNumber, content octets without leading zeros; empty where absent.
  View number() const;
  /// GSMA: which part this is, and of how many; 1 of 1 where the extensions are absent.
  uint32_t part() const;
  uint32_t parts() const;
  CrlScope scope() const;
  /// Names of the distribution point that this list is published at; empty where it does not say.
  const std::vector<std::string_view>& distribution_points() const;
  /// The extensions as they stand there, for a linter.
  const std::vector<x509::RawExtension>& extensions() const;

  /// True where both are parts of one list: same scope and distribution point.
  bool same_list(const Crl& other) const;

  /// How many certificates are listed.
  size_t size() const;
  /// They, by serial number.
  std::span<const Entry> entries() const;
  /// The entry of this serial number (content octets of its INTEGER); null where it is not listed. O(log n).
  const Entry* find(View serial_number) const;
  bool is_revoked(View serial_number) const { return find(serial_number) != nullptr; }
  /// True where a certificate of this CI would stand in this list (or another part of it) if it were revoked:
  /// the scope is right, and one of its distribution points is that of the list, where both name any.
  bool covers(const Certificate& certificate) const;
  /// True where the signature verifies under this key.
  bool signed_by(const crypto::PublicKey& ci_key) const;

 private:
  struct Parsed;
  static Result<std::shared_ptr<const Parsed>> read(View der);
  static Status read_extension(const x509::RawExtension& extension, Parsed& out);
  explicit Crl(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace sealift::pki
