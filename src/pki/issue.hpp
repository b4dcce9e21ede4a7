// Making certificates: the profiles of SGP.22 4.5.2.1 as SGP.26 fills them, and a whole hierarchy at once.
//
// A CertificateSpec is everything that a certificate will say; profile() fills it as a role demands, and a
// test changes what it wants wrong. Signing goes through the Signer port. For set-up and tests, not request
// paths.
#pragma once

#include <functional>

#include "base/ids.hpp"
#include "crypto/ports.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"
#include "pki/gsma_roles.hpp"

namespace sealift::pki {

/// An extension as it will be written: `value` is the DER inside the OCTET STRING.
struct ExtensionSpec {
  asn1::Oid id;
  bool critical = false;
  Bytes value;
};

struct CertificateSpec {
  Bytes serial_number;  ///< content octets of the INTEGER: 1 to 20, positive, minimal
  Bytes issuer;         ///< Name TLV
  Bytes subject;        ///< Name TLV
  Time not_before{};
  Time not_after{};
  std::vector<ExtensionSpec> extensions;
  /// The extension of this OID, to change it; nullptr where there is none.
  ExtensionSpec* find(const asn1::Oid& id);
  /// Takes the extension of this OID out.
  void remove(const asn1::Oid& id);
};

/// subjectPublicKeyInfo of a key.
Bytes subject_public_key_info(const crypto::PublicKey& key);
/// Signs whatever the spec and the subjectPublicKeyInfo TLV say. Error: what the signer said.
Result<Bytes> sign_certificate(const CertificateSpec& spec, View subject_public_key_info,
                               crypto::Signer& issuer);
/// Signs; the result has been parsed again. Error: what the signer said, or a spec that is no certificate.
Result<Certificate> issue(const CertificateSpec& spec, const crypto::PublicKey& subject_key,
                          crypto::Signer& issuer);

/// What a profile needs to know beyond its role.
struct Subject {
  NameSpec name;
  std::optional<asn1::Oid> registered_id;  ///< CI, EUM and servers
  std::vector<std::string> hosts;          ///< TLS: DNS names, or IP addresses as text; not for other roles
  std::string iin;                         ///< EUM: the digits that its EIDs begin with
  std::vector<std::string> crl_uris;       ///< CRL distribution points; none for an eUICC
};
/// The same of a certificate that there is: what a renewal says again.
Subject subject_of(const Certificate& certificate);
/// The spec of a certificate of `role` for `key` under `issuer` (for a CI: nullptr). The serial number is
/// drawn from `random`, 16 octets.
CertificateSpec profile(Role role, const Subject& subject, const crypto::PublicKey& key,
                        const Certificate* issuer, Time not_before, Time not_after, Random& random);

/// A certificate with its private key.
struct Identity {
  Certificate certificate;
  crypto::PrivateKey key;
};

struct HierarchyOptions {
  crypto::Curve curve = crypto::Curve::p256;
  /// TLS keys: OpenSSL 3.0 has no brainpool in TLS 1.3, so P-256 unless asked otherwise.
  crypto::Curve tls_curve = crypto::Curve::p256;
  /// Signs by RFC 6979, so that one `random` seed gives one hierarchy, and marks every subject OU=TEST.
  bool deterministic = false;
  std::string country = "ZZ";  ///< ISO 3166 leaves it to its users
  std::string organization = "Sealift";
  std::string eum_organization = "Sealift EUM";
  std::string iin = "89049032";
  Eid eid;                                            ///< must begin with iin
  std::vector<std::string> dp_hosts = {"localhost"};  ///< SM-DP+ names; the first is the subject's CN
  std::vector<std::string> ds_hosts = {"localhost"};
  asn1::Oid ci_oid = asn1::Oid::of({2, 999, 1});
  asn1::Oid eum_oid = asn1::Oid::of({2, 999, 5});
  asn1::Oid dp_oid = asn1::Oid::of({2, 999, 10});
  asn1::Oid ds_oid = asn1::Oid::of({2, 999, 15});
  Time not_before{};
  std::chrono::days ca_validity{365 * 35};
  std::chrono::days server_validity{365 * 10};
  std::chrono::days tls_validity{397};
  std::vector<std::string> crl_uris;
};

/// One identity of each role; the index is the role.
struct Hierarchy {
  std::vector<Identity> identities;
  const Identity& operator[](Role role) const { return identities[static_cast<size_t>(role)]; }
  const Certificate& certificate(Role role) const { return (*this)[role].certificate; }
};
/// Makes keys and certificates of all eight roles. Error kind invalid: EID outside the IIN, no host name, a
/// host that is neither a DNS name nor an IP address.
Result<Hierarchy> make_hierarchy(const HierarchyOptions& options, Random& random);

/// One more eUICC under this EUM (personalisation of virtual cards; its name and validity follow the EUM's).
Result<Identity> issue_euicc(const Identity& eum, const Eid& eid, Random& random, bool deterministic = false);

/// What a CRL says of one certificate.
struct RevokedCertificate {
  Bytes serial_number;
  Time when{};
  RevocationReason reason = RevocationReason::unspecified;  ///< written where it says more
};
struct CrlSpec {
  Time this_update{};
  Time next_update{};
  uint64_t number = 1;
  uint32_t part = 1;   ///< GSMA: which part this is
  uint32_t parts = 1;  ///< and of how many; written where above 1
  CrlScope scope = CrlScope::all;
  std::vector<std::string> distribution_points;  ///< where it will be published
  std::vector<RevokedCertificate> revoked;
};
/// Signs a list with the CI's key. An issuingDistributionPoint is written where it limits the list or names a
/// place. Error: what the signer said, or a spec that is no list.
Result<Crl> issue_crl(const CrlSpec& spec, const Certificate& ci, crypto::Signer& ci_signer);

/// Stores one private key: `name` is the role's ("dp_auth").
using KeyWriter = std::function<Status(std::string_view name, const crypto::PrivateKey& key)>;
/// Writes ci.der, ci.pem, eum.der ... into `directory` (made where absent); keys go to `keys` first, so that
/// no certificate stands there without its key. Error kinds: io, exists (a certificate is there already).
Status write_hierarchy(const std::string& directory, const Hierarchy& hierarchy, const KeyWriter& keys);
/// Reads the certificate of a role from such a directory. Error kinds: io, not_found, as Certificate::parse.
Result<Certificate> read_certificate(const std::string& directory, Role role);

}  // namespace sealift::pki
