#include <algorithm>

#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

/// Host names are compared without regard to case (SGP.22 5.6.1).
bool same_host(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

Refusal refusal_of(auth::CiChoiceFailure failure) {
  return failure == auth::CiChoiceFailure::no_ci_for_signing ? Refusal::no_common_ci_for_signing
                                                             : Refusal::no_certificate_for_euicc;
}

}  // namespace

Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate_authentication(
    Ports& ports, const messages::InitiateAuthenticationRequest& request) {
  constexpr auto me = Function::initiate_authentication;
  // First of all, since it is the cheapest to say. Whoever authenticates gets the token back.
  if (ports.by_address && !ports.peer.empty() &&
      !ports.by_address->take(address_key(ports.peer), ports.clock.monotonic())) {
    return refuse(ports, me, nullptr, Refusal::server_busy);
  }
  const Settings& settings = ports.settings;
  if (!same_host(request.smdpAddress, settings.smdpAddress)) {
    return refuse(ports, me, nullptr, Refusal::smdp_address_not_ours);
  }
  const messages::EuiccInfo1& info = request.euiccInfo1;
  if (info.svn < settings.lowest_svn || info.svn > settings.highest_svn) {
    return refuse(ports, me, nullptr, Refusal::svn_not_supported);
  }
  std::vector<crypto::KeyIdentifier> own;
  for (const Signers& s : ports.signers) own.push_back(s.dpAuth.ciPKId);
  const auto choice = auth::choose_ci(info, ports.authenticator.trust(), own);
  if (!choice) return refuse(ports, me, nullptr, refusal_of(choice.error()));

  const auto id = TransactionId::from_octets(ports.random.octets<16>());
  check(id.has_value(), "sixteen octets are a TransactionId");
  const auth::Challenged session{*id, settings.smdpAddress, ports.random.octets<16>(),
                                 choice->euiccCiPKIdToBeUsed};
  const auth::ServerIdentity& identity = ports.signers[choice->identity].dpAuth;
  auto hello = auth::sign_server1(session, request.euiccChallenge, identity);
  if (!hello) return fail(ports, me, hello.error());
  if (!keep(ports, *id, InitDone{session.serverChallenge, session.euiccCiPKIdToBeUsed, choice->identity})) {
    return refuse(ports, me, nullptr, Refusal::server_busy);
  }
  return messages::InitiateAuthenticationOkEs9{.transactionId = *id,
                                               .serverSigned1 = std::move(hello->serverSigned1),
                                               .serverSignature1 = hello->serverSignature1,
                                               .euiccCiPKIdToBeUsed = session.euiccCiPKIdToBeUsed,
                                               .serverCertificate = identity.certificate};
}

}  // namespace sealift::smdp
