// A phone and card for load that costs the machine less than the server: it signs what a card signs and
// believes everything, so that one core can keep a server of another core busy. Nothing is installed.
//
// A card may download again and again, one download at a time. Single thread.
#pragma once

#include "crypto/ports.hpp"
#include "download/download.hpp"
#include "http/load_engine.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {

struct LeanCard {
  /// A new key pair, certified by `eum`. Error kind: invalid where the EID lies outside the EUM's range.
  static Result<std::unique_ptr<LeanCard>> make(const pki::Identity& eum, const pki::Certificate& ci,
                                                const Eid& eid, Random& random);
  explicit LeanCard(const crypto::PrivateKey& key) : signer(key) {}
  messages::EuiccInfo1 info1;
  messages::EuiccInfo2 info2;
  Bytes certificate, eum_certificate;
  crypto::SoftwareSigner signer;
  uint64_t seqNumber = 0;  ///< of the last notification
};

/// One download by activation code, from InitiateAuthentication to the installation result. `card` and
/// `random` outlive it.
std::unique_ptr<http::VirtualPhone> make_lean_phone(LeanCard& card, const download::ActivationCode& code,
                                                    Random& random);

/// Asks for InitiateAuthentication `times` times on one connection and never goes on: what a flood looks
/// like. Answers of any kind are taken.
std::unique_ptr<http::VirtualPhone> make_nuisance(const LeanCard& card, const std::string& smdpAddress,
                                                  unsigned times, Random& random);

}  // namespace sealift::lab
