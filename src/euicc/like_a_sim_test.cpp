// What a phone sees of the card, from power on to a download and the reset after it: that of a SIM card.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "euicc/install_engine.hpp"
#include "euicc/test_support.hpp"
#include "saip/package.hpp"
#include "saip/test_vectors.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

TEST(LikeASim, boots_selects_reads_and_changes_its_profile_by_refresh) {
  auto packages = saip::test::ts48_packages();
  if (packages.empty()) GTEST_SKIP() << "skipped: vectors not present";
  SaipEngine engine;
  World w(1, {}, &engine);
  w.phone.block = 255;
  w.server.package = packages[0].octets;
  std::string digits = hex(saip::decode(packages[0].octets)->header()->iccid);
  std::string iccid = digits.substr(0, digits.find('F'));
  ASSERT_TRUE(
      succeeded(w.download({.iccid = iccid, .profile_class = messages::ProfileClass::test, .owner = false})));

  EXPECT_EQ(w.phone.apdu("00A4000C023F00"), "6A82") << "no profile: no file system";
  EXPECT_EQ(w.phone.apdu("8010000002FFFF"), "9000") << "TERMINAL PROFILE";
  ASSERT_EQ(w.enable(iccid, true), messages::EnableResult::ok);
  EXPECT_EQ(w.phone.last_sw >> 8, 0x91) << "a proactive command waits";
  EXPECT_EQ(w.phone.apdu("801200000B").substr(0, 4), "D009") << "FETCH";
  EXPECT_EQ(w.phone.apdu("801400000C810301010482028281830100"), "9000") << "TERMINAL RESPONSE";

  w.card->reset();
  EXPECT_EQ(hex(w.card->atr()).substr(0, 2), "3B");
  EXPECT_EQ(w.phone.apdu("00A4000C023F00"), "9000") << "SELECT the MF";
  EXPECT_EQ(w.phone.apdu("00A4000C022FE2"), "9000");
  EXPECT_EQ(w.phone.apdu("00B000000A"), hex(Iccid::parse(iccid)->octets()) + "9000") << "EF_ICCID";
  EXPECT_EQ(w.phone.apdu("00A4000C022F00"), "9000");
  std::string entry = w.phone.apdu("00B2010400");
  EXPECT_NE(entry.find("A0000000871002"), std::string::npos) << "EF_DIR names the USIM: " << entry;
  EXPECT_EQ(w.phone.apdu("00A4040C07A0000000871002"), "9000");
  EXPECT_EQ(w.phone.apdu("80F2010C00"), "9000") << "STATUS, application initialised";
  std::string pin = w.phone.apdu("0020000100");
  EXPECT_EQ(pin.substr(0, 3), "63C") << "VERIFY PIN tells the tries: " << pin;
  EXPECT_EQ(w.phone.apdu("00A4000C026F07"), "9000") << "EF_IMSI";
  EXPECT_EQ(w.phone.apdu("0070000001"), "019000") << "a second logical channel";
  EXPECT_EQ(w.phone.apdu("01A4040C10A0000005591010FFFFFFFF8900000100"), "9000") << "for the LPA";
  EXPECT_EQ(w.phone.apdu("00A4000C026F07"), "9000") << "beside the first";
}

/// 200 ms to the server and back, four requests and the three trips of a new connection; the card's line at
/// the slowest clock that TS 102 221 lets a terminal give (1 MHz) and the card's own F/D of 512/32, 12 units
/// a character; the card's work as measured.
TEST(LikeASim, installs_a_profile_of_64_kB_in_less_than_a_minute) {
  World w;
  w.phone.block = 255;
  w.server.package = concat({Bytes(64u << 10, 0x55), to_bytes("end")});
  std::vector<double> seconds;
  for (int i = 0; i < 20; ++i) {
    std::string iccid = "89490000000000" + std::to_string(10000 + i);
    auto start = std::chrono::steady_clock::now();
    w.server.metadata = metadata({.iccid = iccid});
    auto prepared = w.prepare(w.authenticate());
    Bytes bpp = asn1::encode(w.server.bind(prepared));
    auto result = w.phone.load(bpp);
    ASSERT_TRUE(succeeded(result));
    std::chrono::duration<double> work = std::chrono::steady_clock::now() - start;
    constexpr double trip = 0.2, character = 12.0 * (512.0 / 32.0) / 1e6;
    constexpr size_t handshakes = 6000;  // the messages before the package, both ways, generously
    // Each block of 255 octets has 5 octets before it and 3 after it.
    double line = static_cast<double>((bpp.size() + handshakes) * 263 / 255) * character;
    seconds.push_back(work.count() + line + (4 + 3) * trip);
    ASSERT_EQ(w.remove(iccid), messages::DeleteResult::ok);
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("64 kB profile: p95 %.1f s\n", seconds[18]);
  EXPECT_LT(seconds[18], 60.0);
  EXPECT_GT(seconds[0], 10.0) << "the line is counted";
}

}  // namespace
}  // namespace sealift::euicc
