#include "download/authentication.hpp"

#include <algorithm>
#include <cctype>

#include "asn1/reader.hpp"
#include "pki/certificate.hpp"

namespace sealift::download {

using namespace messages;

static bool same_address(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The role that the policies of a certificate name.
static std::optional<pki::Role> role_of(const pki::Certificate& certificate) {
  if (!certificate.extensions().certificate_policies) return std::nullopt;
  for (const asn1::Oid& policy : certificate.extensions().certificate_policies->value) {
    if (auto role = pki::role_from_policy(policy)) return role;
  }
  return std::nullopt;
}

Failure Authentication::fail(Error error) const {
  Failure f;
  f.step = step_;
  f.error = std::move(error);
  return f;
}

Failure Authentication::fail(const Es9Failure& failure) const {
  Failure f = fail(failure.error);
  if (failure.status) f.status = failure.status->statusCodeData;
  return f;
}

Result<void, Failure> Authentication::check_server_oid(const pki::Certificate& certificate) const {
  if (!oid_) return {};
  std::string wanted = oid_->dotted();
  if (certificate.registered_id() != oid_) {
    return fail(Error{ErrorKind::verification,
                      "the server is not the SM-DP+ " + wanted +
                          " that the activation code names: its certificate says " +
                          (certificate.registered_id() ? certificate.registered_id()->dotted() : "none")});
  }
  auto tls = server_.peer_oids();
  if (!tls.empty() && std::find(tls.begin(), tls.end(), *oid_) == tls.end()) {
    return fail(Error{ErrorKind::verification,
                      "the TLS server is not the SM-DP+ " + wanted + " that the activation code names"});
  }
  return {};
}

Result<void, Failure> Authentication::judge(pki::Role role, View certificate) const {
  if (!options_.trust || certificate.empty()) return {};
  Status status = options_.trust->judge(role, certificate);
  if (status) return {};
  return fail(std::move(status.error()).within("the server's certificate"));
}

/// The CRLs that were got go on to a card that keeps them (ES10b.LoadCRL), which has no other way to learn of
/// them. Whatever it says of one, the server is judged here as well.
void Authentication::pass_on_lists(const std::vector<Bytes>& crls) {
  if (crls.empty()) return;
  auto info = card_.call<EuiccInfo2>("ES10b.GetEUICCInfo2", GetEuiccInfo2Request{});
  if (!info || !info->rspCapability.contains(RspCapabilityBit::crlSupport)) return;
  for (const Bytes& crl : crls) {
    auto list = asn1::read_single(crl, 0x30, "CertificateList");
    if (list) (void)card_.call<LoadCrlResponse>("ES10b.LoadCRL", LoadCrlRequest{to_bytes(list->value), {}});
  }
}

Result<InitiateAuthenticationOkEs9, Failure> Authentication::initiate() {
  enter(Step::get_euicc_info);
  auto info = TRY(of(card_.call<EuiccInfo1>("ES10b.GetEUICCInfo1", GetEuiccInfo1Request{})));
  auto challenge =
      TRY(of(card_.call<GetEuiccChallengeResponse>("ES10b.GetEUICCChallenge", GetEuiccChallengeRequest{})));
  enter(Step::initiate_authentication);
  InitiateAuthenticationRequest request;
  request.euiccChallenge = challenge.euiccChallenge;
  request.smdpAddress = address_;
  request.euiccInfo1 = std::move(info);
  auto ok = TRY(of(server_.initiate_authentication(address_, request)));
  const ServerSigned1& signed1 = ok.serverSigned1.value;
  if (!same_address(signed1.serverAddress, address_)) {
    return fail(Error{ErrorKind::verification, "the server signs as '" + signed1.serverAddress +
                                                   "', and was asked for as '" + address_ + "'"});
  }
  if (signed1.transactionId != ok.transactionId) {
    return fail(
        Error{ErrorKind::verification, "the server's signed transactionId is another than the one it sent"});
  }
  auto certificate = pki::Certificate::parse(ok.serverCertificate.tlv);
  if (!certificate && oid_) return fail(std::move(certificate.error()).within("the server's certificate"));
  if (certificate) {
    TRY_VOID(check_server_oid(*certificate));
    role_ = role_of(*certificate);
  }
  const bool is_smds = role_ == pki::Role::ds_auth;
  auto judged = judge(is_smds ? pki::Role::ds_tls : pki::Role::dp_tls, server_.peer_certificate());
  if (judged) judged = judge(is_smds ? pki::Role::ds_auth : pki::Role::dp_auth, ok.serverCertificate.tlv);
  if (options_.trust) pass_on_lists(options_.trust->fetched());
  TRY_VOID(std::move(judged));
  transactionId_ = ok.transactionId;
  return ok;
}

Result<AuthenticateServerResponse, Failure> Authentication::authenticate_server(
    InitiateAuthenticationOkEs9 server, const MatchingId& matchingId) {
  enter(Step::authenticate_server);
  AuthenticateServerRequest request;
  request.serverSigned1 = std::move(server.serverSigned1);
  request.serverSignature1 = server.serverSignature1;
  request.euiccCiPKIdToBeUsed = server.euiccCiPKIdToBeUsed;
  request.serverCertificate = std::move(server.serverCertificate);
  request.ctxParams1.matchingId = matchingId;
  request.ctxParams1.deviceInfo = options_.deviceInfo;
  auto answer = TRY(of(card_.call<AuthenticateServerResponse>("ES10b.AuthenticateServer", request)));
  const auto* error = std::get_if<AuthenticateResponseError>(&answer.alt);
  if (!error) return answer;
  const AuthenticateErrorCode code = error->authenticateErrorCode;
  Failure f =
      fail(Error{ErrorKind::verification, "the card does not accept this server (authenticateErrorCode " +
                                              std::to_string(static_cast<int>(code)) + ")"});
  f.authenticateError = code;
  // The server hears why, and closes its session; its answer changes nothing here.
  (void)server_.authenticate_client(address_, {transactionId_, std::move(answer), std::nullopt, {}});
  return f;
}

}  // namespace sealift::download
