#include "lab/load.hpp"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/temporary_folder.hpp"
#include "lab/hsm_office.hpp"
#include "lab/keys_folder.hpp"
#include "lab/lean_phone.hpp"
#include "lab/load_phone.hpp"
#include "lab/smdp_site.hpp"
#include "lab/subscriber_profile.hpp"

namespace sealift::lab {

namespace {

void pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  // A machine with fewer processors runs it unpinned; the figures say so by their spread.
  (void)sched_setaffinity(0, sizeof set, &set);
}

/// Lines of text between the two processes.
class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}
  Channel(const Channel&) = delete;
  ~Channel() { ::close(fd_); }
  bool say(std::string line) {
    line.push_back('\n');
    for (size_t at = 0; at < line.size();) {
      ssize_t n = ::send(fd_, line.data() + at, line.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return false;
      at += static_cast<size_t>(n);
    }
    return true;
  }
  std::optional<std::string> hear() {
    for (;;) {
      if (size_t end = held_.find('\n'); end != held_.npos) {
        std::string line = held_.substr(0, end);
        held_.erase(0, end + 1);
        return line;
      }
      char buffer[65536];
      ssize_t n = ::read(fd_, buffer, sizeof buffer);
      if (n <= 0) return std::nullopt;
      held_.append(buffer, static_cast<size_t>(n));
    }
  }

 private:
  int fd_;
  std::string held_;
};

/// The server's process: a site with `count` released orders; tells the port and the codes, then serves until
/// it is told to report and stop.
Status serve(const LoadTest& test, const std::string& dir, uint64_t count, Channel& parent) {
  pin(test.server_cpu);
  SystemClock clock;
  SystemRandom random;
  smdp::Observer observer;
  SmdpSiteOptions o;
  o.dir = dir;
  o.keep_in_memory = test.keep_in_memory;
  o.store = test.store;
  auto site = TRY(SmdpSite::open(std::move(o), clock, random, observer));
  parent.say("ready " + std::to_string(site->port()));
  for (uint64_t n = 0; n < count; ++n) {
    smdp::ImportProfile import;
    import.upp = TRY(SubscriberProfile::make_numbered(test.first + n, test.profile_size, random)).package.clone();
    import.metadata.serviceProviderName = "Load";
    import.metadata.profileName = "Load";
    smdp::Order stock = TRY(smdp::import_profile(site->ports(), access::administrator("load"), std::move(import)));
    smdp::CreateOrder order;
    order.iccid = stock.iccid;
    if (test.lean_cards > 0) order.reinstall = smdp::Reinstall::same_eid;
    smdp::Order released = TRY(smdp::create_order(site->ports(), access::administrator("load"), order));
    parent.say(TRY(smdp::activation_code(site->ports(), released)));
  }
  (void)parent.hear();  // that the warm-up is over
  const auto before = site->commits();
  (void)parent.hear();  // that all is over
  const auto after = site->commits();
  const uint64_t commits = after.commits - before.commits;
  parent.say(std::to_string(
      commits ? static_cast<double>(after.changes - before.changes) / static_cast<double>(commits) : 0));
  site->stop();
  return {};
}

