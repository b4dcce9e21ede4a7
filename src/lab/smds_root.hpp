// The root SM-DS as an alternative SM-DS reaches it: ES15 over mutual TLS. Thread safe.
//
// Calls are made by workers that phones are served by too, so a root that does not answer must not hold them
// all: no more than some calls are under way at once, and after one that did not reach it the others are told
// so at once for a while; then one call is let through, to see.
#pragma once

#include <memory>
#include <mutex>

#include "http/es12_client.hpp"
#include "smds/ports.hpp"

namespace sealift::lab {

class RemoteRoot final : public smds::RootSmds {
 public:
  struct Limits {
    size_t at_once = 16;                     ///< calls under way; more are refused as if it were out of reach
    std::chrono::milliseconds pause{5'000};  ///< not asked for so long after a call that did not reach it
  };
  /// `clock` outlives it. Errors: those of http::Client::make.
  static Result<std::unique_ptr<RemoteRoot>> make(std::string address, http::ClientOptions options,
                                                  Limits limits, Clock& clock);
  /// From now on calls are made with these: our certificate was renewed, say. Those under way go on as they
  /// began. Errors: as make(), with the former ones staying.
  Status renew(http::ClientOptions options);
  Result<void, Failure> register_event(const messages::RegisterEventRequest&) override;
  Result<void, Failure> delete_event(const messages::DeleteEventRequest&) override;
  bool is_asked_now() override;

 private:
  RemoteRoot(std::string address, Limits limits, Clock& clock)
      : address_(std::move(address)), limits_(limits), clock_(clock) {}
  /// Why no call may begin now.
  std::optional<Error> obstacle();
  Result<std::shared_ptr<http::ClientPool>> begin();
  void end(bool reached);
  template <class Request>
  Result<void, Failure> call(http::Es12Result (http::Es12Client::*function)(const std::string&,
                                                                            const Request&),
                             const Request& request);
  const std::string address_;
  const Limits limits_;
  Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<http::ClientPool> clients_;
  size_t under_way_ = 0;
  bool away_ = false;
  std::chrono::milliseconds asked_again_{0};  ///< when, while it is away
};

}  // namespace sealift::lab
