// ES9+ as a tester of SGP.23 sees it: JSON bodies in, JSON bodies out, and beside them an eUICC whose every
// answer a test may bend. No network, since nothing here is about it. One thread.
//
// The sequences are named by their numbers in SGP.23 (sections 4.3.12 to 4.3.16).
#pragma once

#include <set>

#include "http/routes_es9.hpp"
#include "messages/es9_json.hpp"
#include "smdp/test_world.hpp"

namespace sealift::e2e::conformance {

using smdp::Order;
using smdp::OrderState;
using smdp::Protection;
using smdp::Reinstall;
using smdp::testing::MiniCard;
using smdp::testing::World;

inline const std::set<std::string> error_members{"header"};

/// What came back: "success" or "8.8.1/3.8", every member of the body, and the output where there is one.
template <class Output>
struct Answer {
  std::string codes;
  std::set<std::string> members;
  std::optional<Output> output;
  const Output* operator->() const { return &output.value(); }
};

/// The eUICC of the suites: an old version, and texts in the place of what a phone would measure.
MiniCard card_of(World& w, int n = 0);

class Server {
 public:
  explicit Server(crypto::Curve curve = crypto::Curve::p256);
  ~Server();

  http::Response post(const std::string& path, const std::string& type, const std::string& body);

  /// As suites and phones write it: with a header, members in any order.
  template <class Message>
  http::Response send(const Message& message);
  template <class Output, class Message>
  Answer<Output> ask(const Message& message);

  Answer<messages::InitiateAuthenticationOkEs9> initiate(MiniCard& card);
  using Bend1 = std::function<void(messages::AuthenticateResponseOk&)>;
  Answer<messages::AuthenticateClientOk> authenticate(MiniCard& card, const std::optional<MatchingId>& id,
                                                      const Bend1& bend = {});
  using Bend2 = std::function<void(messages::PrepareDownloadResponseOk&)>;
  Answer<messages::GetBoundProfilePackageOk> get(MiniCard& card, const messages::AuthenticateClientOk& offer,
                                                 const std::optional<std::string>& code = {},
                                                 const Bend2& bend = {});
  /// A whole session up to the package, which the card opens.
  messages::BoundProfilePackage download(MiniCard& card, const Order& order,
                                         const std::optional<std::string>& code = {});
  std::string cancel(MiniCard& card, const TransactionId& id, messages::CancelSessionReason reason);

  World w;
  TransactionId last;  ///< of the last download

 private:
  http::Router router_;
};

}  // namespace sealift::e2e::conformance
