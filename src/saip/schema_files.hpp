// The parts of the element codec that other files of this room call: template elements have one shape but
// thirteen and more tags, so they are read by table instead of by a declaration each.
#pragma once

#include "saip/profile_element.hpp"

namespace sealift::saip {

/// `tlv` is one whole TLV whose tag is that of `kind`.
Result<TemplateElement> decode_template_element(Kind kind, View tlv);
Bytes encode_template_element(const TemplateElement& element);
/// The PEHeader that an element of unknown kind starts with, where it has one.
std::optional<PeHeader> find_pe_header(View contents);

}  // namespace sealift::saip
