// sealift smds: run an SM-DS until it is told to stop, and list the events of one.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/event_log.hpp"
#include "cli/trust_files.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smds_site.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct SmdsOptions {
  std::string dir;
  std::string host = "localhost";
  std::string store;
  std::string address = "127.0.0.1";
  uint16_t port = 8444;
  uint16_t public_port = 0;
  std::optional<uint16_t> es12_port;
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

Result<lab::SmdsSiteOptions> site_options(const SmdsOptions& o) {
  lab::SmdsSiteOptions site;
  site.dir = o.dir;
  site.host = o.host;
  site.store = o.store;
  site.public_port = o.public_port;
  site.server.address = o.address;
  site.server.port = o.port;
  site.es12_port = o.es12_port;
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
  return site;
}

int serve(const SmdsOptions& o, Output& out) {
  sigset_t stop;  // taken from every thread that starts from now on, and waited for
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  SystemClock clock;
  SystemRandom random;
  auto options = site_options(o);
  if (!options) return out.fail(options.error());
  auto folder = lab::KeysFolder::open(o.dir + "/pki");
  if (!folder) return out.fail(folder.error());
  auto key = folder->data_key("log", random);
  if (!key) return out.fail(key.error());
  EventLog log(STDERR_FILENO, std::move(*key));
  SmdsLog observer(log);
  auto site = lab::SmdsSite::open(std::move(*options), clock, random, observer);
  if (!site) return out.fail(site.error());
  const std::string& address = (*site)->smds_address();
  log.event("started",
            {{"smdsAddress", address}, {"port", (*site)->port()}, {"es12Port", (*site)->es12_port()}});
  out.line("SM-DS at https://" + address + ", for SM-DP+s on port " + std::to_string((*site)->es12_port()) +
           (o.root.empty() ? "" : ", root SM-DS " + o.root) + "; Ctrl-C stops it.");
  out.object({{"smdsAddress", address},
              {"port", (*site)->port()},
              {"es12Port", (*site)->es12_port()},
              {"dir", o.dir}});
  int caught = 0;
  sigwait(&stop, &caught);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // the next one ends the program at once
  log.event("stopping");
  (*site)->stop();
  const auto stats = (*site)->stats();
  log.event("stopped", {{"requests", stats.requests}, {"connections", stats.accepted}});
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
  command->add_option("--dir", o->dir, "Its folder: pki/ (sealift pki init DIR/pki) and events")->required();
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
  add_events_options(command, *o);
  command->footer("Example:\n  sealift pki init site/pki\n  sealift smds serve --dir site");
  on_run(command, out, [o](Output& to) { return serve(*o, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
