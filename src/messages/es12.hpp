// ES12, SM-DP+ to SM-DS, and ES15, SM-DS to SM-DS: what waits for an eUICC, and where (SGP.22
// v2.6 5.9, 5.10). Both have the same two functions; their answers are a status alone. Plain values.
#pragma once

#include "messages/function_header.hpp"

namespace sealift::messages {

/// Longest eventId, octets: the LPA gives it as MatchingID.
inline constexpr size_t max_event_id = 255;
/// Longest server address, octets, with ":port" where there is one.
inline constexpr size_t max_server_address = 255;

struct RegisterEventRequest {
  FunctionHeader header;
  Eid eid;
  std::string rspServerAddress;      ///< where the LPA is to ask
  std::string eventId;               ///< and under which MatchingID
  bool forwardingIndicator = false;  ///< true: the SM-DS announces it at the root SM-DS too
  bool operator==(const RegisterEventRequest&) const = default;
};

struct DeleteEventRequest {
  FunctionHeader header;
  Eid eid;
  std::string eventId;
  bool operator==(const DeleteEventRequest&) const = default;
};

// JSON binding (6.5.2): requests in both directions; the response is function_header.hpp's.

/// eventId has 1 to 255 octets without control characters; rspServerAddress is a host name or address,
/// perhaps with a port. Anything else is bad_value.
JsonResult<RegisterEventRequest> register_event_from_json(std::string_view body);
JsonResult<DeleteEventRequest> delete_event_from_json(std::string_view body);
std::string to_json(const RegisterEventRequest& request);
std::string to_json(const DeleteEventRequest& request);

}  // namespace sealift::messages
