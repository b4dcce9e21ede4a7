// sealift smds: run an SM-DS until it is told to stop, and list the events of one.
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/event_log.hpp"
#include "cli/service_manager.hpp"
#include "cli/smds_events.hpp"
#include "cli/trust_files.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smds_config.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct CheckOptions {
  std::string file;
  bool print_defaults = false;
  bool print_reference = false;
};

struct SmdsOptions {
  std::string config;
  std::string dir;
  std::string host = "localhost";
  std::string store;
  std::string address = "127.0.0.1";
  uint16_t port = 8444;
  uint16_t public_port = 0;
  std::optional<uint16_t> es12_port, monitor_port;
  std::string root;
  std::vector<std::string> connect_to, cis;
  std::string crl = "if-present";
  unsigned event_days = 180;
  size_t events_per_eid = 100;
  size_t events_per_owner = 1'000'000;
  uint32_t sessions_per_address = 2000;
};

/// The SM-DS's events as lines of the log; identifiers are aliased.
class SmdsLog final : public smds::Observer {
 public:
  explicit SmdsLog(EventLog& log) : log_(log) {}
  void refused(smds::Function f, smds::Refusal r) override {
    const smds::RefusalRow& row = smds::row_of(r);
    log_.event("refused",
               {{"function", name_of(f)}, {"subjectCode", row.subjectCode}, {"reasonCode", row.reasonCode}});
  }
  void card_refused(int code) override { log_.event("cardRefused", {{"authenticateErrorCode", code}}); }
  void told(size_t events) override { log_.event("told", {{"events", events}}); }
  void changed(const smds::Event& e, std::string_view action) override {
    log_.event(
        "event",
        {{"number", e.number}, {"action", action}, {"state", name(e.state)}, {"owner", e.owner.dotted()}});
  }
  void root_failed(const Error& e) override { log_.event("rootFailed", {{"problem", e.message}}); }
  void maintained(std::string_view what, const Error* problem) override {
    json::object members{{"what", what}};
    if (problem) members["problem"] = problem->message;
    log_.event("maintained", std::move(members));
  }
  void failed(smds::Function f, const Error& e) override {
    log_.event("failed", {{"function", name_of(f)}, {"problem", e.message}});
  }

 private:
  static std::string_view name_of(smds::Function f) {
    constexpr std::array<std::string_view, 4> names{"initiateAuthentication", "authenticateClient",
                                                    "registerEvent", "deleteEvent"};
    return names[static_cast<size_t>(f)];
  }
  EventLog& log_;
};

Result<lab::SmdsConfig> config_of(const SmdsOptions& o) {
  if (!o.config.empty()) return lab::SmdsConfig::read(o.config);
  lab::SmdsConfig config = lab::SmdsConfig::of_folder(o.dir);
  lab::SmdsSiteOptions& site = config.site;
  site.host = o.host;
  site.store = o.store;
  site.public_port = o.public_port;
  site.server.address = o.address;
  site.server.port = o.port;
  site.es12_port = o.es12_port;
  site.monitor_port = o.monitor_port;
  site.root = o.root;
  for (const std::string& route : o.connect_to) site.connect_to.push_back(TRY(http::ConnectTo::parse(route)));
  for (const std::string& file : o.cis) {
    const std::vector<pki::Certificate> certificates = TRY(read_certificates(file));
    for (const pki::Certificate& c : certificates) site.further_cis.push_back(to_bytes(c.der()));
  }
  site.settings.event_ttl = std::chrono::hours(24) * o.event_days;
  site.settings.limits = {o.events_per_eid, o.events_per_owner};
  site.sessions_per_address = o.sessions_per_address;
  if (o.crl == "required") site.crl_policy = pki::CrlPolicy::required;
  return config;
}

