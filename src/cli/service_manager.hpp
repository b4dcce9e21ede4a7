// How a server is run: the signals that it obeys, and what a service manager (systemd, by the datagram
// protocol of sd_notify) is told: that it is up, that it reloads or stops, that it is alive. Nothing where
// none asked.
#pragma once

#include <signal.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace sealift::cli {

/// Such as "READY=1" or "STOPPING=1"; lines of several variables. Lost where nobody takes it.
void tell_service_manager(std::string_view state);
/// "RELOADING=1", with the time that the protocol wants beside it.
void tell_service_manager_of_reload();
/// How often it wants to hear "WATCHDOG=1" at the latest; none where it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

/// SIGINT, SIGTERM and SIGHUP, taken from every thread that starts after it is made.
class Signals {
 public:
  Signals();
  /// Calls `reload` for each SIGHUP, and returns when the server is to stop; the next signal then ends the
  /// program at once, whatever it is doing.
  void attend(const std::function<void()>& reload);

 private:
  int next(std::chrono::microseconds patience);
  sigset_t set_;
};

}  // namespace sealift::cli
