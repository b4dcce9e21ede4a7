// The messages between a server and sealift-keyd: the first octet chooses whether a request or an answer is
// read. What is taken has one form.
#include "hsm/remote/frames.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace hsm;

template <class Message>
void again(View octets, Result<Message> message) {
  if (!message) {
    require(!message.error().message.empty(), "a refusal says why");
    return;
  }
  Frame frame;
  write_frame(frame, *message);
  require(equal(frame.view(), octets), "a message is written as it was read");
}

void run(View input) {
  if (input.empty()) return;
  const View octets = input.subspan(1);
  if ((input[0] & 1) == 0) {
    again(octets, read_request(octets));
  } else {
    again(octets, read_reply(octets));
  }
}

template <class Message>
Bytes seed(uint8_t first, const Message& message) {
  Frame frame;
  write_frame(frame, message);
  return concat({Bytes{first}, frame.view()});
}

std::vector<Bytes> seeds() {
  SeededRandom random(1);
  const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random).public_key();
  const auto other = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, random).public_key();
  const std::chrono::milliseconds until(123'456'789);
  return {seed(0, Request{1, {}, FindCall{"dp_auth"}}),
          seed(0, Request{2, until, SignCall{"dp_pb", random.octets<32>()}}),
          seed(0, Request{3, until, AgreeCall{key}}),
          seed(0, Request{4, until, AgreeCall{other}}),
          seed(1, Reply{1, Answer(key)}),
          seed(1, Reply{2, Answer(crypto::Signature{1, 2, 3})}),
          seed(1, Reply{3, Answer(crypto::Agreement{other, Secret<32>(random.octets<32>())})}),
          seed(1, Reply{4, Error{ErrorKind::timeout, "the token is away"}})};
}

}  // namespace

const Target target_keyd{.name = "keyd", .run = run, .seeds = seeds};

}  // namespace sealift::fuzz
