// Who did what: one row beside each change, written in the same transaction as the change itself.
//
// Plain values.
#pragma once

#include <string>

#include "base/ports.hpp"

namespace sealift::access {

struct Audit {
  Time at;
  std::string actor;   ///< principal of the administration, "es9+", or "es2+ TENANT"
  std::string action;  ///< create, bind, deliver_again, install, ...
  std::string detail;  ///< public: codes and states, no identifier
};

}  // namespace sealift::access
