// What goes between a server and sealift-keyd (docs/reference/keyd.md): one packet of a SOCK_SEQPACKET socket
// a message, of at most 512 octets.
//
//   version (01) | type | number of the call, 4 octets | body
//
// Requests: find, sign, agree. Answers: key, signature, agreement, error; each has the number of its request.
// Sizes are exact: what has an octet more or less is refused. A request to sign or agree says until when
// (CLOCK_MONOTONIC, milliseconds) somebody waits, so that nothing is done in vain after a holder hung.
#pragma once

#include "hsm/key_holder.hpp"

namespace sealift::hsm {

inline constexpr size_t max_frame = 512;
inline constexpr uint8_t frame_version = 1;

enum class FrameType : uint8_t {
  find = 0x01,
  sign = 0x02,
  agree = 0x03,
  key = 0x81,
  signature = 0x82,
  agreement = 0x83,
  error = 0x8F,
};

struct Request {
  uint32_t number = 0;
  std::chrono::milliseconds until{0};  ///< of the monotonic clock; not for find
  Ask ask;
};
struct Reply {
  uint32_t number = 0;
  Result<Answer> answer;
};

/// A frame, in memory that is wiped when it goes.
class Frame {
 public:
  Frame() = default;
  ~Frame() { wipe(std::span(octets_).first(size_)); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  View view() const { return {octets_.data(), size_}; }
  void put(uint8_t octet) { octets_[size_++] = octet; }
  void put(View more);
  template <class Number>
  void put_number(Number n) {
    for (size_t i = sizeof n; i-- > 0;) put(static_cast<uint8_t>(n >> (8 * i)));
  }

 private:
  Octets<max_frame> octets_{};
  size_t size_ = 0;
};

void write_frame(Frame& out, const Request& request);
void write_frame(Frame& out, const Reply& reply);
/// Error kind invalid: not a request of this version, to the octet.
Result<Request> read_request(View frame);
Result<Reply> read_reply(View frame);

}  // namespace sealift::hsm
