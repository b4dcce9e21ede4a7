// The RSP session of a card: one state at a time (SGP.22 3.1.3). A function takes the state it needs out of
// the variant and puts the next one in; what it does not put back is over.
#pragma once

#include <variant>

#include "crypto/ecka.hpp"
#include "euicc/observer.hpp"
#include "messages/es10b.hpp"
#include "pki/chain.hpp"

namespace sealift::euicc {

class PackageLoader;

struct NoSession {};

/// After GetEUICCChallenge.
struct ChallengeGiven {
  Challenge euiccChallenge{};
};

/// After AuthenticateServer.
struct ServerAuthenticated {
  TransactionId transactionId;
  std::string serverAddress;
  pki::VerifiedChain server;
  uint8_t credential = 0;  ///< index of the card's credential that signs
  messages::SignatureOctets euiccSignature1{};
  Decision decision;
};

/// After PrepareDownload.
struct DownloadPrepared {
  ServerAuthenticated session;
  pki::VerifiedChain binding;  ///< CERT.DPpb
  crypto::EphemeralKey one_time_key;
};

/// From the first block of the Bound Profile Package to its result.
struct PackageLoading {
  explicit PackageLoading(std::unique_ptr<PackageLoader> package_loader);
  PackageLoading(PackageLoading&&) noexcept;
  PackageLoading& operator=(PackageLoading&&) noexcept;
  ~PackageLoading();
  std::unique_ptr<PackageLoader> loader;
};

using Session =
    std::variant<NoSession, ChallengeGiven, ServerAuthenticated, DownloadPrepared, PackageLoading>;

}  // namespace sealift::euicc
