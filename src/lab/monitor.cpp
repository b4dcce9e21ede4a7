#include "lab/monitor.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

namespace sealift::lab {

void Monitor::add_figures(Figures figures) {
  std::lock_guard lock(mutex_);
  figures_.push_back(std::move(figures));
}
void Monitor::add_check(std::string name, Check problem) {
  std::lock_guard lock(mutex_);
  checks_.emplace_back(std::move(name), std::move(problem));
}
void Monitor::add_warning(std::string name, Check problem) {
  std::lock_guard lock(mutex_);
  warnings_.emplace_back(std::move(name), std::move(problem));
}

// Sources are called without the lock: they may block.
http::Readiness Monitor::readiness() const {
  Checks checks, warnings;
  {
    std::lock_guard lock(mutex_);
    checks = checks_;
    warnings = warnings_;
  }
  http::Readiness out;
  for (const auto& [name, problem] : checks) out.checks.emplace_back(name, problem());
  for (const auto& [name, problem] : warnings) out.warnings.emplace_back(name, problem());
  return out;
}

void Monitor::write(http::MetricsPage& page) const {
  std::vector<Figures> all;
  {
    std::lock_guard lock(mutex_);
    all = figures_;
  }
  page.gauge("sealift_build_info", "The version that runs.", http::label("version", SEALIFT_VERSION), 1);
  for (const Figures& one : all) one(page);
  write_process_figures(page);
}

void Monitor::add_routes(http::Router& router) const {
  http::add_monitor_routes(
      router, [this] { return readiness(); }, [this](http::MetricsPage& page) { write(page); });
}

Monitor::Check asked_seldom(Monitor::Check check) {
  struct Last {
    std::mutex mutex;
    std::chrono::steady_clock::time_point at{};
    std::string problem;
  };
  return [check = std::move(check), last = std::make_shared<Last>()] {
    const auto now = std::chrono::steady_clock::now();
    {
      std::lock_guard lock(last->mutex);
      if (now - last->at < std::chrono::seconds(1)) return last->problem;
    }
    std::string problem = check();  // may block: nobody waits for it under the lock
    std::lock_guard lock(last->mutex);
    last->at = now;
    last->problem = problem;
    return problem;
  };
}

/// Numbers of a file of /proc whose form is fixed.
static bool read_statm(unsigned long& total, unsigned long& resident) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
  return file && std::fscanf(file.get(), "%lu %lu", &total, &resident) == 2;
}

static size_t open_files() {
  size_t count = 0;
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc/self/fd"), ::closedir);
  while (dir && ::readdir(dir.get())) ++count;
  return count > 3 ? count - 3 : 0;  // ".", "..", and the directory itself
}

static const double started = static_cast<double>(std::time(nullptr));

void write_process_figures(http::MetricsPage& page) {
  unsigned long total = 0, resident = 0;
  if (read_statm(total, resident)) {
    const auto octets = static_cast<double>(::sysconf(_SC_PAGESIZE));
    page.gauge("process_virtual_memory_bytes", "Virtual memory size.", "",
               static_cast<double>(total) * octets);
    page.gauge("process_resident_memory_bytes", "Resident memory size.", "",
               static_cast<double>(resident) * octets);
  }
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    page.gauge("process_cpu_seconds_total", "User and system CPU time spent.", "",
               seconds(used.ru_utime) + seconds(used.ru_stime));
  }
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
    page.gauge("process_max_fds", "Limit of open files.", "", static_cast<double>(files.rlim_cur));
  page.gauge("process_open_fds", "Open files.", "", static_cast<double>(open_files()));
  page.gauge("process_start_time_seconds", "Start of the process, seconds since 1970.", "", started);
}

}  // namespace sealift::lab
