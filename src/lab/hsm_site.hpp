// What a server takes of the HSMs behind its certificate sets (hsm_keys.hpp).
#pragma once

#include "lab/keys_folder.hpp"

namespace sealift::lab {

struct SiteHsms {
  /// Where one-time keys are made; null: in this process. Stays when certificates are read anew.
  std::shared_ptr<crypto::KeyAgreement> key_agreement;
  std::vector<std::shared_ptr<hsm::Desk>> desks;  ///< for their figures
};

/// Opens the HSMs of the sets, before the first of them is asked for a signer; none where all keys are files.
/// Who signs packages in an HSM agrees on their keys there too. `changed` is told when an HSM goes away and
/// when it is back. Errors: those of HsmKeys::desk.
Result<SiteHsms> open_hsms(const std::vector<KeysFolder>& sets, const hsm::Desk::Changed& changed);

/// That an SM-DP+'s keys are in an HSM behind sealift-keyd, in each set. Error kind: permission; says what to
/// do.
Status require_keyd(const std::vector<KeysFolder>& sets);

}  // namespace sealift::lab
