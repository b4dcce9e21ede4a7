// What a service manager (systemd, by the datagram protocol of sd_notify) is told: that the server is up,
// that it reloads or stops, that it is alive. Nothing where none asked.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sealift::cli {

/// Such as "READY=1" or "STOPPING=1"; lines of several variables. Lost where nobody takes it.
void tell_service_manager(std::string_view state);
/// "RELOADING=1", with the time that the protocol wants beside it.
void tell_service_manager_of_reload();
/// How often it wants to hear "WATCHDOG=1" at the latest; none where it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace sealift::cli
