// What downloads leave behind that do not come to their end: no memory (G-MEM-1), and no one-time key that
// would serve another package (G-OTK-2).
#include <gtest/gtest.h>

#include <algorithm>

#include "euicc/memory.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::CancelSessionReason;
using messages::ErrorReason;
using messages::PointOctets;

constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";

/// Where each object of a package ends, its heads included.
std::vector<size_t> boundaries(View bpp) {
  std::vector<size_t> at;
  size_t head = asn1::read_header(bpp).header_size;
  at.push_back(head);
  asn1::Reader parts(bpp.subspan(head));
  while (!parts.at_end()) {
    auto part = *parts.next();
    size_t end = static_cast<size_t>(part.whole.data() - bpp.data()) + part.whole.size();
    if (part.tag != 0xBF23) {
      at.push_back(end - part.value.size());
      asn1::Reader elements(part.value);
      while (!elements.at_end()) {
        auto element = *elements.next();
        at.push_back(static_cast<size_t>(element.whole.data() - bpp.data()) + element.whole.size());
      }
    } else {
      at.push_back(end);
    }
  }
  return at;
}

Bytes bound(World& w) {
  return asn1::encode(w.server.bind(w.prepare(w.authenticate())));
}

void cancel(World& w, CancelSessionReason reason) {
  messages::CancelSessionRequest request;
  request.transactionId = w.server.transactionId;
  request.reason = reason;
  auto response = w.phone.command<messages::CancelSessionResponse>(request);
  EXPECT_TRUE(std::holds_alternative<messages::CancelSessionResponseOk>(response.alt));
}

uint64_t announced_free(World& w) {
  auto info = w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  asn1::Reader in(info.extCardResource);
  uint64_t n = 0;
  while (!in.at_end()) {
    auto tlv = *in.next();
    for (uint8_t octet : tlv.value) n = tlv.tag == 0x82 ? n << 8 | octet : n;
  }
  return n;
}

TEST(FreeMemory, is_the_same_after_a_download_is_broken_off_anywhere) {
  World w;
  w.phone.block = 255;
  w.server.package = concat({Bytes(3000, 0x55), to_bytes("end")});
  ASSERT_TRUE(succeeded(w.download({.iccid = b})));
  const uint64_t before = w.card->free_nvm();
  const size_t cuts = boundaries(bound(w)).size();
  ASSERT_GT(cuts, 9u) << "all parts of a package, several segments";
  int aborts = 0;
  for (int round = 0; round < 4; ++round) {
    for (size_t i = 0; i + 1 < cuts; ++i) {
      for (size_t more : {size_t{0}, size_t{5}}) {
        w.server.metadata = metadata({.iccid = a});
        Bytes bpp = bound(w);
        size_t upto = std::min(boundaries(bpp)[i] + more, bpp.size() - 1);
        ASSERT_TRUE(w.phone.script(View(bpp).first(upto)));
        switch (round) {
          case 0:
            w.phone.connect();  // reset
            break;
          case 1:
            w.restart();  // power lost
            break;
          case 2:
            cancel(w, aborts % 2 ? CancelSessionReason::postponed : CancelSessionReason::endUserRejection);
            break;
          default:
            ASSERT_TRUE(w.phone.script(asn1::encode(messages::GetEuiccChallengeRequest{})));
        }
        w.phone.block = 255;
        ++aborts;
        ASSERT_EQ(w.card->free_nvm(), before) << "round " << round << ", cut " << i;
      }
    }
  }
  EXPECT_GT(aborts, 80);
  EXPECT_EQ(announced_free(w), before);
  EXPECT_EQ(w.profiles().size(), 1u);
  EXPECT_LE(w.notifications().size(), 64u) << "results have a limit of their own";
  ASSERT_TRUE(succeeded(w.download({.iccid = a})));
}

TEST(FreeMemory, is_the_same_after_installing_and_deleting) {
  World w;
  const uint64_t before = announced_free(w);
  EXPECT_EQ(before, w.card->free_nvm());
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(succeeded(w.download({.iccid = a})));
    EXPECT_LT(announced_free(w), before);
    ASSERT_EQ(w.remove(a), messages::DeleteResult::ok);
    ASSERT_EQ(announced_free(w), before);
  }
}

/// The largest package that goes into an empty card, by halving.
TEST(FreeMemory, takes_a_profile_to_the_last_octet_and_none_larger) {
  auto reason = [](size_t size) {
    World w(1, [](Personalisation& p) { p.capacity = 9000; });
    w.server.package = concat({Bytes(size, 0x41), to_bytes("end")});
    w.phone.block = 255;
    auto result = w.download();
    uint64_t free = w.card->free_nvm();
    return std::pair(succeeded(result) ? ErrorReason{} : error_of(result).errorReason, free);
  };
  size_t fits = 5000, too_large = 9000;
  ASSERT_EQ(reason(fits).first, ErrorReason{});
  while (too_large - fits > 1) {
    size_t middle = (fits + too_large) / 2;
    auto [why, free] = reason(middle);
    if (why == ErrorReason{}) {
      fits = middle;
    } else {
      ASSERT_EQ(why, ErrorReason::installFailedDueToInsufficientMemoryForProfile);
      ASSERT_EQ(free, 9000u) << "nothing of it stays";
      too_large = middle;
    }
  }
  EXPECT_EQ(reason(fits).second, 0u);
}

