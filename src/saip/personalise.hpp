// Gives an existing package another subscriber: ICCID, IMSI and keys (TCA Profile Package; the places are
// those of the digest "personalisation points").
//
// Elements that are not touched keep their received octets.
#pragma once

#include "base/ids.hpp"
#include "saip/package.hpp"

namespace sealift::saip {

struct Subscriber {
  std::optional<Iccid> iccid;
  std::optional<Imsi> imsi;
  /// K and OPc (or TOPc), both or neither; their sizes must be those the algorithm had.
  std::optional<SecretBytes> k;
  std::optional<SecretBytes> opc;
};

/// ICCID: header and EF_ICCID. IMSI: EF_IMSI and EF_ACC of every USIM. Keys: every akaParameter with an
/// algorithm of its own. Error kinds: not_found where the package has no such place, invalid for key sizes;
/// the package is then unchanged.
Status personalise(Package& package, const Subscriber& subscriber);

}  // namespace sealift::saip
