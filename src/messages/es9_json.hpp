// JSON binding of ES9+ and ES11 (SGP.22 v2.6 6.5.2): bodies of requests and responses, both directions.
//
// Binary fields travel as base64 of the complete TLV, the transaction id as hexadecimal. Unknown members are
// passed over, the request's header too (LPAs do not send one); a member that stands there twice is an error,
// since readers differ on which counts. Pure functions, thread safe. What a peer can
// get wrong is a JsonError with the member's name, which a server turns into status codes of its own.
#pragma once

#include "messages/es11.hpp"
#include "messages/function_header.hpp"

namespace sealift::messages {

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