/// Resident octets of a process in KiB, of /proc.
uint64_t resident_kb(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

struct Codes {
  uint16_t port = 0;
  std::vector<download::ActivationCode> codes;
};
Result<Codes> hear_codes(Channel& server, uint64_t count) {
  Codes out;
  auto ready = server.hear();
  if (!ready || !ready->starts_with("ready "))
    return Error{ErrorKind::io, "the server did not start: " + ready.value_or("it ended")};
  out.port = static_cast<uint16_t>(std::stoul(ready->substr(6)));
  while (out.codes.size() < count) {
    auto line = server.hear();
    if (!line) return Error{ErrorKind::io, "the server ended while it made orders"};
    auto code = download::ActivationCode::parse(*line);
    if (!code) return Error{ErrorKind::io, "the server: " + *line};
    out.codes.push_back(std::move(*code));
  }
  return out;
}

/// CPU so far of a process; none where there is no such process.
std::chrono::nanoseconds cpu_of(pid_t process) {
  if (process <= 0) return std::chrono::nanoseconds{0};
  return http::cpu_time_of(process).value_or(std::chrono::nanoseconds{0});
}

double each(std::chrono::nanoseconds time, uint64_t downloads) {
  return std::chrono::duration<double, std::micro>(time).count() / static_cast<double>(downloads);
}

/// What the phones' process knows.
struct Phones {
  const LoadTest& test;
  Codes served;
  pki::Identity eum;
  pki::Certificate ci;
  SystemClock clock;
  SystemRandom random;
  std::vector<std::unique_ptr<LeanCard>> lean;

  Result<std::unique_ptr<http::VirtualPhone>> make(uint64_t number) {
    if (!lean.empty()) {
      const size_t n = number % lean.size();
      return make_lean_phone(*lean[n], served.codes[n], random);
    }
    Eid eid = TRY(eid_number("89049032", 1000 + test.first + number));
    auto data = TRY(make_personalisation(eum, ci, eid, random));
    auto card = TRY(VirtualCard::make(std::move(data), random));
    return make_load_phone(std::move(card), served.codes[number]);
  }
  http::LoadOptions options() const {
    http::LoadOptions o;
    o.server = {"localhost", served.port};
    o.address = "127.0.0.1";
    o.port = served.port;
    o.trusted_ci = {to_bytes(ci.der())};
    if (test.client_cpu >= 0) o.cpus = {test.client_cpu};
    return o;
  }
};

Status make_lean_cards(Phones& phones) {
  for (uint32_t n = 0; n < phones.test.lean_cards; ++n) {
    const Eid eid = TRY(eid_number("89049032", 1000 + phones.test.first + n));
    phones.lean.push_back(TRY(LeanCard::make(phones.eum, phones.ci, eid, phones.random)));
  }
  return {};
}

/// Looks at the server's process every second, from a thread of its own, until it goes.
class Sampler {
 public:
  explicit Sampler(pid_t process) : thread_([this, process] { sample(process); }) {}
  std::vector<ServerSample> finish() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return std::move(samples_);
  }
  ~Sampler() { (void)finish(); }

 private:
  void sample(pid_t process) {
    const auto begin = std::chrono::steady_clock::now();
    for (uint64_t tick = 0; !done_; ++tick) {
      std::this_thread::sleep_until(begin + tick * std::chrono::milliseconds(250));
      if (tick % 4 != 0) continue;
      std::error_code gone;
      std::filesystem::directory_iterator files("/proc/" + std::to_string(process) + "/fd", gone);
      const auto open = gone ? 0 : std::distance(files, std::filesystem::directory_iterator());
      samples_.push_back({static_cast<double>(tick) / 4, resident_kb(process), static_cast<uint64_t>(open)});
    }
  }
  std::atomic<bool> done_{false};
  std::vector<ServerSample> samples_;
  std::thread thread_;
};

/// The flood, while the downloads go on: from other addresses than theirs.
Result<http::LoadReport> flood(Phones& phones, double seconds) {
  constexpr unsigned per_connection = 50;
  http::LoadOptions o = phones.options();
  o.phones = 200;
  o.rate = phones.test.flood / per_connection;
  o.downloads = static_cast<uint64_t>(o.rate * seconds);
  o.make_late = true;
  for (uint32_t n = 0; n < phones.test.flood_sources; ++n) {
    o.sources.push_back("127.1." + std::to_string(n / 250) + "." + std::to_string(1 + n % 250));
  }
  const std::string address = phones.served.codes[0].smdpAddress;
  return http::run_load(o, phones.clock, [&](uint64_t) -> Result<std::unique_ptr<http::VirtualPhone>> {
    return make_nuisance(*phones.lean[0], address, per_connection, phones.random);
  });
}

void take_over(http::LoadReport flood, LoadTestReport& report) {
  report.flood_failures = std::move(flood.failures);
  for (const auto& [function, latency] : flood.requests) report.flood_answered += latency.count;
}

/// CPU that the processes had used when the warm-up was over.
struct Used {
  std::chrono::nanoseconds server{0}, keyd{0};
};

Result<http::LoadReport> download(Phones& phones, pid_t server, pid_t keyd, Channel& channel, Used& before) {
  const LoadTest& test = phones.test;
  http::LoadOptions o = phones.options();
  o.phones = test.phones;
  o.downloads = test.downloads + test.warm_up;
  o.warm_up = test.warm_up;
  o.rate = test.rate;
  o.make_late = test.lean_cards > 0;
  return http::run_load(
      o, phones.clock, [&](uint64_t number) { return phones.make(number); },
      [&] {
        channel.say("warm");
        before = {cpu_of(server), cpu_of(keyd)};
      });
}

