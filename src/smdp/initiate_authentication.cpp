#include "auth/initiate.hpp"
#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

Refusal refusal_of(auth::InitiateFailure failure) {
  switch (failure) {
    case auth::InitiateFailure::address_not_ours:
      return Refusal::smdp_address_not_ours;
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
      !ports.by_address->take(address_key(ports.peer), ports.clock.monotonic())) {
    return refuse(ports, me, nullptr, Refusal::server_busy);
  }
  const Settings& settings = ports.settings;
  const SignerList::Offered signers = ports.signers.offered();
  std::vector<crypto::KeyIdentifier> own;
  for (const SignerList::Ptr& s : *signers) own.push_back(s->signers.dpAuth.ciPKId);
  const auto choice =
      auth::judge_initiation(request, {settings.smdpAddress, settings.lowest_svn, settings.highest_svn, own},
                             ports.authenticator.trust());
  if (!choice) return refuse(ports, me, nullptr, refusal_of(choice.error()));

  const SignerList::Entry& mine = *(*signers)[choice->identity];
  auto begun = auth::begin(request, *choice, mine.signers.dpAuth, settings.smdpAddress, ports.random);
  if (!begun) return fail(ports, me, begun.error());
  if (!keep(ports, begun->answer.transactionId,
            InitDone{begun->serverChallenge, choice->euiccCiPKIdToBeUsed, mine.id})) {
    return refuse(ports, me, nullptr, Refusal::server_busy);
  }
  return std::move(begun->answer);
}

}  // namespace sealift::smdp
