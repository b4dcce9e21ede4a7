// ES2+: an operator orders profiles of an SM-DP+, and hears what becomes of them (SGP.22 v2.6 5.3; the
// notification of v3 peers after v3.1 5.3).
//
// Plain values with their JSON binding (6.5.2), both directions; SGP.22 has no other binding for ES2+. Pure
// functions, thread safe.
#pragma once

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "messages/function_header.hpp"

namespace sealift::messages {

/// Longest profileType and confirmationCode that we read, octets.
inline constexpr size_t max_profile_type = 255;
inline constexpr size_t max_confirmation_code = 255;

/// 5.3.1. At least one of iccid and profileType.
struct DownloadOrderRequest {
  FunctionHeader header;
  std::optional<Eid> eid;
  std::optional<Iccid> iccid;
  std::optional<std::string> profileType;
};
struct DownloadOrderOk {
  Iccid iccid;
};

/// 5.3.2
struct ConfirmOrderRequest {
  FunctionHeader header;
  Iccid iccid;
  std::optional<Eid> eid;
  std::optional<std::string> matchingId;        ///< absent: the SM-DP+ makes one; empty: the default SM-DP+
  std::optional<SecretBytes> confirmationCode;  ///< UTF-8
  std::optional<std::string> smdsAddress;
  bool releaseFlag = false;
};
struct ConfirmOrderOk {
  std::optional<Eid> eid;
  std::string matchingId;
  std::optional<std::string> smdpAddress;
};

/// What a profile is to be after its order was cancelled.
enum class FinalProfileStatus : uint8_t { available, unavailable };

/// 5.3.3
struct CancelOrderRequest {
  FunctionHeader header;
  Iccid iccid;
  std::optional<Eid> eid;
  std::optional<std::string> matchingId;
  FinalProfileStatus finalProfileStatusIndicator = FinalProfileStatus::available;
};

/// 5.3.4
struct ReleaseProfileRequest {
  FunctionHeader header;
  Iccid iccid;
};

/// 5.3.5, SM-DP+ to operator; answered 204.
struct HandleDownloadProgressInfo {
  FunctionHeader header;
  std::optional<Eid> eid;
  Iccid iccid;
  std::string profileType;
  Time timestamp;
  uint32_t notificationPointId = 0;  ///< 1 eligibility, 2 confirmation failure, 3 download, 4 installation
  FunctionExecutionStatus notificationPointStatus;
  std::optional<Bytes> resultData;  ///< ProfileInstallationResult, DER
};

/// The same to a peer that announces v3; answered 204.
struct HandleNotificationEs2 {
  FunctionHeader header;
  std::optional<Eid> eid;
  Iccid iccid;
  std::string profileType;
  Time timeStamp;
  uint32_t notificationEvent = 0;
  FunctionExecutionStatus notificationEventStatus;
  std::optional<Bytes> resultData;
};

/// A response: its status, and the function's output where it was executed.
template <class Output>
struct Es2Reply {
  FunctionExecutionStatus functionExecutionStatus;
  std::optional<Output> output;
};

/// Reads the body of a request, any of the six above. An EID has 32 digits, whatever its check digits: what
/// counts is which chip says that it has it.
template <class Request>
JsonResult<Request> es2_request_from_json(std::string_view body);

std::string to_json(const DownloadOrderRequest& request);
std::string to_json(const ConfirmOrderRequest& request);
std::string to_json(const CancelOrderRequest& request);
std::string to_json(const ReleaseProfileRequest& request);
std::string to_json(const HandleDownloadProgressInfo& request);
std::string to_json(const HandleNotificationEs2& request);

/// Reads the body of a response: of DownloadOrderOk and ConfirmOrderOk. That of the other functions is a
/// status alone (status_from_json).
template <class Output>
JsonResult<Es2Reply<Output>> es2_reply_from_json(std::string_view body);

std::string to_json(const DownloadOrderOk& output);
std::string to_json(const ConfirmOrderOk& output);

}  // namespace sealift::messages
