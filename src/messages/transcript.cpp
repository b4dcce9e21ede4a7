#include "messages/transcript.hpp"

#include "asn1/writer.hpp"

namespace sealift::messages {

Bytes Transcript::encode() const {
  Bytes out = asn1::encode(InitiateAuthenticationResponse{initiateAuthenticationOk});
  if (authenticateResponseOk) append(out, asn1::encode(AuthenticateServerResponse{*authenticateResponseOk}));
  if (authenticateClientOk) append(out, asn1::encode(AuthenticateClientResponseEs9{*authenticateClientOk}));
  if (prepareDownloadResponseOk) append(out, asn1::encode(PrepareDownloadResponse{*prepareDownloadResponseOk}));
  if (initialiseSecureChannelRequest) append(out, asn1::encode(*initialiseSecureChannelRequest));
  if (profileInstallationResult) append(out, asn1::encode(*profileInstallationResult));
  return asn1::tlv(tag, out);
}

namespace {

template <class Message, class Ok>
Result<std::optional<Ok>> next_ok(asn1::Reader& in, asn1::Tag tag) {
  if (in.at_end()) return std::optional<Ok>();
  const asn1::Tlv tlv = TRY(in.expect(tag, "Transcript"));
  if constexpr (std::is_same_v<Message, Ok>) {
    Ok message = TRY(asn1::decode<Ok>(tlv.whole));
    return std::optional<Ok>(std::move(message));
  } else {
    Message message = TRY(asn1::decode<Message>(tlv.whole));
    if (Ok* ok = std::get_if<Ok>(&message.alt)) return std::optional<Ok>(std::move(*ok));
    return Error{ErrorKind::invalid, "a transcript holds what was signed, not an error response"};
  }
}

}  // namespace

Result<Transcript> Transcript::decode(View der) {
  if (der.size() > max_octets) {
    return Error{ErrorKind::limit, "a transcript has at most " + std::to_string(max_octets) + " octets"};
  }
  asn1::Reader file(der, "Transcript");
  const asn1::Tlv outer = TRY(file.expect(tag, "Transcript"));
  TRY_VOID(file.finish());
  asn1::Reader in = file.inside(outer);
  Transcript out;
  auto first = TRY((next_ok<InitiateAuthenticationResponse, InitiateAuthenticationOkEs9>(in, 0xBF39)));
  if (!first) return Error{ErrorKind::invalid, "the transcript is empty"};
  out.initiateAuthenticationOk = std::move(*first);
  out.authenticateResponseOk = TRY((next_ok<AuthenticateServerResponse, AuthenticateResponseOk>(in, 0xBF38)));
  out.authenticateClientOk = TRY((next_ok<AuthenticateClientResponseEs9, AuthenticateClientOk>(in, 0xBF3B)));
  out.prepareDownloadResponseOk = TRY((next_ok<PrepareDownloadResponse, PrepareDownloadResponseOk>(in, 0xBF21)));
  out.initialiseSecureChannelRequest =
      TRY((next_ok<InitialiseSecureChannelRequest, InitialiseSecureChannelRequest>(in, 0xBF23)));
  out.profileInstallationResult = TRY((next_ok<ProfileInstallationResult, ProfileInstallationResult>(in, 0xBF37)));
  TRY_VOID(in.finish());
  return out;
}

}  // namespace sealift::messages
