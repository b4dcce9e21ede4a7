// Virtual cards as a factory makes them: keys and chain under the EUM of a lab's PKI, into any Nvm.
#pragma once

#include "euicc/card.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {

/// Any operator may set any policy rule, with the user's consent.
messages::ProfilePolicyAuthorisationRule permissive_rule();

/// What the factory writes into a card with this EID: a new key pair with a certificate by `eum`, trust in
/// `ci`, and a rule that any operator may set policy rules, with the user's consent. Error kind: invalid
/// where the EID lies outside the EUM's range.
Result<euicc::Personalisation> make_personalisation(const pki::Identity& eum, const pki::Certificate& ci,
                                                    const Eid& eid, Random& random,
                                                    bool deterministic = false);

/// One CI that a card belongs to: who certifies the card below it, and the CI itself.
struct CardIssuer {
  pki::Identity eum;
  pki::Certificate ci;
};
/// The same for a card with a key pair and a certificate below each of several CIs, in order of priority.
Result<euicc::Personalisation> make_personalisation(std::span<const CardIssuer> issuers, const Eid& eid,
                                                    Random& random, bool deterministic = false);

/// The n-th EID of a range: the digits `iin`, the number, and check digits.
Result<Eid> eid_number(std::string_view iin, uint64_t number);

/// A card in memory with all that it needs. Move-only; single thread.
class VirtualCard {
 public:
  /// Personalises a new card. `random` outlives it.
  static Result<VirtualCard> make(euicc::Personalisation data, Random& random,
                                  euicc::Observer* observer = nullptr);
  euicc::Card& card() { return *card_; }
  euicc::MemoryNvm& nvm() { return *nvm_; }
  /// Power off and on: what is in the memory is what the new card starts from.
  Status restart();

 private:
  VirtualCard(Random& random, euicc::Observer* observer) : random_(&random), observer_(observer) {}
  std::unique_ptr<euicc::MemoryNvm> nvm_ = std::make_unique<euicc::MemoryNvm>();
  std::unique_ptr<euicc::Card> card_;
  Random* random_;
  euicc::Observer* observer_;
};

}  // namespace sealift::lab
