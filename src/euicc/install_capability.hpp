// What this card can do for a profile: the other side of a package's mandatory services, templates and
// version.
//
// One table serves EUICCInfo2's uiccCapability and the check at installation, so that they cannot disagree.
#pragma once

#include "messages/es10b.hpp"
#include "saip/profile_element.hpp"

namespace sealift::euicc {

/// uiccCapability of EUICCInfo2.
messages::UiccCapability card_capability();
/// True where the card has a service that a package makes mandatory.
bool has_service(saip::Service service);
/// True where the card has file templates by this name (content octets of the OBJECT IDENTIFIER).
bool has_template(View oid);
/// Versions of the profile package format that are read: 2.x and 3.x.
bool has_package_version(uint8_t major);

/// What one profile may take, whatever the memory.
inline constexpr size_t most_files = 2000;
inline constexpr size_t most_content = size_t{512} << 10;
inline constexpr size_t most_elements = 512;

}  // namespace sealift::euicc
