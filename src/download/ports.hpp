// What a download needs of the world: a way to the card, a way to the server, and a person to ask.
//
// Implemented by reader/ (card), http/ (server) and cli/ or tests (consent). Used from one thread.
#pragma once

#include <optional>
#include <vector>

#include "messages/es9.hpp"
#include "messages/es9_json.hpp"

namespace sealift::download {

/// Carries APDUs to a card. The transport handles nothing of ISO 7816 itself.
class ApduTransport {
 public:
  virtual ~ApduTransport() = default;
  /// One command, one response (data and status word). Error kinds: io, timeout, not_found (no card).
  virtual Result<Bytes> transmit(View command) = 0;
};

/// Why an ES9+ call gave nothing: either the server refused (`status`), or the call did not come through.
struct Es9Failure {
  std::optional<messages::FunctionExecutionStatus> status;  ///< set where the server answered Failed or Expired
  Error error;                                              ///< for people
  operator Error() const { return error; }                  // NOLINT: implicit by design
};
template <class T>
using Es9Result = Result<T, Es9Failure>;

/// ES9+, and ES11, which has the same first two functions but for the answer of the second, as an LPA calls them. `server` is the address as the
/// activation code has it, with ":port" where there is one.
class Es9 {
 public:
  virtual ~Es9() = default;
  virtual Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest&) = 0;
  virtual Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest&) = 0;
  /// At an SM-DS (SGP.22 5.8.2). A port that reaches SM-DP+s alone need not have it.
  virtual Es9Result<messages::AuthenticateClientOkEs11> authenticate_client_es11(
      const std::string& server, const messages::AuthenticateClientRequest&) {
    return Es9Failure{std::nullopt, Error{ErrorKind::unsupported, server + " cannot be asked for events this way"}};
  }
  virtual Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest&) = 0;
  virtual Es9Result<void> handle_notification(const std::string& server, const messages::HandleNotification&) = 0;
  virtual Es9Result<void> cancel_session(const std::string& server, const messages::CancelSessionRequestEs9&) = 0;
  /// The registeredIDs of the TLS certificate of the last call's peer; empty where it has none (a certificate of
  /// a public CA).
  virtual std::vector<asn1::Oid> peer_oids() const = 0;
  /// That certificate, DER; empty where there is no TLS.
  virtual Bytes peer_certificate() const { return {}; }
};

/// An answer of the end user.
enum class Answer : uint8_t { yes, no, postponed, timed_out };

/// Asks the end user (SGP.22 3.1.3 and 2.9.2.4).
class Consent {
 public:
  virtual ~Consent() = default;
  /// May this profile be downloaded? `policies` are its Profile Policy Rules that need strong confirmation:
  /// the user has to be told what they forbid.
  virtual Answer download(const messages::StoreMetadataRequest& metadata, const messages::PprIds& policies) = 0;
  /// The confirmation code the operator handed over; empty optional: the user gives none.
  virtual std::optional<std::string> confirmation_code() = 0;
};

/// The steps of a download, in order, as progress is shown.
enum class Step : uint8_t {
  open_card,
  get_euicc_info,
  initiate_authentication,
  authenticate_server,
  authenticate_client,
  consent,
  prepare_download,
  get_bound_profile_package,
  load_bound_profile_package,
  notify,
  done,
};
/// "ES9+.InitiateAuthentication" and so on.
std::string_view name(Step step);

/// Watches a download.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void step(Step) {}
  /// Octets of the package that the card has taken.
  virtual void loaded(size_t /*octets*/, size_t /*of*/) {}
  /// A message as it passes, whole: `direction` "LPA>card", "card>LPA", "LPA>server", "server>LPA".
  virtual void message(std::string_view /*direction*/, std::string_view /*name*/, View /*der*/) {}
};

}  // namespace sealift::download
