// What the HTTP status of a peer's answer says of a row of the outbox that it was sent.
#pragma once

#include <chrono>

#include "http/client.hpp"
#include "smdp/outbox.hpp"

namespace sealift::http {

/// Of a status that is not 2xx: `refused` where it is about this request, `unreachable` where it is about the
/// server, or about us.
smdp::Sent meaning_of(unsigned status);

/// How long a server that is busy (429, 503) asks to be left alone: Retry-After as a number of seconds
/// (RFC 9110 10.2.3); a date is not read. 0: it does not say.
std::chrono::seconds retry_after(const Response& response);

}  // namespace sealift::http
