// Certificates that are wrong in one way each, for trying whether whoever ought to check them does.
//
// A variant says what verify_chain answers to it, and which refusal each place that checks must give by
// SGP.22: written down here once, apart from the code that refuses. Among them is one per role with nothing
// wrong, so that a test sees that it is the fault that is refused. Nothing here is for production; no
// threads.
#pragma once

#include "pki/chain.hpp"
#include "pki/issue.hpp"

namespace sealift::pki {

/// Where certificates are checked.
enum class CheckingPlace : uint8_t {
  card_authenticate_server,    ///< ES10b.AuthenticateServer: authenticateErrorCode
  card_prepare_download,       ///< ES10b.PrepareDownload: downloadErrorCode
  card_personalise,            ///< a card that is to be given the certificate as its own
  server_authenticate_client,  ///< ES9+.AuthenticateClient: subject and reason code
  server_handle_notification,  ///< ES9+.HandleNotification: answered 204 whatever, and "ignored" or "taken"
  lpa_tls,                     ///< the TLS handshake of LPA and servers
};
/// "card.authenticateServer"
std::string_view name(CheckingPlace place);

struct ExpectedRefusal {
  CheckingPlace place;
  /// "accepted", or: the name of the error code, "8.1.3/6.1", "ignored", "refused".
  std::string answer;
};

struct BrokenVariant {
  std::string name;  ///< "dp_auth.expired"
  Role role;
  std::string what;  ///< for people
  Bytes certificate;
  /// The key of the certificate; none where it is on a curve that we do not have.
  std::optional<crypto::PrivateKey> key;
  /// Who it is to be sent with, where that is not its own EUM.
  std::optional<Bytes> eum;
  /// What verify_chain says at `now`; none where it is taken. An EUM certificate is verified with an eUICC
  /// certificate below it.
  std::optional<ChainError> error;
  bool only_with_clock = false;  ///< whoever has no clock takes it
  Link link = Link::leaf;
  std::vector<ExpectedRefusal> places;
};

/// Every variant under this hierarchy, with new keys, for an eUICC the EID of the hierarchy's, and valid at
/// `now` where they are not about time. Error: what a signer said.
Result<std::vector<BrokenVariant>> make_broken(const Hierarchy& hierarchy, Time now, Random& random);

}  // namespace sealift::pki
