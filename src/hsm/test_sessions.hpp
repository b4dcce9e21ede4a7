// A key holder's session over keys in memory, for tests; it can be told to fail, to hang and to err.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "crypto/hash.hpp"
#include "crypto/ports.hpp"
#include "hsm/key_session.hpp"

namespace sealift::hsm::testing {

struct SoftwareToken {
  SeededRandom random{17};
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256, random);
  crypto::DeterministicSigner signer{key.clone()};
  std::mutex mutex;
  std::condition_variable released;
  bool hangs = false;  ///< guarded by mutex
  std::atomic<bool> fails{false};
  std::atomic<bool> errs{false};  ///< signatures are of something else
  std::atomic<bool> stands_still{false};
  std::atomic<int> hanging{0}, calls{0};

  void hang(bool on) {
    const std::lock_guard lock(mutex);
    hangs = on;
    released.notify_all();
  }
  /// The message whose digest the fake signs: it signs messages, not digests.
  static constexpr std::string_view message = "message";
};

class SoftwareSession final : public KeySession {
 public:
  explicit SoftwareSession(SoftwareToken& token) : token_(token) {}
  Result<crypto::PublicKey> find(std::string_view label) override {
    if (label != "key") return Error{ErrorKind::not_found, "no such key"};
    return token_.signer.public_key();
  }
  Result<crypto::Signature> sign(std::string_view label, const Octets<32>& digest) override {
    TRY_VOID(begin());
    if (label != "key") return Error{ErrorKind::not_found, "no such key"};
    const std::string_view proof = "sealift: the key is there";
    const bool is_proof = digest == crypto::sha256(view(proof));
    const std::string_view said = is_proof ? proof : SoftwareToken::message;
    return token_.signer.crypto::Signer::sign({view(token_.errs ? "another" : said)});
  }
  Result<crypto::Agreement> agree(const crypto::PublicKey& peer) override {
    TRY_VOID(begin());
    SeededRandom same(1);
    const auto otsk =
        crypto::EphemeralKey::generate(peer.curve(), token_.stands_still ? same : token_.random);
    return crypto::Agreement{otsk.public_key(), TRY(otsk.agree(peer))};
  }

 private:
  Status begin() {
    ++token_.calls;
    std::unique_lock lock(token_.mutex);
    ++token_.hanging;
    token_.released.wait(lock, [&] { return !token_.hangs; });
    --token_.hanging;
    if (token_.fails) return Error{ErrorKind::io, "the token failed"};
    return {};
  }
  SoftwareToken& token_;
};

inline OpenSession sessions_of(SoftwareToken& token) {
  return [&token] { return std::make_unique<SoftwareSession>(token); };
}

}  // namespace sealift::hsm::testing
