#include "http/function_answer.hpp"

#include <list>
#include <mutex>

namespace sealift::http {

using messages::ExecutionStatus;
using messages::JsonFault;

Response json_answer(unsigned status, std::string body) {
  return {status, "application/json;charset=UTF-8", std::move(body), {{"X-Admin-Protocol", admin_protocol}}};
}

Response failed_answer(messages::StatusCodeData codes, unsigned status) {
  const Outcome* outcome = outcome_of(codes.subjectCode, codes.reasonCode);
  Response out = json_answer(
      status, messages::to_json(messages::FunctionExecutionStatus{ExecutionStatus::failed, std::move(codes)}));
  out.outcome = outcome;
  return out;
}

const Outcome* outcome_of(std::string_view subjectCode, std::string_view reasonCode) {
  struct Known {
    Known(std::string_view s, std::string_view r) : subject(s), reason(r) {}
    Known(const Known&) = delete;
    const std::string subject, reason;
    const Outcome outcome{subject, reason};
  };
  static std::mutex mutex;
  static std::list<Known> all;  // ours alone get here: some dozens
  std::lock_guard lock(mutex);
  for (const Known& one : all) {
    if (one.subject == subjectCode && one.reason == reasonCode) return &one.outcome;
  }
  return &all.emplace_back(subjectCode, reasonCode).outcome;
}

messages::StatusCodeData codes_of(const messages::JsonError& error) {
  const char* reason = error.fault == JsonFault::missing_field ? "2.2" : "2.1";
  std::string message(messages::name(error.fault));
  if (!error.detail.empty()) message += ": " + error.detail;
  std::optional<std::string> member;
  if (!error.field.empty()) member = error.field;
  return {"1.3.1", reason, std::move(member), std::move(message)};
}

bool speaks_rsp(const Request& request) {
  std::string_view protocol = request.header("X-Admin-Protocol");
  return protocol.empty() || protocol.starts_with("gsma/rsp/");
}

Response other_protocol() {
  return failed_answer({"1.3", "3.1", std::nullopt, "X-Admin-Protocol must begin with gsma/rsp/"}, 400);
}

Response asn1_answer(View message) {
  return {200, asn1_media_type, std::string(text(message)), {{"X-Admin-Protocol", admin_protocol}}};
}

Response asn1_fault(unsigned status, std::string why) {
  return {status, "text/plain", std::move(why) + "\n", {{"X-Admin-Protocol", admin_protocol}}};
}

std::string_view address_of(const Request& request) {
  return request.peer.substr(0, request.peer.rfind(':'));
}

}  // namespace sealift::http
