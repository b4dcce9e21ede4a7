#include "lab/smds_config.hpp"

#include "base/files.hpp"
#include "pki/pem.hpp"

namespace sealift::lab {

namespace {

constexpr size_t largest_file = 1 << 20;
constexpr const char* installed_dir = "/var/lib/sealift/smds";

/// What a file has as text, until all of it is read.
struct Texts {
  uint16_t es12_port = 0;
  uint16_t monitor_port = 0;
  std::vector<std::string> routes, cis;
  unsigned event_days = 180, audit_days = 30;
};

void declare_listener(ConfigTable& table, SmdsSiteOptions& site, Texts& texts) {
  table
      .text("address", site.server.address,
            "The IP address to listen on. \"::\" is every address of both families; \"127.0.0.1\" this "
            "machine alone.")
      .number<uint16_t>("port", site.server.port, 0, 65535, "The port that LPAs use; 0: any free one.")
      .text("host", site.host, "The DNS name of this SM-DS, which CERT.DS.TLS has.")
      .number<uint16_t>(
          "public_port", site.public_port, 0, 65535,
          "The port that LPAs use where something in between forwards it; 0: the one listened on.")
      .number<uint16_t>(
          "es12_port", texts.es12_port, 0, 65535,
          "A port of its own for SM-DP+s, where a client certificate is demanded; 0: the same port, "
          "which then asks LPAs too, who need not have one.")
      .number<uint16_t>("monitor_port", texts.monitor_port, 0, 65535,
                        "A port on 127.0.0.1 for /healthz, /readyz and /metrics; 0: none.");
  declare_connection_limits(table, site.server);
}

void declare_events(ConfigTable& table, smds::Settings& s, Texts& texts) {
  table.number<unsigned>("days", texts.event_days, 1, 3650, "Days after which an event is over.")
      .number<size_t>("per_eid", s.limits.for_eid, 1, 1000,
                      "Events that may wait for one eUICC, a quarter of them of one SM-DP+.")
      .number<size_t>(
          "per_owner", s.limits.of_owner, 1, 1'000'000'000,
          "Events that one SM-DP+ may have; and twice as many that are over and still kept, for a day "
          "or until the root SM-DS knows.")
      .number<unsigned>("audit_days", texts.audit_days, 1, 3650, "Days that the rows of the audit are kept.");
}

void declare_trust(ConfigTable& table, SmdsSiteOptions& site, Texts& texts) {
  table
      .word("crl", "if-present", {"if-present", "required"},
            "CRLs (*.crl in DIR/pki, read again when they change): use what there is, or serve nobody "
            "without a "
            "current one.",
            [&site](const std::string& word) {
              site.crl_policy = word == "required" ? pki::CrlPolicy::required : pki::CrlPolicy::if_present;
            })
      .texts("further_cis", texts.cis,
             "Files (PEM, DER) with CIs that SM-DP+s may have their TLS certificate from, beside those of "
             "DIR/pki.")
      .number<uint32_t>(
          "sessions_per_address", site.sessions_per_address, 0, 1'000'000,
          "Sessions that one address may begin in a minute without authenticating. 0: any number.");
}

void declare_root(ConfigTable& table, SmdsSiteOptions& site, Texts& texts) {
  table
      .text("address", site.root,
            "The root SM-DS, where events are announced that ask for it. Not set: this is one.")
      .texts("connect_to", texts.routes, "NAME:PORT:ADDR:PORT: other ways to it, verified as before.");
}

void declare(ConfigSheet& sheet, SmdsConfig& config, Texts& texts) {
  sheet.top()
      .text("dir", config.site.dir,
            "The server's folder: pki/ (`sealift pki init DIR/pki`) and events. Relative paths below are within "
            "it.")
      .seconds("drain_seconds", config.site.drain, 0, 300,
               "How long the server goes on when it is told to stop, while /readyz says that it does: for a load "
               "balancer, more than it takes to notice. Then it accepts nothing more, answers what is under way, and "
               "ends. The unit's TimeoutStopSec (60) has to be longer.");
  declare_listener(sheet.table("listener", "Where the server listens."), config.site, texts);
  declare_events(sheet.table("events", "What waits for phones."), config.site.settings, texts);
  declare_trust(sheet.table("trust", "Who is believed, and how much one may ask."), config.site, texts);
  declare_root(sheet.table("root", "Another SM-DS above this one."), config.site, texts);
  declare_log(sheet.table("log", "JSON lines on standard error. Identifiers appear as keyed hashes."),
              config.log);
}

constexpr const char* title =
    "The configuration of an SM-DS. Every key is here with its default; what is left out has it. "
    "`sealift smds check-config FILE` says what is wrong with a file.";

/// What the texts name, read and taken up.
Status settle(const std::string& path, const Texts& texts, SmdsSiteOptions& site) {
  if (site.dir.empty()) return Error{ErrorKind::invalid, path + ": dir is not set: name the server's folder"};
  if (texts.es12_port) site.es12_port = texts.es12_port;
  if (texts.monitor_port) site.monitor_port = texts.monitor_port;
  site.settings.event_ttl = std::chrono::hours(24) * texts.event_days;
  site.settings.keep_audit = std::chrono::hours(24) * texts.audit_days;
  for (const std::string& route : texts.routes) {
    auto parsed = http::ConnectTo::parse(route);
    if (!parsed) return std::move(parsed.error()).within(path + ": root.connect_to");
    site.connect_to.push_back(std::move(*parsed));
  }
  for (const std::string& name : texts.cis) {
    const std::string file = path_within(site.dir, name);
    const Bytes octets = TRY(read_file(file, largest_file));
    auto certificates = pki::certificates_from_file_octets(octets);
    if (!certificates) return std::move(certificates.error()).within(file);
    for (const pki::Certificate& ci : *certificates) site.further_cis.push_back(to_bytes(ci.der()));
  }
  return {};
}

}  // namespace

SmdsConfig SmdsConfig::of_folder(const std::string& dir) {
  SmdsConfig out;
  out.site.dir = dir;
  out.site.server.port = 8445;
  out.site.sessions_per_address = 2000;
  return out;
}

Result<SmdsConfig> SmdsConfig::parse(const std::string& path, std::string_view contents) {
  SmdsConfig config = of_folder("");
  Texts texts;
  ConfigSheet sheet(title);
  declare(sheet, config, texts);
  TRY_VOID(sheet.read(path, contents));
  TRY_VOID(settle(path, texts, config.site));
  return config;
}

Result<SmdsConfig> SmdsConfig::read(const std::string& path) {
  const Bytes contents = TRY(read_file(path, largest_file));
  return parse(path, text(contents));
}

std::string SmdsConfig::sample() {
  SmdsConfig config = of_folder(installed_dir);
  Texts texts;
  ConfigSheet sheet(title);
  declare(sheet, config, texts);
  return sheet.sample();
}

std::string SmdsConfig::reference() {
  SmdsConfig config = of_folder(installed_dir);
  Texts texts;
  ConfigSheet sheet(title);
  declare(sheet, config, texts);
  return sheet.reference();
}

}  // namespace sealift::lab
