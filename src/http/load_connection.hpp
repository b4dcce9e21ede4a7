// Internal to the load engine: an HTTPS connection of one fiber, as lean as it gets.
#pragma once

#include <memory>
#include <string>

#include "http/load_engine.hpp"
#include "http/load_loop.hpp"

namespace sealift::http {

class LoadConnection {
 public:
  /// Connects and shakes hands. Errors: io, timeout, verification; messages are short, they become counters.
  /// `number` chooses among the local addresses of `options`.
  static Result<LoadConnection> open(LoadLoop& loop, const LoadOptions& options, uint64_t number,
                                     const TlsContext& tls, Time now);
  LoadConnection(LoadConnection&&) noexcept;
  ~LoadConnection();
  /// One POST of JSON and its answer. Errors: io, timeout, invalid (no HTTP).
  Result<Response> post(const std::string& host, const VirtualPhone::Post& request);

 private:
  LoadConnection(LoadLoop& loop, std::chrono::milliseconds limit) : loop_(&loop), limit_(limit) {}
  Status connect(const LoadOptions& options, uint64_t number);
  bool can_go_on(int result);
  LoadLoop* loop_;
  std::chrono::milliseconds limit_;
  int socket_ = -1;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_{nullptr, nullptr};
};

}  // namespace sealift::http
