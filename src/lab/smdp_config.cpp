#include "lab/smdp_config.hpp"

#include <charconv>
#include <set>

#include "base/files.hpp"
#include "lab/config_parts.hpp"
#include "store/postgres/store.hpp"

namespace sealift::lab {

namespace {

constexpr size_t largest_file = 1 << 20;
constexpr const char* installed_dir = "/var/lib/sealift/smdp";
constexpr uint16_t es9plus_port = 8443;

/// "2.3.0"
std::string dotted(const Octets<3>& version) {
  return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." + std::to_string(version[2]);
}
std::optional<Octets<3>> version_from(std::string_view text) {
  Octets<3> out{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < out.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [after, error] = std::from_chars(at, end, out[i]);
    if (error != std::errc()) return std::nullopt;
    at = after;
  }
  return at == end ? std::optional(out) : std::nullopt;
}

ConfigKey version_key(std::string name, Octets<3>& where, std::string about) {
  return {std::move(name),
          std::move(about),
          "a version such as \"2.3.0\"",
          dotted(where),
          false,
          [&where](const ConfigValue& v) -> Status {
            const auto& text = std::get<std::string>(v);
            const auto version = version_from(text);
            if (!version) return Error{ErrorKind::invalid, "is \"" + text + "\""};
            where = *version;
            return {};
          }};
}

ConfigKey interfaces_key(ListenerOptions& listener) {
  std::vector<std::string> standard;
  for (Interface one : listener.interfaces) standard.emplace_back(name(one));
  return {"interfaces",
          "What is served here: the phones' interface, the administration API, health and metrics.",
          "a list of " + interface_names(),
          std::move(standard),
          false,
          [&listener](const ConfigValue& v) -> Status {
            std::set<Interface> interfaces;
            for (const std::string& one : std::get<std::vector<std::string>>(v)) {
              auto interface = interface_named(one);
              if (!interface) return Error{ErrorKind::invalid, "has \"" + one + "\""};
              interfaces.insert(*interface);
            }
            if (interfaces.empty()) return Error{ErrorKind::invalid, "is empty"};
            listener.interfaces = std::move(interfaces);
            return {};
          }};
}

ConfigKey tls_file_key(std::string name, ListenerOptions& listener, std::string TlsFiles::*file,
                       std::string about) {
  return {std::move(name),
          std::move(about),
          "a path",
          std::string(),
          true,
          [&listener, file](const ConfigValue& v) -> Status {
            if (!listener.tls) listener.tls.emplace();
            (*listener.tls).*file = std::get<std::string>(v);
            return {};
          }};
}

void declare_place(ConfigTable& table, ListenerOptions& l) {
  table
      .text(
          "name", l.name,
          "A name for people: in messages, log lines and metrics. Different for each listener. Not set: the "
          "first of its interfaces, with a number behind it where another listener has that name.")
      .key(interfaces_key(l))
      .text("address", l.server.address,
            "The IP address to listen on. \"::\" is every address of both families; \"127.0.0.1\" this "
            "machine alone.")
      .number<uint16_t>("port", l.server.port, 0, 65535, "The port to listen on; 0: any free one.")
      .text("host", l.host,
            "The DNS name that clients use, in activation codes and in the TLS certificate. Not set: that of "
            "the "
            "first listener; of that one, localhost.")
      .number<uint16_t>(
          "public_port", l.public_port, 0, 65535,
          "The port that clients use where something in between forwards it; 0: the one listened on. "
          "Activation codes carry it unless it is 443.")
      .text("certificates", l.certificates,
            "A folder of certificate sets for this listener (`sealift pki init`), relative to dir. Not set: "
            "pki.")
      .key(tls_file_key(
          "tls_chain", l, &TlsFiles::chain,
          "TLS certificate of a public CA in place of CERT.DP.TLS: PEM, the server's own first, such as "
          "certbot's fullchain.pem."))
      .key(tls_file_key("tls_key", l, &TlsFiles::key,
                        "Its key: PEM, not encrypted, mode 0600 and owned by the server's user."));
}

void declare_clients(ConfigTable& table, ClientAuthentication& c) {
  using Demand = ClientAuthentication::Demand;
  table
      .word("client_certificates", "none", {"none", "optional", "required"},
            "Mutual TLS: whether clients are asked for a certificate, and must have one. Phones have none.",
            [&c](const std::string& word) {
              c.demand = word == "required"   ? Demand::required
                         : word == "optional" ? Demand::optional
                                              : Demand::none;
            })
      .texts("client_ca", c.ca,
             "Files (PEM, DER) with the CAs whose clients are believed, or with clients' own certificates.")
      .flag("client_rsp", c.rsp,
            "Whether SM-DP+ and SM-DS below the CIs of this listener's certificates are as well.")
      .texts("client_crls", c.crls,
             "Files (DER) with CRLs of those CAs and CIs, read at the start and at a reload. With crl = "
             "\"required\" a CA that has a list here must have a current one; one that has none is not asked "
             "for any. The lists of CIs in the folders of certificates hold here too, as soon as they are "
             "there.");
}

void declare_listener(ConfigTable& table, ListenerOptions& l) {
  declare_place(table, l);
  declare_clients(table, l.clients);
  declare_connection_limits(table, l.server);
}

void declare_orders(ConfigTable& table, smdp::Settings& s) {
  table
      .number<uint32_t>(
          "confirmation_attempts", s.confirmation_attempts, 1, 10,
          "Confirmation codes that may be tried, of orders that do not say; then the order ends.")
      .number<uint32_t>("download_attempts", s.max_download_attempts, 1, 1000,
                        "Packages given out for one installation.")
      .flag("rebind", s.rebind,
            "Whether an eUICC that comes back with another one-time key gets its package bound anew. false: "
            "no order "
            "is, whatever it says.")
      .flag("uniform_refusals", s.uniform_refusals,
            "Answer used, expired and other eUICCs' MatchingIDs like unknown ones (8.2.6/3.8).")
      .flag("any_matching_id", s.any_matching_id,
            "Orders may have MatchingIDs of any characters, not digits, capital letters and '-' alone.")
      .key(version_key("lowest_svn", s.lowest_svn, "The first version of SGP.22 whose eUICCs are served."))
      .key(version_key("highest_svn", s.highest_svn, "And the last."));
}

ConfigKey test_cis_key(smdp::Settings& s) {
  return {"test_cis",
          "Key identifiers of test CIs: their eUICCs get profiles of class test alone, others never. Empty: "
          "no such "
          "separation.",
          "a list of texts of 40 hexadecimal digits",
          std::vector<std::string>(),
          false,
          [&s](const ConfigValue& v) -> Status {
            s.test_cis.clear();
            for (const std::string& one : std::get<std::vector<std::string>>(v)) {
              auto id = octets_from_hex<20>(one);
              if (!id) return Error{ErrorKind::invalid, "has \"" + one + "\""};
              s.test_cis.push_back(*id);
            }
            return {};
          }};
}

void declare_trust(ConfigTable& table, SmdpSiteOptions& site) {
  table
      .word("crl", "if-present", {"if-present", "required"},
            "CRLs (*.crl in the folders of certificates, read again when they change): use what there is, or "
            "serve "
            "nobody without a current one.",
            [&site](const std::string& word) {
              site.crl_policy = word == "required" ? pki::CrlPolicy::required : pki::CrlPolicy::if_present;
            })
      .flag("crl_fetch", site.fetch_crls,
            "Whether CRLs are fetched (over http) from where the server's certificates say that they are "
            "published; they are kept in the folder of the certificates, in crls/.")
      .seconds("crl_refresh_seconds", site.crl_fetch.refresh, 10, 604'800,
               "A list is fetched again at the latest after so long, and always before its nextUpdate.")
      .texts("crl_uris", site.crl_uris, "Further lists to fetch, such as that of CA certificates (EUMs).")
      .key(test_cis_key(site.settings));
}

void declare_site_limits(ConfigTable& table, SmdpSiteOptions& site) {
  table
      .number<uint32_t>(
          "sessions_per_address", site.sessions_per_address, 0, 1'000'000,
          "Sessions that one address (of IPv6: one /64) may begin in a minute without authenticating; "
          "more are answered 8.8/5.1. 0: any number.")
      .number<uint32_t>("guesses_per_eid", site.guesses_per_eid, 0, 1'000'000,
                        "MatchingIDs that one eUICC may try in vain in ten minutes. 0: any number.")
      .number<uint32_t>(
          "calls_per_principal", site.calls_per_principal, 0, 1'000'000,
          "Calls of the administration that one principal may make in a minute; more are answered 429. The token of "
          "the server's own folder is not counted. 0: any number.")
      .seconds("session_seconds", site.settings.session_ttl, 1, 3600,
               "Idle time between two steps of a download, once the eUICC has authenticated.")
      .seconds("unauthenticated_seconds", site.settings.unauthenticated_ttl, 1, 3600, "And before.");
}

/// The keys of a whole file, bound to `config`; `read` are the listeners that the file has.
void declare(ConfigSheet& sheet, SmdpConfig& config, std::list<ListenerOptions>& read) {
  SmdpSiteOptions& site = config.site;
  sheet.top()
      .text("dir", site.dir,
            "The server's folder: pki/ (`sealift pki init DIR/pki`), orders, the token of its administration. "
            "Relative paths below are within it.")
      .seconds("drain_seconds", site.drain, 0, 300,
               "How long the server goes on when it is told to stop, while /readyz says that it does: for a load "
               "balancer, more than it takes to notice. Then it accepts nothing more, answers what is under way, and "
               "ends. The unit's TimeoutStopSec (60) has to be longer.");
  ConfigTable& orders = sheet.table("orders", "What is served to whom, where an order does not say.");
  declare_orders(orders, site.settings);
  orders.texts(
      "root_smds", site.root_smds,
      "SM-DSs that announce no further; any other one is asked to announce its events at its root too.");
  declare_trust(sheet.table("trust", "Whose eUICCs are believed."), site);
  declare_site_limits(
      sheet.table("limits", "What one peer may ask for. Those of connections are with each listener."), site);
  sheet.table("store", "Where orders and sealed profiles are.")
      .text("url", site.store,
            "A PostgreSQL database that nodes share: \"postgresql:///sealift\". Its password, where it has "
            "one, belongs "
            "into the file that PGPASSFILE names. Not set: the file smdp.db in dir.");
  sheet.table("keys", "Where the keys that sign are: in pki/, or in an HSM, as pki/hsm says (keyd.md).")
      .flag("production", site.production,
            "Do not start unless the keys that sign are in an HSM, behind sealift-keyd.");
  declare_log(sheet.table("log", "JSON lines on standard error. Identifiers appear as keyed hashes."),
              config.log);
  std::vector<ConfigSheet::More> samples;
  for (ListenerOptions& one : site.listeners)
    samples.push_back([&one](ConfigTable& table) { declare_listener(table, one); });
  sheet.tables(
      "listener",
      "Where the server listens; the table may come several times. The first that serves es9plus is the one "
      "that activation codes name. Where no file has any, it is the two below.",
      std::move(samples), [&read](ConfigTable& table) {
        ListenerOptions one;
        one.name.clear();
        one.server.port = es9plus_port;
        one.host.clear();
        read.push_back(std::move(one));
        declare_listener(table, read.back());
      });
}

constexpr const char* title =
    "The configuration of an SM-DP+. Every key is here with its default; what is left out has it. "
    "`sealift smdp check-config FILE` says what is wrong with a file, and `systemctl reload` takes it up.";

/// Listeners without a name get that of the first interface that they serve, with a number where it is taken.
void name_listeners(std::vector<ListenerOptions>& listeners) {
  std::set<std::string> taken;
  for (const ListenerOptions& one : listeners) taken.insert(one.name);
  for (ListenerOptions& one : listeners) {
    if (!one.name.empty()) continue;
    const std::string served(one.interfaces.empty() ? "listener" : name(*one.interfaces.begin()));
    one.name = served;
    for (int i = 2; !taken.insert(one.name).second; ++i) one.name = served + "-" + std::to_string(i);
  }
}

/// What no single key can be blamed for.
Status settle(const std::string& path, SmdpConfig& config) {
  if (config.site.dir.empty())
    return Error{ErrorKind::invalid, path + ": dir is not set: name the server's folder"};
  if (config.site.settings.highest_svn < config.site.settings.lowest_svn)
    return Error{ErrorKind::invalid, path + ": lowest_svn is above highest_svn: no eUICC would be served"};
  if (config.site.store.find("://") != std::string::npos && !store::is_postgres(config.site.store))
    return Error{ErrorKind::invalid,
                 path + ": store.url: a database is named by postgresql://... (not set: the file smdp.db in dir)"};
  name_listeners(config.site.listeners);
  if (config.site.listeners.front().host.empty()) config.site.listeners.front().host = "localhost";
  for (ListenerOptions& one : config.site.listeners) {
    if (one.host.empty()) one.host = config.site.listeners.front().host;
    one.certificates = path_within(config.site.dir, one.certificates);
    for (auto* files : {&one.clients.ca, &one.clients.crls})
      for (std::string& file : *files) file = path_within(config.site.dir, file);
    if (!one.tls) continue;
    if (one.tls->chain.empty() || one.tls->key.empty())
      return Error{ErrorKind::invalid,
                   path + ": the listener '" + one.name + "' has one of tls_chain and tls_key; give both"};
    one.tls->chain = path_within(config.site.dir, one.tls->chain);
    one.tls->key = path_within(config.site.dir, one.tls->key);
  }
  if (auto good = check_listeners(config.site); !good) return std::move(good.error()).within(path);
  return {};
}

}  // namespace

SmdpConfig SmdpConfig::of_folder(const std::string& dir) {
  SmdpConfig out;
  out.site.dir = dir;
  out.site.es9plus().server.port = es9plus_port;
  out.site.add_admin();
  out.site.sessions_per_address = 2000;
  out.site.guesses_per_eid = 100;
  out.site.calls_per_principal = 6000;
  return out;
}

Result<SmdpConfig> SmdpConfig::parse(const std::string& path, std::string_view contents) {
  SmdpConfig config = of_folder("");
  std::list<ListenerOptions> listeners;
  ConfigSheet sheet(title);
  declare(sheet, config, listeners);
  TRY_VOID(sheet.read(path, contents));
  if (!listeners.empty()) config.site.listeners.assign(listeners.begin(), listeners.end());
  TRY_VOID(settle(path, config));
  return config;
}

Result<SmdpConfig> SmdpConfig::read(const std::string& path) {
  const Bytes contents = TRY(read_file(path, largest_file));
  return parse(path, text(contents));
}

std::string SmdpConfig::sample() {
  SmdpConfig config = of_folder(installed_dir);
  std::list<ListenerOptions> none;
  ConfigSheet sheet(title);
  declare(sheet, config, none);
  return sheet.sample();
}

std::string SmdpConfig::reference() {
  SmdpConfig config = of_folder(installed_dir);
  std::list<ListenerOptions> none;
  ConfigSheet sheet(title);
  declare(sheet, config, none);
  return sheet.reference();
}

}  // namespace sealift::lab
