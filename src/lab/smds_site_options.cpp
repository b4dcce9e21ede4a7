#include "lab/smds_site_options.hpp"

namespace sealift::lab {

std::vector<std::string> only_by_restart(const SmdsSiteOptions& before, const SmdsSiteOptions& now) {
  std::vector<std::string> out;
  const auto changed = [&](bool same, const char* what) {
    if (!same) out.emplace_back(what);
  };
  const http::ServerOptions &was = before.server, &is = now.server;
  changed(before.dir == now.dir, "dir");
  changed(before.store == now.store, "store");
  changed(before.drain == now.drain, "drain_seconds");
  changed(was.address == is.address, "listener.address");
  changed(was.port == is.port, "listener.port");
  changed(before.host == now.host, "listener.host");
  changed(before.public_port == now.public_port, "listener.public_port");
  changed(before.es12_port == now.es12_port, "listener.es12_port");
  changed(before.monitor_port == now.monitor_port, "listener.monitor_port");
  changed(was.io_threads == is.io_threads, "listener.io_threads");
  changed(was.workers == is.workers, "listener.workers");
  changed(was.max_waiting == is.max_waiting, "listener.max_waiting");
  changed(was.max_connections == is.max_connections, "listener.max_connections");
  changed(was.max_header == is.max_header, "listener.max_header");
  changed(was.max_body == is.max_body, "listener.max_body");
  changed(was.handshake_timeout == is.handshake_timeout, "listener.handshake_seconds");
  changed(was.header_timeout == is.header_timeout, "listener.header_seconds");
  changed(was.body_timeout == is.body_timeout, "listener.body_seconds");
  changed(was.write_timeout == is.write_timeout, "listener.write_seconds");
  changed(was.idle_timeout == is.idle_timeout, "listener.idle_seconds");
  changed(was.stop_timeout == is.stop_timeout, "listener.stop_seconds");
  changed(before.root == now.root, "root.address");
  return out;
}

void take_over(const smds::Settings& now, smds::Settings& settings) {
  settings.event_ttl = now.event_ttl;
  settings.keep_audit = now.keep_audit;
  settings.limits = now.limits;
}

}  // namespace sealift::lab
