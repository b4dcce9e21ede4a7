#include "http/routes_es2.hpp"

#include "http/function_answer.hpp"

namespace sealift::http {
namespace {

Response denied(unsigned status) {
  if (status == 429)
    return failed_answer({"1.1", "1.2", std::nullopt, "too many calls, try again in a minute"}, 429);
  return failed_answer(
      {"1.1", "1.2", std::nullopt, "show a TLS client certificate of an operator that is known here"},
      status);
}

template <class Message>
using Function = smdp::Es2Answer (*)(smdp::Es2Ports&, const smdp::Requester&, const Message&, View body);

template <class Message>
Handler answering(smdp::Es2Ports& es2, const std::shared_ptr<const FindRequester>& find,
                  Function<Message> function) {
  return [&es2, find, function](const Request& request) {
    if (!request.client) return denied(403);
    const auto requester = (*find)(*request.client);
    if (!requester) return denied(requester.error().status);
    if (!speaks_rsp(request)) return other_protocol();
    if (request.body.size() > max_es2_body) {
      return Response{
          413, "text/plain", "An ES2+ request has at most " + std::to_string(max_es2_body) + " octets.\n", {}};
    }
    const auto message = messages::es2_request_from_json<Message>(request.body);
    if (!message) return failed_answer(codes_of(message.error()));
    return json_answer(200, function(es2, *requester, *message, view(request.body)).body);
  };
}

}  // namespace

void add_es2_routes(Router& router, smdp::Es2Ports& es2, FindRequester find) {
  const auto shared = std::make_shared<const FindRequester>(std::move(find));
  const std::string base = es2_path;
  const std::string type = "application/json";
  router.add("POST", base + "downloadOrder", answering(es2, shared, smdp::download_order), type);
  router.add("POST", base + "confirmOrder", answering(es2, shared, smdp::confirm_order), type);
  router.add("POST", base + "cancelOrder", answering(es2, shared, smdp::cancel_order), type);
  router.add("POST", base + "releaseProfile", answering(es2, shared, smdp::release_profile), type);
}

}  // namespace sealift::http
