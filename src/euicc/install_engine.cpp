#include "euicc/install_engine.hpp"

#include "euicc/install_capability.hpp"
#include "euicc/install_package.hpp"
#include "euicc/usim_running.hpp"

namespace sealift::euicc {

messages::UiccCapability SaipEngine::capability() const {
  return card_capability();
}

std::unique_ptr<ProfileInstaller> SaipEngine::install(InstallContext context) const {
  return std::make_unique<PackageInstaller>(std::move(context));
}

Result<std::unique_ptr<RunningProfile>> SaipEngine::start(View image, std::vector<ProfileChange> changes,
                                                          ProfileStore& store, Random& random) const {
  ProfileImage parsed = TRY(parse_image(image));
  auto profile = std::make_unique<UsimProfile>(std::move(parsed), store, random);
  TRY_VOID(profile->replay(changes));
  return std::unique_ptr<RunningProfile>(std::move(profile));
}

}  // namespace sealift::euicc
