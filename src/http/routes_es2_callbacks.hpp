// ES2+ as an operator answers it: HandleDownloadProgressInfo and HandleNotification (SGP.22 5.3.5), for
// tests, laboratories and `sealift es2 listen`.
//
// Behind a listener that asks for client certificates; who shows none gets 403.
#pragma once

#include "asn1/oid.hpp"
#include "http/router.hpp"
#include "messages/es2.hpp"

namespace sealift::http {

/// One call, of either function.
struct CallbackHeard {
  bool v3 = false;  ///< HandleNotification
  messages::HandleDownloadProgressInfo info;
  const ClientIdentity* caller = nullptr;  ///< as long as the handler runs
};

/// `heard` says with which HTTP status the call is answered: 204 where the operator has it. Called from
/// several threads.
void add_es2_callback_routes(Router& router, std::function<unsigned(const CallbackHeard&)> heard);

}  // namespace sealift::http
