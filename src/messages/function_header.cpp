#include "messages/function_header.hpp"

#include "messages/execution_status.hpp"
#include "messages/json_writer.hpp"

namespace sealift::messages {

std::string_view name(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::executedSuccess:
      return "Executed-Success";
    case ExecutionStatus::executedWithWarning:
      return "Executed-WithWarning";
    case ExecutionStatus::failed:
      return "Failed";
    case ExecutionStatus::expired:
      return "Expired";
  }
  return {};
}

JsonResult<FunctionHeader> read_function_header(const Members& body) {
  const Members in = TRY(body.object("header"));
  FunctionHeader out;
  out.functionRequesterIdentifier =
      TRY(in.bounded_text("functionRequesterIdentifier", max_function_identifier));
  out.functionCallIdentifier = TRY(in.bounded_text("functionCallIdentifier", max_function_identifier));
  // It tells a repeat from a new call: one that no call of its own has would make one order of many.
  if (out.functionCallIdentifier.empty()) return JsonError{JsonFault::bad_value, "functionCallIdentifier", "empty"};
  return out;
}

JsonResult<FunctionExecutionStatus> read_function_execution_status(const Members& body) {
  const Members header = TRY(body.object("header"));
  const Members status = TRY(header.object("functionExecutionStatus"));
  return read_execution_status(status);
}

JsonResult<FunctionExecutionStatus> read_execution_status(const Members& in) {
  std::string_view text = TRY(in.text("status"));
  FunctionExecutionStatus out;
  bool known = false;
  for (auto status : {ExecutionStatus::executedSuccess, ExecutionStatus::executedWithWarning,
                      ExecutionStatus::failed, ExecutionStatus::expired}) {
    if (text != name(status)) continue;
    out.status = status;
    known = true;
  }
  if (!known) return JsonError{JsonFault::bad_value, "status", "unknown status"};
  if (!in.has("statusCodeData")) return out;
  const Members codes = TRY(in.object("statusCodeData"));
  StatusCodeData& to = out.statusCodeData.emplace();
  to.subjectCode = TRY(codes.text("subjectCode"));
  to.reasonCode = TRY(codes.text("reasonCode"));
  to.subjectIdentifier = TRY(codes.optional_text("subjectIdentifier"));
  to.message = TRY(codes.optional_text("message"));
  return out;
}

static JsonStatus read(const Members& in, FunctionExecutionStatus& out) {
  out = TRY(read_function_execution_status(in));
  return {};
}

JsonObject request_with(const FunctionHeader& header) {
  JsonObject out;
  out.open("header").text("functionRequesterIdentifier", header.functionRequesterIdentifier);
  out.text("functionCallIdentifier", header.functionCallIdentifier).close();
  return out;
}

void add_execution_status(JsonObject& out, std::string_view key, const FunctionExecutionStatus& status) {
  out.open(key).text("status", name(status.status));
  if (status.statusCodeData) {
    const StatusCodeData& data = *status.statusCodeData;
    out.open("statusCodeData").text("subjectCode", data.subjectCode).text("reasonCode", data.reasonCode);
    out.optional("subjectIdentifier", data.subjectIdentifier).optional("message", data.message).close();
  }
  out.close();
}

JsonObject response_with(const FunctionExecutionStatus& status, size_t output_size) {
  JsonObject out(output_size + 256);
  out.open("header");
  add_execution_status(out, "functionExecutionStatus", status);
  out.close();
  return out;
}

std::string to_json(const FunctionExecutionStatus& status) {
  return response_with(status).take();
}

JsonResult<FunctionExecutionStatus> status_from_json(std::string_view body) {
  FunctionExecutionStatus out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  return out;
}

}  // namespace sealift::messages
