// Certificate revocation lists of the CI (RFC 5280 5, SGP.22 4.5.2.1.3), read strictly.
//
// Version 2 of the GSMA profile lets a CI publish its list in parts (partialCrlNumber of
// totalPartialCrlNumber). Parsing says that the list is well formed; TrustStore::add_crl checks who signed
// it. An immutable handle, cheap to copy, free to share between threads.
#pragma once

#include <memory>
#include <optional>

#include "base/ports.hpp"
#include "crypto/ecdsa.hpp"
#include "pki/name.hpp"

namespace sealift::pki {

namespace x509 {
struct RawExtension;
}

class Crl {
 public:
  /// Octets; a list of some 20,000 entries.
  static constexpr size_t max_size = 1u << 20;

  /// Reads one DER CRL, version 2. Error kinds: invalid (also: another signature algorithm), truncated,
  /// limit, unsupported (delta or indirect lists, unknown critical extensions).
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
  size_t size() const;
  /// True where the certificate of this serial number (content octets of its INTEGER) is listed. O(log n).
  bool is_revoked(View serial_number) const;
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
