#include "hsm/remote/frames.hpp"

#include <algorithm>
#include <optional>

namespace sealift::hsm {
namespace {

using crypto::Curve;
using crypto::PublicKey;

constexpr size_t max_message = 400;

/// Takes octets off the front of a frame; once there are too few everything it gives is empty.
class Taker {
 public:
  explicit Taker(View from) : rest_(from) {}
  View take(size_t n) {
    if (rest_.size() < n) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const View out = rest_.first(n);
    rest_ = rest_.subspan(n);
    return out;
  }
  template <class Number>
  Number number() {
    Number out = 0;
    for (const uint8_t octet : take(sizeof out)) out = static_cast<Number>(out << 8 | octet);
    return out;
  }
  View all() { return take(rest_.size()); }
  bool complete() const { return !short_ && rest_.empty(); }
  size_t left() const { return rest_.size(); }

 private:
  View rest_;
  bool short_ = false;
};

Error refused(std::string why) {
  return {ErrorKind::invalid, "a message of the key holder's socket: " + std::move(why)};
}

void put_key(Frame& out, const PublicKey& key) {
  out.put(static_cast<uint8_t>(key.curve() == Curve::p256 ? 1 : 2));
  out.put(key.point());
}

Result<PublicKey> take_key(Taker& in) {
  const uint8_t curve = in.number<uint8_t>();
  if (curve != 1 && curve != 2) return refused("no such curve");
  return PublicKey::from_point(curve == 1 ? Curve::p256 : Curve::brainpool_p256r1, in.take(65));
}

Result<std::string> take_label(Taker& in) {
  std::string label(text(in.all()));
  if (!is_key_label(label)) return refused("not a key's label");
  return label;
}

struct Header {
  FrameType type;
  uint32_t number;
};
Result<Header> take_header(Taker& in) {
  if (in.left() > max_frame) return refused("too long");
  if (in.number<uint8_t>() != frame_version) return refused("another version");
  const auto type = static_cast<FrameType>(in.number<uint8_t>());
  return Header{type, in.number<uint32_t>()};
}

void put_header(Frame& out, FrameType type, uint32_t number) {
  out.put(frame_version);
  out.put(static_cast<uint8_t>(type));
  out.put_number(number);
}

}  // namespace

void Frame::put(View more) {
  check(more.size() <= octets_.size() - size_, "a frame has room for what it carries");
  std::copy(more.begin(), more.end(), octets_.begin() + static_cast<ptrdiff_t>(size_));
  size_ += more.size();
}

void write_frame(Frame& out, const Request& request) {
  const auto until = static_cast<uint64_t>(request.until.count());
  if (const auto* find = std::get_if<FindCall>(&request.ask)) {
    put_header(out, FrameType::find, request.number);
    out.put(view(find->label));
  } else if (const auto* sign = std::get_if<SignCall>(&request.ask)) {
    put_header(out, FrameType::sign, request.number);
    out.put_number(until);
    out.put(sign->digest);
    out.put(view(sign->label));
  } else {
    put_header(out, FrameType::agree, request.number);
    out.put_number(until);
    put_key(out, std::get<AgreeCall>(request.ask).peer);
  }
}

Result<Request> read_request(View frame) {
  Taker in(frame);
  const Header header = TRY(take_header(in));
  Request out{.number = header.number, .ask = FindCall{}};
  if (header.type == FrameType::find) {
    out.ask = FindCall{TRY(take_label(in))};
  } else if (header.type == FrameType::sign) {
    out.until = std::chrono::milliseconds(in.number<uint64_t>());
    SignCall sign;
    sign.digest = TRY(octets<32>(in.take(32)));
    sign.label = TRY(take_label(in));
    out.ask = std::move(sign);
  } else if (header.type == FrameType::agree) {
    out.until = std::chrono::milliseconds(in.number<uint64_t>());
    out.ask = AgreeCall{TRY(take_key(in))};
  } else {
    return refused("not a request");
  }
  if (!in.complete()) return refused("of the wrong size");
  return out;
}

void write_frame(Frame& out, const Reply& reply) {
  if (!reply.answer) {
    put_header(out, FrameType::error, reply.number);
    out.put(static_cast<uint8_t>(reply.answer.error().kind));
    const std::string& message = reply.answer.error().message;
    out.put(view(std::string_view(message).substr(0, max_message)));
    return;
  }
  if (const auto* key = std::get_if<PublicKey>(&*reply.answer)) {
    put_header(out, FrameType::key, reply.number);
    put_key(out, *key);
  } else if (const auto* signature = std::get_if<crypto::Signature>(&*reply.answer)) {
    put_header(out, FrameType::signature, reply.number);
    out.put(*signature);
  } else {
    const auto& agreement = std::get<crypto::Agreement>(*reply.answer);
    put_header(out, FrameType::agreement, reply.number);
    put_key(out, agreement.otpk);
    out.put(agreement.z.expose());
  }
}

Result<Reply> read_reply(View frame) {
  Taker in(frame);
  const Header header = TRY(take_header(in));
  if (header.type == FrameType::error) {
    const uint8_t kind = in.number<uint8_t>();
    if (kind > static_cast<uint8_t>(ErrorKind::internal)) return refused("no such error");
    const View message = in.all();
    if (!in.complete() || message.size() > max_message) return refused("of the wrong size");
    return Reply{header.number, Error{static_cast<ErrorKind>(kind), std::string(text(message))}};
  }
  std::optional<Answer> answer;
  if (header.type == FrameType::key) {
    answer = TRY(take_key(in));
  } else if (header.type == FrameType::signature) {
    answer = TRY(octets<64>(in.take(64)));
  } else if (header.type == FrameType::agreement) {
    PublicKey otpk = TRY(take_key(in));
    answer = crypto::Agreement{otpk, TRY(Secret<32>::from(in.take(32)))};
  } else {
    return refused("not an answer");
  }
  if (!in.complete()) return refused("of the wrong size");
  return Reply{header.number, std::move(*answer)};
}

}  // namespace sealift::hsm
