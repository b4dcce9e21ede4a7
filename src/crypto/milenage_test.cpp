#include "crypto/milenage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealift::crypto {
namespace {

/// TS 35.207 and TS 35.208 4.3, test sets 1 to 7.
struct Set {
  const char *k, *rand, *sqn, *amf, *op, *opc, *f1, *f1_star, *f2, *f3, *f4, *f5, *f5_star;
};
const Set sets[] = {
    {"465B5CE8B199B49FAA5F0A2EE238A6BC", "23553CBE9637A89D218AE64DAE47BF35", "FF9BB4D0B607", "B9B9",
     "CDC202D5123E20F62B6D676AC72CB318", "CD63CB71954A9F4E48A5994E37A02BAF", "4A9FFAC354DFAFB3",
     "01CFAF9EC4E871E9", "A54211D5E3BA50BF", "B40BA9A3C58B2A05BBF0D987B21BF8CB",
     "F769BCD751044604127672711C6D3441", "AA689C648370", "451E8BECA43B"},
    {"0396EB317B6D1C36F19C1C84CD6FFD16", "C00D603103DCEE52C4478119494202E8", "FD8EEF40DF7D", "AF17",
     "FF53BADE17DF5D4E793073CE9D7579FA", "53C15671C60A4B731C55B4A441C0BDE2", "5DF5B31807E258B0",
     "A8C016E51EF4A343", "D3A628ED988620F0", "58C433FF7A7082ACD424220F2B67C556",
     "21A8C1F929702ADB3E738488B9F5C5DA", "C47783995F72", "30F1197061C1"},
    {"FEC86BA6EB707ED08905757B1BB44B8F", "9F7C8D021ACCF4DB213CCFF0C7F71A6A", "9D0277595FFC", "725C",
     "DBC59ADCB6F9A0EF735477B7FADF8374", "1006020F0A478BF6B699F15C062E42B3", "9CABC3E99BAF7281",
     "95814BA2B3044324", "8011C48C0C214ED2", "5DBDBB2954E8F3CDE665B046179A5098",
     "59A92D3B476A0443487055CF88B2307B", "33484DC2136B", "DEACDD848CC6"},
    {"9E5944AEA94B81165C82FBF9F32DB751", "CE83DBC54AC0274A157C17F80D017BD6", "0B604A81ECA8", "9E09",
     "223014C5806694C007CA1EEEF57F004F", "A64A507AE1A2A98BB88EB4210135DC87", "74A58220CBA84C49",
     "AC2CC74A96871837", "F365CD683CD92E96", "E203EDB3971574F5A94B0D61B816345D",
     "0C4524ADEAC041C4DD830D20854FC46B", "F0B9C08AD02E", "6085A86C6F63"},
    {"4AB1DEB05CA6CEB051FC98E77D026A84", "74B0CD6031A1C8339B2B6CE2B8C4A186", "E880A1B580B6", "9F07",
     "2D16C5CD1FDF6B22383584E3BEF2A8D8", "DCF07CBD51855290B92A07A9891E523E", "49E785DD12626EF2",
     "9E85790336BB3FA2", "5860FC1BCE351E7E", "7657766B373D1C2138F307E3DE9242F9",
     "1C42E960D89B8FA99F2744E0708CCB53", "31E11A609118", "FE2555E54AA9"},
    {"6C38A116AC280C454F59332EE35C8C4F", "EE6466BC96202C5A557ABBEFF8BABF63", "414B98222181", "4464",
     "1BA00A1A7C6700AC8C3FF3E96AD08725", "3803EF5363B947C6AAA225E58FAE3934", "078ADFB488241A57",
     "80246B8D0186BCF1", "16C8233F05A0AC28", "3F8C7587FE8E4B233AF676AEDE30BA3B",
     "A7466CC1E6B2A1337D49D3B66E95D7B4", "45B0F69AB06C", "1F53CD2B1113"},
    {"2D609D4DB0AC5BF0D2C0DE267014DE0D", "194AA756013896B74B4A2A3B0AF4539E", "6BF69438C2E4", "5F67",
     "460A48385427AA39264AAC8EFC9E73E8", "C35A0AB0BCBFC9252CAFF15F24EFBDE0", "BD07D3003B9E5CC3",
     "BCB6C2FCAD152250", "8C25A16CD918A1DF", "4CD0846020F8FA0731DD47CBDC6BE411",
     "88AB80A415F15C73711254A1D388F696", "7E6455F34CF3", "DC6DD01E8F15"},
};

template <size_t N>
Octets<N> of(const char* digits) {
  return *octets_from_hex<N>(digits);
}

TEST(Milenage, gives_all_outputs_of_the_3gpp_test_sets) {
  for (const Set& set : sets) {
    SCOPED_TRACE(set.k);
    const auto k = of<16>(set.k);
    const auto rand = of<16>(set.rand);
    const Secret<16> opc = Milenage::derive_opc(k, of<16>(set.op));
    EXPECT_EQ(hex(opc.expose()), set.opc);
    const Milenage milenage(k, opc.expose());
    EXPECT_EQ(hex(milenage.f1(rand, of<6>(set.sqn), of<2>(set.amf))), set.f1);
    EXPECT_EQ(hex(milenage.f1_star(rand, of<6>(set.sqn), of<2>(set.amf))), set.f1_star);
    const Milenage::Response r = milenage.f2345(rand);
    EXPECT_EQ(hex(r.res.expose()), set.f2);
    EXPECT_EQ(hex(r.ck.expose()), set.f3);
    EXPECT_EQ(hex(r.ik.expose()), set.f4);
    EXPECT_EQ(hex(r.ak.expose()), set.f5);
    EXPECT_EQ(hex(milenage.f5_star(rand).expose()), set.f5_star);
  }
}

Bytes xoring_of(const MilenageConstants& constants) {
  Bytes out;
  for (const Block& c : constants.c) append(out, c);
  return out;
}

TEST(MilenageConstants, reads_the_defaults_of_saip) {
  const auto constants =
      MilenageConstants::from(*from_hex("4000204060"), *from_hex("00000000000000000000000000000000"
                                                                 "00000000000000000000000000000001"
                                                                 "00000000000000000000000000000002"
                                                                 "00000000000000000000000000000004"
                                                                 "00000000000000000000000000000008"));
  ASSERT_TRUE(constants);
  EXPECT_EQ(*constants, MilenageConstants{});
}

TEST(MilenageConstants, refuses_wrong_sizes_wide_rotations_and_equal_pairs) {
  const Bytes xoring = xoring_of({});
  EXPECT_FALSE(MilenageConstants::from(*from_hex("40002040"), xoring));
  EXPECT_FALSE(MilenageConstants::from(*from_hex("4000204060"), View(xoring).first(79)));
  EXPECT_FALSE(MilenageConstants::from(*from_hex("8000204060"), xoring));
  EXPECT_FALSE(MilenageConstants::from(Bytes(5, 0), Bytes(80, 0)));
}

TEST(Milenage, follows_the_constants_it_is_given) {
  // Exchanging the third pair with the fourth exchanges CK with IK and leaves the rest.
  const Set& set = sets[0];
  MilenageConstants constants;
  std::swap(constants.r[2], constants.r[3]);
  std::swap(constants.c[2], constants.c[3]);
  const Milenage milenage(of<16>(set.k), of<16>(set.opc), constants);
  const Milenage::Response r = milenage.f2345(of<16>(set.rand));
  EXPECT_EQ(hex(r.ck.expose()), set.f4);
  EXPECT_EQ(hex(r.ik.expose()), set.f3);
  EXPECT_EQ(hex(r.res.expose()), set.f2);
  EXPECT_EQ(hex(milenage.f1(of<16>(set.rand), of<6>(set.sqn), of<2>(set.amf))), set.f1);
}

TEST(Milenage, rotates_by_single_bits) {
  // With OPc zero, OUT3 = E(rot(E(RAND), r3) + c3); a rotation of 4 bits moves hexadecimal digits.
  const auto k = of<16>(sets[0].k);
  const auto rand = of<16>(sets[0].rand);
  const Octets<16> no_opc{};
  MilenageConstants constants;
  constants.r[2] = 12;
  constants.c[2] = Block{};
  std::string digits = hex(aes128_encrypt_block(k, rand));
  std::rotate(digits.begin(), digits.begin() + 3, digits.end());
  const Milenage milenage(k, no_opc, constants);
  EXPECT_EQ(hex(milenage.f2345(rand).ck.expose()), hex(aes128_encrypt_block(k, of<16>(digits.c_str()))));
}

}  // namespace
}  // namespace sealift::crypto
