// Offline verification of a transcript: every signature of a download with the chain behind it, and what ties
// one to the next (SGP.22 3.1.2, 3.1.3, 5.7.5, 2.5.6). Needs the CI's certificate and nothing else.
//
// Pure; free to call from any thread.
#pragma once

#include "messages/transcript.hpp"
#include "pki/chain.hpp"

namespace sealift::auth {

/// One thing that somebody signed.
struct Signing {
  std::string_view what;  ///< "serverSigned1", as the specification names it
  std::string who;        ///< "SM-DP+ 1.3.6.1…", "eUICC 8904…"
  std::string says;       ///< what it proves, for people
  Status verified;        ///< why it proves nothing
};

struct TranscriptReport {
  std::vector<Signing> signings;  ///< in the order of the download; those of the transcript, none left out
  TransactionId transactionId;
  std::string serverAddress;
  std::optional<asn1::Oid> server;                     ///< OID of CERT.DPauth, once its chain verified
  std::optional<Eid> eid;                              ///< once the eUICC's chain verified
  std::optional<messages::StoreMetadataRequest> offered;
  std::optional<Iccid> installed;                      ///< where the eUICC signed that it did
  /// True where everything in the transcript verified.
  bool holds() const;
};

/// Verifies what the transcript has. `when` judges the certificates' validity; it is the verifier's choice,
/// since nothing in a download signs a time.
TranscriptReport verify_transcript(const messages::Transcript& transcript, const pki::TrustStore& trust,
                                   pki::JudgeAt when);

}  // namespace sealift::auth
