#include "reader/pcsc.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sealift::reader {
namespace {

// What a card in a reader does is tests/interop/pcsc.py: that needs a pcscd.
TEST(PcscReader, says_that_no_pcscd_runs) {
  ::setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1);  // before the library first looks
  auto slots = PcscReader::list();
  ASSERT_FALSE(slots);
  EXPECT_EQ(slots.error().kind, ErrorKind::io);
  EXPECT_NE(slots.error().message.find("pcscd"), std::string::npos) << slots.error().message;
  auto reader = PcscReader::connect("Virtual PCD");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace sealift::reader
