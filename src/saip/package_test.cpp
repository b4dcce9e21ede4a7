#include "saip/package.hpp"

#include <gtest/gtest.h>

#include "saip/response.hpp"
#include "saip/schema_files.hpp"
#include "saip/test_vectors.hpp"

namespace sealift::saip {
namespace {

using test::ts48_packages;

/// A body written without the received TLV; the copy of a move-only element goes through its octets.
Bytes encode_body(const ProfileElement& element) {
  auto again = decode_element(element.raw());
  return encode_element(ProfileElement(
      std::visit([](auto& b) { return Body(std::move(b)); }, const_cast<Body&>(again->body()))));
}

TEST(Package, ts48_reencodes_to_the_same_bytes) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  EXPECT_EQ(all.size(), 6u);
  for (auto& v : all) {
    auto package = decode(v.octets);
    ASSERT_TRUE(package) << v.name << ": " << package.error().message;
    EXPECT_EQ(encode(*package), v.octets) << v.name;
    ASSERT_TRUE(package->header()) << v.name;
    EXPECT_EQ(hex(package->header()->iccid), "89000123456789012341");
  }
}

TEST(Package, ts48_bodies_encode_to_the_same_bytes_without_the_received_tlv) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto package = decode(v.octets);
    ASSERT_TRUE(package) << v.name;
    for (auto& e : package->elements) {
      EXPECT_EQ(encode_body(e), to_bytes(e.raw())) << v.name << " " << name(*e.kind());
    }
  }
}

TEST(Package, knows_every_element_of_ts48) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto package = decode(v.octets);
    ASSERT_TRUE(package);
    for (auto& e : package->elements) {
      EXPECT_FALSE(e.as<UnknownElement>()) << v.name;
      EXPECT_TRUE(e.header() != nullptr || e.kind() == Kind::header) << v.name;
      if (auto* t = e.as<TemplateElement>()) {
        EXPECT_TRUE(t->unknown.tlvs.empty()) << v.name << " " << name(t->kind);
      }
    }
  }
}

TEST(Package, refuses_every_truncation_inside_an_element) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  auto package = decode(all[0].octets);
  ASSERT_TRUE(package);
  for (auto& e : package->elements) {
    View whole = e.raw();
    for (size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(decode_element(whole.first(n)));
  }
}

TEST(Package, what_still_decodes_after_a_bit_flip_reencodes_to_its_bytes) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  auto package = decode(all[0].octets);
  ASSERT_TRUE(package);
  size_t accepted = 0, refused = 0;
  for (auto& e : package->elements) {
    Bytes octets = to_bytes(e.raw());
    size_t stride = octets.size() > 600 ? 7 : 1;
    for (size_t bit = 0; bit < octets.size() * 8; bit += stride) {
      octets[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      auto element = decode_element(octets);
      if (!element) {
        ++refused;
      } else {
        ++accepted;
        EXPECT_EQ(encode_element(*element), octets);
        if (!element->as<UnknownElement>()) {
          EXPECT_EQ(encode_body(*element), octets) << hex(octets);
        }
      }
      octets[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    }
  }
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(refused, 1000u);
}

TEST(Package, keeps_an_element_of_a_later_version) {
  Bytes upp = from_hex("BF2507A0058000810105").value();  // tag 37 is not in the module
  auto package = decode(upp);
  ASSERT_TRUE(package) << package.error().message;
  auto* unknown = package->elements[0].as<UnknownElement>();
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->tag, 0xBF25u);
  ASSERT_TRUE(unknown->header);
  EXPECT_EQ(unknown->header->identification, 5);
  EXPECT_FALSE(package->elements[0].kind());
  EXPECT_EQ(encode(*package), upp);
}

TEST(Package, keeps_members_of_a_later_version_and_explicit_defaults) {
  // End with a member 81 that 3.3 does not have.
  Bytes end = from_hex("AA0BA005800081011F8102CAFE").value();
  auto later = decode_element(end);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(encode_body(*later), end);
  // A PUK whose attempts are the DEFAULT (170), written out.
  Bytes with_default = from_hex("A31AA003810105A113301180010181083131313131313131820200AA").value();
  auto element = decode_element(with_default);
  ASSERT_TRUE(element) << element.error().message;
  EXPECT_TRUE(element->as<PukCodes>()->pukCodes[0].maxNumOfAttempsRetryNumLeft.encoded);
  EXPECT_EQ(encode_body(*element), with_default);
}

