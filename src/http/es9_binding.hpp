// What both ends of ES9+ over HTTP agree on (SGP.22 6.2, 6.5, 6.6).
#pragma once

#include <cstdint>

namespace sealift::http {

/// Path of an ES9+ function is this and the function's name.
inline constexpr const char* es9_path = "/gsma/rsp2/es9plus/";
/// The ASN.1 binding has one path for all functions, and a media type of its own.
inline constexpr const char* asn1_path = "/gsma/rsp2/asn1";
inline constexpr const char* asn1_media_type = "application/x-gsma-rsp-asn1";
/// Which of the two a client speaks; a server answers both.
enum class Es9Binding : uint8_t { json, asn1 };
/// What we say of our version in X-Admin-Protocol.
inline constexpr const char* admin_protocol = "gsma/rsp/v2.6.0";

}  // namespace sealift::http
