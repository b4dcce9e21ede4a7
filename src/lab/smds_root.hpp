// The root SM-DS as an alternative SM-DS reaches it: ES15 over mutual TLS. Thread safe.
#pragma once

#include "http/es12_client.hpp"
#include "smds/ports.hpp"

namespace sealift::lab {

class RemoteRoot final : public smds::RootSmds {
 public:
  /// `clock` outlives it. Error: those of http::Client::make.
  static Result<std::unique_ptr<RemoteRoot>> make(std::string address, http::ClientOptions options,
                                                  Clock& clock);
  Result<void, Failure> register_event(const messages::RegisterEventRequest&) override;
  Result<void, Failure> delete_event(const messages::DeleteEventRequest&) override;

 private:
  RemoteRoot(std::string address, http::ClientPool::Make make)
      : address_(std::move(address)), clients_(std::move(make)) {}
  template <class Request>
  Result<void, Failure> call(http::Es12Result (http::Es12Client::*function)(const std::string&,
                                                                            const Request&),
                             const Request& request);
  const std::string address_;
  http::ClientPool clients_;
};

}  // namespace sealift::lab
