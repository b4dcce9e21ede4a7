#include "saip/response.hpp"

namespace sealift::saip {

std::string name(PeStatusCode code) {
  switch (code) {
    case PeStatusCode::ok:
      return "ok";
    case PeStatusCode::pe_not_supported:
      return "pe-not-supported";
    case PeStatusCode::memory_failure:
      return "memory-failure";
    case PeStatusCode::bad_values:
      return "bad-values";
    case PeStatusCode::not_enough_memory:
      return "not-enough-memory";
    case PeStatusCode::invalid_request_format:
      return "invalid-request-format";
    case PeStatusCode::invalid_parameter:
      return "invalid-parameter";
    case PeStatusCode::runtime_not_supported:
      return "runtime-not-supported";
    case PeStatusCode::lib_not_supported:
      return "lib-not-supported";
    case PeStatusCode::template_not_supported:
      return "template-not-supported";
    case PeStatusCode::feature_not_supported:
      return "feature-not-supported";
    case PeStatusCode::pin_code_missing:
      return "pin-code-missing";
    case PeStatusCode::unsupported_profile_version:
      return "unsupported-profile-version";
  }
  return "status-" + std::to_string(static_cast<uint16_t>(code));
}

PeStatusCode status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::truncated:
      return PeStatusCode::invalid_request_format;
    case ErrorKind::limit:
      return PeStatusCode::not_enough_memory;
    case ErrorKind::unsupported:
      return PeStatusCode::template_not_supported;
    case ErrorKind::not_found:
      return PeStatusCode::invalid_parameter;
    case ErrorKind::io:
    case ErrorKind::internal:
      return PeStatusCode::memory_failure;
    default:
      return PeStatusCode::bad_values;
  }
}

}  // namespace sealift::saip
