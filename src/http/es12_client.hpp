// ES12 as an SM-DP+ calls an SM-DS, and ES15 as an SM-DS calls the root SM-DS: events registered and deleted
// over mutual TLS (SGP.22 5.9, 5.10).
//
// Borrows a Client that has an identity (ClientOptions::identity), and like it belongs to one thread. Pooled
// is for many. A refusal comes back as its status and codes, everything else as an Error that says what to
// do.
#pragma once

#include <functional>
#include <mutex>

#include "http/client.hpp"
#include "messages/es12.hpp"

namespace sealift::http {

/// Why a call gave nothing.
struct Es12Failure {
  std::optional<messages::FunctionExecutionStatus>
      status;   ///< set where the server answered Failed or Expired
  Error error;  ///< for people
  /// True where the same call may fare better later: no connection, no answer, a server in trouble, or one
  /// that does not know us yet.
  bool worth_a_retry = false;
  /// True where the server may have done what it was asked, though it did not say so.
  bool may_be_done = false;
  std::chrono::seconds retry_after{0};  ///< how long the server asks to be left alone; 0: it does not say
  /// True where the server refused with these codes.
  bool is(std::string_view subjectCode, std::string_view reasonCode) const;
};
using Es12Result = Result<void, Es12Failure>;

enum class EventInterface : uint8_t { es12, es15 };

class Es12Client {
 public:
  /// `client` must outlive this.
  explicit Es12Client(Client& client, EventInterface which = EventInterface::es12)
      : client_(client), which_(which) {}

  /// `server` is the SM-DS's address, perhaps with ":port". A repeat of a call carries the same
  /// functionCallIdentifier and content: then it is answered as the first was.
  Es12Result register_event(const std::string& server, const messages::RegisterEventRequest& request);
  /// 8.9.5/3.9 says that there is no such event of ours: deleted already, or expired.
  Es12Result delete_event(const std::string& server, const messages::DeleteEventRequest& request);

 private:
  Es12Result call(const std::string& server, const char* function, const std::string& body);
  Client& client_;
  EventInterface which_;
};

/// Clients that are lent to one thread at a time and made where all are out. Thread safe.
class ClientPool {
 public:
  using Make = std::function<Result<Client>()>;
  explicit ClientPool(Make make) : make_(std::move(make)) {}
  /// Calls `use(Client&)` with a client of the pool and gives its result, or why there is no client.
  template <class Use>
  auto with(Use&& use) -> Result<decltype(use(std::declval<Client&>()))> {
    Lent lent = TRY(lend());
    auto result = use(lent.client);
    give_back(std::move(lent));
    return result;
  }
  /// What clients are made of has changed: those there are end, each after the call it is lent for.
  void renew();

 private:
  struct Lent {
    Client client;
    uint64_t generation;
  };
  Result<Lent> lend();
  void give_back(Lent lent);
  const Make make_;
  std::mutex mutex_;
  uint64_t generation_ = 0;   // one more with each renew()
  std::vector<Client> idle_;  // of this generation
};

}  // namespace sealift::http
