#include "download/es10.hpp"

#include "download/test_support.hpp"

namespace sealift::download::test {
namespace {

const Bytes echo_tag = {0xBF, 0x3E};

/// Requests of tag BF3E are answered with themselves, or with `answer`.
struct Card : FakeCard {
  std::optional<Bytes> answer;
  Card() {
    functions[0xBF3E] = [this](View request) { return answer.value_or(to_bytes(request)); };
  }
  /// The STORE DATA commands since `from`.
  std::vector<Bytes> store_data() const {
    std::vector<Bytes> out;
    for (const Bytes& c : commands) {
      if (c[1] == 0xE2) out.push_back(c);
    }
    return out;
  }
};

Bytes request_of(size_t size) {
  Bytes out = echo_tag;
  for (size_t i = 2; i < size; ++i) out.push_back(static_cast<uint8_t>(i));
  return out;
}

TEST(Es10, opens_a_channel_selects_the_isd_r_there_and_closes_it) {
  Card card;
  {
    auto es10 = Es10::open(card);
    ASSERT_TRUE(es10);
    Es10 moved = std::move(*es10);
  }
  ASSERT_EQ(card.commands.size(), 4u);
  EXPECT_EQ(hex(card.commands[0]).substr(0, 8), "80AA0000");  // TERMINAL CAPABILITY
  EXPECT_EQ(hex(card.commands[1]), "0070000001");
  EXPECT_EQ(hex(card.commands[2]), "01A4040010A0000005591010FFFFFFFF890000010000");
  EXPECT_EQ(hex(card.commands[3]), "00708001");
}

TEST(Es10, codes_channels_above_three_in_the_further_form) {
  for (auto [channel, select, store] : {std::tuple{3, 0x03, 0x83}, {4, 0x40, 0xC0}, {19, 0x4F, 0xCF}}) {
    Card card;
    card.channel = static_cast<uint8_t>(channel);
    auto es10 = Es10::open(card);
    ASSERT_TRUE(es10) << channel;
    ASSERT_TRUE(es10->call(request_of(3)));
    EXPECT_EQ(card.commands[2][0], select);
    EXPECT_EQ(card.store_data()[0][0], store);
  }
}

TEST(Es10, refuses_channels_that_cannot_be) {
  for (uint8_t channel : {0, 20, 255}) {
    Card card;
    card.channel = channel;
    EXPECT_FALSE(Es10::open(card)) << int{channel};
  }
}

TEST(Es10, says_that_a_card_without_isd_r_is_no_euicc) {
  Card card;
  card.intercept = [](View c) { return c[1] == 0xA4 ? std::optional(FakeCard::status(0x6A82)) : std::nullopt; };
  EXPECT_EQ(Es10::open(card).error().kind, ErrorKind::not_found);
  EXPECT_EQ(card.commands.back()[1], 0x70) << "the channel stays open";
}

TEST(Es10, works_with_a_card_that_does_not_know_terminal_capability) {
  Card card;
  card.intercept = [](View c) { return c[1] == 0xAA ? std::optional(FakeCard::status(0x6D00)) : std::nullopt; };
  EXPECT_TRUE(Es10::open(card));
}

TEST(Es10, cuts_requests_into_blocks_at_255_octets) {
  struct Case {
    size_t size;
    std::vector<std::pair<uint8_t, size_t>> blocks;  // P1, octets
  };
  const Case cases[] = {{1 + 2, {{0x91, 3}}},
                        {254, {{0x91, 254}}},
                        {255, {{0x91, 255}}},
                        {256, {{0x11, 255}, {0x91, 1}}},
                        {510, {{0x11, 255}, {0x91, 255}}},
                        {511, {{0x11, 255}, {0x11, 255}, {0x91, 1}}}};
  for (const Case& c : cases) {
    Card card;
    auto es10 = Es10::open(card);
    ASSERT_TRUE(es10);
    auto answer = es10->call(request_of(c.size));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, request_of(c.size));
    auto sent = card.store_data();
    ASSERT_EQ(sent.size(), c.blocks.size()) << c.size;
    for (size_t i = 0; i < sent.size(); ++i) {
      auto [p1, octets] = c.blocks[i];
      EXPECT_EQ(hex(View(sent[i]).first(5)), hex(Bytes{0x81, 0xE2, p1, static_cast<uint8_t>(i), static_cast<uint8_t>(octets)}));
      EXPECT_EQ(sent[i].size(), 5 + octets + (p1 == 0x91 ? 1 : 0)) << "Le goes with the last block alone";
    }
  }
}

TEST(Es10, sends_smaller_blocks_where_told_and_counts_them_to_256) {
  Card card;
  auto es10 = Es10::open(card, {.block = 2});
  ASSERT_TRUE(es10);
  EXPECT_TRUE(es10->call(request_of(512)));
  EXPECT_EQ(card.store_data().size(), 256u);
  EXPECT_EQ(es10->call(request_of(513)).error().kind, ErrorKind::limit);
  EXPECT_FALSE(Es10::open(card, {.block = 0}));
  EXPECT_FALSE(Es10::open(card, {.block = 256}));
}

TEST(Es10, puts_answers_together_from_get_response) {
  for (size_t size : {255u, 256u, 257u, 512u, 5000u}) {
    for (size_t at_once : {0u, 1u, 256u}) {
      Card card;
      card.at_once = at_once;
      card.answer = request_of(size);
      auto es10 = Es10::open(card);
      auto answer = es10->call(request_of(3));
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_EQ(*answer, request_of(size)) << size << " " << at_once;
    }
  }
}

TEST(Es10, repeats_a_command_with_the_le_the_card_names) {
  Card card;
  card.intercept = [](View c) -> std::optional<Bytes> {
    if (c[1] != 0xE2 || c.back() == 0x42) return std::nullopt;
    return FakeCard::status(0x6C42);
  };
  auto es10 = Es10::open(card);
  EXPECT_TRUE(es10->call(request_of(3)));
  EXPECT_EQ(card.store_data().size(), 2u);
}

TEST(Es10, gives_up_on_a_card_that_never_comes_to_an_end) {
  for (uint16_t sw : {0x6C10, 0x6110}) {
    Card card;
    card.intercept = [sw](View c) -> std::optional<Bytes> {
      if (c[1] != 0xE2 && c[1] != 0xC0) return std::nullopt;
      return FakeCard::status(sw);
    };
    auto es10 = Es10::open(card);
    EXPECT_EQ(es10->call(request_of(3)).error().kind, ErrorKind::io) << describe_sw(sw);
  }
}

TEST(Es10, refuses_answers_above_its_limit) {
  Card card;
  card.answer = request_of(2000);
  auto es10 = Es10::open(card, {.max_response = 1999});
  EXPECT_EQ(es10->call(request_of(3)).error().kind, ErrorKind::limit);
}

TEST(Es10, takes_91xx_for_success_and_fetches_the_command_when_asked) {
  Card card;
  auto es10 = Es10::open(card);
  ASSERT_TRUE(es10->run_proactive());
  const size_t before = card.commands.size();
  EXPECT_EQ(before, 3u) << "nothing to fetch, and something was sent";
  card.success = 0x910B;
  ASSERT_TRUE(es10->call(request_of(3)));
  card.success = 0x9000;
  // REFRESH, number 7, UICC reset
  card.intercept = [](View c) -> std::optional<Bytes> {
    if (c[1] == 0x12) return from_hex("D009810307010482028182" "9000").value();
    return std::nullopt;
  };
  ASSERT_TRUE(es10->run_proactive());
  EXPECT_EQ(hex(card.commands[before + 1]), "801200000B");
  EXPECT_EQ(hex(card.commands[before + 2]), "801400000C810307010482028281830100");
  ASSERT_TRUE(es10->run_proactive());
  EXPECT_EQ(card.commands.size(), before + 3) << "the command was fetched twice";
}

TEST(Es10, names_the_status_word_of_a_refusal) {
  Card card;
  card.intercept = [](View c) { return c[1] == 0xE2 ? std::optional(FakeCard::status(0x6985)) : std::nullopt; };
  auto es10 = Es10::open(card);
  auto answer = es10->call(request_of(3));
  EXPECT_EQ(answer.error().kind, ErrorKind::conflict);
  EXPECT_NE(answer.error().message.find("6985 (conditions not satisfied)"), std::string::npos);
}

TEST(Es10, does_not_take_an_answer_without_a_status_word) {
  Card card;
  card.intercept = [](View c) { return c[1] == 0xE2 ? std::optional(Bytes{0x90}) : std::nullopt; };
  auto es10 = Es10::open(card);
  EXPECT_EQ(es10->call(request_of(3)).error().kind, ErrorKind::io);
}

// ---- SGP.22 2.5.5

TEST(Segments, are_the_units_of_the_specification_and_nothing_else) {
  for (bool own_keys : {false, true}) {
    const Bytes package = package_of(profile_metadata(), own_keys, 30);
    auto units = segment_bound_profile_package(package);
    ASSERT_TRUE(units) << units.error().message;
    Bytes joined;
    std::vector<std::string> first;
    for (const Bytes& u : *units) {
      append(joined, u);
      first.push_back(hex(View(u).first(u[0] == 0xBF ? 2 : 1)));
    }
    EXPECT_EQ(joined, package) << "what is sent is the package, octet by octet";
    std::vector<std::string> expected{"BF36", "A0", "A1", "88", "88"};
    if (own_keys) expected.push_back("A2");
    for (const char* t : {"A3", "86", "86", "86"}) expected.push_back(t);
    EXPECT_EQ(first, expected);
    // BF36 travels with the whole of BF23; A0 and A2 with their '87'; A1 and A3 are headers alone.
    auto at = [&](const char* tag) { return (*units)[static_cast<size_t>(std::find(first.begin(), first.end(), tag) - first.begin())]; };
    EXPECT_EQ(at("BF36").size(), asn1::header(0xBF36, package.size()).size() + asn1::tlv(0xBF23, Bytes(200)).size());
    EXPECT_EQ(at("A0").size(), 2u + 2u + 24u);
    EXPECT_EQ(at("A3").size(), asn1::header(0xA3, 2 * (1016 + 4) + 42).size());
  }
}

TEST(Segments, go_in_store_data_scripts_of_their_own) {
  DownloadCard card;
  auto es10 = Es10::open(card);
  const Bytes package = package_of(profile_metadata());
  auto result = es10->load_bound_profile_package(package, [](size_t, size_t) {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(card.scripts, *segment_bound_profile_package(package));
}

TEST(Segments, refuse_packages_of_another_shape) {
  const Bytes good = package_of(profile_metadata());
  EXPECT_FALSE(segment_bound_profile_package({}));
  EXPECT_FALSE(segment_bound_profile_package(View(good).first(good.size() - 1)));
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(segment_bound_profile_package(longer));
  const Bytes isc = asn1::tlv(0xBF23, Bytes(4)), a0 = asn1::tlv(0xA0, asn1::tlv(0x87, Bytes(8))),
              a1 = asn1::tlv(0xA1, asn1::tlv(0x88, Bytes(8))), a3 = asn1::tlv(0xA3, asn1::tlv(0x86, Bytes(8)));
  auto shape = [](std::initializer_list<View> parts) { return bool(segment_bound_profile_package(asn1::tlv(0xBF36, concat(parts)))); };
  EXPECT_TRUE(shape({isc, a0, a1, a3}));
  EXPECT_FALSE(shape({a0, a1, a3}));
  EXPECT_FALSE(shape({isc, a1, a0, a3}));
  EXPECT_FALSE(shape({isc, a0, a1}));
  EXPECT_FALSE(shape({isc, a0, a1, a3, a3}));
  EXPECT_FALSE(shape({isc, a0, asn1::tlv(0xA1, asn1::tlv(0x86, Bytes(8))), a3}));
}

TEST(Segments, show_the_metadata_under_the_macs) {
  StoreMetadataRequest m = profile_metadata();
  m.icon = Bytes(1000, 0x42);
  m.iconType = IconType::png;
  EXPECT_EQ(*metadata_of(package_of(m)), m);
  EXPECT_EQ(*metadata_of(package_of(m, false, 100)), m) << "in more than one segment";
  const Bytes isc = asn1::tlv(0xBF23, Bytes(4)), a0 = asn1::tlv(0xA0, asn1::tlv(0x87, Bytes(8)));
  EXPECT_FALSE(metadata_of(asn1::tlv(0xBF36, concat({isc, a0, asn1::tlv(0xA1, asn1::tlv(0x88, Bytes(7)))}))));
}

}  // namespace
}  // namespace sealift::download::test
