// ES11, LPA to SM-DS: what waits for an eUICC (SGP.22 v2.6 5.8). InitiateAuthentication and the request of
// AuthenticateClient are those of ES9+ (es9.hpp), on the same paths; the answer is of its own. JSON binding:
// es9_json.hpp. Values that own their octets; see common.hpp.
#pragma once

#include "messages/es9.hpp"

namespace sealift::messages {

/// One thing to fetch: the eventId is the MatchingID at that server.
struct EventEntries {
  std::string eventId;           ///< at most 255 characters
  std::string rspServerAddress;  ///< FQDN
  asn1::Unknown unknown;
  bool operator==(const EventEntries&) const = default;
};
struct AuthenticateClientOkEs11 {
  TransactionId transactionId;
  std::vector<EventEntries> eventEntries;  ///< in order of registration; may be empty
  asn1::Unknown unknown;
};
enum class AuthenticateClientErrorEs11 : uint8_t {
  eumCertificateInvalid = 1,
  eumCertificateExpired = 2,
  euiccCertificateInvalid = 3,
  euiccCertificateExpired = 4,
  euiccSignatureInvalid = 5,
  eventIdUnknown = 6,
  invalidTransactionId = 7,
  undefinedError = 127,
};
/// BF40.
struct AuthenticateClientResponseEs11 {
  std::variant<AuthenticateClientOkEs11, AuthenticateClientErrorEs11> alt;
};

}  // namespace sealift::messages
