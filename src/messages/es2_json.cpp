#include <algorithm>
#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "messages/es2.hpp"
#include "messages/execution_status.hpp"
#include "messages/json_writer.hpp"

namespace sealift::messages {
namespace {

constexpr size_t max_matching_id = 255;
constexpr size_t max_address = 255;

JsonResult<Iccid> read_iccid(const Members& in) {
  const std::string_view digits = TRY(in.text("iccid"));
  return Members::value("iccid", Iccid::parse(digits));
}

JsonResult<std::optional<Eid>> read_eid(const Members& in) {
  if (!in.has("eid")) return std::optional<Eid>();
  const std::string_view digits = TRY(in.text("eid"));
  if (digits.size() != 32) return JsonError{JsonFault::bad_value, "eid", "an EID has 32 decimal digits"};
  const Bytes octets = TRY(Members::value("eid", from_hex(digits)));
  return std::optional(TRY(Members::value("eid", Eid::from_octets(octets))));
}

JsonStatus read(const Members& in, DownloadOrderRequest& out) {
  out.header = TRY(read_function_header(in));
  out.eid = TRY(read_eid(in));
  if (in.has("iccid")) out.iccid = TRY(read_iccid(in));
  out.profileType = TRY(in.optional_text("profileType", max_profile_type));
  return {};
}

JsonStatus read(const Members& in, ConfirmOrderRequest& out) {
  out.header = TRY(read_function_header(in));
  out.iccid = TRY(read_iccid(in));
  out.eid = TRY(read_eid(in));
  out.matchingId = TRY(in.optional_text("matchingId", max_matching_id));
  if (in.has("confirmationCode")) {
    const std::string_view code = TRY(in.text("confirmationCode"));
    if (code.empty() || code.size() > max_confirmation_code) {
      return JsonError{JsonFault::bad_value, "confirmationCode", "1 to 255 octets"};
    }
    out.confirmationCode = SecretBytes(to_bytes(code));
  }
  out.smdsAddress = TRY(in.optional_text("smdsAddress", max_address));
  out.releaseFlag = TRY(in.boolean("releaseFlag"));
  return {};
}

/// Peers write it with a capital and without.
bool is_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

JsonStatus read(const Members& in, CancelOrderRequest& out) {
  out.header = TRY(read_function_header(in));
  out.iccid = TRY(read_iccid(in));
  out.eid = TRY(read_eid(in));
  out.matchingId = TRY(in.optional_text("matchingId", max_matching_id));
  const std::string_view status = TRY(in.text("finalProfileStatusIndicator"));
  if (is_word(status, "unavailable")) {
    out.finalProfileStatusIndicator = FinalProfileStatus::unavailable;
  } else if (!is_word(status, "available")) {
    return JsonError{JsonFault::bad_value, "finalProfileStatusIndicator", "it is Available or Unavailable"};
  }
  return {};
}

JsonStatus read(const Members& in, ReleaseProfileRequest& out) {
  out.header = TRY(read_function_header(in));
  out.iccid = TRY(read_iccid(in));
  return {};
}

JsonResult<Time> read_time(const Members& in, std::string_view name) {
  const std::string_view text = TRY(in.text(name));
  return Members::value(name, asn1::parse_rfc3339(text));
}

/// What both notifications have in common, but for names.
struct NoteNames {
  std::string_view time, point, status;
};
constexpr NoteNames kProgressNames{"timestamp", "notificationPointId", "notificationPointStatus"};
constexpr NoteNames kEventNames{"timeStamp", "notificationEvent", "notificationEventStatus"};

template <class Note>
JsonStatus read_note(const Members& in, Note& out, const NoteNames& names, Time& at,
                     FunctionExecutionStatus& status) {
  out.header = TRY(read_function_header(in));
  out.eid = TRY(read_eid(in));
  out.iccid = TRY(read_iccid(in));
  out.profileType = TRY(in.bounded_text("profileType", max_profile_type));
  at = TRY(read_time(in, names.time));
  const Members status_members = TRY(in.object(names.status));
  status = TRY(read_execution_status(status_members));
  if (in.has("resultData")) out.resultData = TRY(in.binary("resultData"));
  return {};
}

JsonStatus read(const Members& in, HandleDownloadProgressInfo& out) {
  return read_note(in, out, kProgressNames, out.timestamp, out.notificationPointStatus);
}
JsonStatus read(const Members& in, HandleNotificationEs2& out) {
  return read_note(in, out, kEventNames, out.timeStamp, out.notificationEventStatus);
}

/// The one number of these messages, of a body that was read before.
JsonResult<uint32_t> number_in(std::string_view body, std::string_view name) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse({body.data(), body.size()}, error);
  const boost::json::object* members = parsed.if_object();
  const boost::json::value* value = members ? members->if_contains(name) : nullptr;
  if (!value) return JsonError{JsonFault::missing_field, std::string(name), {}};
  const auto number = value->to_number<uint32_t>(error);
  if (error || number > 100'000) return JsonError{JsonFault::bad_value, std::string(name), "a whole number"};
  return number;
}

JsonStatus read(const Members& in, DownloadOrderOk& out) {
  out.iccid = TRY(read_iccid(in));
  return {};
}
JsonStatus read(const Members& in, ConfirmOrderOk& out) {
  out.eid = TRY(read_eid(in));
  out.matchingId = TRY(in.bounded_text("matchingId", max_matching_id));
  out.smdpAddress = TRY(in.optional_text("smdpAddress", max_address));
  return {};
}

JsonObject& add_eid(JsonObject& out, const std::optional<Eid>& eid) {
  return eid ? out.text("eid", eid->digits()) : out;
}

template <class Note>
std::string write_note(const Note& note, const NoteNames& names, Time at, uint32_t point,
                       const FunctionExecutionStatus& status) {
  JsonObject out = request_with(note.header);
  add_eid(out, note.eid).text("iccid", note.iccid.digits()).text("profileType", note.profileType);
  out.text(names.time, asn1::rfc3339(at)).number(names.point, point);
  add_execution_status(out, names.status, status);
  if (note.resultData) out.binary("resultData", *note.resultData);
  return out.take();
}

}  // namespace

template <class Request>
JsonResult<Request> es2_request_from_json(std::string_view body) {
  Request out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  return out;
}
template JsonResult<DownloadOrderRequest> es2_request_from_json(std::string_view);
template JsonResult<ConfirmOrderRequest> es2_request_from_json(std::string_view);
template JsonResult<CancelOrderRequest> es2_request_from_json(std::string_view);
template JsonResult<ReleaseProfileRequest> es2_request_from_json(std::string_view);

template <class Note>
static JsonResult<Note> note_from_json(std::string_view body, const NoteNames& names, uint32_t Note::*point) {
  Note out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read(in, out); }));
  out.*point = TRY(number_in(body, names.point));
  return out;
}
template <>
JsonResult<HandleDownloadProgressInfo> es2_request_from_json(std::string_view body) {
  return note_from_json(body, kProgressNames, &HandleDownloadProgressInfo::notificationPointId);
}
template <>
JsonResult<HandleNotificationEs2> es2_request_from_json(std::string_view body) {
  return note_from_json(body, kEventNames, &HandleNotificationEs2::notificationEvent);
}