/// Takes up the configuration and the certificates as they are now; what is wrong with them stands in the
/// log, and the server goes on as before.
void reload(const SmdsOptions& o, lab::SmdsSite& site, EventLog& log) {
  auto config = config_of(o);
  const auto done = config ? site.reload(config->site) : Result<std::vector<std::string>>(config.error());
  if (!done) return log.line(LogLevel::error, "reload_failed", {{"problem", done.error().message}});
  log.set_level(log_level(config->log.level));
  log.set_requests(config->log.requests);
  json::array later(done->begin(), done->end());
  const LogLevel level = later.empty() ? LogLevel::info : LogLevel::warning;
  log.line(level, "reloaded", {{"onlyByRestart", std::move(later)}});
}

int serve(const SmdsOptions& o, Output& out) {
  Signals signals;
  SystemClock clock;
  SystemRandom random;
  auto config = config_of(o);
  if (!config) return out.fail(config.error());
  const std::string dir = config->site.dir, root = config->site.root;
  auto folder = lab::KeysFolder::open(dir + "/pki");
  if (!folder) return out.fail(folder.error());
  auto key = folder->data_key("log", random);
  if (!key) return out.fail(key.error());
  EventLog log(STDERR_FILENO, std::move(*key));
  log.set_level(log_level(config->log.level));
  log.set_requests(config->log.requests);
  SmdsLog observer(log);
  config->site.exchanges = &log;
  auto site = lab::SmdsSite::open(std::move(config->site), clock, random, observer);
  if (!site) return out.fail(site.error());
  (*site)->monitor().add_figures([&log](http::MetricsPage& page) {
    page.counter("sealift_log_lines_dropped_total", "Log lines lost because they came faster than they went.",
                 "", log.dropped());
  });
  const std::string& address = (*site)->smds_address();
  json::object started{{"smdsAddress", address},
                       {"port", (*site)->port()},
                       {"es12Port", (*site)->es12_port()},
                       {"monitorPort", (*site)->monitor_port()}};
  log.event("started", started);
  out.line("SM-DS at https://" + address + ", for SM-DP+s on port " + std::to_string((*site)->es12_port()) +
           (root.empty() ? "" : ", root SM-DS " + root) + "; Ctrl-C stops it.");
  started["dir"] = dir;
  out.object(std::move(started));
  tell_service_manager("READY=1");
  signals.attend([&] { reload(o, **site, log); });
  log.event("stopping");
  (*site)->stop();
  const auto stats = (*site)->stats();
  log.event("stopped", {{"requests", stats.requests}, {"connections", stats.accepted}});
  return exit_ok;
}

/// Whether a server would start with a configuration: it is opened on any free ports, and closed.
int check_config(const CheckOptions& o, Output& out) {
  if (o.print_defaults) out.line(lab::SmdsConfig::sample());
  if (o.print_reference) out.line(lab::SmdsConfig::reference());
  if (o.print_defaults || o.print_reference) return exit_ok;
  if (o.file.empty()) return out.fail({ErrorKind::invalid, "give a configuration file to check"});
  auto config = lab::SmdsConfig::read(o.file);
  if (!config) return out.fail(config.error());
  SystemClock clock;
  SystemRandom random;
  smds::Observer nobody;
  config->site.keep_in_memory = true;
  config->site.server.port = 0;
  if (config->site.es12_port) config->site.es12_port = 0;
  config->site.monitor_port.reset();
  auto site = lab::SmdsSite::open(std::move(config->site), clock, random, nobody);
  if (!site) return out.fail(site.error());
  out.line("ok      the certificates, their keys and what they are trusted for would do");
  out.object({});
  return exit_ok;
}

