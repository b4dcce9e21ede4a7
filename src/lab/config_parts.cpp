#include "lab/config_parts.hpp"

#include <filesystem>

namespace sealift::lab {

namespace fs = std::filesystem;

void declare_connection_limits(ConfigTable& table, http::ServerOptions& s) {
  table
      .number<unsigned>("io_threads", s.io_threads, 1, 64,
                        "Threads that move octets; more for more than two cores.")
      .number<unsigned>("workers", s.workers, 1, 4096,
                        "Requests answered at once; those of ES9+ wait on fibers, for each I/O thread.")
      .number<size_t>("max_waiting", s.max_waiting, 0, 1'000'000,
                      "Complete requests that wait for a worker; more are answered 503.")
      .number<size_t>("max_connections", s.max_connections, 1, 1'000'000,
                      "Open connections; more are closed at once. The limit of open files lowers it.")
      .number<size_t>("max_header", s.max_header, 1024, 1 << 20, "Octets of a request line with its fields.")
      .number<size_t>("max_body", s.max_body, 1024, 64 << 20, "Octets of a request's body.")
      .seconds("handshake_seconds", s.handshake_timeout, 1, 3600, "For a TLS handshake as a whole.")
      .seconds("header_seconds", s.header_timeout, 1, 3600,
               "For the fields of a request, from its first octet on.")
      .seconds("body_seconds", s.body_timeout, 1, 3600, "For the body of a request.")
      .seconds("write_seconds", s.write_timeout, 1, 3600, "For a client to take an answer.")
      .seconds("idle_seconds", s.idle_timeout, 1, 3600, "Between two requests of a connection.")
      .seconds("stop_seconds", s.stop_timeout, 0, 3600, "For requests under way when the server stops.");
}

void declare_log(ConfigTable& table, LogOptions& log) {
  table
      .word("level", log.level, {"info", "notice", "warning", "error"},
            "The least level that is written. info: what went as it should; notice: a peer was refused; "
            "warning: "
            "somebody should look at it; error: something of ours failed.",
            [&log](const std::string& word) { log.level = word; })
      .flag("requests", log.requests,
            "Whether each request gets a line, with its function, outcome and time.");
}

std::string path_within(const std::string& dir, const std::string& path) {
  return path.empty() || fs::path(path).is_absolute() ? path : (fs::path(dir) / path).string();
}

}  // namespace sealift::lab
