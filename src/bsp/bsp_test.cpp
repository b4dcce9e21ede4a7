#include <gtest/gtest.h>

#include "bsp/opener.hpp"

namespace sealift::bsp {
namespace {

using messages::ReplaceSessionKeysRequest;

template <size_t N>
Secret<N> secret(std::string_view digits) {
  return Secret<N>::from(from_hex(digits).value()).value();
}
Bytes octets_of(std::string_view digits) {
  return from_hex(digits).value();
}
Eid test_eid() {
  return Eid::parse("89049032123451234512345678901235").value();
}

messages::ControlRefTemplate template_for(std::string_view host_id) {
  messages::ControlRefTemplate crt;
  crt.hostId = to_bytes(host_id);
  return crt;
}

/// Keys of the vector that was computed apart from us, from the shared secret 00 01 .. 1F.
SessionKeys vector_keys() {
  Secret<32> z = secret<32>("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
  return derive_session_keys(z, template_for("HOST01"), test_eid()).value();
}

/// Keys that a third party's SM-DP+ used; published with pySim's tests.
SessionKeys third_party_keys() {
  return {secret<16>("406d507b448a699e7a36a38494debbde"), secret<16>("472f5bfadd97f21d34f3ce9b51b92751"),
          secret<16>("9ec07f5b36a13e12a991d66e294e6242")};
}

ReplaceSessionKeysRequest third_party_profile_keys() {
  return {secret<16>("000102030405060708090a0b0c0d0e0f"), secret<16>("010102030405060708090a0b0c0d0e0f"),
          secret<16>("020102030405060708090a0b0c0d0e0f")};
}

Bytes some_profile(size_t size) {
  Bytes out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(i * 31 + (i >> 8));
  return out;
}

/// Opens a list of TLVs; empty where any of them is refused.
Bytes open_all(Opener& opener, View list) {
  Bytes out;
  std::vector<View> tlvs = messages::split_tlvs(list).value();
  for (View tlv : tlvs) {
    auto opened = opener.open(tlv);
    if (!opened) return {};
    append(out, opened->expose());
  }
  return out;
}

TEST(SessionKeys, meet_the_vector) {
  SessionKeys keys = vector_keys();
  EXPECT_EQ(hex(keys.macChainingValue.expose()), "B40D6F1DF01E28E2C7AFF1CFB1204529");
  EXPECT_EQ(hex(keys.sEnc.expose()), "F14A2C92B688718E5C9D1F5B8C38D84A");
  EXPECT_EQ(hex(keys.sMac.expose()), "2A3D6B7468EECBF97D90755B4997521F");
}

TEST(SessionKeys, agree_with_a_third_partys_server) {
  Secret<32> z = secret<32>("c9a993dd4879a8f7161f2085410edd4f9652f1df37be097ba96ba2ca6be528fe");
  SessionKeys keys = derive_session_keys(z, template_for(std::string(8, '\x80')), test_eid()).value();
  EXPECT_TRUE(equal(keys.macChainingValue.expose(), third_party_keys().macChainingValue.expose()));
  EXPECT_TRUE(equal(keys.sEnc.expose(), third_party_keys().sEnc.expose()));
  EXPECT_TRUE(equal(keys.sMac.expose(), third_party_keys().sMac.expose()));
}

TEST(SessionKeys, depend_on_every_input) {
  Secret<32> z = secret<32>("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
  messages::ControlRefTemplate other_type = template_for("HOST01");
  other_type.keyType[0] = 0x89;
  Eid other_eid = Eid::with_check_digits("890490321234512345123456789013").value();
  for (const auto& keys : {derive_session_keys(z, template_for("HOST02"), test_eid()),
                           derive_session_keys(z, other_type, test_eid()),
                           derive_session_keys(z, template_for("HOST01"), other_eid)}) {
    EXPECT_FALSE(equal(keys->sEnc.expose(), vector_keys().sEnc.expose()));
  }
}

TEST(SessionKeys, refuse_a_host_id_of_wrong_size) {
  Secret<32> z;
  EXPECT_FALSE(derive_session_keys(z, template_for(""), test_eid()));
  EXPECT_FALSE(derive_session_keys(z, template_for("12345678901234567"), test_eid()));
}

TEST(Protector, meets_the_vector) {
  Protector protector(vector_keys());
  Bytes command, metadata, profile;
  protector.seal(tag_command, octets_of("BF2400"), command);
  protector.seal_mac_only(
      tag_metadata, octets_of("bf251b5a0a980020010000000000f191054578616d706c65920454657374"), metadata);
  protector.seal(tag_profile, octets_of("aa0ba0098001ff"), profile);
  EXPECT_EQ(hex(command), "87186CE07AFDF3020D1EDE0D82B7655DD42C704FB79A11A51373");
  EXPECT_EQ(hex(metadata),
            "8826BF251B5A0A980020010000000000F191054578616D706C65920454657374A3D3F574CF49AA6C");
  EXPECT_EQ(hex(profile), "8618C34CBB556D6FF996BEE2DB1C2A76704EAC19C2A09FDECC5B");
}

TEST(Protector, agrees_with_a_third_partys_server) {
  Protector protector(third_party_keys());
  Bytes command, metadata, keys;
  protector.seal(tag_command, octets_of("BF2400"), command);
  EXPECT_EQ(hex(command), "8718F6FE031E4B9CFE87C8E1E62F3FDE85C49412D7722A6A2D89");
  protector.seal_mac_only(
      tag_metadata,
      octets_of("bf252d5a0a98001032547698103214910947534d415f54455354921147534d415f544553545f"
                "50524f46494c45950100"),
      metadata);
  EXPECT_EQ(hex(View(metadata).last(8)), "8A62CC9ADBB5CCBC");
  protector.seal(tag_command, encode_command(third_party_profile_keys()).expose(), keys);
  EXPECT_EQ(hex(keys),
            "8748A14C800A001992351CD46AD2945654674369701D82B7B46567652BC8FBED234939FC57FBA748015525FD6C651E9D"
            "3D1330652D42A0CFAD950E912122AF4EC5362D3C0BC535729C40");
}

TEST(Protector, encodes_replace_session_keys_as_its_declaration_says) {
  ReplaceSessionKeysRequest keys = third_party_profile_keys();
  EXPECT_TRUE(equal(encode_command(keys).expose(), asn1::encode(keys)));
}

TEST(Protector, keeps_every_tlv_within_1020_octets) {
  for (size_t size : {1u, 15u, 16u, 1006u, 1007u, 1008u, 1009u, 2014u, 2015u, 15000u}) {
    Protector protector(vector_keys());
    Bytes encrypted, mac_only;
    protector.seal(tag_profile, some_profile(size), encrypted);
    protector.seal_mac_only(tag_metadata, some_profile(size), mac_only);
    auto segments = messages::split_tlvs(encrypted).value(),
         mac_only_segments = messages::split_tlvs(mac_only).value();
    EXPECT_EQ(segments.size(), (size + max_encrypted_segment - 1) / max_encrypted_segment);
    EXPECT_EQ(messages::split_tlvs(mac_only)->size(),
              (size + max_mac_only_segment - 1) / max_mac_only_segment);
    for (View tlv : segments) EXPECT_LE(tlv.size(), max_protected_tlv);
    for (View tlv : mac_only_segments) EXPECT_LE(tlv.size(), max_protected_tlv);
    // Full segments use all that the limit allows.
    if (size > max_encrypted_segment) {
      EXPECT_EQ(segments[0].size(), max_protected_tlv);
    }
    Opener opener(vector_keys());
    EXPECT_EQ(open_all(opener, encrypted), some_profile(size));
    EXPECT_EQ(open_all(opener, mac_only), some_profile(size));
  }
}

TEST(Opener, opens_a_package_bound_in_session_key_mode) {
  Bytes metadata = some_profile(1500), profile = some_profile(15000);
  auto package = bsp::bind(vector_keys(), octets_of("BF2400"), metadata, profile);
  EXPECT_FALSE(package.secondSequenceOf87);
  Opener opener(vector_keys());
  EXPECT_EQ(open_all(opener, package.firstSequenceOf87), octets_of("BF2400"));
  EXPECT_EQ(open_all(opener, package.sequenceOf88), metadata);
  EXPECT_EQ(open_all(opener, package.sequenceOf86), profile);
}

TEST(Opener, opens_a_profile_protected_in_advance) {
  Bytes profile = some_profile(4000);
  SeededRandom random(7);
  ProtectedProfilePackage prepared = protect_profile(profile, random);
  auto package = bsp::bind(vector_keys(), octets_of("BF2400"), some_profile(40), prepared);
  ASSERT_TRUE(package.secondSequenceOf87);
  EXPECT_EQ(package.secondSequenceOf87->size(), 74u);
  EXPECT_EQ(package.sequenceOf86, prepared.sequenceOf86);

  Opener opener(vector_keys());
  open_all(opener, package.firstSequenceOf87);
  open_all(opener, package.sequenceOf88);
  Bytes command = open_all(opener, *package.secondSequenceOf87);
  auto keys = asn1::decode<ReplaceSessionKeysRequest>(command);
  ASSERT_TRUE(keys) << keys.error().message;
  opener.replace_session_keys(*keys);
  EXPECT_EQ(open_all(opener, package.sequenceOf86), profile);
}

TEST(Protector, draws_fresh_keys_for_each_profile) {
  SeededRandom random(7);
  auto first = protect_profile(some_profile(100), random),
       second = protect_profile(some_profile(100), random);
  EXPECT_NE(first.sequenceOf86, second.sequenceOf86);
  EXPECT_FALSE(equal(first.keys.ppkEnc.expose(), second.keys.ppkEnc.expose()));
  EXPECT_FALSE(equal(first.keys.ppkEnc.expose(), first.keys.ppkCmac.expose()));
}

TEST(Opener, refuses_every_bit_flip) {
  Bytes encrypted, mac_only;
  Protector(vector_keys()).seal(tag_profile, some_profile(40), encrypted);
  Protector(vector_keys()).seal_mac_only(tag_metadata, some_profile(40), mac_only);
  for (const Bytes& tlv : {encrypted, mac_only}) {
    ASSERT_TRUE(Opener(vector_keys()).open(tlv));
    for (size_t i = 0; i < tlv.size() * 8; ++i) {
      Bytes flipped = tlv;
      flipped[i / 8] ^= static_cast<uint8_t>(1 << (i % 8));
      EXPECT_FALSE(Opener(vector_keys()).open(flipped)) << i;
    }
  }
}

TEST(Opener, refuses_every_truncation_and_octets_behind) {
  Bytes tlv;
  Protector(vector_keys()).seal(tag_profile, some_profile(40), tlv);
  for (size_t n = 0; n < tlv.size(); ++n) EXPECT_FALSE(Opener(vector_keys()).open(View(tlv).first(n))) << n;
  tlv.push_back(0);
  EXPECT_EQ(Opener(vector_keys()).open(tlv).error(), OpenError::structure);
}

TEST(Opener, refuses_tlvs_in_another_order_left_out_or_repeated) {
  Bytes list;
  Protector(vector_keys()).seal(tag_profile, some_profile(3000), list);
  auto tlvs = messages::split_tlvs(list).value();
  ASSERT_EQ(tlvs.size(), 3u);
  auto opens = [&](std::initializer_list<size_t> order) {
    Opener opener(vector_keys());
    for (size_t i : order) {
      if (!opener.open(tlvs[i])) return false;
    }
    return true;
  };
  EXPECT_TRUE(opens({0, 1, 2}));
  EXPECT_FALSE(opens({1, 0, 2}));
  EXPECT_FALSE(opens({0, 2}));
  EXPECT_FALSE(opens({0, 0}));
  EXPECT_FALSE(opens({1}));
}

TEST(Opener, counts_tlvs_that_have_a_mac_only) {
  // Where '88' did not raise the counter, the chain would agree but the ICV of '86' would not.
  Bytes metadata, profile;
  Protector protector(vector_keys());
  protector.seal_mac_only(tag_metadata, some_profile(10), metadata);
  protector.seal(tag_profile, some_profile(10), profile);
  Opener opener(vector_keys());
  ASSERT_TRUE(opener.open(metadata));
  EXPECT_EQ(to_bytes(opener.open(profile)->expose()), some_profile(10));
}

TEST(Opener, opens_nothing_after_a_refusal) {
  Bytes tlv;
  Protector(vector_keys()).seal(tag_profile, some_profile(40), tlv);
  Bytes broken = tlv;
  broken.back() ^= 1;
  Opener opener(vector_keys());
  EXPECT_EQ(opener.open(broken).error(), OpenError::security);
  EXPECT_EQ(opener.open(tlv).error(), OpenError::security);
  opener.replace_session_keys(third_party_profile_keys());
  EXPECT_FALSE(opener.open(tlv)) << "new keys do not bring an installation back";
}

/// A TLV whose MAC is right over whatever body, as a broken server would make it.
Bytes with_right_mac(uint8_t tag, View body) {
  Channel channel(vector_keys());
  Header h = header(tag, body.size() + mac_size);
  Secret<16> mac = channel.mac(h.view(), body);
  return concat({h.view(), body, View(mac.expose()).first(mac_size)});
}
Bytes encrypted_block(View plain) {
  Channel channel(vector_keys());
  Bytes body(plain.size());
  EXPECT_TRUE(channel.cbc().encrypt(channel.next_icv(), plain, body));
  return body;
}

TEST(Opener, refuses_wrong_padding_below_a_right_mac) {
  Bytes good(32, 0x11);
  good[31] = 0x80;
  EXPECT_TRUE(Opener(vector_keys()).open(with_right_mac(tag_profile, encrypted_block(good))));
  Bytes none(32, 0x11);      // no padding at all
  Bytes too_long(32, 0x00);  // 80 in the block before the last
  too_long[15] = 0x80;
  Bytes wrong_mark = good;
  wrong_mark[31] = 0x81;
  for (const Bytes& plain : {none, too_long, wrong_mark}) {
    auto opened = Opener(vector_keys()).open(with_right_mac(tag_profile, encrypted_block(plain)));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), OpenError::security);
  }
}

TEST(Opener, tells_structure_from_security) {
  EXPECT_EQ(Opener(vector_keys()).open(with_right_mac(0x85, Bytes(16))).error(), OpenError::structure);
  EXPECT_EQ(Opener(vector_keys()).open(with_right_mac(tag_profile, Bytes(15))).error(), OpenError::structure);
  EXPECT_EQ(Opener(vector_keys()).open(with_right_mac(tag_profile, Bytes{})).error(), OpenError::structure);
  EXPECT_EQ(Opener(vector_keys()).open(octets_of("8607")).error(), OpenError::structure);
  EXPECT_EQ(Opener(vector_keys()).open(octets_of("860411223344")).error(), OpenError::structure);
  EXPECT_EQ(error_reason(OpenError::structure), messages::ErrorReason::scp03tStructureError);
  EXPECT_EQ(error_reason(OpenError::security), messages::ErrorReason::scp03tSecurityError);
}

TEST(Opener, holds_the_size_limit_unless_told_otherwise) {
  Bytes large = with_right_mac(tag_profile, encrypted_block([] {
                                 Bytes plain(1024, 0x11);
                                 plain[1023] = 0x80;
                                 return plain;
                               }()));
  ASSERT_EQ(large.size(), 1036u);
  EXPECT_EQ(Opener(vector_keys()).open(large).error(), OpenError::structure);
  EXPECT_TRUE(Opener(vector_keys(), 1036).open(large));
}

}  // namespace
}  // namespace sealift::bsp
