#include "messages/es9_json.hpp"
#include "messages/json_writer.hpp"

namespace sealift::messages {

std::string to_json(const InitiateAuthenticationOkEs9& output) {
  return response_with({})
      .transaction_id(output.transactionId)
      .der("serverSigned1", output.serverSigned1)
      .signature("serverSignature1", output.serverSignature1)
      .binary("euiccCiPKIdToBeUsed", asn1::tlv(0x04, output.euiccCiPKIdToBeUsed))
      .binary("serverCertificate", output.serverCertificate.tlv)
      .take();
}

std::string to_json(const AuthenticateClientOk& output) {
  return response_with({})
      .transaction_id(output.transactionId)
      .der("profileMetadata", output.profileMetaData)
      .der("smdpSigned2", output.smdpSigned2)
      .signature("smdpSignature2", output.smdpSignature2)
      .binary("smdpCertificate", output.smdpCertificate.tlv)
      .take();
}

std::string to_json(const AuthenticateClientOkAcr& output) {
  return response_with({})
      .transaction_id(output.transactionId)
      .der("profileMetadata", output.profileMetaData)
      .take();
}

std::string to_json(const AuthenticateClientOkEs11& output) {
  std::string entries = "[";
  for (const EventEntries& e : output.eventEntries) {
    if (entries.size() > 1) entries.push_back(',');
    entries += JsonObject().text("eventId", e.eventId).text("rspServerAddress", e.rspServerAddress).take();
  }
  return response_with({}).transaction_id(output.transactionId).raw("eventEntries", entries + "]").take();
}

std::string to_json(const GetBoundProfilePackageOk& output) {
  return response_with({}, output.boundProfilePackage.tlv.size() / 3 * 4 + 4)
      .transaction_id(output.transactionId)
      .binary("boundProfilePackage", output.boundProfilePackage.tlv)
      .take();
}

std::string to_json(const CancelSessionOk&) {
  return response_with({}).take();
}

std::string to_json(const InitiateAuthenticationRequest& request) {
  return JsonObject()
      .text("smdpAddress", request.smdpAddress)
      .binary("euiccChallenge", request.euiccChallenge)
      .der("euiccInfo1", request.euiccInfo1)
      .take();
}

std::string to_json(const AuthenticateClientRequest& request) {
  JsonObject out;
  out.transaction_id(request.transactionId);
  out.der("authenticateServerResponse", request.authenticateServerResponse);
  if (request.useMatchingIdForAcr) out.raw("useMatchingIdForAcr", "true");
  return out.take();
}

std::string to_json(const GetBoundProfilePackageRequest& request) {
  return JsonObject()
      .transaction_id(request.transactionId)
      .der("prepareDownloadResponse", request.prepareDownloadResponse)
      .take();
}

std::string to_json(const HandleNotification& request) {
  return JsonObject().der("pendingNotification", request.pendingNotification).take();
}

std::string to_json(const CancelSessionRequestEs9& request) {
  return JsonObject()
      .transaction_id(request.transactionId)
      .der("cancelSessionResponse", request.cancelSessionResponse)
      .take();
}

}  // namespace sealift::messages
