// What both ends of ES9+ over HTTP agree on (SGP.22 6.2, 6.5).
#pragma once

namespace sealift::http {

/// Path of an ES9+ function is this and the function's name.
inline constexpr const char* es9_path = "/gsma/rsp2/es9plus/";
/// What we say of our version in X-Admin-Protocol.
inline constexpr const char* admin_protocol = "gsma/rsp/v2.6.0";

}  // namespace sealift::http
