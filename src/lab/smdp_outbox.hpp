// The outbox of an SM-DP+ put together: which operators are told, the threads that tell them and SM-DSs, and
// the way to an SM-DS for calls of ES2+ that wait for it.
//
// Thread safe once made. The destructor stops.
#pragma once

#include "http/event_registrar.hpp"
#include "http/metrics.hpp"
#include "lab/smdp_carrier.hpp"

namespace sealift::lab {

class SmdpOutbox {
 public:
  /// All are borrowed; `ports` has a directory.
  SmdpOutbox(smdp::Outbox& outbox, smdp::Ports& ports, CarrierOptions options,
             OutboxSenderOptions sender = {});
  /// Has this server's Ports tell operators; before its listener starts.
  void attach(smdp::Ports& ports);
  smdp::EventRegistrar& registrar() { return registrar_; }
  /// Our certificate or our CIs have changed: no connection from before is used for another call.
  void renew() { clients_.renew(); }
  void start() { sender_.start(); }
  void stop() { sender_.stop(); }
  void write(http::MetricsPage& page);

 private:
  Clock& clock_;
  const CarrierOptions options_;
  TenantCallbacks callbacks_;
  smdp::Limiter notices_;
  http::ClientPool clients_;
  http::Es12Registrar registrar_;
  OutboxSender sender_;  // last, so that it stops first
};

}  // namespace sealift::lab