void add_events_options(CLI::App* command, SmdsOptions& o) {
  command
      ->add_option("--root", o.root,
                   "Address of the root SM-DS, where events are announced that ask for it; none: this is one")
      ->type_name("HOST[:PORT]");
  command
      ->add_option("--connect-to", o.connect_to,
                   "NAME:PORT:ADDR:PORT: another way to the root SM-DS, verified as before; may be repeated")
      ->allow_extra_args(false)
      ->type_name("ROUTE");
  command
      ->add_option(
          "--ci", o.cis,
          "CI that SM-DP+s may have their TLS certificate from, beside those of DIR/pki; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--event-days", o.event_days, "Days after which an event is over")
      ->check(CLI::Range(1u, 3650u))
      ->capture_default_str();
  command->add_option("--events-per-eid", o.events_per_eid, "Events that may wait for one eUICC")
      ->check(CLI::Range(size_t{1}, size_t{1000}))
      ->capture_default_str();
  command->add_option("--events-per-owner", o.events_per_owner, "Events that one SM-DP+ may have")
      ->check(CLI::Range(size_t{1}, size_t{1'000'000'000}))
      ->capture_default_str();
  command
      ->add_option("--sessions-per-address", o.sessions_per_address,
                   "Sessions that one address may begin in a minute without authenticating; 0: any number")
      ->capture_default_str();
  command
      ->add_option("--crl", o.crl,
                   "CRLs (*.crl in DIR/pki, read again when they change): use what there is, or serve nobody "
                   "without a current one")
      ->check(CLI::IsMember({"if-present", "required"}))
      ->capture_default_str();
}

void add(CLI::App& app, Output& out) {
  auto* group = app.add_subcommand("smds", "The SM-DS: tells a phone where a profile waits for it");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift smds serve --dir site");
  auto o = std::make_shared<SmdsOptions>();
  auto* command =
      group->add_subcommand("serve", "Run an SM-DS until Ctrl-C; one JSON line an event on standard error");
  auto* config = command->add_option(
      "--config", o->config, "Its configuration, in place of all other options (sealift smds check-config)");
  command
      ->add_option("--dir", o->dir,
                   "Its folder: pki/ (sealift pki init DIR/pki) and events; without --config")
      ->excludes(config);
  command
      ->add_option("--store", o->store,
                   "PostgreSQL database that several nodes share, postgresql://USER@HOST/NAME?passfile=FILE "
                   "(default: DIR/smds.db)")
      ->type_name("URI");
  command->add_option("--host", o->host, "Its name, which its TLS certificate has")->capture_default_str();
  command->add_option("--address", o->address, "IP address to listen on; :: for all")->capture_default_str();
  command->add_option("--port", o->port, "Port to listen on; 0 for any free one")->capture_default_str();
  command->add_option("--public-port", o->public_port,
                      "Port that LPAs use, where something in between forwards it");
  command->add_option(
      "--es12-port", o->es12_port,
      "A port of its own for SM-DP+s, where a client certificate is demanded; 0 for any free one "
      "(default: the same port, which then asks LPAs too, who need not have one)");
  command->add_option("--monitor-port", o->monitor_port,
                      "A port on 127.0.0.1 for /healthz, /readyz and /metrics; 0 for any free one");
  add_events_options(command, *o);
  command->footer("Example:\n  sealift pki init site/pki\n  sealift smds serve --dir site");
  on_run(command, out, [o](Output& to) {
    if (o->config.empty() && o->dir.empty()) throw CLI::RequiredError("--dir or --config");
    return serve(*o, to);
  });
  add_smds_events(*group, out);
  auto c = std::make_shared<CheckOptions>();
  auto* checked =
      group->add_subcommand("check-config", "Say what is wrong with a configuration and with what it names");
  checked->add_option("file", c->file, "The configuration, such as /etc/sealift/smds.toml");
  checked->add_flag("--print-defaults", c->print_defaults,
                    "Print a configuration with every default, explained");
  checked->add_flag("--print-reference", c->print_reference, "The same as tables of Markdown");
  checked->footer(
      "Example:\n  sealift smds check-config --print-defaults > smds.toml\n  sealift smds check-config "
      "smds.toml");
  on_run(checked, out, [c](Output& to) { return check_config(*c, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
