// The transcript of a download: what each side signed, as it passed, so that anybody who trusts the CI can
// check afterwards who agreed to what (`sealift verify-transcript`; docs/formats/transcript.md).
//
// The container is ours, every message in it the specification's, kept to the octet. It holds an EID and an
// ICCID, and no secret: keep it as one keeps a contract. Plain values.
#pragma once

#include "messages/es9.hpp"

namespace sealift::messages {

/// In the order of the download, and ending where the download ended.
struct Transcript {
  /// serverSigned1 and CERT.DPauth: the server, towards this eUICC's challenge.
  InitiateAuthenticationOkEs9 initiateAuthenticationOk;
  /// euiccSigned1, CERT.EUICC and CERT.EUM: the eUICC, towards this server's challenge.
  std::optional<AuthenticateResponseOk> authenticateResponseOk;
  /// smdpSigned2 and CERT.DPpb, with the metadata offered (which nobody signs).
  std::optional<AuthenticateClientOk> authenticateClientOk;
  /// euiccSigned2: the eUICC's one-time key, and the hash of the confirmation code.
  std::optional<PrepareDownloadResponseOk> prepareDownloadResponseOk;
  /// smdpSign: the server's one-time key, bound to the eUICC's.
  std::optional<InitialiseSecureChannelRequest> initialiseSecureChannelRequest;
  /// What came of it, signed by the eUICC.
  std::optional<ProfileInstallationResult> profileInstallationResult;

  static constexpr asn1::Tag tag = 0xE0;              ///< private: told from every message of the specification
  static constexpr size_t max_octets = 64 * 1024;

  /// Tag E0 over the messages BF39, BF38, BF3B, BF21, BF23, BF37.
  Bytes encode() const;
  /// Error kinds: truncated, invalid (another order, one missing between others, an error response), limit.
  static Result<Transcript> decode(View der);
};

}  // namespace sealift::messages
