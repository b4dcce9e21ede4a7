// What the listeners of an SM-DP+ share: certificates, HSMs, stores, lists, limits, and who keeps them fresh.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "http/crl_client.hpp"
#include "lab/admin_door.hpp"
#include "lab/directory_upkeep.hpp"
#include "lab/hsm_site.hpp"
#include "lab/monitor.hpp"
#include "lab/smdp_certificates.hpp"
#include "lab/smdp_figures.hpp"
#include "lab/smdp_site_options.hpp"
#include "lab/smdp_stores.hpp"
#include "lab/smdp_upkeep.hpp"

namespace sealift::lab {

/// In the order in which they have to go.
struct SmdpParts {
  SmdpParts(Clock& c, smdp::Observer& next) : clock(c), figures(next) {}
  Clock& clock;
  std::optional<AdminDoor>
      admin_door;  ///< where a listener serves the administration; holds the folder's lock
  SmdpFigures figures;
  Monitor monitor;
  std::vector<std::unique_ptr<SmdpCertificates>> certificates;  // the site's own first
  std::vector<SiteHsms> hsms;                                   // of each of those
  Secret<32> store_key;
  std::unique_ptr<SmdpStores> stores;
  std::unique_ptr<smdp::RestrictionList> restrictions;
  std::unique_ptr<ListFollower> follower;
  smdp::Limiter by_address{0, std::chrono::seconds(60)}, by_eid{0, std::chrono::minutes(10)},
      by_principal{0, std::chrono::seconds(60)};
  std::unique_ptr<http::CrlClient> crl_client;
  std::unique_ptr<CrlFetcher> crl_fetcher;
  std::unique_ptr<DirectoryUpkeep> records;
  std::unique_ptr<Upkeep> upkeep;  // last, so that it goes first
};

/// All of them, read from disk; CRLs that can be had are there when it returns. `clock`, `random` and
/// `observer` outlive them. Errors as SmdpSite::open.
Result<std::unique_ptr<SmdpParts>> open_parts(const SmdpSiteOptions& options, Clock& clock, Random& random,
                                              smdp::Observer& observer);

/// The limits of `options` from now on.
void set_limits(const SmdpSiteOptions& options, SmdpParts& parts);

}  // namespace sealift::lab
