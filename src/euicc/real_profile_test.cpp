// Whole downloads of the TS.48 packages onto a card that then runs them.
#include <gtest/gtest.h>

#include "euicc/install_engine.hpp"
#include "euicc/test_support.hpp"
#include "saip/package.hpp"
#include "saip/test_vectors.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

/// The header has the ICCID in reading order, metadata and EF_ICCID with swapped digits.
std::string iccid_of(View package) {
  auto decoded = saip::decode(package);
  check(bool(decoded) && decoded->header(), "a TS.48 package decodes");
  std::string digits = hex(decoded->header()->iccid);
  return digits.substr(0, digits.find('F'));
}

TEST(RealProfile, installs_over_apdus_and_runs_when_enabled) {
  auto packages = saip::test::ts48_packages();
  if (packages.empty()) GTEST_SKIP() << "skipped: vectors not present";
  SaipEngine engine;
  for (const auto& package : packages) {
    for (bool session_keys : {false, true}) {
      World w(1, {}, &engine);
      std::string iccid = iccid_of(package.octets);
      w.server.package = package.octets;
      w.server.session_key_mode = session_keys;
      w.phone.block = 255;
      auto result =
          w.download({.iccid = iccid, .profile_class = messages::ProfileClass::test, .owner = false});
      ASSERT_TRUE(succeeded(result)) << package.name << ": reason "
                                     << static_cast<int>(error_of(result).errorReason);
      ASSERT_EQ(w.enable(iccid, true), messages::EnableResult::ok);
      w.restart();
      std::string ef_iccid = hex(Iccid::parse(iccid)->octets());
      EXPECT_EQ(w.phone.apdu("00A408040C022FE2"), "6700") << "malformed";
      EXPECT_EQ(w.phone.apdu("00A4080C022FE2"), "9000");
      EXPECT_EQ(w.phone.apdu("00B000000A"), ef_iccid + "9000") << package.name;
      EXPECT_EQ(w.phone.apdu("00A4040C07A0000000871002"), "9000") << "the USIM";
    }
  }
}

TEST(RealProfile, refuses_a_package_of_another_iccid) {
  auto packages = saip::test::ts48_packages();
  if (packages.empty()) GTEST_SKIP() << "skipped: vectors not present";
  SaipEngine engine;
  World w(1, {}, &engine);
  w.server.package = packages[0].octets;
  auto error = error_of(w.download({.profile_class = messages::ProfileClass::test, .owner = false}));
  EXPECT_EQ(error.errorReason, messages::ErrorReason::installFailedDueToDataMismatch);
  EXPECT_TRUE(w.profiles().empty());
}

}  // namespace
}  // namespace sealift::euicc
