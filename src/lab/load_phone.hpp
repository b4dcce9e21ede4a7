// A phone for the load engine: a virtual card behind the requests of one download.
#pragma once

#include "download/download.hpp"
#include "http/load_engine.hpp"
#include "lab/virtual_card.hpp"

namespace sealift::lab {


/// Downloads by activation code number `number`, then reports the installation. Failures are counted by
/// "function subject/reason", or by the step that failed.
Result<std::unique_ptr<http::VirtualPhone>> make_load_phone(VirtualCard card,
                                                            download::ActivationCode code);

}  // namespace sealift::lab
