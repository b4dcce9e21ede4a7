// Readable print of messages, for `--trace` and for people who debug: field names where the message is known,
// tags where it is not. Pure functions; secret fields are not shown.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace sealift::messages {

/// Which interface a message was seen on; the same outer tag means different messages on different ones.
enum class TraceContext : uint8_t {
  es10_command,   ///< LPA to eUICC
  es10_response,  ///< eUICC to LPA
  es8,            ///< within a Bound Profile Package, after opening
};

/// The message with its fields, indented, one a line, by its outer tag and context. What does not decode as
/// the message its tag promises is shown as bare TLVs, after a line that says why.
std::string trace(View der, TraceContext context);

}  // namespace sealift::messages
