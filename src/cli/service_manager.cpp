#include "cli/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace sealift::cli {

void tell_service_manager(std::string_view state) {
  const char* path = ::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const size_t size = path ? std::strlen(path) : 0;
  if (size < 2 || size >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@')) return;
  std::memcpy(to.sun_path, path, size);
  if (path[0] == '@') to.sun_path[0] = 0;  // an abstract address
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  (void)::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
  ::close(fd);
}

void tell_service_manager_of_reload() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const long long microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  tell_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const char* usec = ::getenv("WATCHDOG_USEC");
  const char* pid = ::getenv("WATCHDOG_PID");
  if (!usec || (pid && std::atol(pid) != ::getpid())) return std::nullopt;
  const long long interval = std::atoll(usec);
  if (interval <= 0) return std::nullopt;
  return std::chrono::microseconds(interval);
}

Signals::Signals() {
  sigemptyset(&set_);
  for (int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, one);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

/// 0 where none came within `patience`.
int Signals::next(std::chrono::microseconds patience) {
  const timespec time{patience.count() / 1'000'000, patience.count() % 1'000'000 * 1000};
  const int caught = sigtimedwait(&set_, nullptr, &time);
  return caught > 0 ? caught : 0;
}

void Signals::attend(const std::function<void()>& reload) {
  const auto watchdog = watchdog_interval();
  for (;;) {
    const int caught = next(watchdog ? *watchdog / 2 : std::chrono::hours(1));
    if (watchdog) tell_service_manager("WATCHDOG=1");
    if (caught == SIGHUP) {
      tell_service_manager_of_reload();
      reload();
      tell_service_manager("READY=1");
    }
    if (caught == SIGINT || caught == SIGTERM) break;
  }
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  tell_service_manager("STOPPING=1");
}

}  // namespace sealift::cli
