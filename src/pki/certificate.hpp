// X.509 v3 certificates of the RSP PKI (RFC 5280, SGP.22 4.5.2), read strictly by our own DER reader.
//
// Parsing says that the certificate is well formed, nothing more: whether it may be believed is
// verify_chain's matter (chain.hpp). A Certificate is an immutable handle, cheap to copy and free to share
// between threads; every View it gives lives as long as some copy of it does.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/ports.hpp"
#include "crypto/ecdsa.hpp"
#include "pki/name.hpp"

namespace sealift::pki {

/// The extensions that we understand (RFC 5280 4.2.1).
namespace extension {
inline constexpr asn1::Oid subject_key_identifier = asn1::Oid::of({2, 5, 29, 14});
inline constexpr asn1::Oid key_usage = asn1::Oid::of({2, 5, 29, 15});
inline constexpr asn1::Oid subject_alt_name = asn1::Oid::of({2, 5, 29, 17});
inline constexpr asn1::Oid basic_constraints = asn1::Oid::of({2, 5, 29, 19});
inline constexpr asn1::Oid name_constraints = asn1::Oid::of({2, 5, 29, 30});
inline constexpr asn1::Oid crl_distribution_points = asn1::Oid::of({2, 5, 29, 31});
inline constexpr asn1::Oid certificate_policies = asn1::Oid::of({2, 5, 29, 32});
inline constexpr asn1::Oid authority_key_identifier = asn1::Oid::of({2, 5, 29, 35});
inline constexpr asn1::Oid extended_key_usage = asn1::Oid::of({2, 5, 29, 37});
}  // namespace extension

/// Purposes in extendedKeyUsage (RFC 5280 4.2.1.12).
namespace purpose {
inline constexpr asn1::Oid server_auth = asn1::Oid::of({1, 3, 6, 1, 5, 5, 7, 3, 1});
inline constexpr asn1::Oid client_auth = asn1::Oid::of({1, 3, 6, 1, 5, 5, 7, 3, 2});
}  // namespace purpose

/// KeyUsage bits (RFC 5280 4.2.1.3), bit 0 as the lowest.
namespace key_usage {
inline constexpr uint16_t digital_signature = 1u << 0;
inline constexpr uint16_t key_cert_sign = 1u << 5;
inline constexpr uint16_t crl_sign = 1u << 6;
}  // namespace key_usage

/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
struct BasicConstraints {
  bool ca = false;
  std::optional<uint32_t> path_len;
};

/// The name forms of SubjectAltName that RSP uses; others are counted in `other`.
struct SubjectAltName {
  std::vector<std::string_view> dns_names;
  std::vector<View> ip_addresses;  ///< 4 or 16 octets
  std::vector<std::string_view> uris;
  std::vector<asn1::Oid> registered_ids;
  std::vector<Name> directory_names;
  size_t other = 0;
};

/// NameConstraints: permitted subtrees of form directoryName (SGP.22: the EUM's O and IIN).
struct NameConstraints {
  std::vector<Name> permitted_directory_names;
  /// Set where there are excluded subtrees, other name forms, or minimum/maximum: constraints that we do
  /// not apply, so that a certificate bound by them is refused.
  bool beyond_us = false;
};

/// The extensions that we understand, each present or absent. `critical` tells how it was marked.
template <class T>
struct Extension {
  bool critical = false;
  T value{};
};
struct Extensions {
  std::optional<Extension<View>> subject_key_identifier;  ///< the identifier's octets
  std::optional<Extension<View>>
      authority_key_identifier;  ///< keyIdentifier; empty where only issuer and serial
  std::optional<Extension<uint16_t>> key_usage;
  std::optional<Extension<BasicConstraints>> basic_constraints;
  std::optional<Extension<std::vector<asn1::Oid>>> certificate_policies;
  std::optional<Extension<SubjectAltName>> subject_alt_name;
  std::optional<Extension<std::vector<asn1::Oid>>> extended_key_usage;
  std::optional<Extension<NameConstraints>> name_constraints;
  std::optional<Extension<std::vector<std::string_view>>> crl_distribution_points;  ///< URIs
  std::vector<asn1::Oid> unknown_critical;
  std::vector<asn1::Oid> unknown;  ///< not critical: passed over
};

class Certificate {
 public:
  /// No RSP certificate comes near this; larger ones are refused before parsing (octets).
  static constexpr size_t max_size = 8192;

  /// Reads one DER certificate. Only version 3, ecdsa-with-SHA256 and keys on P-256 or brainpoolP256r1 (which
  /// are checked to lie on the curve). Error kinds: invalid or truncated (form, duplicate extension, another
  /// version or algorithm), limit (size), unsupported (another curve, such as FRP256v1, and nothing else),
  /// verification (a point that is not on its curve).
  static Result<Certificate> parse(View der);

  /// The certificate as received.
  View der() const;
  /// tbsCertificate: the octets that the signature covers.
  View tbs() const;
  /// serialNumber: content octets of the INTEGER, 1 to 20, positive.
  View serial_number() const;
  const Name& issuer() const;
  const Name& subject() const;
  Time not_before() const;
  Time not_after() const;
  const crypto::PublicKey& public_key() const;
  /// subjectPublicKeyInfo TLV (for pinning).
  View subject_public_key_info() const;
  /// r || s.
  const crypto::Signature& signature() const;
  const Extensions& extensions() const;

  /// The subjectKeyIdentifier's octets; empty where absent.
  View subject_key_id() const;
  /// The authority's key identifier's octets; empty where absent.
  View authority_key_id() const;
  /// The first registeredID of the subjectAltName: the OID of the owner (SM-DP+, SM-DS, EUM).
  std::optional<asn1::Oid> registered_id() const;
  /// True where a dNSName equals `host` (letters of either case; a leftmost "*" label as RFC 6125 6.4.3 has
  /// it), or `host` is the text of an IP address that an iPAddress holds.
  bool names_host(std::string_view host) const;
  /// True where the signature verifies under this key.
  bool signed_by(const crypto::PublicKey& issuer_key) const;
  bool operator==(const Certificate& other) const { return equal(der(), other.der()); }

 private:
  struct Parsed;
  static Result<std::shared_ptr<const Parsed>> read(View der);
  explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace sealift::pki
