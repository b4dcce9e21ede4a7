// The port behind which private signing keys live, and its two software implementations.
//
// A role asks for a Signer and does not know whether the key is in memory, in an HSM or in another process
// (hsm/). Signers are shared by all workers of a role: implementations are thread safe.
#pragma once

#include "crypto/ecdsa.hpp"

namespace sealift::crypto {

class Signer {
 public:
  virtual ~Signer() = default;
  virtual const PublicKey& public_key() const = 0;
  /// Signs SHA-256 of the concatenated parts. Error: the key holder is out of reach or refuses (HSM); the
  /// software signers do not fail.
  virtual Result<Signature> sign(std::span<const View> parts) = 0;
  Result<Signature> sign(std::initializer_list<View> parts) {
    return sign(std::span<const View>(parts.begin(), parts.size()));
  }
};

/// A key in this process's memory; nonces come from OpenSSL's generator.
class SoftwareSigner final : public Signer {
 public:
  explicit SoftwareSigner(const PrivateKey& key);
  ~SoftwareSigner() override;
  SoftwareSigner(const SoftwareSigner&) = delete;
  SoftwareSigner& operator=(const SoftwareSigner&) = delete;
  using Signer::sign;
  const PublicKey& public_key() const override { return key_; }
  Result<Signature> sign(std::span<const View> parts) override;

 private:
  struct Prepared;
  PublicKey key_;
  std::unique_ptr<Prepared> prepared_;
};

/// Nonces by RFC 6979 with SHA-256, so that a run from a seed gives the same octets twice. For tests,
/// simulations and `--seed` alone: it is not hardened against an observer of timing as SoftwareSigner is.
class DeterministicSigner final : public Signer {
 public:
  explicit DeterministicSigner(PrivateKey key) : key_(std::move(key)) {}
  using Signer::sign;
  const PublicKey& public_key() const override { return key_.public_key(); }
  Result<Signature> sign(std::span<const View> parts) override;

 private:
  PrivateKey key_;
};

}  // namespace sealift::crypto
