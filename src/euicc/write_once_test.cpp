// What the factory burned into the card stays as it is (M1-03): CI keys, the card's own keys and
// certificates, EID and rules, whatever is sent to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "asn1/writer.hpp"
#include "crypto/hash.hpp"
#include "euicc/journal.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

constexpr const char* a = "8949000000000000017";

/// Hash of the factory's record, read from the memory itself and not by way of the card.
Octets<32> store_hash(const World& w) {
  MemoryNvm copy(w.nvm.content());
  auto journal = Journal::open(copy);
  check(bool(journal), "the memory reads");
  return crypto::sha256({View(*journal->get("identity"))});
}

/// And as the card shows it.
Bytes shown(World& w) {
  auto info = w.phone.command<messages::EuiccInfo1>(messages::GetEuiccInfo1Request{});
  auto rat = w.phone.command<messages::GetRatResponse>(messages::GetRatRequest{});
  return concat({asn1::encode(info), asn1::encode(rat), *w.phone.script(*from_hex("BF3E035C015A"))});
}

bool selected(World& w, const char* select) {
  std::string status = w.phone.apdu(select);
  return status == "9000" || status.starts_with("61");
}

TEST(WriteOnce, no_apdu_changes_what_the_factory_wrote) {
  World w;
  ASSERT_TRUE(succeeded(w.download({.iccid = a})));
  ASSERT_EQ(w.enable(a), messages::EnableResult::ok);
  const auto hash = store_hash(w);
  const Bytes before = shown(w);
  const Bytes data =
      concat({asn1::tlv(0x5A, Bytes(16, 0x11)), w.hierarchy.certificate(pki::Role::ci).subject_key_id()});
  const char* selections[] = {"00A4040C10A0000005591010FFFFFFFF8900000200",
                              "00A4040C10A0000005591010FFFFFFFF8900000100", "00A4040C07A0000000871002"};
  size_t sent = 0;
  for (const char* select : selections) {
    for (unsigned cla : {0x00u, 0x04u, 0x0Cu, 0x80u, 0x84u, 0x8Cu, 0xA0u, 0xC0u, 0xE0u}) {
      ASSERT_TRUE(selected(w, select));
      for (unsigned ins = 0; ins <= 0xFF; ++ins) {
        if (cla == 0x80 && ins == 0x14) continue;  // answers a REFRESH
        for (unsigned p1 : {0x00u, 0x91u}) {
          Bytes apdu{static_cast<uint8_t>(cla), static_cast<uint8_t>(ins), static_cast<uint8_t>(p1), 0,
                     static_cast<uint8_t>(data.size())};
          append(apdu, data);
          w.card->transmit(apdu);
          ++sent;
        }
        // A SELECT may have moved away.
        if (ins == 0xA4) {
          ASSERT_TRUE(selected(w, select));
        }
      }
    }
    ASSERT_EQ(store_hash(w), hash) << select;
  }
  EXPECT_GE(sent, 3u * 9 * 255 * 2);
  w.restart();
  EXPECT_EQ(shown(w), before);
  EXPECT_EQ(store_hash(w), hash);
}

TEST(WriteOnce, no_es10_function_changes_what_the_factory_wrote) {
  World w;
  MetadataOptions options{.iccid = a};
  ASSERT_TRUE(succeeded(w.download(options)));
  const auto hash = store_hash(w);
  const Bytes before = shown(w);
  // Contents that some function takes: an ICCID in its two forms, an address, a number, bits, a CI
  // certificate.
  const Bytes iccid = asn1::tlv(0x5A, Iccid::parse(a)->octets());
  const Bytes contents[] = {{},
                            iccid,
                            concat({asn1::tlv(0xA0, iccid), asn1::tlv(0x81, Bytes{0})}),
                            concat({iccid, asn1::tlv(0x90, to_bytes("nick"))}),
                            asn1::tlv(0x80, to_bytes("other.example.com")),
                            asn1::tlv(0x80, Bytes{1}),
                            asn1::tlv(0x82, Bytes{0x05, 0xE0}),
                            asn1::tlv(0x82, Bytes{0x00, 0xFF}),
                            asn1::tlv(0xA0, w.hierarchy.certificate(pki::Role::ci).der())};
  for (unsigned low = 0x1F; low < 0x80; ++low) {
    for (const Bytes& content : contents) {
      w.phone.script(asn1::tlv(0xBF00 | low, content));
      ASSERT_EQ(store_hash(w), hash) << std::hex << low;
    }
  }
  EXPECT_TRUE(w.profiles().empty()) << "the memory reset was among them";
  w.restart();
  EXPECT_EQ(shown(w), before);
  ASSERT_TRUE(succeeded(w.download(options))) << "and it is trusted as before";
  EXPECT_EQ(store_hash(w), hash);
}

TEST(WriteOnce, a_card_is_personalised_once_and_a_reset_does_not_open_it_again) {
  World w;
  messages::EuiccMemoryResetRequest reset;
  reset.resetOptions = {messages::ResetOption::deleteOperationalProfiles,
                        messages::ResetOption::deleteFieldLoadedTestProfiles,
                        messages::ResetOption::resetDefaultSmdpAddress};
  ASSERT_EQ(w.phone.command<messages::EuiccMemoryResetResponse>(reset).resetResult,
            messages::ResetResult::ok);
  const auto hash = store_hash(w);
  World other(2);
  EXPECT_EQ(Card::personalise(w.nvm, personalisation(other.hierarchy, test_eid())).error().kind,
            ErrorKind::exists);
  EXPECT_EQ(store_hash(w), hash);
}

// M4-11: a key pair of its own, and a certificate that binds it to the EID.
TEST(CardIdentity, is_a_key_of_its_own_that_the_certificate_binds_to_the_eid) {
  World w;
  auto certificate = w.hierarchy.certificate(pki::Role::euicc);
  EXPECT_EQ(certificate.subject().get(pki::attribute::serial_number), test_eid().digits());
  std::vector<Bytes> keys;
  for (int i = 0; i < 20; ++i) {
    Eid eid = *Eid::with_check_digits("8904903212345123451234567891" + std::to_string(10 + i));
    auto made = pki::issue_euicc(w.hierarchy[pki::Role::eum], eid, w.random, true);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->certificate.subject().get(pki::attribute::serial_number), eid.digits());
    auto point = made->certificate.public_key().point();
    keys.push_back(to_bytes(point));
    auto p = personalisation(w.hierarchy, eid);
    MemoryNvm nvm;
    EXPECT_FALSE(Card::personalise(nvm, std::move(p))) << "another card's certificate";
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

}  // namespace
}  // namespace sealift::euicc
