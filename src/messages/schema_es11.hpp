// Schemas of ES11 (SGP.22 v2.6 5.8.2).
#pragma once

#include "messages/es11.hpp"
#include "messages/schema_common.hpp"

namespace sealift::asn1 {

/// Most events that an SM-DS lists in one answer.
inline constexpr uint64_t max_events = 1024;

template <>
inline constexpr auto schema<messages::EventEntries> =
    extensible(0x30, &messages::EventEntries::unknown,
               field("eventId", &messages::EventEntries::eventId, 0x80).range(0, 255),
               field("rspServerAddress", &messages::EventEntries::rspServerAddress, 0x81).range(0, max_address));
template <>
inline constexpr auto schema<messages::AuthenticateClientOkEs11> =
    extensible(0x30, &messages::AuthenticateClientOkEs11::unknown,
               field("transactionId", &messages::AuthenticateClientOkEs11::transactionId, 0x80),
               field("eventEntries", &messages::AuthenticateClientOkEs11::eventEntries, 0xA1)
                   .range(0, max_events));
template <>
inline constexpr auto schema<messages::AuthenticateClientResponseEs11> =
    choice(0xBF40, alternative("authenticateClientOk", 0xA0), alternative("authenticateClientError", 0x81));

}  // namespace sealift::asn1
