// The transport to a card behind a TCP door (card/tcp.hpp): a command a line in hexadecimal, a response a
// line.
//
// Blocking, one thread; the connection ends with the object. The door resets the card when a connection
// begins and when it ends.
#pragma once

#include <chrono>
#include <string>

#include "download/ports.hpp"

namespace sealift::reader {

class TcpReader final : public download::ApduTransport {
 public:
  /// Connects to "HOST:PORT" ("[::1]:9000" for IPv6) and waits for the card's ATR.
  /// `patience`: how long one answer may take. Error kinds: invalid (address), io, timeout.
  static Result<TcpReader> connect(const std::string& address,
                                   std::chrono::milliseconds patience = std::chrono::seconds(30));
  TcpReader(TcpReader&& other) noexcept;
  TcpReader& operator=(TcpReader&&) = delete;
  ~TcpReader() override;

  Result<Bytes> transmit(View command) override;
  /// Power off and on. Error kinds: io, timeout.
  Status reset();
  /// Answer to the last reset.
  const Bytes& atr() const { return atr_; }

 private:
  TcpReader(int socket, std::string address) : socket_(socket), address_(std::move(address)) {}
  Status send(std::string_view line);
  Result<Bytes> receive();

  int socket_;
  std::string address_;
  std::string buffer_;  ///< received, not yet a whole line
  Bytes atr_;
};

}  // namespace sealift::reader
