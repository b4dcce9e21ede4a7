// What an eUICC's notifications make of an order (SGP.22 3.1.6, 3.5). Pure.
#pragma once

#include "messages/es8.hpp"
#include "messages/es9.hpp"
#include "smdp/order.hpp"

namespace sealift::smdp {

/// True where this is the result of the package given out last, which is still awaited.
bool is_awaited(const Order& order, const TransactionId& id);

/// The order after an installation result of the eUICC it is bound to; none where it changes nothing.
std::optional<Order> after_result(const Order& order, const messages::ProfileInstallationResultData& result);

/// The order after the success of a delivery that another one followed unheard, where after_result has none.
Order after_late_success(const Order& order);

/// The order after that eUICC's report, numbered `seqNumber`, that it deleted the profile; none where it
/// changes nothing.
std::optional<Order> after_deletion(const Order& order, uint64_t seqNumber);

/// SGP.22 3.5: after these the eUICC keeps its one-time key, and the download may be tried again.
bool is_temporary(messages::ErrorReason reason);

}  // namespace sealift::smdp
