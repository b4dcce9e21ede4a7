#include "lab/smdp_parts.hpp"

#include <algorithm>
#include <set>

namespace sealift::lab {

void set_limits(const SmdpSiteOptions& options, SmdpParts& parts) {
  using namespace std::chrono_literals;
  parts.by_address.set(options.sessions_per_address, 60s);
  parts.by_eid.set(options.guesses_per_eid, 10min);
  parts.by_principal.set(options.calls_per_principal, 60s);
}

namespace {

/// The folders of certificates that the listeners name, each once, the site's own first.
Status open_certificates(const SmdpSiteOptions& options, SmdpParts& parts) {
  const std::string own = options.dir + "/pki";
  parts.certificates.push_back(TRY(SmdpCertificates::open(own, options.crl_policy)));
  for (const ListenerOptions& listener : options.listeners) {
    if (listener.certificates.empty()) continue;
    const auto is_its = [&](const auto& one) { return one->dir == listener.certificates; };
    if (std::ranges::any_of(parts.certificates, is_its)) continue;
    parts.certificates.push_back(TRY(SmdpCertificates::open(listener.certificates, options.crl_policy)));
  }
  return {};
}

/// All that can be had are there when it returns.
Status fetch_crls(const SmdpSiteOptions& options, Random& random, SmdpParts& parts) {
  parts.crl_client = std::make_unique<http::CrlClient>(TRY(http::CrlClient::make(options.crl_connect_to)));
  parts.crl_fetcher =
      std::make_unique<CrlFetcher>(options.crl_fetch, *parts.crl_client, parts.clock, random, parts.figures);
  for (auto& one : parts.certificates) {
    auto uris = [&certificates = *one, further = options.crl_uris] {
      std::set<std::string> out = certificates.crl_uris();
      out.insert(further.begin(), further.end());
      return out;
    };
    parts.crl_fetcher->add(std::move(uris), one->trust, one->dir + "/crls");
  }
  (void)parts.crl_fetcher->fetch_due();
  return {};
}

std::string where_stores_are(const SmdpSiteOptions& options) {
  if (options.keep_in_memory) return {};
  return options.store.empty() ? options.dir + "/smdp.db" : options.store;
}

Status fill_parts(const SmdpSiteOptions& options, Random& random, SmdpParts& parts) {
  set_limits(options, parts);
  parts.upkeep = std::make_unique<Upkeep>(UpkeepOptions(), parts.clock, parts.figures);
  for (auto& one : parts.certificates) parts.upkeep->watch(one->dir, one->trust);
  // Before our own chains are judged, and any request.
  parts.upkeep->read_crls();
  if (options.fetch_crls) TRY_VOID(fetch_crls(options, random, parts));
  for (auto& one : parts.certificates) {
    if (options.production) TRY_VOID(require_keyd(one->sets));
    parts.hsms.push_back(TRY(open_hsms(one->sets, [&parts](const Error* why) {
      parts.figures.maintained(why ? "the HSM went away" : "the HSM is back", why);
    })));
    TRY_VOID(one->add_signers(parts.clock.now()));
  }
  parts.store_key = TRY(parts.certificates.front()->sets.front().data_key("smdp", random));
  parts.stores = TRY(SmdpStores::open(where_stores_are(options), parts.clock));
  parts.restrictions = TRY(smdp::RestrictionList::open(parts.stores->restrictions()));
  if (parts.stores->shared()) parts.follower = std::make_unique<ListFollower>(*parts.restrictions);
  parts.records = TRY(DirectoryUpkeep::start(parts.stores->records(), parts.figures));
  return {};
}

}  // namespace

Result<std::unique_ptr<SmdpParts>> open_parts(const SmdpSiteOptions& options, Clock& clock, Random& random,
                                              smdp::Observer& observer) {
  auto parts = std::make_unique<SmdpParts>(clock, observer);
  TRY_VOID(open_certificates(options, *parts));
  const bool administered = std::ranges::any_of(
      options.listeners, [](const ListenerOptions& one) { return one.serves(Interface::admin); });
  if (administered) parts->admin_door.emplace(TRY(AdminDoor::open(options.dir, random)));
  TRY_VOID(fill_parts(options, random, *parts));
  return parts;
}

}  // namespace sealift::lab
