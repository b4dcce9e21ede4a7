#include "http/load_engine.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "base/cpu_time.hpp"
#include "http/load_connection.hpp"
#include "http/router.hpp"

namespace sealift::http {
namespace {

using Steady = std::chrono::steady_clock;

struct Run {
  const LoadOptions& options;
  Clock& clock;
  const std::function<void()>& on_warm;
  const PhoneFactory& make_phone;
  const TlsContext tls;
  std::vector<Result<std::unique_ptr<VirtualPhone>>> phones;  // by number; made before the first download
  std::atomic<uint64_t> next{0};
  std::mutex mutex;  // guards what follows
  uint64_t warmed_up = 0;
  Steady::time_point warm_at = Steady::now();
  std::vector<double> milliseconds;
  std::map<std::string, std::vector<float>> requests;  // milliseconds, by function
  std::map<std::string, uint64_t> failures;
  std::vector<Second> timeline;
  std::vector<clockid_t> threads;
  double cpu_us = 0;                  // of the threads from the end of the warm-up, once they have ended
  Steady::time_point begin{}, due{};  // of an open loop: its begin, and when the last download taken is due
  std::minstd_rand dice{1};
};

double milliseconds_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

/// Times of one download's requests, by function.
using Times = std::vector<std::pair<std::string, double>>;

/// One download that was due at `due`; gives its duration in milliseconds.
Result<double> download(Run& run, LoadLoop& loop, uint64_t number, Steady::time_point due, Times& times) {
  std::unique_ptr<VirtualPhone> phone =
      TRY(run.options.make_late ? run.make_phone(number) : std::move(run.phones[number]));
  LoadConnection connection = TRY(LoadConnection::open(loop, run.options, number, run.tls, run.clock.now()));
  std::optional<Response> previous;
  for (;;) {
    std::optional<VirtualPhone::Post> request = TRY(phone->next(previous ? &*previous : nullptr));
    if (!request) break;
    const auto began = Steady::now();
    previous = TRY(connection.post(run.options.server.text(), *request));
    times.emplace_back(last_segment(request->path), milliseconds_since(began));
  }
  return milliseconds_since(due);
}

/// The warm-up is over: what was used so far does not count. Under the lock.
void begin_to_count(Run& run) {
  run.warm_at = Steady::now();
  for (clockid_t thread : run.threads) run.cpu_us -= thread_cpu_us(thread);
  if (run.on_warm) run.on_warm();
}

void note_second(Run& run, double ms) {
  const auto second = static_cast<size_t>(milliseconds_since(run.warm_at) / 1000);
  if (run.timeline.size() <= second) run.timeline.resize(second + 1);
  Second& now = run.timeline[second];
  ++now.downloads;
  now.worst_ms = std::max(now.worst_ms, ms);
}

/// The next download, and in an open loop when it is due.
uint64_t take_number(Run& run, Steady::time_point& due) {
  if (run.options.rate <= 0) return run.next++;
  std::lock_guard lock(run.mutex);
  std::exponential_distribution<double> gap(run.options.rate);
  run.due = std::max(run.due, run.begin) +
            std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(gap(run.dice)));
  due = run.due;
  return run.next++;
}

/// What one fiber does: one phone after the other.
void play(Run& run, LoadLoop& loop) {
  for (;;) {
    Steady::time_point due = Steady::now();
    const uint64_t number = take_number(run, due);
    if (number >= run.options.downloads) return;
    loop.sleep_until(due);
    Times times;
    Result<double> done = download(run, loop, number, due, times);
    std::lock_guard lock(run.mutex);
    if (number < run.options.warm_up) {
      if (++run.warmed_up == run.options.warm_up) begin_to_count(run);
    } else if (done) {
      run.milliseconds.push_back(*done);
      note_second(run, *done);
      for (const auto& [function, ms] : times) run.requests[function].push_back(static_cast<float>(ms));
    } else {
      ++run.failures[done.error().message];
    }
  }
}

/// What one thread does: its share of the phones.
void play_many(Run& run, unsigned phones) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  {
    std::lock_guard lock(run.mutex);
    clockid_t mine{};
    pthread_getcpuclockid(pthread_self(), &mine);
    run.threads.push_back(mine);
  }
  struct {
    Run& run;
    LoadLoop loop;
  } both{run, LoadLoop(phones)};
  using Both = decltype(both);
  both.loop.run({[](void* p) { play(static_cast<Both*>(p)->run, static_cast<Both*>(p)->loop); }, &both});
  std::lock_guard lock(run.mutex);
  run.cpu_us += thread_cpu_us();
}

template <class T>
double percentile(std::vector<T>& values, double share) {
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

/// Runs work(0), work(1) ... each on a thread, on the CPUs named, and waits for them.
Status on_threads(const LoadOptions& options, unsigned count, const std::function<void(unsigned)>& work) {
  Status bound;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < count && bound; ++i) {
    threads.emplace_back(work, i);
    bound = bind_to(options.cpus, threads.back());
  }
  for (std::thread& thread : threads) thread.join();
  return bound;
}

/// A thread for each CPU named, or for half of what the machine has; no more than phones.
unsigned threads_of(const LoadOptions& options) {
  const size_t cpus = options.cpus.empty() ? std::thread::hardware_concurrency() / 2 : options.cpus.size();
  return std::clamp(static_cast<unsigned>(cpus), 1u, std::max(1u, options.phones));
}

/// Makes the phones of all downloads.
Status make_phones(Run& run, const PhoneFactory& make_phone) {
  for (uint64_t n = 0; n < run.options.downloads; ++n) run.phones.emplace_back(nullptr);
  std::atomic<uint64_t> next{0};
  return on_threads(run.options, threads_of(run.options), [&](unsigned) {
    for (uint64_t n = next++; n < run.phones.size(); n = next++) run.phones[n] = make_phone(n);
  });
}

}  // namespace

Result<LoadReport> run_load(const LoadOptions& options, Clock& clock, const PhoneFactory& make_phone,
                            const std::function<void()>& on_warm) {
  TlsContext tls = TRY(TlsContext::client(options.trusted_ci));
  Run run{options, clock, on_warm, make_phone, std::move(tls)};
  if (!options.make_late) TRY_VOID(make_phones(run, make_phone));
  run.begin = Steady::now();
  if (options.warm_up == 0) begin_to_count(run);
  const unsigned threads = threads_of(options), phones = std::max(1u, options.phones);
  TRY_VOID(on_threads(options, threads, [&](unsigned n) {
    play_many(run, phones / threads + (n < phones % threads ? 1 : 0));
  }));

  LoadReport report;
  report.downloads = run.milliseconds.size();
  report.failures = std::move(run.failures);
  report.seconds = std::chrono::duration<double>(Steady::now() - run.warm_at).count();
  if (report.seconds > 0)
    report.downloads_per_second = static_cast<double>(report.downloads) / report.seconds;
  report.timeline = std::move(run.timeline);
  report.p50_ms = percentile(run.milliseconds, 0.50);
  report.p99_ms = percentile(run.milliseconds, 0.99);
  for (auto& [function, ms] : run.requests) {
    report.requests[function] = {ms.size(), percentile(ms, 0.50), percentile(ms, 0.99), percentile(ms, 1.0)};
  }
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