TEST(Package, refuses_files_out_of_order_or_twice) {
  // df-saip with its directory file given twice.
  Bytes twice = from_hex(
                    "BD16A0058000810101"
                    "810667810F01020E"
                    "A200A300")
                    .value();
  twice[1] = static_cast<uint8_t>(twice.size() - 2);
  ASSERT_TRUE(decode_element(twice)) << decode_element(twice).error().message;
  twice[twice.size() - 2] = 0xA2;
  EXPECT_FALSE(decode_element(twice));
  twice[twice.size() - 2] = 0xA1;
  EXPECT_FALSE(decode_element(twice));
}

TEST(Package, editing_drops_the_received_tlv_of_that_element_alone) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  auto package = decode(all[0].octets);
  ASSERT_TRUE(package);
  auto* header = package->elements[0].edit<ProfileHeader>();
  ASSERT_TRUE(header);
  header->iccid = octets_from_hex<10>("8988211000000000019F").value();
  EXPECT_TRUE(package->elements[0].raw().empty());
  Bytes changed = encode(*package);
  ASSERT_EQ(changed.size(), all[0].octets.size());
  size_t different = 0;
  for (size_t i = 0; i < changed.size(); ++i) different += changed[i] != all[0].octets[i] ? 1 : 0;
  EXPECT_LE(different, 10u);
  EXPECT_FALSE(package->elements[1].edit<ProfileHeader>());
  EXPECT_FALSE(package->elements[1].raw().empty());
}

TEST(PeSplitter, gives_the_same_elements_whatever_the_segments) {
  auto all = ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  auto package = decode(all[0].octets);
  ASSERT_TRUE(package);
  for (size_t step : {size_t{1}, size_t{3}, size_t{255}, size_t{1007}, all[0].octets.size()}) {
    PeSplitter splitter;
    size_t n = 0;
    for (size_t at = 0; at < all[0].octets.size(); at += step) {
      View rest = View(all[0].octets).subspan(at);
      ASSERT_TRUE(splitter.feed(rest.first(std::min(step, rest.size()))));
      while (auto tlv = splitter.next()) {
        ASSERT_LT(n, package->elements.size());
        EXPECT_TRUE(equal(tlv->expose(), package->elements[n++].raw()));
      }
    }
    EXPECT_EQ(n, package->elements.size());
    EXPECT_TRUE(splitter.empty());
    EXPECT_EQ(splitter.consumed(), all[0].octets.size());
  }
}

TEST(PeSplitter, refuses_impossible_headers_and_stays_in_error) {
  for (auto digits : {"0500", "A080", "A08400500000", "A0810500"}) {
    PeSplitter splitter;
    EXPECT_FALSE(splitter.feed(*from_hex(digits))) << digits;
    EXPECT_FALSE(splitter.feed(*from_hex("AA00"))) << digits;
    EXPECT_FALSE(splitter.next()) << digits;
  }
}

TEST(Package, refuses_what_is_no_package) {
  EXPECT_FALSE(decode({}));
  EXPECT_FALSE(decode(*from_hex("3000")));
  EXPECT_FALSE(decode(*from_hex("A000")));
  EXPECT_EQ(decode(Bytes(kMaxPackage + 1)).error().kind, ErrorKind::limit);
}

TEST(EuiccResponse, round_trips) {
  EuiccResponse response;
  response.peStatus.push_back({PeStatusCode::pe_not_supported, 23, std::nullopt, std::nullopt, {}});
  response.profileInstallationAborted.emplace();
  response.statusMessage = "no CSIM here";
  Bytes der = asn1::encode(response);
  EXPECT_EQ(hex(der).substr(0, 24), "301AA0083006800101810117");
  auto again = asn1::decode<EuiccResponse>(der);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, response);
}

}  // namespace
}  // namespace sealift::saip
