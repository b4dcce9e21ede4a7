// A phone for the load engine: a virtual card behind the requests of one download.
#pragma once

#include "download/download.hpp"
#include "euicc/card.hpp"
#include "http/load_engine.hpp"
#include "reader/loopback.hpp"

namespace sealift::lab {


/// Downloads by activation code number `number`, then reports the installation. Failures are counted by
/// "function subject/reason", or by the step that failed.
Result<std::unique_ptr<http::VirtualPhone>> make_load_phone(std::unique_ptr<euicc::Card> card,
                                                            download::ActivationCode code);

}  // namespace sealift::lab
