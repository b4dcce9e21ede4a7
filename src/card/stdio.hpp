// The door that lpac's "stdio" APDU driver knocks at: one JSON object a line, on the LPA's standard streams.
//
//   {"type":"apdu","payload":{"func":"transmit","param":"81E2..."}}  ->
//   {"type":"apdu","payload":{"ecode":0,"data":"BF2E...9000"}}
//
// Format: docs/formats/card-doors.md. Lines of other types are the LPA's own output and pass through.
// Blocking, single thread.
#pragma once

#include <string>
#include <vector>

#include "euicc/card.hpp"

namespace sealift::card {

/// The answer to one line, without line end; absent where the line is no APDU request. Never fails: what the
/// card cannot do is ecode -1.
std::optional<std::string> answer_stdio_line(euicc::Card& card, std::string_view line);

/// Serves requests from `in`, answers to `out`, until the end of input. Lines that are no requests are
/// errors. Error kinds: io, limit (a line of over 64 KiB), invalid.
Status serve_stdio(euicc::Card& card, int in, int out);

/// Runs a command with the door on its standard input and output; what else it prints goes to `out`. Gives
/// its exit status (128 and the signal, where it was killed). Error kinds: not_found, permission (it does not
/// start), io.
Result<int> run_child(euicc::Card& card, const std::vector<std::string>& command, int out);

}  // namespace sealift::card
