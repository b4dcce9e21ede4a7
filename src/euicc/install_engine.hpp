// The ProfileEngine of this card: installs SAIP packages, runs them as UICC file system and USIM.
#pragma once

#include "euicc/profile.hpp"

namespace sealift::euicc {

/// Stateless and thread safe; one serves every card of a process.
class SaipEngine final : public ProfileEngine {
 public:
  messages::UiccCapability capability() const override;
  std::unique_ptr<ProfileInstaller> install(InstallContext context) const override;
  Result<std::unique_ptr<RunningProfile>> start(View image, std::vector<ProfileChange> changes,
                                                ProfileStore& store, Random& random) const override;
};

}  // namespace sealift::euicc
