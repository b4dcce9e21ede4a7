#include "auth/initiate.hpp"

#include <algorithm>

namespace sealift::auth {
namespace {

/// Host names are compared without regard to case (SGP.22 5.6.1).
bool same_host(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Result<CiChoice, InitiateFailure> judge_initiation(const messages::InitiateAuthenticationRequest& request,
                                                   const ServedAs& as, const pki::TrustStore& trust) {
  if (!same_host(request.smdpAddress, as.address)) return InitiateFailure::address_not_ours;
  const messages::EuiccInfo1& info = request.euiccInfo1;
  if (info.svn < as.lowest_svn || info.svn > as.highest_svn) return InitiateFailure::svn_not_supported;
  const auto choice = choose_ci(info, trust, as.cis);
  if (choice) return *choice;
  return choice.error() == CiChoiceFailure::no_ci_for_signing ? InitiateFailure::no_ci_for_signing
                                                              : InitiateFailure::no_certificate;
}

Result<Begun> begin(const messages::InitiateAuthenticationRequest& request, const CiChoice& choice,
                    const ServerIdentity& identity, std::string_view address, Random& random) {
  const auto id = TransactionId::from_octets(random.octets<16>());
  check(id.has_value(), "sixteen octets are a TransactionId");
  const Challenged session{*id, address, random.octets<16>(), choice.euiccCiPKIdToBeUsed};
  SignedServer1 hello = TRY(sign_server1(session, request.euiccChallenge, identity));
  return Begun{session.serverChallenge,
               {.transactionId = *id,
                .serverSigned1 = std::move(hello.serverSigned1),
                .serverSignature1 = hello.serverSignature1,
                .euiccCiPKIdToBeUsed = session.euiccCiPKIdToBeUsed,
                .serverCertificate = identity.certificate}};
}

}  // namespace sealift::auth
