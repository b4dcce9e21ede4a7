// One request and its answer, for whoever counts and logs them; and the number of the request that is being
// answered, for whoever logs what happens meanwhile.
#pragma once

#include <chrono>
#include <string>

#include "http/message.hpp"

namespace sealift::http {

struct Exchange {
  const Request& request;
  const Response& response;
  uint64_t id = 0;  ///< the request's number
  std::chrono::nanoseconds
      took;  ///< from the last octet of the request to the answer, waiting for a worker included
};

/// Hears of every request that a handler answered. Called on I/O threads, from several at once: it is quick
/// and never blocks.
class ExchangeObserver {
 public:
  virtual ~ExchangeObserver() = default;
  virtual void answered(const Exchange&) noexcept = 0;
};

/// Several, one after the other; null ones are passed over. Borrows them.
class ExchangeObservers final : public ExchangeObserver {
 public:
  ExchangeObservers(ExchangeObserver& first, ExchangeObserver* second) : first_(first), second_(second) {}
  void answered(const Exchange& exchange) noexcept override {
    first_.answered(exchange);
    if (second_) second_->answered(exchange);
  }

 private:
  ExchangeObserver& first_;
  ExchangeObserver* second_;
};

/// The number of the request that this thread or fiber answers now; 0 where it answers none.
uint64_t current_request();
void set_current_request(uint64_t id);
/// A number for a request: unique in this process, and most likely so among processes.
uint64_t next_request();
/// As log lines show it: 16 hexadecimal digits.
std::string request_digits(uint64_t id);

}  // namespace sealift::http
