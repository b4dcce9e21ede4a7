// The enabled profile behind the card core's RunningProfile interface: one table from instruction to command.
#pragma once

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {

class UsimProfile final : public RunningProfile {
 public:
  UsimProfile(ProfileImage image, ProfileStore& store, Random& random)
      : profile_(std::move(image), store, random) {}
  bool has_application(View aid) const override;
  Response command(uint8_t channel, const Command& command) override;
  void channel_opened(uint8_t channel) override;
  void channel_closed(uint8_t channel) override;

  /// Puts back what was committed before this start. Error kind: invalid.
  Status replay(std::span<const ProfileChange> changes);
  const ProfileImage& image() const { return profile_.image(); }

 private:
  Profile profile_;
};

}  // namespace sealift::euicc
