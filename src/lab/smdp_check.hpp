// Looks at everything that a server needs to start, and says what would not do: folders and permissions,
// keys, certificates and their chains, CRLs, ports. Changes nothing.
#pragma once

#include "lab/smdp_site.hpp"

namespace sealift::lab {

struct Finding {
  enum class Level : uint8_t { good, warning, wrong };
  Level level = Level::good;
  std::string about;  ///< "listener es9plus"
  std::string what;
};

/// All that was looked at, in that order. Certificates are judged at `clock`'s time.
std::vector<Finding> check_site(const SmdpSiteOptions& options, Clock& clock);

}  // namespace sealift::lab
