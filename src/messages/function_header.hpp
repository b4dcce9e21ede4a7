// The headers of functions in the JSON binding (SGP.22 6.5.1.3, 6.5.1.4): who calls, in requests between
// servers (ES2+, ES12, ES15), and how it went, in every response. Values; pure functions.
#pragma once

#include "messages/json.hpp"

namespace sealift::messages {

class JsonObject;

/// header of a request between servers.
struct FunctionHeader {
  std::string functionRequesterIdentifier;  ///< whom the caller says it is; TLS says who it is
  std::string functionCallIdentifier;       ///< of this call: the same in a repeat, another in another call
  bool operator==(const FunctionHeader&) const = default;
};
/// Longest of either identifier that we read, octets.
inline constexpr size_t max_function_identifier = 255;

/// statusCodeData (6.5.1.4). The codes are strings: "3.10" is not "3.1".
struct StatusCodeData {
  std::string subjectCode;
  std::string reasonCode;
  std::optional<std::string> subjectIdentifier;
  std::optional<std::string> message;
  bool operator==(const StatusCodeData&) const = default;
};
enum class ExecutionStatus : uint8_t { executedSuccess, executedWithWarning, failed, expired };
/// The specification's text for a status, such as "Executed-Success".
std::string_view name(ExecutionStatus status);
/// header.functionExecutionStatus of a response.
struct FunctionExecutionStatus {
  ExecutionStatus status = ExecutionStatus::executedSuccess;
  std::optional<StatusCodeData> statusCodeData;
  bool operator==(const FunctionExecutionStatus&) const = default;
};
/// True where the function's output is there.
inline bool was_executed(const FunctionExecutionStatus& s) {
  return s.status == ExecutionStatus::executedSuccess || s.status == ExecutionStatus::executedWithWarning;
}

/// `header` of a request body. LPAs send none; between servers it is mandatory.
JsonResult<FunctionHeader> read_function_header(const Members& body);
/// header.functionExecutionStatus of a response body.
JsonResult<FunctionExecutionStatus> read_function_execution_status(const Members& body);

/// A request that begins with this header.
JsonObject request_with(const FunctionHeader& header);
/// A response that begins with this status; its output of about `output_size` octets follows.
JsonObject response_with(const FunctionExecutionStatus& status, size_t output_size = 0);
/// The body of a response that has a status only (Failed, Expired, or a function without output).
std::string to_json(const FunctionExecutionStatus& status);
/// Reads a response of which the status alone counts.
JsonResult<FunctionExecutionStatus> status_from_json(std::string_view body);

}  // namespace sealift::messages
