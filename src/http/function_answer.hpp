// Answers of RSP functions over HTTP that every interface shares (SGP.22 6.2, 6.5, 6.6): JSON bodies with a
// status, format errors as codes, the ASN.1 binding's media type, and who asks.
#pragma once

#include "http/es9_binding.hpp"
#include "http/message.hpp"
#include "messages/function_header.hpp"

namespace sealift::http {

/// A JSON body with the fields that go with it.
Response json_answer(unsigned status, std::string body);
/// functionExecutionStatus "Failed".
Response failed_answer(messages::StatusCodeData codes, unsigned status = 200);
/// A refusal of a role: `Row` has subjectCode, reasonCode and message.
template <class Row>
Response refused_answer(const Row& row, unsigned status = 200) {
  return failed_answer(
      {std::string(row.subjectCode), std::string(row.reasonCode), std::nullopt, std::string(row.message)},
      status);
}
/// For counting: one object for each pair of codes, which lives for ever. Thread safe.
const Outcome* outcome_of(std::string_view subjectCode, std::string_view reasonCode);
/// Format errors (SGP.22 5.2.6.1, 5.2.6.2): subject 1.3.1 (format), the member at fault as subjectIdentifier.
messages::StatusCodeData codes_of(const messages::JsonError& error);

/// Versions differ freely between peers; what is not of this family at all is no RSP request.
bool speaks_rsp(const Request& request);
/// The answer where it does not.
Response other_protocol();

/// A message of the ASN.1 binding, DER.
Response asn1_answer(View message);
/// What the ASN.1 binding has no number for.
Response asn1_fault(unsigned status, std::string why);

/// Address of who asks, without the port; borrows from the request.
std::string_view address_of(const Request& request);

}  // namespace sealift::http
