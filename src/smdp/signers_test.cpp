// Certificates that are renewed while sessions run: new ones begin with the new, old ones end with the old.
#include "smdp/signers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sealift::smdp {
namespace {

/// Known by its certificates, as all are.
Signers of(uint8_t auth, uint8_t pb = 0) {
  Signers out;
  out.dpAuth.certificate.tlv = Bytes(100, auth);
  out.dpPb.certificate.tlv = Bytes(100, pb);
  return out;
}
std::vector<Signers> just(Signers one) {
  std::vector<Signers> out;
  out.push_back(std::move(one));
  return out;
}

TEST(Signers, are_known_by_both_certificates) {
  EXPECT_EQ(id_of(of(1, 2)), id_of(of(1, 2)));
  EXPECT_NE(id_of(of(1, 2)), id_of(of(2, 1)));
  EXPECT_NE(id_of(of(1, 2)), id_of(of(1, 3)));
}

TEST(Signers, that_are_replaced_are_found_by_those_who_began_with_them) {
  SignerList list(just(of(1)));
  const SignersId before = list.offered()->front()->id;
  list.replace(just(of(2)));
  ASSERT_EQ(list.offered()->size(), 1u);
  EXPECT_NE(list.offered()->front()->id, before);
  ASSERT_TRUE(list.find(before));
  EXPECT_EQ(list.find(before)->dpAuth.certificate.tlv[0], 1);
  EXPECT_EQ(list.find(list.offered()->front()->id)->dpAuth.certificate.tlv[0], 2);
  EXPECT_FALSE(list.find(0)) << "of another node, which has other certificates";
}

TEST(Signers, of_the_same_certificates_stay_what_they_are) {
  SignerList list(just(of(1)));
  const auto first = list.offered()->front();
  list.replace(just(of(1)));
  EXPECT_EQ(list.offered()->front(), first);
  list.replace(just(of(2)));
  list.replace(just(of(1)));
  EXPECT_EQ(list.offered()->front(), first) << "one that comes back as well";
}

TEST(Signers, that_went_long_ago_are_forgotten) {
  SignerList list(just(of(0)));
  const SignersId oldest = list.offered()->front()->id;
  for (uint8_t n = 1; n < 200; ++n) {
    list.replace(just(of(n)));
    ASSERT_TRUE(list.find(id_of(of(static_cast<uint8_t>(n - 1)))));
  }
  EXPECT_FALSE(list.find(oldest));
}

TEST(Signers, may_be_replaced_while_others_use_them) {
  SignerList list(just(of(0)));
  std::atomic<bool> stop{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const SignerList::Offered offered = list.offered();
        const auto found = list.find(offered->front()->id);
        EXPECT_TRUE(found);
        EXPECT_EQ(offered->front()->signers.dpAuth.certificate.tlv.size(), 100u);
      }
    });
  }
  for (int i = 0; i < 500; ++i) list.replace(just(of(static_cast<uint8_t>(i % 3))));
  stop = true;
}

}  // namespace
}  // namespace sealift::smdp