TEST(FreeMemory, that_is_used_up_stops_what_a_profile_writes) {
  World w(1, [](Personalisation& p) { p.capacity = 4096; });
  w.server.package = concat({Bytes(3500, 0x41), to_bytes("end")});
  ASSERT_TRUE(succeeded(w.download({.iccid = a})));
  ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
  EXPECT_EQ(w.phone.apdu("00DC0000F0" + hex(Bytes(0xF0, 1))), "9000");
  uint64_t left = w.card->free_nvm();
  ASSERT_LT(left, 0xF0u);
  EXPECT_EQ(w.phone.apdu("00DC0000F0" + hex(Bytes(0xF0, 2))), "6581");
  EXPECT_EQ(w.card->free_nvm(), left);
  EXPECT_EQ(w.phone.apdu("00B0000000"), hex(Bytes(0xF0, 1)) + "9000") << "what was there stays";
}

// ---- one-time keys

/// The key that the card offers to a server that asks for `wanted` again.
PointOctets offered(World& w, const PointOctets& wanted) {
  w.server.bpp_otpk = wanted;
  return w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk;
}

/// A download whose package breaks off behind its metadata; its one-time key.
PointOctets broken_off(World& w, const char* iccid) {
  w.server.metadata = metadata({.iccid = iccid});
  auto prepared = w.prepare(w.authenticate());
  Bytes bpp = asn1::encode(w.server.bind(prepared));
  check(w.phone.script(View(bpp).first(bpp.size() - 10)).has_value(), "the package begins");
  w.restart();
  return prepared.euiccSigned2.value.euiccOtpk;
}

TEST(OneTimeKey, serves_the_same_profile_again_after_an_interruption) {
  World w;
  auto key = broken_off(w, a);
  EXPECT_EQ(w.notifications().back().iccid->digits(), a) << "the result says of which profile it is";
  EXPECT_EQ(offered(w, key), key);
  EXPECT_TRUE(succeeded(w.download()));
}

TEST(OneTimeKey, serves_no_other_profile) {
  World w;
  auto key = broken_off(w, a);
  w.server.bpp_otpk = key;
  auto error = error_of(w.download({.iccid = b}));
  EXPECT_EQ(error.bppCommandId, messages::BppCommandId::storeMetadata);
  EXPECT_EQ(error.errorReason, ErrorReason::installFailedDueToDataMismatch);
  EXPECT_NE(offered(w, key), key) << "and is gone";
  EXPECT_TRUE(succeeded(w.download({.iccid = b})));
}

TEST(OneTimeKey, is_gone_after_success_and_deletion) {
  World w;
  auto key = broken_off(w, a);
  w.server.bpp_otpk = key;
  ASSERT_TRUE(succeeded(w.download({.iccid = a})));
  EXPECT_NE(offered(w, key), key);
  ASSERT_EQ(w.remove(a), messages::DeleteResult::ok);
  EXPECT_NE(offered(w, key), key);
}

TEST(OneTimeKey, is_gone_after_a_permanent_failure) {
  World w;
  auto key = broken_off(w, a);
  w.server.bpp_otpk = key;
  w.server.package = to_bytes("bad profile, end");
  ASSERT_FALSE(succeeded(w.download({.iccid = a})));
  EXPECT_NE(offered(w, key), key);
}

TEST(OneTimeKey, is_gone_after_a_memory_reset) {
  World w;
  ASSERT_TRUE(succeeded(w.download({.iccid = b})));
  auto key = broken_off(w, a);
  messages::EuiccMemoryResetRequest reset;
  reset.resetOptions = {messages::ResetOption::deleteOperationalProfiles};
  ASSERT_EQ(w.phone.command<messages::EuiccMemoryResetResponse>(reset).resetResult,
            messages::ResetResult::ok);
  EXPECT_NE(offered(w, key), key);
}

TEST(OneTimeKey, stays_where_only_memory_was_short) {
  World w(1, [](Personalisation& p) { p.capacity = 9000; });
  ASSERT_TRUE(succeeded(w.download({.iccid = b})));
  w.server.package = concat({Bytes(8900, 0x41), to_bytes("end")});
  w.server.metadata = metadata({.iccid = a});
  auto prepared = w.prepare(w.authenticate());
  auto key = prepared.euiccSigned2.value.euiccOtpk;
  auto result = w.phone.load(asn1::encode(w.server.bind(prepared)));
  ASSERT_EQ(error_of(result).errorReason, ErrorReason::installFailedDueToInsufficientMemoryForProfile);
  ASSERT_EQ(w.remove(b), messages::DeleteResult::ok);
  EXPECT_EQ(offered(w, key), key);
}

TEST(OneTimeKey, is_never_offered_twice_without_being_asked_for) {
  World w;
  std::vector<PointOctets> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk);
    if (i % 3 == 0) w.restart();
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace sealift::euicc
