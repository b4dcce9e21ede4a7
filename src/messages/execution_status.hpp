// A status (SGP.22 6.5.1.4) where it is not functionExecutionStatus of a response: in what an SM-DP+ tells
// its operators. For the *_json files.
#pragma once

#include "messages/function_header.hpp"

namespace sealift::messages {

/// The members of a status.
JsonResult<FunctionExecutionStatus> read_execution_status(const Members& status);
/// Adds a status as the member `key`.
void add_execution_status(JsonObject& out, std::string_view key, const FunctionExecutionStatus& status);

}  // namespace sealift::messages
