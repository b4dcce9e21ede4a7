#include "http/es12_client.hpp"

#include "http/answer_meaning.hpp"
#include "http/es9_binding.hpp"
#include "http/routes_es12.hpp"

namespace sealift::http {

bool Es12Failure::is(std::string_view subjectCode, std::string_view reasonCode) const {
  return status && status->statusCodeData && status->statusCodeData->subjectCode == subjectCode &&
         status->statusCodeData->reasonCode == reasonCode;
}

namespace {

Es12Failure refused(const std::string& server, const char* function,
                    messages::FunctionExecutionStatus status) {
  std::string text = server + " refused " + function + " (" + std::string(name(status.status));
  if (const auto& codes = status.statusCodeData) {
    // Not its message: this goes into logs, and that may say anything.
    text += ", subject " + codes->subjectCode + ", reason " + codes->reasonCode + ")";
  } else {
    text += ")";
  }
  Es12Failure failure{std::move(status), Error{ErrorKind::conflict, std::move(text)}};
  // Inaccessible, and execution error of the server itself: the same may be taken later.
  failure.worth_a_retry = failure.is("8.9", "5.1") || failure.is("8.9", "4.2");
  return failure;
}

}  // namespace

Es12Result Es12Client::call(const std::string& server, const char* function, const std::string& body) {
  auto to = HostPort::parse(server);
  if (!to) return Es12Failure{std::nullopt, std::move(to.error()).within("the address of the SM-DS")};
  const std::string path = (which_ == EventInterface::es12 ? es12_path : es15_path) + std::string(function);
  auto response = client_.post(
      *to, path, {{"Content-Type", "application/json"}, {"X-Admin-Protocol", admin_protocol}}, body);
  if (!response) return Es12Failure{std::nullopt, std::move(response.error()), true, client_.may_have_sent()};
  if (response->status / 100 != 2) {
    std::string what =
        server + " answered " + function + " with HTTP status " + std::to_string(response->status);
    if (response->status == 403)
      what += ": it does not take our TLS certificate for that of an SM-DP+ or SM-DS";
    if (response->status == 404) what += "; is this the address of an SM-DS?";
    return Es12Failure{std::nullopt, Error{ErrorKind::io, std::move(what)},
                       meaning_of(response->status) == smdp::Sent::unreachable, response->status / 100 == 5,
                       retry_after(*response)};
  }
  auto status = messages::status_from_json(response->body);
  if (!status)
    return Es12Failure{std::nullopt, Error(status.error()).within(server + " answered " + function), true, true};
  if (!messages::was_executed(*status)) return refused(server, function, std::move(*status));
  return {};
}

Es12Result Es12Client::register_event(const std::string& server,
                                      const messages::RegisterEventRequest& request) {
  return call(server, "registerEvent", messages::to_json(request));
}

Es12Result Es12Client::delete_event(const std::string& server, const messages::DeleteEventRequest& request) {
  return call(server, "deleteEvent", messages::to_json(request));
}

Result<ClientPool::Lent> ClientPool::lend() {
  uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    if (!idle_.empty()) {
      Lent lent{std::move(idle_.back()), generation};
      idle_.pop_back();
      return lent;
    }
  }
  return Lent{TRY(make_()), generation};
}

void ClientPool::give_back(Lent lent) {
  constexpr size_t kept = 16;
  std::lock_guard lock(mutex_);
  if (lent.generation == generation_ && idle_.size() < kept) idle_.push_back(std::move(lent.client));
}

void ClientPool::renew() {
  std::vector<Client> gone;  // after the lock
  std::lock_guard lock(mutex_);
  ++generation_;
  gone.swap(idle_);
}

}  // namespace sealift::http
