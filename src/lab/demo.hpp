// The whole story on one machine: a PKI, an SM-DP+ over TLS, an operator's profile and order, an activation
// code as a QR code, an LPA, a virtual eUICC, and a network that the enabled profile authenticates to.
//
// Nothing is short-cut: the LPA reads the code from the picture, speaks HTTPS to the server on loopback and
// APDUs to the card, and the network knows the subscriber only by IMSI, K and OPc.
#pragma once

#include <functional>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "crypto/keys.hpp"
#include "download/ports.hpp"

namespace sealift::lab {

struct DemoOptions {
  std::string dir;                     ///< where everything is put; it must not hold a site yet
  std::optional<SecretBytes> profile;  ///< a profile package (DER) instead of one made for the occasion
  /// Curve of each CI that server and card have certificates below, in the card's order of priority.
  std::vector<crypto::Curve> curves{crypto::Curve::p256};
  bool tuak = false;                   ///< the profile made here authenticates with TUAK, not Milenage
  bool serve = false;                  ///< leave the server up afterwards until `until_stopped` returns
  uint16_t port = 0;                   ///< of the SM-DP+; 0: any that is free
};

/// A step and what it took. `name` is stable, for programs; `text` is for people.
struct DemoStep {
  std::string name;
  std::string text;
  double milliseconds = 0;
};

/// Watches the demonstration, and is asked to wait at its end.
class DemoWatcher {
 public:
  virtual ~DemoWatcher() = default;
  virtual void done(const DemoStep&) = 0;
  /// The activation code, once there is one.
  virtual void activation_code(const std::string& /*qr_text*/) {}
  /// A message between LPA, card and server.
  virtual void message(std::string_view /*direction*/, std::string_view /*name*/, View /*der*/) {}
  /// With `serve`: everything is up; returns when it is to go down.
  virtual void until_stopped(const std::string& /*smdp_address*/) {}
};

struct DemoReport {
  std::vector<DemoStep> steps;
  std::optional<std::string> failed_step;
  Error error;  ///< where a step failed
  bool ok() const { return !failed_step; }
};

DemoReport run_demo(DemoOptions options, Clock& clock, Random& random, DemoWatcher& watcher);

}  // namespace sealift::lab
