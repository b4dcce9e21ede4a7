#include "store/memory/sessions.hpp"

namespace sealift::store {

bool MemorySessions::put(const TransactionId& id, smdp::Session session, std::chrono::milliseconds until) {
  const size_t line = std::holds_alternative<smdp::BppDelivered>(session) ? 0
                      : std::holds_alternative<smdp::InitDone>(session)   ? 1
                                                                          : 2;
  return sessions_.put(id, std::move(session), line, until);
}

}  // namespace sealift::store
