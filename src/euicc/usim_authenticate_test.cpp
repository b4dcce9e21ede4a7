#include "crypto/milenage.hpp"
#include "crypto/tuak.hpp"
#include "euicc/fs_test_card.hpp"
#include "euicc/usim_aka.hpp"

namespace sealift::euicc::test {
namespace {

constexpr Octets<2> amf{0x80, 0x00};

/// The network's side: an authentication centre of a few lines.
class Network {
 public:
  crypto::Milenage milenage{View(key_k).first<16>(), View(key_opc).first<16>()};

  std::string command(const Octets<16>& rand, uint64_t sqn_number) const {
    const Octets<6> sqn = octets_of(sqn_number);
    auto v = milenage.f2345(rand);
    Bytes apdu = h("0088008122");
    apdu.push_back(16);
    append(apdu, rand);
    apdu.push_back(16);
    for (size_t i = 0; i < 6; ++i) apdu.push_back(sqn[i] ^ v.ak.expose()[i]);
    append(apdu, amf);
    append(apdu, milenage.f1(rand, sqn, amf));
    return hex(apdu);
  }
  static Octets<6> octets_of(uint64_t n) {
    Octets<6> out;
    for (size_t i = 6; i-- > 0; n >>= 8) out[i] = static_cast<uint8_t>(n);
    return out;
  }
  /// SQN that an AUTS tells, where its MAC holds.
  std::optional<uint64_t> resynchronise(const Octets<16>& rand, View auts) const {
    const auto ak = milenage.f5_star(rand);
    Octets<6> sqn;
    uint64_t number = 0;
    for (size_t i = 0; i < 6; ++i) {
      sqn[i] = auts[i] ^ ak.expose()[i];
      number = number << 8 | sqn[i];
    }
    if (!equal(milenage.f1_star(rand, sqn, {0, 0}), auts.subspan(6))) return std::nullopt;
    return number;
  }
};

class Authenticate : public testing::Test {
 protected:
  void SetUp() override {
    card.verify_pin1();
    card.select_usim();
    random.fill(rand);
  }
  TestCard card;
  Network network;
  SeededRandom random{3};
  Octets<16> rand{};
};

TEST_F(Authenticate, agrees_with_the_network_and_gives_kc_where_the_service_is_there) {
  const Response r = card.send(network.command(rand, 1 << 5));
  ASSERT_EQ(r.sw, 0x9000);
  auto v = network.milenage.f2345(rand);
  Bytes expected{0xDB, 8};
  append(expected, v.res.expose());
  expected.push_back(16);
  append(expected, v.ck.expose());
  expected.push_back(16);
  append(expected, v.ik.expose());
  expected.push_back(8);
  append(expected, gsm_key(v.ck, v.ik).expose());
  EXPECT_EQ(hex(r.data), hex(expected));
}

/// A card's parameters for TUAK, and the network's side of them.
struct TuakNetwork {
  explicit TuakNetwork(size_t key_size, uint8_t res_size, uint8_t keccak) {
    aka.algorithm = AkaAlgorithm::tuak;
    aka.key = SecretBytes(Bytes(key_size, 0x5A));
    aka.opc = SecretBytes(Bytes(32, 0xC3));
    aka.res_size = res_size;
    aka.keccak = keccak;
    aka.sqn_delta = 0x10000000;
  }
  crypto::Tuak network() const {
    return std::move(*crypto::Tuak::make(aka.key.expose(), aka.opc.expose(),
                                         {.res = aka.res_size, .iterations = aka.keccak}));
  }
  AkaChallenge challenge(uint64_t sqn_number) const {
    AkaChallenge c;
    c.rand = {1, 2, 3};
    Octets<6> sqn;
    for (size_t i = 0; i < 6; ++i) sqn[i] = static_cast<uint8_t>(sqn_number >> (40 - 8 * i));
    const Octets<2> amf{0x80, 0x00};
    const crypto::Tuak tuak = network();
    const auto response = tuak.f2345(c.rand);
    for (size_t i = 0; i < 6; ++i) c.autn[i] = sqn[i] ^ response.ak.expose()[i];
    c.autn[6] = amf[0];
    const Bytes mac = tuak.f1(c.rand, sqn, amf);
    std::copy_n(mac.begin(), 8, c.autn.begin() + 8);
    return c;
  }
  Aka aka;
};

TEST(Tuak, answers_the_network_with_every_size_of_key_and_response) {
  for (size_t key_size : {16u, 32u}) {
    for (uint8_t res_size : {4, 8, 16}) {
      for (uint8_t keccak : {1, 2}) {
        const TuakNetwork n(key_size, res_size, keccak);
        const auto result = authenticate(n.aka, n.challenge(1 << 5));
        ASSERT_TRUE(result) << result.error().message;
        const auto* success = std::get_if<AkaSuccess>(&*result);
        ASSERT_NE(success, nullptr);
        const auto expected = n.network().f2345(n.challenge(1 << 5).rand);
        EXPECT_EQ(hex(success->res.expose()), hex(expected.res.expose()));
        EXPECT_EQ(success->res.expose().size(), res_size);
        EXPECT_EQ(hex(success->ck.expose()), hex(expected.ck.expose()));
        EXPECT_EQ(hex(success->ik.expose()), hex(expected.ik.expose()));
      }
    }
  }
}

TEST(Tuak, refuses_a_wrong_mac_and_asks_for_resynchronisation_with_a_mac_of_its_own) {
  TuakNetwork n(32, 8, 1);
  AkaChallenge bad = n.challenge(1 << 5);
  bad.autn[15] ^= 1;
  EXPECT_TRUE(std::holds_alternative<AkaWrongMac>(*authenticate(n.aka, bad)));
  n.aka.seq.fill(77);
  const AkaChallenge old = n.challenge(76 << 5);
  const auto result = authenticate(n.aka, old);
  const auto* again = std::get_if<AkaResynchronise>(&*result);
  ASSERT_NE(again, nullptr);
  const crypto::Tuak tuak = n.network();
  const auto star = tuak.f5_star(old.rand);
  Octets<6> sqn;
  for (size_t i = 0; i < 6; ++i) sqn[i] = again->auts[i] ^ star.expose()[i];
  EXPECT_EQ(hex(sqn), "0000000009A0");  // SEQ 77, IND 0
  EXPECT_EQ(hex(View(again->auts).subspan(6)), hex(View(tuak.f1_star(old.rand, sqn, {})).first(8)));
}

TEST_F(Authenticate, needs_the_application_and_its_pin) {
  card.restart();
  EXPECT_EQ(card.ask(network.command(rand, 32)), "6985");
  card.select_usim();
  EXPECT_EQ(card.ask(network.command(rand, 32)), "6982");
}

TEST_F(Authenticate, refuses_a_wrong_mac_and_keeps_its_sequence) {
  std::string bad = network.command(rand, 1 << 5);
  bad.back() = bad.back() == '0' ? '1' : '0';
  EXPECT_EQ(card.ask(bad), "9862");
  EXPECT_EQ(card.send(network.command(rand, 1 << 5)).data[0], 0xDB);
}

TEST_F(Authenticate, asks_for_resynchronisation_on_a_sequence_it_has_seen_even_after_a_reset) {
  ASSERT_EQ(card.send(network.command(rand, 77 << 5 | 3)).data[0], 0xDB);
  card.restart();
  card.verify_pin1();
  card.select_usim();
  const Response again = card.send(network.command(rand, 77 << 5 | 3));
  ASSERT_EQ(again.sw, 0x9000);
  ASSERT_EQ(again.data.size(), 16u);
  EXPECT_EQ(again.data[0], 0xDC);
  EXPECT_EQ(again.data[1], 14);
  auto sqn = network.resynchronise(rand, View(again.data).subspan(2));
  ASSERT_TRUE(sqn);
  EXPECT_EQ(*sqn, 77u << 5 | 3);
  EXPECT_EQ(card.send(network.command(rand, *sqn + 32)).data[0], 0xDB);
}

TEST_F(Authenticate, takes_older_sequences_on_other_indices_but_no_jump_beyond_delta) {
  ASSERT_EQ(card.send(network.command(rand, 1000 << 5 | 1)).data[0], 0xDB);
  EXPECT_EQ(card.send(network.command(rand, 990 << 5 | 2)).data[0], 0xDB);  // out of order, index of its own
  EXPECT_EQ(card.send(network.command(rand, 989 << 5 | 2)).data[0], 0xDC);
  const uint64_t delta = 0x10000000;
  EXPECT_EQ(card.send(network.command(rand, (1000 + delta + 1) << 5)).data[0], 0xDC);
  EXPECT_EQ(card.send(network.command(rand, (1000 + delta) << 5)).data[0], 0xDB);
}

TEST_F(Authenticate, says_6581_rather_than_use_a_sequence_it_cannot_keep) {
  card.store.broken = true;
  EXPECT_EQ(card.ask(network.command(rand, 32)), "6581");
  card.store.broken = false;
  EXPECT_EQ(card.send(network.command(rand, 32)).data[0], 0xDB);
}

TEST_F(Authenticate, answers_the_gsm_context_with_sres_and_kc) {
  const Response r = card.send("008800801110" + hex(rand));
  ASSERT_EQ(r.sw, 0x9000);
  auto v = network.milenage.f2345(rand);
  Bytes sres(4);
  for (size_t i = 0; i < 8; ++i) sres[i % 4] ^= v.res.expose()[i];
  EXPECT_EQ(hex(r.data), "04" + hex(sres) + "08" + hex(gsm_key(v.ck, v.ik).expose()));
}

TEST_F(Authenticate, isim_uses_the_mapped_parameters_and_has_no_gsm_context) {
  card.ask("00A4040C0CA0000000871004FF49FF0589");
  const Response r = card.send(network.command(rand, 5 << 5));
  ASSERT_EQ(r.sw, 0x9000);
  EXPECT_EQ(r.data.size(), 1u + 9 + 17 + 17);
  EXPECT_EQ(card.ask("008800801110" + hex(rand)), "9864");
  card.select_usim();
  EXPECT_EQ(card.send(network.command(rand, 5 << 5)).data[0], 0xDC);  // one sequence for both
}

TEST_F(Authenticate, refuses_bad_lengths_and_other_contexts) {
  EXPECT_EQ(card.ask("00880081"
                     "0110"),
            "6700");
  std::string bad = network.command(rand, 32);
  bad.replace(10, 2, "0F");
  EXPECT_EQ(card.ask(bad), "6A80");
  EXPECT_EQ(card.ask("008800840110"), "9864");
  EXPECT_EQ(card.ask("008800990110"), "6A86");
  EXPECT_EQ(card.ask("008801810110"), "6A86");
}

TEST_F(Authenticate, stops_at_the_most_authentications_it_may_run) {
  ProfileImage image = make_image();
  image.akas[0].counter_max = 2;
  card.start(std::move(image));
  card.verify_pin1();
  card.select_usim();
  EXPECT_EQ(card.send(network.command(rand, 1 << 5)).data[0], 0xDB);
  EXPECT_EQ(card.send(network.command(rand, 1 << 5)).data[0], 0xDC);
  card.restart();
  card.verify_pin1();
  card.select_usim();
  EXPECT_EQ(card.ask(network.command(rand, 3 << 5)), "6985");
}

// TS 34.108 8.1.2, by its own words: XDOUT = K xor RAND and turns of it.
TEST(TestAlgorithm, gives_res_keys_and_resynchronises_on_its_amf) {
  Aka aka = milenage_parameters(0);
  aka.algorithm = AkaAlgorithm::usim_test;
  aka.options = 2;
  aka.key = SecretBytes(h("000102030405060708090A0B0C0D0E0F"));
  AkaChallenge c;
  for (size_t i = 0; i < 16; ++i) c.rand[i] = static_cast<uint8_t>(0xF0 ^ i);  // XDOUT: 16 times F0
  // SQN 7 concealed by AK F0..F0, AMF 8000, MAC over SQN and AMF.
  c.autn = *octets_from_hex<16>(
      "F0F0F0F0F0F78000"
      "F0F0F0F0F0F770F0");
  auto result = authenticate(aka, c);
  ASSERT_TRUE(result);
  const auto* ok = std::get_if<AkaSuccess>(&*result);
  ASSERT_NE(ok, nullptr);
  EXPECT_EQ(hex(ok->res.expose()), "F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0");
  c.autn = *octets_from_hex<16>(
      "F0F0F0F0F0F7FFFF"
      "F0F0F0F0F0F70F0F");
  result = authenticate(aka, c);
  ASSERT_TRUE(result);
  const auto* resync = std::get_if<AkaResynchronise>(&*result);
  ASSERT_NE(resync, nullptr);
  EXPECT_EQ(hex(resync->auts),
            "F0F0F0F0F0F7"
            "F0F0F0F0F0F7F0F0");
  c.autn[15] ^= 1;
  EXPECT_TRUE(std::holds_alternative<AkaWrongMac>(*authenticate(aka, c)));
}

TEST(GetIdentity, gives_the_suci_by_the_first_scheme_the_card_has) {
  ProfileImage image = make_image();
  ImageMaker maker{std::move(image)};
  const NodeIndex usim = maker.image.applications[0].node;
  const NodeIndex saip = maker.directory(usim, 0x5FD0, FileKind::df, {0x01});
  const NodeIndex info = maker.file(saip, 0x4F01, FileKind::transparent, rule_never, h("A0020000"));
  TestCard card(std::move(maker.image));
  card.select_usim();
  EXPECT_EQ(card.ask("8078000100"), "6982");
  card.verify_pin1();
  // IMSI 001010123456063, MNC of two digits, null scheme: the MSIN in the clear.
  EXPECT_EQ(card.ask("8078000100"), "A10D0100F110F0FF00001032540636 9000");
  ProfileImage with_key = *parse_image(card.state());
  with_key.files[info].content =
      h("A0040901"
        "0101A1258001"
        "1B8120"
        "5A8D38864820197C3394B92613B20B91633CBD897119273BF8E4A6F4EEC0A650");
  card.start(std::move(with_key));
  card.verify_pin1();
  card.select_usim();
  const Response r = card.send("8078000100");
  ASSERT_EQ(r.sw, 0x9000);
  EXPECT_EQ(hex(View(r.data).first(10)), "A1350100F110F0FF011B");
  EXPECT_EQ(r.data.size(), 2u + 8 + 32 + 5 + 8);
  EXPECT_NE(card.send("8078000100").data, r.data);  // fresh each time
}

TEST(GetChallenge, gives_as_many_random_octets_as_asked_for) {
  TestCard card;
  EXPECT_EQ(card.send("0084000008").data.size(), 8u);
  EXPECT_EQ(card.ask("00840000"), "6700");
}

TEST(Envelope, refuses_secured_packets_and_takes_note_of_the_rest) {
  TestCard card;
  EXPECT_EQ(card.ask("80C2000003D10100"), "6A81");
  EXPECT_EQ(card.ask("80C2000003D60100"), "9000");
}

}  // namespace
}  // namespace sealift::euicc::test