std::string to_json(const DownloadOrderRequest& request) {
  JsonObject out = request_with(request.header);
  add_eid(out, request.eid);
  if (request.iccid) out.text("iccid", request.iccid->digits());
  return out.optional("profileType", request.profileType).take();
}

std::string to_json(const ConfirmOrderRequest& request) {
  JsonObject out = request_with(request.header);
  out.text("iccid", request.iccid.digits());
  add_eid(out, request.eid).optional("matchingId", request.matchingId);
  if (request.confirmationCode) out.text("confirmationCode", text(request.confirmationCode->expose()));
  return out.optional("smdsAddress", request.smdsAddress).boolean("releaseFlag", request.releaseFlag).take();
}

std::string to_json(const CancelOrderRequest& request) {
  JsonObject out = request_with(request.header);
  out.text("iccid", request.iccid.digits());
  add_eid(out, request.eid).optional("matchingId", request.matchingId);
  const bool available = request.finalProfileStatusIndicator == FinalProfileStatus::available;
  return out.text("finalProfileStatusIndicator", available ? "Available" : "Unavailable").take();
}

std::string to_json(const ReleaseProfileRequest& request) {
  return request_with(request.header).text("iccid", request.iccid.digits()).take();
}

std::string to_json(const HandleDownloadProgressInfo& note) {
  return write_note(note, kProgressNames, note.timestamp, note.notificationPointId,
                    note.notificationPointStatus);
}
std::string to_json(const HandleNotificationEs2& note) {
  return write_note(note, kEventNames, note.timeStamp, note.notificationEvent, note.notificationEventStatus);
}

template <class Output>
static JsonStatus read_reply(const Members& in, Es2Reply<Output>& out) {
  out.functionExecutionStatus = TRY(read_function_execution_status(in));
  if (was_executed(out.functionExecutionStatus)) return read(in, out.output.emplace());
  return {};
}

template <class Output>
JsonResult<Es2Reply<Output>> es2_reply_from_json(std::string_view body) {
  Es2Reply<Output> out;
  TRY_VOID(read_body(body, [&](const Members& in) { return read_reply(in, out); }));
  return out;
}
template JsonResult<Es2Reply<DownloadOrderOk>> es2_reply_from_json(std::string_view);
template JsonResult<Es2Reply<ConfirmOrderOk>> es2_reply_from_json(std::string_view);

std::string to_json(const DownloadOrderOk& output) {
  return response_with({}).text("iccid", output.iccid.digits()).take();
}

std::string to_json(const ConfirmOrderOk& output) {
  JsonObject out = response_with({});
  add_eid(out, output.eid).text("matchingId", output.matchingId);
  return out.optional("smdpAddress", output.smdpAddress).take();
}

}  // namespace sealift::messages
