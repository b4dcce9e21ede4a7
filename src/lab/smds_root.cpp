#include "lab/smds_root.hpp"

namespace sealift::lab {

Result<std::unique_ptr<RemoteRoot>> RemoteRoot::make(std::string address, http::ClientOptions options,
                                                     Clock& clock) {
  TRY_VOID(http::HostPort::parse(address));
  TRY_VOID(http::Client::make(options, clock));  // what is wrong with the options is said now
  auto one = [options = std::move(options), &clock] { return http::Client::make(options, clock); };
  return std::unique_ptr<RemoteRoot>(new RemoteRoot(std::move(address), std::move(one)));
}

template <class Request>
Result<void, smds::RootSmds::Failure> RemoteRoot::call(
    http::Es12Result (http::Es12Client::*function)(const std::string&, const Request&),
    const Request& request) {
  auto done = clients_.with([&](http::Client& client) {
    http::Es12Client es15(client, http::EventInterface::es15);
    return (es15.*function)(address_, request);
  });
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
