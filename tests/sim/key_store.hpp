// The key stores of a simulation's servers: an HSM that is away for a moment, now and then.
#pragma once

#include "auth/server.hpp"
#include "crypto/key_agreement.hpp"
#include "pki/issue.hpp"
#include "tests/sim/server.hpp"

namespace sealift::sim {

/// A key store that does not always answer.
class MoodySigner final : public crypto::Signer {
 public:
  MoodySigner(Shared& shared, const crypto::PrivateKey& key) : shared_(shared), inner_(key.clone()) {}
  using Signer::sign;
  const crypto::PublicKey& public_key() const override { return inner_.public_key(); }
  Result<crypto::Signature> sign(std::span<const View> parts) override {
    shared_.scheduler.yield();
    if (shared_.dice.chance(shared_.faults.key_store)) {
      shared_.trace.say("key store fails");
      return Error{ErrorKind::io, "the key store does not answer"};
    }
    return inner_.sign(parts);
  }

 private:
  Shared& shared_;
  crypto::DeterministicSigner inner_;
};

/// And that does not always agree on keys.
class MoodyKeyAgreement final : public crypto::KeyAgreement {
 public:
  explicit MoodyKeyAgreement(Shared& shared) : shared_(shared), inner_(shared.random) {}
  Result<crypto::Agreement> agree(const crypto::PublicKey& peer) override {
    shared_.scheduler.yield();
    if (shared_.dice.chance(shared_.faults.key_store)) {
      shared_.trace.say("key store is slow");
      return Error{ErrorKind::timeout, "the key store does not answer in time"};
    }
    return inner_.agree(peer);
  }

 private:
  Shared& shared_;
  crypto::SoftwareKeyAgreement inner_;
};

/// A server's certificate of that role, with its signer.
inline auth::ServerIdentity identity_of(const pki::Hierarchy& pki, pki::Role role,
                                        std::shared_ptr<crypto::Signer> signer,
                                        const pki::TrustStore& trust) {
  auto made = auth::server_identity(role, pki.certificate(role).der(), std::move(signer), trust, start);
  check(bool(made), "the PKI of the simulation is in order");
  return std::move(*made);
}

}  // namespace sealift::sim
