#include "asn1/writer.hpp"

#include <algorithm>
#include <cstring>

namespace sealift::asn1 {

void Writer::reserve(size_t n) {
  if (head_ >= n) return;
  size_t used = buffer_.size() - head_;
  Bytes bigger(std::max(buffer_.size() * 2, used + n));
  size_t head = bigger.size() - used;
  std::copy(buffer_.begin() + static_cast<ptrdiff_t>(head_), buffer_.end(),
            bigger.begin() + static_cast<ptrdiff_t>(head));
  head_ = head;
  buffer_.swap(bigger);
}

void Writer::bytes(View octets) {
  if (octets.empty()) return;
  reserve(octets.size());
  head_ -= octets.size();
  std::memcpy(&buffer_[head_], octets.data(), octets.size());
}

void Writer::byte(uint8_t b) {
  reserve(1);
  buffer_[--head_] = b;
}

void Writer::header(Tag tag, size_t since) {
  size_t n = mark() - since;
  if (n < 0x80) {
    byte(static_cast<uint8_t>(n));
  } else {
    uint8_t count = 0;
    for (; n != 0; n >>= 8, ++count) byte(static_cast<uint8_t>(n));
    byte(static_cast<uint8_t>(0x80 | count));
  }
  do {
    byte(static_cast<uint8_t>(tag));
    tag >>= 8;
  } while (tag != 0);
}

void Writer::tlv(Tag tag, View contents) {
  size_t m = mark();
  bytes(contents);
  header(tag, m);
}

void Writer::unsigned_integer(Tag tag, uint64_t value) {
  size_t m = mark();
  uint8_t top = 0;
  do {
    top = static_cast<uint8_t>(value);
    byte(top);
    value >>= 8;
  } while (value != 0);
  if (top & 0x80) byte(0);
  header(tag, m);
}

void Writer::boolean(Tag tag, bool value) {
  size_t m = mark();
  byte(value ? 0xFF : 0x00);
  header(tag, m);
}

Bytes tlv(Tag tag, View contents) {
  Bytes out = header(tag, contents.size());
  append(out, contents);
  return out;
}

Bytes header(Tag tag, size_t length) {
  Bytes out;
  int shift = 24;
  while (shift > 0 && (tag >> shift) == 0) shift -= 8;
  for (; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(tag >> shift));
  if (length < 0x80) {
    out.push_back(static_cast<uint8_t>(length));
    return out;
  }
  int n = length > 0xFFFFFF ? 4 : length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
  out.push_back(static_cast<uint8_t>(0x80 | n));
  while (n-- > 0) out.push_back(static_cast<uint8_t>(length >> (8 * n)));
  return out;
}

}  // namespace sealift::asn1
