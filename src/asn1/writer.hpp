// Writes DER from back to front, so that every length is known when its header is written.
//
//   Writer w;                       // SEQUENCE { INTEGER 5, OCTET STRING x }
//   auto m = w.mark();
//   w.tlv(0x04, x);                 // last field first
//   w.unsigned_integer(0x02, 5);
//   w.header(0x30, m);              // wraps all that was written since the mark
//   Bytes der = std::move(w).take();
#pragma once

#include "asn1/reader.hpp"

namespace sealift::asn1 {

class Writer {
 public:
  Writer() : buffer_(256), head_(256) {}
  /// Raw octets before all that was written so far.
  void bytes(View octets);
  void byte(uint8_t b);
  /// A place to give to header().
  size_t mark() const { return buffer_.size() - head_; }
  /// Identifier and length of what was written since the mark.
  void header(Tag tag, size_t since);
  /// A whole TLV.
  void tlv(Tag tag, View contents);
  void unsigned_integer(Tag tag, uint64_t value);
  void boolean(Tag tag, bool value);
  Bytes take() && { return Bytes(buffer_.begin() + static_cast<ptrdiff_t>(head_), buffer_.end()); }

 private:
  void reserve(size_t n);
  Bytes buffer_;
  size_t head_;
};

/// One TLV as octets.
Bytes tlv(Tag tag, View contents);
/// Identifier and length alone, for contents that follow elsewhere.
Bytes header(Tag tag, size_t length);

}  // namespace sealift::asn1
