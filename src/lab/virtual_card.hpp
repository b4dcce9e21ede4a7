// Virtual cards as a factory makes them: keys and chain under the EUM of a lab's PKI, into any Nvm.
#pragma once

#include "euicc/card.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {

/// What the factory writes into a card with this EID: a new key pair with a certificate by `eum`, and trust in
/// `ci`. Error kind: invalid where the EID lies outside the EUM's range.
Result<euicc::Personalisation> make_personalisation(const pki::Identity& eum, const pki::Certificate& ci, const Eid& eid,
                                                    Random& random, bool deterministic = false);

/// The n-th EID of a range: the digits `iin`, the number, and check digits.
Result<Eid> eid_number(std::string_view iin, uint64_t number);

}  // namespace sealift::lab
