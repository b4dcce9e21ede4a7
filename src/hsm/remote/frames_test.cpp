#include "hsm/remote/frames.hpp"

#include <gtest/gtest.h>

namespace sealift::hsm {
namespace {

std::vector<Bytes> requests() {
  SeededRandom random(1);
  std::vector<Ask> asked{FindCall{"dp_auth"}, SignCall{"dp_pb-2", random.octets<32>()}};
  for (const crypto::Curve curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1}) {
    asked.push_back(AgreeCall{crypto::PrivateKey::generate(curve, random).public_key()});
  }
  std::vector<Bytes> out;
  for (Ask& ask : asked) {
    Frame frame;
    write_frame(frame, Request{0x01020304, std::chrono::milliseconds(123'456'789), std::move(ask)});
    out.push_back(to_bytes(frame.view()));
  }
  return out;
}

std::vector<Bytes> replies() {
  SeededRandom random(2);
  const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random).public_key();
  std::vector<Result<Answer>> answers;
  answers.emplace_back(Answer(key));
  answers.emplace_back(Answer(crypto::Signature{1, 2, 3}));
  answers.emplace_back(Answer(crypto::Agreement{key, Secret<32>(random.octets<32>())}));
  answers.emplace_back(Error{ErrorKind::timeout, "the token is away"});
  std::vector<Bytes> out;
  for (Result<Answer>& answer : answers) {
    Frame frame;
    write_frame(frame, Reply{7, std::move(answer)});
    out.push_back(to_bytes(frame.view()));
  }
  return out;
}

template <class Message>
Bytes again(const Message& message) {
  Frame frame;
  write_frame(frame, message);
  return to_bytes(frame.view());
}

TEST(Frames, come_out_as_they_went_in) {
  for (const Bytes& octets : requests()) {
    auto request = read_request(octets);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(again(*request), octets);
    EXPECT_FALSE(read_reply(octets));
  }
  for (const Bytes& octets : replies()) {
    auto reply = read_reply(octets);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(again(*reply), octets);
    EXPECT_FALSE(read_request(octets));
  }
}

TEST(Frames, are_refused_cut_short_lengthened_and_of_another_version) {
  for (const Bytes& octets : requests()) {
    const bool ends_in_text = octets[1] != static_cast<uint8_t>(FrameType::agree);
    for (size_t size = 0; size < octets.size(); ++size) {
      const auto cut = read_request(View(octets).first(size));
      if (cut) {
        EXPECT_TRUE(ends_in_text) << "a shorter label is one too";
        EXPECT_EQ(again(*cut), Bytes(octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size)));
      }
    }
    EXPECT_FALSE(read_request(concat({octets, Bytes{0}})));
    EXPECT_FALSE(read_request(concat({octets, Bytes(600, 'a')})));
    Bytes other = octets;
    other[0] = 2;
    EXPECT_FALSE(read_request(other));
  }
}

/// Every octet to every value: what is taken comes out the same again.
TEST(Frames, that_are_taken_have_one_form) {
  const auto walk = [](const std::vector<Bytes>& messages, const auto& read) {
    for (const Bytes& octets : messages) {
      for (size_t at = 0; at < octets.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
          Bytes changed = octets;
          changed[at] = static_cast<uint8_t>(value);
          const auto message = read(changed);
          if (message) {
            EXPECT_EQ(again(*message), changed) << hex(changed);
          }
        }
      }
    }
  };
  walk(requests(), [](View octets) { return read_request(octets); });
  walk(replies(), [](View octets) { return read_reply(octets); });
}

}  // namespace
}  // namespace sealift::hsm
