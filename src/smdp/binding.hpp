// Binding: sealing a profile to one eUICC's one-time key (SGP.22 2.5.4, 2.6.5), and giving a bound profile out
// again. Internal to this room.
#pragma once

#include "smdp/ports.hpp"

namespace sealift::smdp {

/// Makes the package of an order for this eUICC, not signed and without the '86' blocks of random-key mode
/// (the stock has those). otSK.DP exists in here alone. Errors: the eUICC's point is not on the curve
/// (verification), or a port's.
Result<Bytes> bind_profile(Ports& ports, const Order& order, const Signers& signers, const Eid& eid,
                           const messages::PointOctets& euiccOtpk);

/// Completes a stored package for a session: its transactionId, smdpSign, and the '86' blocks.
/// Everything else stays as it was bound. Errors: a port's.
Result<Bytes> finish_package(Ports& ports, const Order& order, const Signers& signers, View stored,
                             const TransactionId& id, const messages::PointOctets& euiccOtpk);

}  // namespace sealift::smdp
