#include <algorithm>

#include "messages/es12.hpp"
#include "messages/json_writer.hpp"

namespace sealift::messages {
namespace {

JsonResult<std::string> event_id(const Members& in) {
  std::string id = TRY(in.bounded_text("eventId", max_event_id));
  const bool printable = std::ranges::none_of(id, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (id.empty() || !printable)
    return JsonError{JsonFault::bad_value, "eventId", "1 to 255 printable characters"};
  return id;
}

/// Letters, digits, '-', '.', and of an address in brackets ':' too; then perhaps a port.
bool is_server_address(std::string_view address) {
  constexpr std::string_view marks = "-._[]:";
  return !address.empty() && address.front() != '-' && address.front() != '.' &&
         std::ranges::all_of(address, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != std::string_view::npos;
         });
}

JsonResult<std::string> server_address(const Members& in) {
  std::string address = TRY(in.bounded_text("rspServerAddress", max_server_address));
  if (!is_server_address(address))
    return JsonError{JsonFault::bad_value, "rspServerAddress", "a host name is expected"};
  return address;
}

JsonStatus read(const Members& in, RegisterEventRequest& out) {
  out.header = TRY(read_function_header(in));
  out.eid = TRY(in.eid("eid"));
  out.rspServerAddress = TRY(server_address(in));
  out.eventId = TRY(event_id(in));
  out.forwardingIndicator = TRY(in.boolean("forwardingIndicator"));
  return {};
}
JsonStatus read(const Members& in, DeleteEventRequest& out) {
  out.header = TRY(read_function_header(in));
  out.eid = TRY(in.eid("eid"));
  out.eventId = TRY(event_id(in));
  return {};
}

}  // namespace

JsonResult<RegisterEventRequest> register_event_from_json(std::string_view body) {
  RegisterEventRequest out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  return out;
}

JsonResult<DeleteEventRequest> delete_event_from_json(std::string_view body) {
  DeleteEventRequest out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  return out;
}

std::string to_json(const RegisterEventRequest& request) {
  return request_with(request.header)
      .text("eid", request.eid.digits())
      .text("rspServerAddress", request.rspServerAddress)
      .text("eventId", request.eventId)
      .boolean("forwardingIndicator", request.forwardingIndicator)
      .take();
}

std::string to_json(const DeleteEventRequest& request) {
  return request_with(request.header)
      .text("eid", request.eid.digits())
      .text("eventId", request.eventId)
      .take();
}

}  // namespace sealift::messages
