// The events of an SM-DS, for its operator: read from the store, while a server uses it or not. Nothing is
// changed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "smds/event.hpp"

namespace sealift::lab {

struct SmdsEventQuery {
  std::optional<Eid> eid;  ///< of this eUICC alone
  bool deleted = false;    ///< those as well that are over, as long as they are kept
  uint64_t after = 0;      ///< numbered above this one
  size_t most = 1000;
};

/// Tells the events that are asked for, in order of registration. `store` is a connection string
/// ("postgresql://..."); empty: the file DIR/smds.db. Errors: not_found (no SM-DS has been in DIR), and the
/// store's.
Status each_smds_event(const std::string& dir, const std::string& store, const SmdsEventQuery& query,
                       const std::function<void(const smds::Event&)>& tell);

}  // namespace sealift::lab
