// sealift smdp: run an SM-DP+ until it is told to stop.
#include <unistd.h>

#include <boost/json/array.hpp>

#include "cli/command.hpp"
#include "cli/event_log.hpp"
#include "cli/service_manager.hpp"
#include "cli/smdp_backup.hpp"
#include "cli/smdp_check_config.hpp"
#include "cli/smdp_deny.hpp"
#include "cli/smdp_issuance.hpp"
#include "cli/smdp_outbox.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_config.hpp"

namespace sealift::cli {

namespace {

struct ServeOptions {
  std::string config;
  std::string dir;
  std::string store;
  std::string host = "localhost";
  std::string address = "127.0.0.1";
  uint16_t port = 8443;
  uint16_t public_port = 0;
  std::string admin_address = "127.0.0.1";
  uint16_t admin_port = 0;
  unsigned io_threads = 1;
  uint32_t confirmation_attempts = 3;
  uint32_t download_attempts = 10;
  uint32_t sessions_per_address = 2000;
  uint32_t guesses_per_eid = 100;
  std::string crl = "if-present";
  std::vector<std::string> test_cis, root_smds, connect_to;
  bool no_rebind = false;
  bool uniform_refusals = false;
  bool production = false;
  bool any_matching_id = false;
};

Result<Secret<32>> log_key(const std::string& dir, Random& random) {
  auto folder = TRY(lab::KeysFolder::open(dir + "/pki"));
  return folder.data_key("log", random);
}

Result<lab::SmdpConfig> config_of(const ServeOptions& o) {
  if (!o.config.empty()) return lab::SmdpConfig::read(o.config);
  lab::SmdpConfig config = lab::SmdpConfig::of_folder(o.dir);
  lab::SmdpSiteOptions& site = config.site;
  site.store = o.store;
  site.es9plus().host = o.host;
  site.es9plus().public_port = o.public_port;
  site.es9plus().server.address = o.address;
  site.es9plus().server.port = o.port;
  site.es9plus().server.io_threads = o.io_threads;
  lab::ListenerOptions& admin = site.listeners.back();
  admin.host = o.host;
  admin.server.address = o.admin_address;
  admin.server.port = o.admin_port;
  site.settings.confirmation_attempts = o.confirmation_attempts;
  site.settings.max_download_attempts = o.download_attempts;
  site.settings.rebind = !o.no_rebind;
  site.settings.uniform_refusals = o.uniform_refusals;
  site.production = o.production;
  site.settings.any_matching_id = o.any_matching_id;
  site.sessions_per_address = o.sessions_per_address;
  site.guesses_per_eid = o.guesses_per_eid;
  site.root_smds = o.root_smds;
  for (const std::string& route : o.connect_to) site.connect_to.push_back(TRY(http::ConnectTo::parse(route)));
  if (o.crl == "required") site.crl_policy = pki::CrlPolicy::required;
  for (const std::string& ci : o.test_cis) {
    auto id = octets_from_hex<20>(ci);
    if (!id)
      return Error{ErrorKind::invalid, "--test-ci: 40 hexadecimal digits, the CI's subjectKeyIdentifier"};
    site.settings.test_cis.push_back(*id);
  }
  return config;
}

void set_log(const lab::LogOptions& options, EventLog& log) {
  log.set_level(log_level(options.level));
  log.set_requests(options.requests);
}

/// Takes up the configuration and the certificates as they are now; what is wrong with them stands in the
/// log, and the server goes on as before.
void reload(const ServeOptions& o, lab::SmdpSite& site, EventLog& log) {
  auto config = config_of(o);
  auto done = config ? site.reload(config->site) : Result<std::vector<std::string>>(config.error());
  if (done) {
    set_log(config->log, log);
    boost::json::array later(done->begin(), done->end());
    const LogLevel level = later.empty() ? LogLevel::info : LogLevel::warning;
    log.line(level, "reloaded", {{"onlyByRestart", std::move(later)}});
  } else {
    log.line(LogLevel::error, "reload_failed", {{"problem", done.error().message}});
  }
}

void tell_of_start(const ServeOptions& o, const std::string& dir, lab::SmdpSite& site, EventLog& log,
                   Output& out) {
  boost::json::object ports;
  for (const auto& one : site.listeners()) ports[one.name] = one.port;
  log.event("started", {{"smdpAddress", site.smdp_address()}, {"ports", ports}});
  const std::string admin = std::to_string(site.admin_port());
  out.line("SM-DP+ at https://" + site.smdp_address() + ", administration at port " + admin +
           "; try\n  sealift order create --dir " + dir + " --profile FILE --qr\nCtrl-C stops it" +
           (o.config.empty() ? "." : ", SIGHUP has it read " + o.config + " again."));
  out.object({{"smdpAddress", site.smdp_address()},
              {"port", site.port()},
              {"adminPort", site.admin_port()},
              {"ports", std::move(ports)},
              {"dir", dir}});
}

int serve(const ServeOptions& o, Output& out) {
  Signals signals;
  SystemClock clock;
  SystemRandom random;
  auto config = config_of(o);
  if (!config) return out.fail(config.error());
  const std::string dir = config->site.dir;
  auto key = log_key(dir, random);
  if (!key) return out.fail(key.error());
  EventLog log(STDERR_FILENO, std::move(*key));
  set_log(config->log, log);
  config->site.exchanges = &log;
  auto site = lab::SmdpSite::open(std::move(config->site), clock, random, log);
  if (!site) return out.fail(site.error());
  (*site)->monitor().add_figures([&log](http::MetricsPage& page) {
    page.counter("sealift_log_lines_dropped_total", "Log lines lost because they came faster than they went.",
                 "", log.dropped());
  });
  tell_of_start(o, dir, **site, log, out);
  tell_service_manager("READY=1");
  signals.attend([&] { reload(o, **site, log); });
  log.event("stopping");
  (*site)->stop();
  for (const auto& [name, port, stats] : (*site)->listeners()) {
    log.event("stopped", {{"listener", name},
                          {"requests", stats.requests},
                          {"connections", stats.accepted},
                          {"badRequests", stats.bad_requests},
                          {"overloads", stats.overloads},
                          {"timeouts", stats.timeouts}});
  }
  return exit_ok;
}

void add_policies(CLI::App* command, ServeOptions& o) {
  command
      ->add_option("--confirmation-attempts", o.confirmation_attempts,
                   "Confirmation codes that may be tried, of orders that do not say")
      ->check(CLI::Range(1u, 10u))
      ->capture_default_str();
  command->add_option("--download-attempts", o.download_attempts, "Packages given out for one installation")
      ->check(CLI::Range(1u, 1000u))
      ->capture_default_str();
  command->add_flag("--no-rebind", o.no_rebind, "Bind no order anew, whatever it says");
  command
      ->add_option("--crl", o.crl,
                   "CRLs (*.crl in DIR/pki, read again when they change): use what there is, or serve nobody "
                   "without a current one")
      ->check(CLI::IsMember({"if-present", "required"}))
      ->capture_default_str();
  command
      ->add_option(
          "--test-ci", o.test_cis,
          "Key identifier of a test CI: its eUICCs get profiles of class test alone, others never (may "
          "be repeated; default: no such separation)")
      ->type_name("HEX");
  command
      ->add_option("--sessions-per-address", o.sessions_per_address,
                   "Sessions that one address may begin in a minute without authenticating; 0: any number")
      ->capture_default_str();
  command
      ->add_option("--guesses-per-eid", o.guesses_per_eid,
                   "MatchingIDs that one eUICC may try in vain in ten minutes; 0: any number")
      ->capture_default_str();
  command
      ->add_option(
          "--root-smds", o.root_smds,
          "SM-DS that announces no further; any other one is asked to announce its events at its root too "
          "(may be repeated)")
      ->allow_extra_args(false);
  command
      ->add_option("--connect-to", o.connect_to,
                   "Another way to an operator or SM-DS: NAME:PORT:ADDR:PORT; may be repeated")
      ->allow_extra_args(false);
  command->add_flag(
      "--any-matching-id", o.any_matching_id,
      "Orders may have MatchingIDs of any characters, not digits, capital letters and '-' alone");
  command->add_flag("--production", o.production,
                    "Start only where the keys that sign are in an HSM behind sealift-keyd");
  command->add_flag("--uniform-refusals", o.uniform_refusals,
                    "Answer used, expired and other eUICCs' MatchingIDs like unknown ones (8.2.6/3.8)");
}

void add(CLI::App& app, Output& out) {
  auto* group =
      app.add_subcommand("smdp", "The SM-DP+: keeps profiles, binds each to one eUICC, delivers it");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift smdp serve --dir site");
  auto o = std::make_shared<ServeOptions>();
  auto* command =
      group->add_subcommand("serve", "Run an SM-DP+ until Ctrl-C; one JSON line an event on standard error");
  auto* config = command->add_option(
      "--config", o->config, "Its configuration, in place of all other options (sealift smdp check-config)");
  command
      ->add_option(
          "--dir", o->dir,
          "Its folder: pki/ (sealift pki init DIR/pki), orders, administration token; without --config")
      ->excludes(config);
  command
      ->add_option("--store", o->store,
                   "PostgreSQL database that several nodes share, postgresql://USER@HOST/NAME?passfile=FILE "
                   "(default: DIR/smdp.db)")
      ->type_name("URI");
  command->add_option("--host", o->host, "Its name, in activation codes and in its TLS certificate")
      ->capture_default_str();
  command->add_option("--address", o->address, "IP address to listen on; :: for all")->capture_default_str();
  command->add_option("--port", o->port, "Port to listen on; 0 for any free one")->capture_default_str();
  command->add_option("--public-port", o->public_port,
                      "Port in activation codes, where something in between forwards it");
  command->add_option("--admin-address", o->admin_address, "IP address of the administration")
      ->capture_default_str();
  command->add_option("--admin-port", o->admin_port,
                      "Port of the administration (default: any free one; commands with --dir find it)");
  command->add_option("--io-threads", o->io_threads, "Threads that move octets; more for more than two cores")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str();
  add_policies(command, *o);
  add_smdp_check_config(*group, out);
  add_smdp_backup(*group, out);
  add_smdp_deny(*group, out);
  add_smdp_issuance(*group, out);
  add_smdp_outbox(*group, out);
  command->footer("Example:\n  sealift pki init site/pki\n  sealift smdp serve --dir site");
  on_run(command, out, [o](Output& to) {
    if (o->config.empty() && o->dir.empty()) throw CLI::RequiredError("--dir or --config");
    return serve(*o, to);
  });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
