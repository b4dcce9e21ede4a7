#include "messages/es9_json.hpp"

namespace sealift::messages {
namespace {

/// Longest server address, as in the ASN.1 declarations.
constexpr size_t max_address = 300;
/// Most events in one answer, as there.
constexpr size_t max_events = 1024;

JsonStatus read(const Members& in, InitiateAuthenticationRequest& out) {
  out.smdpAddress = TRY(in.bounded_text("smdpAddress", max_address));
  out.euiccChallenge = TRY(in.bare<16>("euiccChallenge"));
  out.euiccInfo1 = TRY(in.der<EuiccInfo1>("euiccInfo1"));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientRequest& out) {
  out.transactionId = TRY(in.transaction_id());
  out.authenticateServerResponse = TRY(in.der<AuthenticateServerResponse>("authenticateServerResponse"));
  if (in.is_set("useMatchingIdForAcr")) out.useMatchingIdForAcr.emplace();
  return {};
}
JsonStatus read(const Members& in, GetBoundProfilePackageRequest& out) {
  out.transactionId = TRY(in.transaction_id());
  out.prepareDownloadResponse = TRY(in.der<PrepareDownloadResponse>("prepareDownloadResponse"));
  return {};
}
JsonStatus read(const Members& in, HandleNotification& out) {
  out.pendingNotification = TRY(in.der<PendingNotification>("pendingNotification"));
  return {};
}
JsonStatus read(const Members& in, CancelSessionRequestEs9& out) {
  out.transactionId = TRY(in.transaction_id());
  out.cancelSessionResponse = TRY(in.der<CancelSessionResponse>("cancelSessionResponse"));
  return {};
}

JsonStatus read(const Members& in, InitiateAuthenticationOkEs9& out) {
  out.transactionId = TRY(in.transaction_id());
  out.serverSigned1 = TRY(in.signed_der<ServerSigned1>("serverSigned1"));
  out.serverSignature1 = TRY(in.content<64>("serverSignature1", 0x5F37));
  out.euiccCiPKIdToBeUsed = TRY(in.content<20>("euiccCiPKIdToBeUsed", 0x04));
  out.serverCertificate = TRY(in.tlv("serverCertificate", 0x30));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOk& out) {
  out.transactionId = TRY(in.transaction_id());
  out.profileMetaData = TRY(in.signed_der<StoreMetadataRequest>("profileMetadata"));
  out.smdpSigned2 = TRY(in.signed_der<SmdpSigned2>("smdpSigned2"));
  out.smdpSignature2 = TRY(in.content<64>("smdpSignature2", 0x5F37));
  out.smdpCertificate = TRY(in.tlv("smdpCertificate", 0x30));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOkAcr& out) {
  out.transactionId = TRY(in.transaction_id());
  out.profileMetaData = TRY(in.signed_der<StoreMetadataRequest>("profileMetadata"));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOkEs11& out) {
  out.transactionId = TRY(in.transaction_id());
  const std::vector<Members> entries = TRY(in.objects("eventEntries", max_events));
  for (const Members& event : entries) {
    EventEntries& to = out.eventEntries.emplace_back();
    to.eventId = TRY(event.bounded_text("eventId", 255));
    to.rspServerAddress = TRY(event.bounded_text("rspServerAddress", max_address));
  }
  return {};
}
JsonStatus read(const Members& in, GetBoundProfilePackageOk& out) {
  out.transactionId = TRY(in.transaction_id());
  out.boundProfilePackage = TRY(in.tlv("boundProfilePackage", 0xBF36));
  return {};
}
JsonStatus read(const Members&, CancelSessionOk&) {
  return {};
}

}  // namespace

template <class Request>
JsonResult<Request> request_from_json(std::string_view body) {
  Request out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  return out;
}

template <class Output>
static JsonStatus read_reply(const Members& in, Es9Reply<Output>& out) {
  out.functionExecutionStatus = TRY(read_function_execution_status(in));
  if (was_executed(out.functionExecutionStatus)) return read(in, out.output.emplace());
  return {};
}

template <class Output>
JsonResult<Es9Reply<Output>> reply_from_json(std::string_view body) {
  Es9Reply<Output> out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read_reply(in, out); }));
  return out;
}

template JsonResult<InitiateAuthenticationRequest> request_from_json(std::string_view);
template JsonResult<AuthenticateClientRequest> request_from_json(std::string_view);
template JsonResult<GetBoundProfilePackageRequest> request_from_json(std::string_view);
template JsonResult<HandleNotification> request_from_json(std::string_view);
template JsonResult<CancelSessionRequestEs9> request_from_json(std::string_view);
template JsonResult<Es9Reply<InitiateAuthenticationOkEs9>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOk>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOkAcr>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOkEs11>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<GetBoundProfilePackageOk>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<CancelSessionOk>> reply_from_json(std::string_view);

}  // namespace sealift::messages
