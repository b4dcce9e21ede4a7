// Binding: sealing a profile to one eUICC's one-time key (SGP.22 2.5.4, 2.6.5), and giving a bound profile
// out again. Internal to this room.
#pragma once

#include "smdp/ports.hpp"

namespace sealift::smdp {

/// What a binding made, as the store keeps it: all that must be the same when the package is given out again.
/// The lists are concatenated protected TLVs, as in messages::BoundProfilePackage.
struct BoundPackage {
  Bytes hostId;  ///< of the control reference template, whose other fields do not vary
  messages::PointOctets smdpOtpk{};
  Bytes firstSequenceOf87;
  Bytes sequenceOf88;
  std::optional<Bytes> secondSequenceOf87;
  std::optional<Bytes> sequenceOf86;  ///< absent in random-key mode: the stock has them
};

/// Binds the profile of an order to this eUICC; gives a BoundPackage, DER. otSK.DP exists in the port
/// KeyAgreement alone.
/// `euiccOtpk` is on the curve of `signers`. Errors: a port's, or of a store under another key.
Result<Bytes> bind_profile(Ports& ports, const Order& order, const StoredProfile& profile,
                           const Signers& signers, const Eid& eid, const crypto::PublicKey& euiccOtpk);

/// Makes the BoundProfilePackage of a session from what was bound: its transactionId, a smdpSign over it, and
/// everything else as it was. Errors: a port's.
Result<Bytes> finish_package(StoredProfile profile, const Signers& signers, View stored,
                             const TransactionId& id, const messages::PointOctets& euiccOtpk);

}  // namespace sealift::smdp
