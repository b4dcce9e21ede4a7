#include "auth/initiate.hpp"
#include "smds/es11.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

Refusal refusal_of(auth::InitiateFailure failure) {
  switch (failure) {
    case auth::InitiateFailure::address_not_ours:
      return Refusal::smds_address_not_ours;
    case auth::InitiateFailure::svn_not_supported:
      return Refusal::svn_not_supported;
    case auth::InitiateFailure::no_ci_for_signing:
      return Refusal::no_common_ci_for_signing;
    case auth::InitiateFailure::no_certificate:
      break;
  }
  return Refusal::no_certificate_for_euicc;
}

}  // namespace

Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate_authentication(
    Ports& ports, const messages::InitiateAuthenticationRequest& request) {
  constexpr auto me = Function::initiate_authentication;
  // First of all, since it is the cheapest to say. Whoever authenticates gets the token back.
  if (ports.by_address && !ports.peer.empty() &&
      !ports.by_address->take(auth::address_key(ports.peer), ports.clock.monotonic())) {
    return refuse(ports, me, Refusal::server_busy);
  }
  const Settings& settings = ports.settings;
  const Identities::List identities = ports.identities.current();
  std::vector<crypto::KeyIdentifier> own;
  for (const auth::ServerIdentity& i : *identities) own.push_back(i.ciPKId);
  const auto choice =
      auth::judge_initiation(request, {settings.smdsAddress, settings.lowest_svn, settings.highest_svn, own},
                             ports.authenticator.trust());
  if (!choice) return refuse(ports, me, refusal_of(choice.error()));
  auto begun =
      auth::begin(request, *choice, (*identities)[choice->identity], settings.smdsAddress, ports.random);
  if (!begun) return fail(ports, me, begun.error());
  if (!ports.sessions.put(begun->answer.transactionId, {begun->serverChallenge, choice->euiccCiPKIdToBeUsed},
                          ports.clock.monotonic() + settings.session_ttl)) {
    return refuse(ports, me, Refusal::server_busy);
  }
  return std::move(begun->answer);
}

}  // namespace sealift::smds
