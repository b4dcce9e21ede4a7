// What an SM-DP+ tells of itself. Adapters turn it into log lines, metrics and audit rows, and leave out or
// shorten the identifiers.
#pragma once

#include "base/ids.hpp"
#include "smdp/order.hpp"
#include "smdp/refusals.hpp"

namespace sealift::smdp {

/// The three questions asked before a profile may be installed (docs/mission.md, M2-44), as far as the server
/// can answer them: one record for each AuthenticateClient that was refused, and for each
/// GetBoundProfilePackage, refused or delivered. Only three yeses deliver.
struct Decision {
  TransactionId transactionId;
  bool right_chip = false;               ///< chain, signature and EID are those of the eUICC the order is for
  bool right_server = false;             ///< that eUICC accepted our certificate and signed our challenge
  bool protected_for_this_chip = false;  ///< it signed the one-time key that the package is sealed to
  std::optional<Refusal> refusal;        ///< none where delivered
  bool delivered() const { return right_chip && right_server && protected_for_this_chip && !refusal; }
};

enum class Function : uint8_t {
  initiate_authentication,
  authenticate_client,
  get_bound_profile_package,
  handle_notification,
  cancel_session,
};
/// As the specification writes it: "initiateAuthentication".
std::string_view name(Function function);

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void decided(const Decision&) {}
  virtual void refused(Function, const TransactionId*, Refusal) {}
  /// An order changed its state; called after the change is durable.
  virtual void moved(const Order&, OrderState /*from*/) {}
  /// An order ended because somebody asked too often: for its operator to look at.
  virtual void ended(const Order&, Refusal /*why*/) {}
  /// A card told of an error in the place of its answer; `code` is an AuthenticateErrorCode,
  /// DownloadErrorCode or CancelSessionResponseError. Nobody signed it.
  virtual void card_refused(Function, const TransactionId&, int /*code*/) {}
  /// A notification that did not verify, or told nothing new; the peer is answered 204 all the same.
  virtual void notification_ignored(std::string_view /*why*/) {}
  /// What was done beside requests: a CRL taken up, old rows forgotten; or why it could not be.
  virtual void maintained(std::string_view /*what*/, const Error* /*problem*/) {}
  /// A row of the outbox was sent, or not; `problem` says why not. It is tried again.
  virtual void sent(const Outgoing&, uint32_t /*attempts before*/, Sent, const Error* /*problem*/) {}
  /// A port failed; the peer gets server_failed, people get this.
  virtual void failed(Function, const Error&) {}
};

}  // namespace sealift::smdp
