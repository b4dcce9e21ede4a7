// TUAK in PE-AKAParameter: the octet algorithmOptions, which says the sizes of f1 to f4.
//
// The profile package specification leaves its layout to the text around the module; docs/divergences.md has
// ours: bits 1 to 3 RES (0: 32, 1: 64, 2: 128, 3: 256), bits 4 to 6 MAC (0: 64, 1: 128, 2: 256), bit 7 CK and
// IK (0: 128, 1: 256). Pure.
#pragma once

#include "crypto/tuak.hpp"
#include "saip/profile_element.hpp"

namespace sealift::saip {

/// Sizes and iterations that an algoParameter with TUAK asks for. Error kind invalid: a reserved value.
Result<crypto::TuakParameters> tuak_parameters(const AlgoParameter& algorithm);
/// The algorithmOptions octet for these sizes. Error kind invalid: it has none for them.
Result<Octet> tuak_options(const crypto::TuakParameters& parameters);

/// AUTN and AUTS have 64 bits for a MAC, and TS 33.102 gives CK and IK 128 and RES at most 128: other sizes
/// are TUAK's, but no network authenticates with them. Error kind: unsupported.
Status fits_umts(const crypto::TuakParameters& parameters);

}  // namespace sealift::saip
