#include "http/load_engine.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "http/load_connection.hpp"

namespace sealift::http {
namespace {

using Steady = std::chrono::steady_clock;

double thread_cpu_us() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

struct Run {
  const LoadOptions& options;
  Clock& clock;
  const std::function<void()>& on_warm;
  const TlsContext tls;
  std::vector<Result<std::unique_ptr<VirtualPhone>>> phones;  // by number; made before the first download
  std::atomic<uint64_t> next{0};
  std::mutex mutex;  // guards what follows
  uint64_t warmed_up = 0;
  Steady::time_point warm_at = Steady::now();
  std::vector<double> milliseconds;
  std::map<std::string, uint64_t> failures;
  double cpu_us = 0;
};

/// One download; gives its duration in milliseconds.
Result<double> download(Run& run, uint64_t number) {
  std::unique_ptr<VirtualPhone> phone = TRY(std::move(run.phones[number]));
  auto started = Steady::now();
  LoadConnection connection = TRY(LoadConnection::open(run.options, run.tls, run.clock.now()));
  std::optional<Response> previous;
  for (;;) {
    std::optional<VirtualPhone::Post> request = TRY(phone->next(previous ? &*previous : nullptr));
    if (!request) break;
    previous = TRY(connection.post(run.options.server.text(), *request));
  }
  return std::chrono::duration<double, std::milli>(Steady::now() - started).count();
}

void play(Run& run) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    uint64_t number = run.next++;
    if (number >= run.options.downloads) return;
    double cpu_before = thread_cpu_us();
    Result<double> done = download(run, number);
    double cpu = thread_cpu_us() - cpu_before;
    std::lock_guard lock(run.mutex);
    if (number < run.options.warm_up) {
      if (++run.warmed_up < run.options.warm_up) continue;
      run.warm_at = Steady::now();
      if (run.on_warm) run.on_warm();
      continue;
    }
    run.cpu_us += cpu;
    if (done) {
      run.milliseconds.push_back(*done);
    } else {
      ++run.failures[done.error().message];
    }
  }
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  auto at = values.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Status bind_to(const std::vector<int>& cpus, std::thread& thread) {
  if (cpus.empty()) return {};
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu : cpus) CPU_SET(static_cast<size_t>(cpu), &set);
  if (pthread_setaffinity_np(thread.native_handle(), sizeof set, &set) != 0)
    return Error{ErrorKind::io, "the load cannot run on the CPUs named: this machine has no such CPU for us"};
  return {};
}

/// Runs `work` on as many threads as there are phones at once, on the CPUs named, and waits for them.
Status on_threads(const LoadOptions& options, const std::function<void()>& work) {
  Status bound;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, options.phones) && bound; ++i) {
    threads.emplace_back(work);
    bound = bind_to(options.cpus, threads.back());
  }
  for (std::thread& thread : threads) thread.join();
  return bound;
}

/// Makes the phones of all downloads.
Status make_phones(Run& run, const PhoneFactory& make_phone) {
  for (uint64_t n = 0; n < run.options.downloads; ++n) run.phones.emplace_back(nullptr);
  std::atomic<uint64_t> next{0};
  return on_threads(run.options, [&] {
    for (uint64_t n = next++; n < run.phones.size(); n = next++) run.phones[n] = make_phone(n);
  });
}

}  // namespace

Result<LoadReport> run_load(const LoadOptions& options, Clock& clock, const PhoneFactory& make_phone,
                            const std::function<void()>& on_warm) {
  TlsContext tls = TRY(TlsContext::client(options.trusted_ci));
  Run run{options, clock, on_warm, std::move(tls), {}, {}, {}, 0, {}, {}, {}, 0};
  TRY_VOID(make_phones(run, make_phone));
  run.warm_at = Steady::now();
  if (options.warm_up == 0 && on_warm) on_warm();
  TRY_VOID(on_threads(options, [&run] { play(run); }));

  LoadReport report;
  report.downloads = run.milliseconds.size();
  report.failures = std::move(run.failures);
  report.seconds = std::chrono::duration<double>(Steady::now() - run.warm_at).count();
  if (report.seconds > 0)
    report.downloads_per_second = static_cast<double>(report.downloads) / report.seconds;
  report.p50_ms = percentile(run.milliseconds, 0.50);
  report.p99_ms = percentile(run.milliseconds, 0.99);
  if (report.downloads > 0)
    report.client_cpu_us_per_download = run.cpu_us / static_cast<double>(report.downloads);
  return report;
}

Result<std::chrono::nanoseconds> cpu_time_of(int process_id) {
  clockid_t clock{};
  timespec used{};
  if (process_id <= 0 || clock_getcpuclockid(process_id, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return Error{ErrorKind::not_found, "there is no process " + std::to_string(process_id)};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace sealift::http
