// The Activation Code (SGP.22 4.1): what a QR code, an `LPA:` link or a person's typing says.
//
//   [LPA:]1$smdpAddress$acToken[$[oid][$[ccFlag]{$further}]]
//
// Scanned, typed and linked codes take this one path. The code carries no secret and earns no trust: whom the
// LPA talks to is settled by TLS and by the eUICC.
#pragma once

#include <optional>

#include "asn1/oid.hpp"
#include "base/ids.hpp"

namespace sealift::download {

struct ActivationCode {
  std::string smdpAddress;             ///< FQDN, perhaps with ":port" (docs/divergences.md)
  MatchingId acToken;                  ///< may be empty: the order is found by EID
  std::optional<asn1::Oid> smdpOid;    ///< the server must prove to be this one
  bool confirmationCodeRequired = false;  ///< advisory; the server's signed flag decides

  /// Reads a code with or without "LPA:" (either case). Fields behind the known ones are passed over, since
  /// later versions put data there. Surrounding white space is removed.
  /// Errors: limit (over 255 octets), unsupported (a format other than 1), invalid (everything else); the
  /// message names the field.
  static Result<ActivationCode> parse(std::string_view text);
  /// Without "LPA:", trailing empty fields left out.
  std::string text() const;
  /// With "LPA:", as QR codes have it.
  std::string qr_text() const { return "LPA:" + text(); }
  bool operator==(const ActivationCode&) const = default;
};

/// True where the text is a host name (letters, digits, "-", "."), perhaps with ":port" behind it.
bool is_server_address(std::string_view text);

}  // namespace sealift::download
