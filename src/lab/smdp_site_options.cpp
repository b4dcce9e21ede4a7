#include "lab/smdp_site_options.hpp"

#include <algorithm>
#include <set>

namespace sealift::lab {

ListenerOptions& SmdpSiteOptions::add_admin() {
  ListenerOptions admin;
  admin.name = "admin";
  admin.interfaces = {Interface::admin, Interface::metrics};
  admin.server.workers = 4;  // people and their scripts, not phones
  admin.server.max_connections = 64;
  admin.host = es9plus().host;
  listeners.push_back(std::move(admin));
  return listeners.back();
}

Status check_listeners(const SmdpSiteOptions& options) {
  size_t es9plus = 0, admin = 0;
  std::set<std::string> names;
  for (const ListenerOptions& listener : options.listeners) {
    if (!names.insert(listener.name).second)
      return Error{ErrorKind::invalid, "two listeners have the name '" + listener.name + "'"};
    es9plus += listener.serves(Interface::es9plus);
    admin += listener.serves(Interface::admin);
    if (listener.serves(Interface::es2plus) && listener.clients.demand == ClientAuthentication::Demand::none)
      return Error{ErrorKind::invalid, "the listener '" + listener.name +
                                           "' serves es2plus: it has to ask for client certificates"};
    if (listener.interfaces.empty())
      return Error{ErrorKind::invalid,
                   "the listener '" + listener.name + "' serves nothing: give it interfaces"};
  }
  if (es9plus == 0)
    return Error{ErrorKind::invalid, "no listener serves es9plus: an SM-DP+ has one at least"};
  if (admin > 1)
    return Error{ErrorKind::invalid, "more than one listener serves admin: DIR/admin.json names one"};
  return {};
}

std::vector<std::string> only_by_restart(const SmdpSiteOptions& before, const SmdpSiteOptions& now) {
  std::vector<std::string> out;
  const auto changed = [&](bool same, const std::string& what) {
    if (!same) out.push_back(what);
  };
  changed(before.dir == now.dir, "dir");
  changed(before.store == now.store, "store.url");
  changed(before.production == now.production, "keys.production");
  changed(before.settings.lowest_svn == now.settings.lowest_svn, "orders.lowest_svn");
  changed(before.settings.highest_svn == now.settings.highest_svn, "orders.highest_svn");
  changed(before.settings.test_cis == now.settings.test_cis, "trust.test_cis");
  changed(before.drain == now.drain, "drain_seconds");
  changed(before.fetch_crls == now.fetch_crls, "trust.crl_fetch");
  changed(before.crl_fetch.refresh == now.crl_fetch.refresh, "trust.crl_refresh_seconds");
  changed(before.root_smds == now.root_smds, "orders.root_smds");
  changed(before.crl_uris == now.crl_uris, "trust.crl_uris");
  changed(before.listeners.size() == now.listeners.size(), "the number of listeners");
  for (size_t i = 0; i < std::min(before.listeners.size(), now.listeners.size()); ++i) {
    if (!same_place(before.listeners[i], now.listeners[i]))
      out.push_back("listener " + before.listeners[i].name);
  }
  return out;
}

void take_over(const smdp::Settings& now, smdp::Settings& settings) {
  settings.session_ttl = now.session_ttl;
  settings.unauthenticated_ttl = now.unauthenticated_ttl;
  settings.max_download_attempts = now.max_download_attempts;
  settings.confirmation_attempts = now.confirmation_attempts;
  settings.rebind = now.rebind;
  settings.uniform_refusals = now.uniform_refusals;
  settings.any_matching_id = now.any_matching_id;
}

}  // namespace sealift::lab
