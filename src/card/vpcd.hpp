// The card in the reader of vpcd (vsmartcard's driver for pcscd), so that every PC/SC program sees it.
//
// The door connects to vpcd, and again whenever vpcd goes away (pcscd is started anew); each connection is a
// card put in, its end a card taken out. Messages, either way: two octets of length, big-endian, and that many
// octets. From vpcd a message of one octet is an order (power off, on, reset, ATR), any other a command APDU;
// only the ATR and responses go back. Format: docs/formats/card-doors.md. Blocking, single thread.
#pragma once

#include <functional>
#include <string>

#include "card/stop.hpp"
#include "euicc/card.hpp"

namespace sealift::card {

class VpcdDoor {
 public:
  static constexpr uint16_t default_port = 0x8C7B;  ///< of vpcd's first slot
  enum class Event : uint8_t { waiting, inserted, removed };

  /// `host`: name or address. Error kind: io.
  static Result<VpcdDoor> make(std::string host = "127.0.0.1", uint16_t port = default_port);

  /// Keeps the card in the reader until stop(). `event` is told when it goes in and out, and when there is no
  /// vpcd to go to. Error kind: io, where the host has no address.
  Status serve(euicc::Card& card, const std::function<void(Event)>& event);
  /// Ends serve, from another thread or a signal handler.
  void stop() { stop_.stop(); }

 private:
  VpcdDoor(std::string host, uint16_t port, Stop stop)
      : host_(std::move(host)), port_(port), stop_(std::move(stop)) {}
  Result<int> connect() const;
  bool receive(int fd, std::span<uint8_t> out) const;
  bool serve_message(euicc::Card& card, int fd, View message) const;

  std::string host_;
  uint16_t port_;
  Stop stop_;
};

}  // namespace sealift::card
