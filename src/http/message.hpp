// An HTTP request and response as handlers and clients see them.
//
// A Request borrows: its views live as long as the handler runs. A Response owns.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealift::http {

/// Field names are compared without regard to case (RFC 9110 5.1).
bool same_field_name(std::string_view a, std::string_view b);

struct ClientIdentity;

struct Request {
  std::string_view method;  ///< as sent: "POST"
  std::string_view path;    ///< target without query: "/gsma/rsp2/es9plus/handleNotification"
  std::string_view query;   ///< what follows '?', empty where there is none
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string_view peer;  ///< address and port of the client: "192.0.2.1:51234"
  /// Whom the TLS handshake verified the client to be (http/tls.hpp); null where it showed no certificate.
  const ClientIdentity* client = nullptr;

  /// The first field of that name, empty where there is none.
  std::string_view header(std::string_view name) const;
};

/// Why a function of RSP was not done, in its own codes. Those that responses point at live for ever.
struct Outcome {
  std::string_view subject;  ///< subjectCode: "8.1.1"
  std::string_view reason;   ///< reasonCode: "3.8"
};

struct Response {
  unsigned status = 200;
  std::string content_type;  ///< empty: no Content-Type field
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< further fields; values hold no line breaks
  const Outcome* outcome = nullptr;  ///< for counting alone; null where it was done, or is no such function
  /// The path as the Router has it, without what a client may choose; lives as long as the Router.
  std::string_view route{};

  std::string_view header(std::string_view name) const;
};

/// The media type of a Content-Type value without parameters: "application/json; charset=UTF-8" gives
/// "application/json". Compare it with same_field_name.
std::string_view media_type(std::string_view content_type);

/// The reason phrase of a status code.
std::string_view reason_phrase(unsigned status);

}  // namespace sealift::http
