// JSON binding of ES9+ and ES11 (SGP.22 v2.6 6.5.2): bodies of requests and responses, both directions.
//
// Binary fields travel as base64 of the complete TLV, the transaction id as hexadecimal. Unknown members are
// passed over, the request's header too (LPAs do not send one); a member that stands there twice is an error,
// since readers differ on which counts. Pure functions, thread safe. What a peer can
// get wrong is a JsonError with the member's name, which a server turns into status codes of its own.
#pragma once

#include "messages/es11.hpp"

namespace sealift::messages {

/// What is wrong with a JSON body.
enum class JsonFault : uint8_t {
  malformed,      ///< not JSON, not an object, or a member twice
  limit,          ///< larger or deeper than we read
  missing_field,  ///< a mandatory member is absent
  wrong_type,     ///< a member is not the string, object or boolean it has to be
  bad_base64,     ///< a binary member is not base64
  bad_value,      ///< a member decodes, but breaks its format (DER, hexadecimal, size)
};
std::string_view name(JsonFault fault);

struct JsonError {
  JsonFault fault = JsonFault::malformed;
  std::string field;       ///< name of the member; empty where the whole body is meant
  std::string detail;      ///< for people
  operator Error() const;  // NOLINT: an Error for callers that only report it
};
template <class T>
using JsonResult = Result<T, JsonError>;

/// Bodies larger than this are refused (JsonFault::limit): the largest profile package allowed, as base64.
inline constexpr size_t max_json_body = 4 * 1024 * 1024;

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

/// A response: its status, and the function's output where it was executed.
template <class Output>
struct Es9Reply {
  FunctionExecutionStatus functionExecutionStatus;
  std::optional<Output> output;
};

/// Server side: reads the body of a request. Made for InitiateAuthenticationRequest,
/// AuthenticateClientRequest, GetBoundProfilePackageRequest, HandleNotification and CancelSessionRequestEs9.
template <class Request>
JsonResult<Request> request_from_json(std::string_view body);

/// Server side: the body of a response whose status is Executed-Success.
std::string to_json(const InitiateAuthenticationOkEs9& output);
std::string to_json(const AuthenticateClientOk& output);
std::string to_json(const AuthenticateClientOkAcr& output);
std::string to_json(const AuthenticateClientOkEs11& output);
std::string to_json(const GetBoundProfilePackageOk& output);
std::string to_json(const CancelSessionOk& output);
/// Server side: the body of a response that has a status only (Failed, Expired).
std::string to_json(const FunctionExecutionStatus& status);

/// Client side: the body of a request.
std::string to_json(const InitiateAuthenticationRequest& request);
std::string to_json(const AuthenticateClientRequest& request);
std::string to_json(const GetBoundProfilePackageRequest& request);
std::string to_json(const HandleNotification& request);
std::string to_json(const CancelSessionRequestEs9& request);

/// Client side: reads the body of a response. Made for InitiateAuthenticationOkEs9, AuthenticateClientOk,
/// AuthenticateClientOkAcr, GetBoundProfilePackageOk, CancelSessionOk and AuthenticateClientOkEs11.
template <class Output>
JsonResult<Es9Reply<Output>> reply_from_json(std::string_view body);

}  // namespace sealift::messages
