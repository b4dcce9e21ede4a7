// The card at a TCP port: one hexadecimal command APDU a line in, one response APDU a line out.
//
// "reset" resets the card and answers its ATR, which also greets each connection. One connection at a time,
// as a card sits in one reader. Format: docs/formats/card-doors.md. There is no protection on this door: it
// listens on loopback unless told otherwise. Blocking, single thread.
#pragma once

#include <string>

#include "card/stop.hpp"
#include "euicc/card.hpp"

namespace sealift::card {

class TcpDoor {
 public:
  /// Listens; port 0 takes a free one. Error kinds: invalid (address), conflict (port in use), permission,
  /// io.
  static Result<TcpDoor> listen(const std::string& address, uint16_t port);
  TcpDoor(TcpDoor&& other) noexcept;
  TcpDoor& operator=(TcpDoor&&) = delete;
  ~TcpDoor();

  uint16_t port() const { return port_; }
  /// Serves one connection from its beginning to its end. Gives false where stop() was called. Errors of the
  /// connection end it and are no errors of the door. Error kind: io.
  Result<bool> serve_one(euicc::Card& card);
  /// Ends serve_one, from another thread or a signal handler.
  void stop() { stop_.stop(); }

 private:
  TcpDoor(int listener, uint16_t port, Stop stop) : listener_(listener), port_(port), stop_(std::move(stop)) {}
  int listener_;
  uint16_t port_;
  Stop stop_;
};

}  // namespace sealift::card
