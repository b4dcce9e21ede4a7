// sealift smdp: run an SM-DP+ until it is told to stop.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/event_log.hpp"
#include "cli/smdp_deny.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_site.hpp"

namespace sealift::cli {

namespace {

struct ServeOptions {
  std::string dir;
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
  std::vector<std::string> test_cis;
  bool no_rebind = false;
  bool uniform_refusals = false;
  bool any_matching_id = false;
};

/// SIGINT and SIGTERM, taken from every thread that starts from now on, and waited for.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// Returns once one came. The next one ends the program at once, whatever it is doing.
  void wait() {
    int caught = 0;
    sigwait(&set_, &caught);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }

 private:
  sigset_t set_;
};

Result<Secret<32>> log_key(const std::string& dir, Random& random) {
  auto folder = TRY(lab::KeysFolder::open(dir + "/pki"));
  return folder.data_key("log", random);
}

Result<lab::SmdpSiteOptions> site_options(const ServeOptions& o) {
  lab::SmdpSiteOptions site;
  site.dir = o.dir;
  site.host = o.host;
  site.public_port = o.public_port;
  site.server.address = o.address;
  site.server.port = o.port;
  site.server.io_threads = o.io_threads;
  site.admin = {o.admin_address, o.admin_port};
  site.settings.confirmation_attempts = o.confirmation_attempts;
  site.settings.max_download_attempts = o.download_attempts;
  site.settings.rebind = !o.no_rebind;
  site.settings.uniform_refusals = o.uniform_refusals;
  site.settings.any_matching_id = o.any_matching_id;
  site.sessions_per_address = o.sessions_per_address;
  site.guesses_per_eid = o.guesses_per_eid;
  if (o.crl == "required") site.crl_policy = pki::CrlPolicy::required;
  for (const std::string& ci : o.test_cis) {
    auto id = octets_from_hex<20>(ci);
    if (!id) return Error{ErrorKind::invalid, "--test-ci: 40 hexadecimal digits, the CI's subjectKeyIdentifier"};
    site.settings.test_cis.push_back(*id);
  }
  return site;
}

int serve(const ServeOptions& o, Output& out) {
  StopSignals stop;
  SystemClock clock;
  SystemRandom random;
  auto options = site_options(o);
  if (!options) return out.fail(options.error());
  auto key = log_key(o.dir, random);
  if (!key) return out.fail(key.error());
  EventLog log(STDERR_FILENO, std::move(*key));
  auto site = lab::SmdpSite::open(std::move(*options), clock, random, log);
  if (!site) return out.fail(site.error());

  const std::string& address = (*site)->smdp_address();
  log.event("started",
            {{"smdpAddress", address}, {"port", (*site)->port()}, {"adminPort", (*site)->admin_port()}});
  out.line("SM-DP+ at https://" + address + ", administration at https://" + o.admin_address + ":" +
           std::to_string((*site)->admin_port()) + "; try\n  sealift order create --dir " + o.dir +
           " --profile FILE --qr\nCtrl-C stops it.");
  out.object({{"smdpAddress", address},
              {"port", (*site)->port()},
              {"adminPort", (*site)->admin_port()},
              {"dir", o.dir}});
  stop.wait();
  log.event("stopping");
  (*site)->stop();
  const auto stats = (*site)->stats();
  log.event("stopped", {{"requests", stats.requests},
                        {"connections", stats.accepted},
                        {"badRequests", stats.bad_requests},
                        {"overloads", stats.overloads},
                        {"timeouts", stats.timeouts}});
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
      ->add_option("--test-ci", o.test_cis,
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
  command->add_flag(
      "--any-matching-id", o.any_matching_id,
      "Orders may have MatchingIDs of any characters, not digits, capital letters and '-' alone");
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
  command
      ->add_option("--dir", o->dir,
                   "Its folder: pki/ (sealift pki init DIR/pki), orders, administration token")
      ->required();
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
  add_smdp_deny(*group, out);
  command->footer("Example:\n  sealift pki init site/pki\n  sealift smdp serve --dir site");
  on_run(command, out, [o](Output& to) { return serve(*o, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