Result<LoadTestReport> drive(const LoadTest& test, const std::string& dir, pid_t server, pid_t keyd,
                             Channel& channel) {
  const uint64_t orders = test.lean_cards > 0 ? test.lean_cards : test.downloads + test.warm_up;
  Codes served = TRY(hear_codes(channel, orders));
  KeysFolder folder = TRY(KeysFolder::open(dir + "/pki"));
  Phones phones{test, std::move(served), TRY(folder.identity(pki::Role::eum)),
                TRY(folder.certificate(pki::Role::ci))};
  TRY_VOID(make_lean_cards(phones));
  Used before;
  LoadTestReport report;
  {
    Sampler sampler(server);
    std::optional<Result<http::LoadReport>> flooded;
    std::thread nuisances;
    const double seconds = test.rate > 0 ? static_cast<double>(test.downloads) / test.rate : 0;
    if (test.flood > 0) nuisances = std::thread([&] { flooded = flood(phones, seconds * test.flood_share); });
    auto done = download(phones, server, keyd, channel, before);
    if (nuisances.joinable()) nuisances.join();
    report.phones = TRY(std::move(done));
    if (flooded) take_over(TRY(std::move(*flooded)), report);
    report.samples = sampler.finish();
  }
  const Used after{cpu_of(server), cpu_of(keyd)};
  if (report.phones.downloads > 0) {
    report.server_cpu_us_per_download = each(after.server - before.server, report.phones.downloads);
    report.keyd_cpu_us_per_download = each(after.keyd - before.keyd, report.phones.downloads);
  }
  report.server_resident_kb = resident_kb(server);
  channel.say("stop");
  report.mean_commit_group = std::strtod(channel.hear().value_or("0").c_str(), nullptr);
  return report;
}

/// Makes the keys of the server in the token, in a process of its own: what a module leaves in a process is not
/// for this one, which forks.
Status take_keys_into_hsm(const LoadTest& test, const std::string& dir) {
  const pid_t child = ::fork();
  if (child == 0) {
    SystemClock clock;
    SystemRandom random;
    auto folder = KeysFolder::open(dir + "/pki");
    for (const pki::Role role : {pki::Role::dp_auth, pki::Role::dp_pb}) {
      HsmKeyOptions o{.role = role, .token = *test.hsm};
      if (!test.keyd.empty()) o.socket = dir + "/keyd";
      auto done = folder ? take_key_into_hsm(*folder, o, clock.now(), random) : std::move(folder.error());
      if (done) continue;
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    return Error{ErrorKind::io, "the server's keys could not be made in the token"};
  return {};
}

/// sealift-keyd on the server's processor. Zero: none is wanted.
Result<pid_t> start_keyd(const LoadTest& test, const std::string& dir) {
  if (!test.hsm || test.keyd.empty()) return pid_t{0};
  const std::string socket = dir + "/keyd", sessions = std::to_string(test.hsm_sessions);
  const pid_t child = ::fork();
  if (child == 0) {
    pin(test.server_cpu);
    ::execl(test.keyd.c_str(), "sealift-keyd", "--socket", socket.c_str(), "--module", test.hsm->module.c_str(),
            "--token", test.hsm->token.c_str(), "--pin-file", test.hsm->pin_file.c_str(), "--key", "dp_auth", "--key",
            "dp_pb", "--sessions", sessions.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; child > 0 && i < 200; ++i) {
    if (::access(socket.c_str(), F_OK) == 0) return child;
    if (::waitpid(child, nullptr, WNOHANG) == child) break;
    ::usleep(50'000);
  }
  return Error{ErrorKind::io, test.keyd + " did not start"};
}

}  // namespace

Result<LoadTestReport> run_load_test(const LoadTest& test) {
  if (test.flood > 0 && (test.lean_cards == 0 || test.rate <= 0)) {
    return Error{ErrorKind::invalid, "a flood goes with lean cards and a rate of downloads"};
  }
  TemporaryFolder folder = TRY(TemporaryFolder::make());
  SystemClock clock;
  SystemRandom random;
  pki::HierarchyOptions h;
  h.eid = TRY(eid_number(h.iin, 1));
  h.not_before = clock.now() - std::chrono::hours(1);
  auto hierarchy = TRY(pki::make_hierarchy(h, random));
  (void)TRY(KeysFolder::create(folder.path() + "/pki", hierarchy, random));
  if (test.hsm) TRY_VOID(take_keys_into_hsm(test, folder.path()));
  const pid_t keyd = TRY(start_keyd(test, folder.path()));

  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return Error{ErrorKind::io, "socketpair failed"};
  pid_t server = ::fork();
  if (server < 0) return Error{ErrorKind::io, "fork failed"};
  if (server == 0) {
    ::close(ends[0]);
    Channel parent(ends[1]);
    const uint64_t orders = test.lean_cards > 0 ? test.lean_cards : test.downloads + test.warm_up;
    Status status = serve(test, folder.path(), orders, parent);
    if (!status) parent.say(status.error().message);
    ::_exit(status ? 0 : 1);
  }
  ::close(ends[1]);
  Channel channel(ends[0]);
  auto report = drive(test, folder.path(), server, keyd, channel);
  if (!report) ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  if (keyd > 0) {
    ::kill(keyd, SIGTERM);
    ::waitpid(keyd, nullptr, 0);
  }
  return report;
}

}  // namespace sealift::lab
