#include "http/es2_callback_client.hpp"

#include <algorithm>

#include "http/answer_meaning.hpp"
#include "messages/es2.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::http {

using messages::FunctionExecutionStatus;
using smdp::Sent;

namespace {

constexpr const char* kPath = "/gsma/rsp2/es2plus/";
constexpr const char* kProtocolV2 = "gsma/rsp/v2.6.0";
constexpr const char* kProtocolV3 = "gsma/rsp/v3.1.0";

FunctionExecutionStatus status_of(const smdp::Progress& progress) {
  if (progress.subjectCode.empty()) return {};
  return {messages::ExecutionStatus::failed,
          messages::StatusCodeData{progress.subjectCode, progress.reasonCode, std::nullopt, std::nullopt}};
}

struct Call {
  const char* function;
  const char* protocol;
  std::string body;
};

Call make_call(const smdp::Outgoing& what, smdp::Progress progress, messages::FunctionHeader header,
               smdp::Told told) {
  if (told == smdp::Told::notifications || what.kind == smdp::OutgoingKind::notification) {
    messages::HandleNotificationEs2 note{
        .header = std::move(header), .eid = progress.eid, .iccid = what.iccid};
    note.profileType = std::move(progress.profileType);
    note.timeStamp = what.at;
    note.notificationEvent = static_cast<uint32_t>(progress.point);
    note.notificationEventStatus = status_of(progress);
    note.resultData = std::move(progress.resultData);
    return {"handleNotification", kProtocolV3, messages::to_json(note)};
  }
  messages::HandleDownloadProgressInfo info{
      .header = std::move(header), .eid = progress.eid, .iccid = what.iccid};
  info.profileType = std::move(progress.profileType);
  info.timestamp = what.at;
  info.notificationPointId = static_cast<uint32_t>(progress.point);
  info.notificationPointStatus = status_of(progress);
  info.resultData = std::move(progress.resultData);
  return {"handleDownloadProgressInfo", kProtocolV2, messages::to_json(info)};
}

}  // namespace

Result<CallbackAddress> CallbackAddress::parse(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.find("://") != rest.npos) {
    return Error{ErrorKind::invalid, "a callback is called over https alone"};
  }
  CallbackAddress out;
  const size_t slash = std::min(rest.find('/'), rest.size());
  out.server = TRY(HostPort::parse(rest.substr(0, slash)));
  out.path = rest.substr(slash);
  while (out.path.ends_with('/')) out.path.pop_back();
  const auto plain = [](char c) { return c > ' ' && c < 0x7F && c != '?' && c != '#'; };
  if (out.path.size() > 255 || !std::all_of(out.path.begin(), out.path.end(), plain)) {
    return Error{ErrorKind::invalid,
                 "the path of a callback is at most 255 plain characters, without a query"};
  }
  return out;
}

Result<void, CallbackFailure> Es2CallbackClient::call(const CallbackAddress& to, const smdp::Outgoing& what,
                                                      smdp::Told told) {
  auto progress = smdp::decode_progress(what.content);
  if (!progress)
    return CallbackFailure{Sent::refused, std::move(progress.error()).within("a row of the outbox")};
  messages::FunctionHeader header{requester_, hex(progress->call)};
  const Call made = make_call(what, std::move(*progress), std::move(header), told);
  auto response =
      client_.post(to.server, to.path + kPath + made.function,
                   {{"Content-Type", "application/json"}, {"X-Admin-Protocol", made.protocol}}, made.body);
  if (!response) return CallbackFailure{Sent::unreachable, std::move(response.error())};
  if (response->status / 100 == 2) return {};
  std::string text = to.server.text() + " answered " + made.function + " with HTTP status " +
                     std::to_string(response->status);
  if (response->status == 404) text += "; is this where the operator wants to be called?";
  if (response->status == 401 || response->status == 403) text += ": it does not take our TLS certificate";
  return CallbackFailure{
      meaning_of(response->status), {ErrorKind::io, std::move(text)}, retry_after(*response)};
}

}  // namespace sealift::http
