// Each target over its seeds, its corpus and the findings of the past, built as everything else is built.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "asn1/reader.hpp"
#include "euicc/install_engine.hpp"
#include "euicc/memory.hpp"
#include "mutate.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path folder = "tests/fuzz/corpus";

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The entries of a packed corpus: four octets of length before each.
std::vector<Bytes> packed(const fs::path& path) {
  std::vector<Bytes> out;
  const Bytes octets = read(path);
  View rest = octets;
  while (rest.size() >= 4) {
    const size_t size = size_t{rest[0]} << 24 | rest[1] << 16 | rest[2] << 8 | rest[3];
    EXPECT_LE(size, rest.size() - 4) << path << " is cut off";
    if (size > rest.size() - 4) break;
    out.push_back(to_bytes(rest.subspan(4, size)));
    rest = rest.subspan(4 + size);
  }
  EXPECT_TRUE(rest.empty()) << path;
  return out;
}

void replay(const Target& target) {
  std::vector<Bytes> inputs = target.seeds();
  EXPECT_FALSE(inputs.empty());
  for (Bytes& entry : packed(folder / (std::string(target.name) + ".bin")))
    inputs.push_back(std::move(entry));
  std::error_code none;
  for (const auto& file : fs::directory_iterator(folder / target.name, none))
    inputs.push_back(read(file.path()));
  inputs.emplace_back();
  for (const Bytes& input : inputs) target.run(input);
  testing::Test::RecordProperty("inputs", static_cast<int>(inputs.size()));
}

TEST(FuzzReplay, apdu) {
  replay(target_apdu);
}
TEST(FuzzReplay, bsp_loader) {
  replay(target_bsp_loader);
}
TEST(FuzzReplay, certificates) {
  replay(target_certificates);
}
TEST(FuzzReplay, http) {
  replay(target_http);
}
TEST(FuzzReplay, keyd) {
  replay(target_keyd);
}
TEST(FuzzReplay, lpa) {
  replay(target_lpa);
}
TEST(FuzzReplay, messages) {
  replay(target_messages);
}
TEST(FuzzReplay, peers) {
  replay(target_peers);
}
TEST(FuzzReplay, profile) {
  replay(target_profile);
}
TEST(FuzzReplay, saip) {
  replay(target_saip);
}
TEST(FuzzReplay, text) {
  replay(target_text);
}

TEST(FuzzSeeds, hold_a_whole_download_that_installs) {
  euicc::MemoryNvm nvm(card_memory());
  SeededRandom random(card_seed);
  euicc::SaipEngine engine;
  auto card = std::move(euicc::Card::open({nvm, random, engine, nullptr, nullptr, true})).value();
  card->reset();
  for (const Bytes& command : recorded_download(card_memory())) (void)card->transmit(command);
  auto memory = std::move(euicc::Memory::open(nvm)).value();
  EXPECT_TRUE(memory.find(*Iccid::parse(third_iccid)));
  EXPECT_FALSE(memory.find(*Iccid::parse(second_iccid))) << "the rest of the recording ran too";
}

/// In the place of libFuzzer's: turns one bit.
size_t flip(uint8_t* data, size_t size, size_t capacity) {
  if (size == 0 && capacity > 0) {
    data[0] = 0x30;
    return 1;
  }
  if (size > 0) data[size / 2] ^= 0x10;
  return size;
}

TEST(FuzzMutator, keeps_the_lengths_around_a_change) {
  const Bytes der = *from_hex(
      "BF2514"
      "5A0A98490000000000000071"
      "9106"
      "5365616C6966");
  size_t changed = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Bytes other = mutate_der(der, 4096, seed, flip);
    changed += other != der;
    asn1::Reader reader(other);
    while (!reader.at_end()) {
      auto tlv = reader.next();
      ASSERT_TRUE(tlv) << hex(other);
    }
  }
  EXPECT_GT(changed, 400u);
}

TEST(FuzzMutator, keeps_the_chunks_apart) {
  const std::vector<Bytes> chunks{{1, 2, 3}, {}, Bytes(300, 7), {0x30, 0x03, 0x02, 0x01, 0x05}};
  const Bytes input = join(chunks);
  ASSERT_EQ(split(input).size(), chunks.size());
  for (size_t i = 0; i < chunks.size(); ++i) EXPECT_TRUE(equal(split(input)[i], chunks[i]));
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Bytes again;
    const Bytes other = mutate_chunks(input, 0, 4096, seed, flip);
    for (View piece : split(other)) append(again, join({to_bytes(piece)}));
    EXPECT_EQ(again, other);
  }
}

TEST(FuzzMutator, stays_within_the_size_allowed) {
  const Target target{"", nullptr, nullptr, Shape::der, 1, 0, {}};
  const Bytes input = concat({Bytes{9}, *from_hex("30080406303030303030")});
  for (uint64_t seed = 0; seed < 500; ++seed) EXPECT_LE(mutate(target, input, 16, seed, flip).size(), 16u);
}

}  // namespace
}  // namespace sealift::fuzz
