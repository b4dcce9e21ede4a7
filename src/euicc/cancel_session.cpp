// ES10b.CancelSession (SGP.22 5.7.14): the card signs the reason it is given and closes the session.
#include "euicc/isdr.hpp"
#include "euicc/package_loader.hpp"

namespace sealift::euicc {

namespace {

const ServerAuthenticated* authenticated(const Session& session) {
  if (const auto* s = std::get_if<ServerAuthenticated>(&session)) return s;
  if (const auto* s = std::get_if<DownloadPrepared>(&session)) return &s->session;
  if (const auto* s = std::get_if<PackageLoading>(&session)) return &s->loader->prepared().session;
  return nullptr;
}

/// The server may come back with the package that is bound to the one-time key.
bool may_be_retried(messages::CancelSessionReason reason) {
  return reason == messages::CancelSessionReason::postponed ||
         reason == messages::CancelSessionReason::timeout;
}

}  // namespace

Reply cancel_session(Isdr& isdr, View command) {
  auto request = DECODE(CancelSessionRequest, command);
  messages::CancelSessionResponse response;
  const ServerAuthenticated* session = authenticated(isdr.session);
  if (!session || session->transactionId != request.transactionId) {
    response.alt = messages::CancelSessionResponseError::invalidTransactionId;
    return asn1::encode(response);
  }
  messages::EuiccCancelSessionSigned mine;
  mine.transactionId = request.transactionId;
  check(session->server.owner().has_value(), "a verified server certificate names its owner");
  mine.smdpOid = *session->server.owner();
  mine.reason = request.reason;
  messages::CancelSessionResponseOk ok;
  ok.euiccCancelSessionSigned = asn1::seal(std::move(mine));
  auto signature = isdr.sign(session->credential, {ok.euiccCancelSessionSigned.tlv});
  if (!signature) return sw::technical_problem;
  ok.euiccCancelSessionSignature = *signature;
  // Nothing of a package is installed yet; the signed reason is the server's result.
  Transaction t;
  if (std::holds_alternative<PackageLoading>(isdr.session)) Memory::erase_loading_mark(t);
  bool prepared = !std::holds_alternative<ServerAuthenticated>(isdr.session);
  if (prepared && !may_be_retried(request.reason)) Memory::erase_one_time_key(t);
  if (!isdr.memory.commit(t)) return sw::memory_problem;
  isdr.session = NoSession{};
  response.alt = std::move(ok);
  return asn1::encode(response);
}

}  // namespace sealift::euicc
