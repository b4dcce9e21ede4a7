#include "messages/trace.hpp"

#include <algorithm>
#include <span>

#include "asn1/reader.hpp"
#include "messages/es10a.hpp"
#include "messages/es10b.hpp"
#include "messages/es10c.hpp"
#include "messages/es6.hpp"
#include "messages/isdr.hpp"

namespace sealift::messages {

namespace {

/// A message as the outer tag and context name it.
struct Known {
  asn1::Tag tag;
  Result<std::string> (*trace)(View der);
};

template <class T>
Result<std::string> trace_as(View der) {
  T message = TRY(asn1::decode<T>(der));
  return asn1::trace(message);
}

constexpr Known commands[] = {
    {0xBF20, trace_as<GetEuiccInfo1Request>},
    {0xBF21, trace_as<PrepareDownloadRequest>},
    {0xBF22, trace_as<GetEuiccInfo2Request>},
    {0xBF28, trace_as<ListNotificationRequest>},
    {0xBF29, trace_as<SetNicknameRequest>},
    {0xBF2B, trace_as<RetrieveNotificationsListRequest>},
    {0xBF2D, trace_as<ProfileInfoListRequest>},
    {0xBF2E, trace_as<GetEuiccChallengeRequest>},
    {0xBF30, trace_as<NotificationSentRequest>},
    {0xBF31, trace_as<EnableProfileRequest>},
    {0xBF32, trace_as<DisableProfileRequest>},
    {0xBF33, trace_as<DeleteProfileRequest>},
    {0xBF34, trace_as<EuiccMemoryResetRequest>},
    {0xBF35, trace_as<LoadCrlRequest>},
    {0xBF36, trace_as<BoundProfilePackage>},
    {0xBF38, trace_as<AuthenticateServerRequest>},
    {0xBF3C, trace_as<EuiccConfiguredAddressesRequest>},
    {0xBF3E, trace_as<GetEuiccDataRequest>},
    {0xBF3F, trace_as<SetDefaultDpAddressRequest>},
    {0xBF41, trace_as<CancelSessionRequest>},
    {0xBF42, trace_as<LpaeActivationRequest>},
    {0xBF43, trace_as<GetRatRequest>},
};

constexpr Known responses[] = {
    {0xBF20, trace_as<EuiccInfo1>},
    {0xBF21, trace_as<PrepareDownloadResponse>},
    {0xBF22, trace_as<EuiccInfo2>},
    {0xBF28, trace_as<ListNotificationResponse>},
    {0xBF29, trace_as<SetNicknameResponse>},
    {0xBF2B, trace_as<RetrieveNotificationsListResponse>},
    {0xBF2D, trace_as<ProfileInfoListResponse>},
    {0xBF2E, trace_as<GetEuiccChallengeResponse>},
    {0xBF30, trace_as<NotificationSentResponse>},
    {0xBF31, trace_as<EnableProfileResponse>},
    {0xBF32, trace_as<DisableProfileResponse>},
    {0xBF33, trace_as<DeleteProfileResponse>},
    {0xBF34, trace_as<EuiccMemoryResetResponse>},
    {0xBF35, trace_as<LoadCrlResponse>},
    {0xBF37, trace_as<ProfileInstallationResult>},
    {0xBF38, trace_as<AuthenticateServerResponse>},
    {0xBF3C, trace_as<EuiccConfiguredAddressesResponse>},
    {0xBF3E, trace_as<GetEuiccDataResponse>},
    {0xBF3F, trace_as<SetDefaultDpAddressResponse>},
    {0xBF41, trace_as<CancelSessionResponse>},
    {0xBF42, trace_as<LpaeActivationResponse>},
    {0xBF43, trace_as<GetRatResponse>},
    {0x30, trace_as<OtherSignedNotification>},
};

constexpr Known package_commands[] = {
    {0xBF23, trace_as<InitialiseSecureChannelRequest>},
    {0xBF24, trace_as<ConfigureIsdpRequest>},
    {0xBF25, trace_as<StoreMetadataRequest>},
    {0xBF26, trace_as<ReplaceSessionKeysRequest>},
    {0xBF2A, trace_as<UpdateMetadataRequest>},
};

std::span<const Known> known_in(TraceContext context) {
  switch (context) {
    case TraceContext::es10_command:
      return commands;
    case TraceContext::es10_response:
      return responses;
    case TraceContext::es8:
      return package_commands;
  }
  return {};
}

std::string tag_text(asn1::Tag tag) {
  Bytes octets;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (octets.empty() && shift > 0 && (tag >> shift) == 0) continue;
    octets.push_back(static_cast<uint8_t>(tag >> shift));
  }
  return hex(octets);
}

/// Bare TLVs: constructed ones with their contents below, primitive ones in hexadecimal.
void print_tlvs(View in, size_t indent, std::string& out) {
  asn1::Reader reader(in);
  while (!reader.at_end()) {
    View rest = reader.rest();
    auto tlv = reader.next();
    out.append(indent * 2, ' ');
    if (!tlv) {
      out.append("(not a TLV) ").append(hex(rest)).append("\n");
      return;
    }
    out.append(tag_text(tlv->tag));
    if (asn1::is_constructed(tlv->tag) && indent < 16) {
      out.append("\n");
      print_tlvs(tlv->value, indent + 1, out);
    } else {
      out.append(": ").append(hex(tlv->value)).append("\n");
    }
  }
}

}  // namespace

std::string trace(View der, TraceContext context) {
  asn1::Header header = asn1::read_header(der);
  auto known = known_in(context);
  auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.tag == header.tag; });
  std::string out;
  // Session keys are not shown, even where the command that carries them is broken.
  bool secret = context == TraceContext::es8 && header.tag == 0xBF26;
  if (header.problem == asn1::Header::Problem::ok && found != known.end()) {
    auto text = found->trace(der);
    if (text) return std::move(*text);
    out = "(" + text.error().message + ")\n";
  }
  if (secret) return out + "(" + std::to_string(der.size()) + " secret octets)\n";
  print_tlvs(der, 0, out);
  return out;
}

}  // namespace sealift::messages
