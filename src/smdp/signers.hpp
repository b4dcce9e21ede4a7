// What an SM-DP+ signs with below each CI; exchanged for renewed certificates while it serves (G-PKI-1).
//
// A session ends with the certificates it began with: it keeps their id, and those that are offered no more
// are kept for it. Thread safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "auth/server.hpp"

namespace sealift::smdp {

/// Keys and certificates under one CI.
struct Signers {
  auth::ServerIdentity dpAuth;  ///< CERT.DPauth, SK.DPauth
  auth::ServerIdentity dpPb;    ///< CERT.DPpb, SK.DPpb; same OID, same CI
};

/// Names Signers by their certificates: the same on every node that has them.
using SignersId = uint64_t;
SignersId id_of(const Signers& signers);

class SignerList {
 public:
  struct Entry {
    SignersId id = 0;
    Signers signers;
  };
  using Ptr = std::shared_ptr<const Entry>;
  using Offered = std::shared_ptr<const std::vector<Ptr>>;

  SignerList() : SignerList(std::vector<Signers>()) {}
  explicit SignerList(std::vector<Signers> first);

  /// Those that new sessions begin with, one for each CI, in the order of preference.
  Offered offered() const;
  /// Null where a session names certificates that are no longer, or not yet, here.
  std::shared_ptr<const Signers> find(SignersId id) const;
  /// The OID of this SM-DP+, whichever CI vouches for it (SGP.22 4.5.2.1); none where nothing is offered.
  std::optional<asn1::Oid> oid() const;
  /// From now on these are offered; the same certificates keep their signers.
  void replace(std::vector<Signers> now);

  // For who knows that nothing replaces them meanwhile, as while a server is put together.
  void push_back(Signers one);
  bool empty() const { return offered()->empty(); }
  const Signers& front() const { return offered()->front()->signers; }
  const Signers& operator[](size_t n) const { return offered()->at(n)->signers; }

 private:
  Ptr found(SignersId id) const;
  mutable std::mutex mutex_;
  Offered offered_;
  std::vector<Ptr> former_;  ///< the last ones, oldest first
};

}  // namespace sealift::smdp
