// The client half of the common mutual authentication (SGP.22 3.1.2): what is the same whether an SM-DP+ or
// an SM-DS is asked. Used by the download and by discovery; one object a session, one thread.
#pragma once

#include "download/download.hpp"

namespace sealift::download {

class Authentication {
 public:
  /// All borrowed. `oid`: the server must prove to be this one.
  Authentication(Es10& card, Es9& server, Progress& progress, std::string address,
                 std::optional<asn1::Oid> oid, const Options& options)
      : card_(card),
        server_(server),
        progress_(progress),
        address_(std::move(address)),
        oid_(std::move(oid)),
        options_(options) {}

  /// Asks the card for its challenge and the server for its answer, and checks what the card cannot: the
  /// address it signs, its OID, validity and revocation.
  Result<messages::InitiateAuthenticationOkEs9, Failure> initiate();
  /// ES10b.AuthenticateServer. Where the card refuses the server hears why.
  Result<messages::AuthenticateServerResponse, Failure> authenticate_server(
      messages::InitiateAuthenticationOkEs9 server, const MatchingId& matchingId);

  /// CERT.DPauth, CERT.DSauth, or neither, as the server's certificate has it; nobody has verified that yet.
  std::optional<pki::Role> role() const { return role_; }
  Step step() const { return step_; }
  /// Where the CI vouches for its validity and has not revoked it.
  Result<void, Failure> judge(pki::Role, View certificate) const;

  void enter(Step step) {
    step_ = step;
    progress_.step(step);
  }
  /// A failure at this step.
  Failure fail(Error error) const;
  Failure fail(const Es9Failure& failure) const;
  /// Names the step in what another room reported.
  template <class T, class E>
  Result<T, Failure> of(Result<T, E> r) const {
    if (r) return std::move(*r);
    return fail(std::move(r.error()));
  }

 private:
  Result<void, Failure> check_server_oid(const pki::Certificate&) const;
  void pass_on_lists(const std::vector<Bytes>& crls);

  Es10& card_;
  Es9& server_;
  Progress& progress_;
  const std::string address_;
  const std::optional<asn1::Oid> oid_;
  const Options& options_;
  Step step_ = Step::get_euicc_info;
  std::optional<pki::Role> role_;
  TransactionId transactionId_;
};

}  // namespace sealift::download
