#include "asn1/schema.hpp"

#include <gtest/gtest.h>

namespace sealift::asn1 {

enum class Colour : uint8_t { red = 0, green = 1 };
struct Inner {
  TransactionId transactionId;
  std::string serverAddress;
  std::optional<Octets<4>> tac;
  Unknown unknown;
  bool operator==(const Inner&) const = default;
};
struct Error1 {
  uint8_t code = 0;
  bool operator==(const Error1&) const = default;
};
struct Either {
  std::variant<Inner, Error1> alt;
  bool operator==(const Either&) const = default;
};
struct Outer {
  Signed<Inner> signedPart;
  Bytes signature;
  Default<Colour::green> colour;
  std::vector<Bytes> list;
  std::optional<Either> either;
  std::optional<BitString> bits;
  bool operator==(const Outer&) const = default;
};
struct Top {
  std::variant<Outer, Error1> alt;
  bool operator==(const Top&) const = default;
};

template <>
inline constexpr auto schema<Inner> = extensible(
    0x30, &Inner::unknown, field("transactionId", &Inner::transactionId, 0x80),
    field("serverAddress", &Inner::serverAddress, 0x83).range(1, 10), field("tac", &Inner::tac, 0x84));
template <>
inline constexpr auto schema<Error1> = sequence(0x30, field("code", &Error1::code));
template <>
inline constexpr auto schema<Either> = choice(0, alternative("inner", 0xA0), alternative("error", 0xA1));
template <>
inline constexpr auto schema<Outer> = sequence(0x30, field("signedPart", &Outer::signedPart),
                                               field("signature", &Outer::signature, 0x5F37),
                                               field("colour", &Outer::colour, 0x95).range(0, 1),
                                               field("list", &Outer::list, 0xA2, 0x81),
                                               field("either", &Outer::either, 0xA3),
                                               field("bits", &Outer::bits, 0x84));
template <>
inline constexpr auto schema<Top> = choice(0xBF38, alternative("ok", 0xA0), alternative("error", 0xA1));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::asn1::Inner)
ASN1_MESSAGE(sealift::asn1::Top)

namespace sealift::asn1 {
namespace {

Top sample() {
  Outer o;
  o.signedPart = seal(Inner{TransactionId::parse("0102").value(), "a.example", Octets<4>{1, 2, 3, 4}, {}});
  o.signature = Bytes(64, 7);
  o.list = {{1}, {2, 3}};
  o.either = Either{Error1{200}};
  o.bits = BitString::of({1, 9});
  return Top{o};
}

TEST(Schema, round_trips_every_kind_of_field) {
  Bytes der = encode(sample());
  auto back = decode<Top>(der);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, sample());
  EXPECT_EQ(encode(*back), der);
  EXPECT_EQ(hex(der).substr(0, 4), "BF38");
  EXPECT_NE(hex(der).find("A306A104020200C8"), std::string::npos) << "a CHOICE in a tagged field is wrapped";
}

TEST(Schema, refuses_every_truncation_and_trailing_octets) {
  Bytes der = encode(sample());
  for (size_t n = 0; n < der.size(); ++n) EXPECT_FALSE(decode<Top>(View(der).first(n))) << n;
  der.push_back(0);
  EXPECT_FALSE(decode<Top>(der));
}

TEST(Schema, what_decodes_after_a_bit_flip_encodes_to_the_same_octets) {
  Bytes der = encode(sample());
  int accepted = 0;
  for (size_t i = 0; i < der.size() * 8; ++i) {
    Bytes flipped = der;
    flipped[i / 8] ^= static_cast<uint8_t>(1 << (i % 8));
    auto r = decode<Top>(flipped);
    if (!r) continue;
    ++accepted;
    EXPECT_EQ(encode(*r), flipped) << i;
  }
  EXPECT_GT(accepted, 100);
}

TEST(Schema, remembers_a_default_that_was_encoded_and_omits_its_own) {
  Top t = sample();
  Bytes without = encode(t);
  std::get<0>(t.alt).colour.encoded = true;
  Bytes with = encode(t);
  EXPECT_EQ(with.size(), without.size() + 3);
  auto back = decode<Top>(with);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), with);
}

TEST(Schema, keeps_unknown_fields_of_an_extensible_sequence) {
  Bytes der = from_hex("30098002AABB8301619900").value();
  auto r = decode<Inner>(der);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(hex(r->unknown.tlvs), "9900");
  EXPECT_EQ(encode(*r), der);
}

TEST(Schema, takes_no_known_field_for_an_unknown_one) {
  // transactionId again, and serverAddress before transactionId, at the end.
  EXPECT_FALSE(decode<Inner>(from_hex("300B8002AABB8301618002AABB").value()));
  EXPECT_FALSE(decode<Inner>(from_hex("300D8002AABB830161990083016199").value()));
}

TEST(Schema, counts_characters_of_a_text_not_octets) {
  // Ten characters of two octets each keep a bound of ten.
  std::string text = "\xC3\xA9";
  for (int i = 0; i < 9; ++i) text += "\xC3\xA9";
  Inner inner{TransactionId::parse("0102").value(), text, {}, {}};
  EXPECT_TRUE(decode<Inner>(encode(inner)));
  inner.serverAddress += "e";
  EXPECT_FALSE(decode<Inner>(encode(inner)));
}

TEST(Schema, error_names_field_and_offset) {
  Bytes der = encode(sample());
  der[der.size() - 1] = 0xFF;  // unused bits of the BIT STRING
  auto r = decode<Top>(der);
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().message.find("ok.bits at offset"), std::string::npos) << r.error().message;
}

TEST(Schema, enforces_bounds) {
  EXPECT_FALSE(decode<Inner>(from_hex("30068002AABB8300").value()));
  EXPECT_FALSE(decode<Inner>(from_hex("30118002AABB830B6161616161616161616161").value()));
}

TEST(Schema, trace_names_fields) {
  std::string t = trace(sample());
  EXPECT_NE(t.find("serverAddress: \"a.example\""), std::string::npos) << t;
}

}  // namespace
}  // namespace sealift::asn1
