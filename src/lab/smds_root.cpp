#include "lab/smds_root.hpp"

namespace sealift::lab {

Result<std::unique_ptr<RemoteRoot>> RemoteRoot::make(std::string address, http::ClientOptions options,
                                                     Limits limits, Clock& clock) {
  TRY_VOID(http::HostPort::parse(address));
  std::unique_ptr<RemoteRoot> out(new RemoteRoot(std::move(address), limits, clock));
  TRY_VOID(out->renew(std::move(options)));
  return out;
}

Status RemoteRoot::renew(http::ClientOptions options) {
  TRY_VOID(http::Client::make(options, clock_));  // what is wrong with the options is said now
  auto one = [options = std::move(options), &clock = clock_] { return http::Client::make(options, clock); };
  auto next = std::make_shared<http::ClientPool>(std::move(one));
  std::lock_guard lock(mutex_);
  clients_ = std::move(next);
  return {};
}

// Under the lock.
std::optional<Error> RemoteRoot::obstacle() {
  if (away_ && clock_.monotonic() < asked_again_)
    return Error{ErrorKind::io, "the root SM-DS could not be reached a moment ago, and is asked again soon"};
  if (under_way_ >= (away_ ? 1 : limits_.at_once))
    return Error{ErrorKind::limit, "as many calls of the root SM-DS are under way as there may be"};
  return std::nullopt;
}

bool RemoteRoot::is_asked_now() {
  std::lock_guard lock(mutex_);
  return !obstacle();
}

Result<std::shared_ptr<http::ClientPool>> RemoteRoot::begin() {
  std::lock_guard lock(mutex_);
  if (auto why = obstacle()) return std::move(*why);
  ++under_way_;
  return clients_;
}

void RemoteRoot::end(bool reached) {
  std::lock_guard lock(mutex_);
  --under_way_;
  away_ = !reached;
  if (away_) asked_again_ = clock_.monotonic() + limits_.pause;
}

template <class Request>
Result<void, smds::RootSmds::Failure> RemoteRoot::call(
    http::Es12Result (http::Es12Client::*function)(const std::string&, const Request&),
    const Request& request) {
  const auto clients = begin();
  if (!clients) return Failure{std::nullopt, clients.error()};
  auto done = (*clients)->with([&](http::Client& client) {
    http::Es12Client es15(client, http::EventInterface::es15);
    return (es15.*function)(address_, request);
  });
  end(done && (*done || done->error().status));
  if (!done) return Failure{std::nullopt, std::move(done.error())};
  if (*done) return {};
  http::Es12Failure& failure = done->error();
  Failure out{std::nullopt, std::move(failure.error)};
  if (failure.status) out.status = failure.status->statusCodeData.value_or(messages::StatusCodeData{});
  return out;
}

Result<void, smds::RootSmds::Failure> RemoteRoot::register_event(
    const messages::RegisterEventRequest& request) {
  return call(&http::Es12Client::register_event, request);
}

Result<void, smds::RootSmds::Failure> RemoteRoot::delete_event(const messages::DeleteEventRequest& request) {
  return call(&http::Es12Client::delete_event, request);
}

}  // namespace sealift::lab
