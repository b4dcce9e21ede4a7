#include "http/routes_es2_callbacks.hpp"

#include "http/function_answer.hpp"

namespace sealift::http {

using messages::HandleDownloadProgressInfo;
using messages::HandleNotificationEs2;

namespace {

HandleDownloadProgressInfo info_of(HandleDownloadProgressInfo info) {
  return info;
}
HandleDownloadProgressInfo info_of(HandleNotificationEs2 note) {
  HandleDownloadProgressInfo info{.header = std::move(note.header), .eid = note.eid, .iccid = note.iccid};
  info.profileType = std::move(note.profileType);
  info.timestamp = note.timeStamp;
  info.notificationPointId = note.notificationEvent;
  info.notificationPointStatus = std::move(note.notificationEventStatus);
  info.resultData = std::move(note.resultData);
  return info;
}

template <class Message>
Handler answering(std::function<unsigned(const CallbackHeard&)> heard) {
  return [heard = std::move(heard)](const Request& request) {
    if (!request.client) {
      return failed_answer(
          {"1.1", "1.2", std::nullopt, "show the TLS certificate of an SM-DP+ that is known here"}, 403);
    }
    if (!speaks_rsp(request)) return other_protocol();
    auto message = messages::es2_request_from_json<Message>(request.body);
    if (!message) return failed_answer(codes_of(message.error()), 400);
    CallbackHeard call{.v3 = std::is_same_v<Message, HandleNotificationEs2>,
                       .info = info_of(std::move(*message))};
    call.caller = request.client;
    return Response{heard(call), "", "", {{"X-Admin-Protocol", admin_protocol}}};
  };
}

}  // namespace

void add_es2_callback_routes(Router& router, std::function<unsigned(const CallbackHeard&)> heard) {
  const std::string base = "/gsma/rsp2/es2plus/";
  router.add("POST", base + "handleDownloadProgressInfo", answering<HandleDownloadProgressInfo>(heard),
             "application/json");
  router.add("POST", base + "handleNotification", answering<HandleNotificationEs2>(heard),
             "application/json");
}

}  // namespace sealift::http
