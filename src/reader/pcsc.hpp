// The transport to a card in a PC/SC reader: pcscd and its drivers, or vpcd with a virtual card in it.
//
// The card is ours alone from connect() to the end of the object, which resets it, so that a profile that was
// enabled runs. Blocking, one thread. Needs libpcsclite.
#pragma once

#include <string>
#include <vector>

#include "download/ports.hpp"

namespace sealift::reader {

class PcscReader final : public download::ApduTransport {
 public:
  struct Slot {
    std::string name;
    bool has_card = false;
    Bytes atr;
  };
  /// The readers of this machine; none is no error. Error kind: io (no pcscd).
  static Result<std::vector<Slot>> list();

  /// `name`: a reader's name or its beginning, where only one such reader is or has a card; empty: any. Error kinds: io (no
  /// pcscd, a card that does not answer), not_found (no such reader, no card in it), conflict (another program
  /// has the card), invalid (several readers come into question: the message names them).
  static Result<PcscReader> connect(const std::string& name = {});
  PcscReader(PcscReader&& other) noexcept;
  PcscReader& operator=(PcscReader&&) = delete;
  ~PcscReader() override;

  /// On T=0 a command with data and Le goes without Le, since that protocol has no such case (ISO 7816-3 12.2):
  /// the card answers 61xx.
  Result<Bytes> transmit(View command) override;
  const std::string& name() const { return name_; }

 private:
  PcscReader(long context, long card, unsigned long protocol, std::string name)
      : context_(context), card_(card), protocol_(protocol), name_(std::move(name)) {}

  long context_;  ///< SCARDCONTEXT
  long card_;     ///< SCARDHANDLE
  unsigned long protocol_;
  std::string name_;
};

}  // namespace sealift::reader
