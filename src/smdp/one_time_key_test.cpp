// Every package has a one-time key of its own, and so session keys of its own, even where one eUICC asks
// again and again with the same key (SGP.22 2.6.4; G-OTK-1).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "asn1/reader.hpp"
#include "bsp/session_keys.hpp"
#include "crypto/ecka.hpp"
#include "crypto/hash.hpp"
#include "smdp/binding.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

/// SEALIFT_PACKAGES: the full count of tests/long/otk.
size_t packages() {
  const char* given = std::getenv("SEALIFT_PACKAGES");
  return given ? std::strtoul(given, nullptr, 10) : 1000;
}

/// smdpOtpk of a BoundPackage: behind hostId.
Bytes one_time_key(View package) {
  asn1::Reader outer(package, "package");
  const asn1::Tlv whole = outer.expect(0x30, "BoundPackage").value();
  asn1::Reader in = outer.inside(whole);
  (void)in.next().value();
  return to_bytes(in.expect(0x5F49, "smdpOtpk").value().value);
}

/// HMACs stand in for the keys, so that no list of keys lies in memory.
Octets<32> fingerprint(View of) {
  static const Octets<32> key = SystemRandom().octets<32>();
  return crypto::hmac_sha256(key, {of});
}

bool all_differ(std::vector<Octets<32>> list) {
  std::sort(list.begin(), list.end());
  return std::adjacent_find(list.begin(), list.end()) == list.end();
}

class OneTimeKeys : public ::testing::TestWithParam<crypto::Curve> {};

TEST_P(OneTimeKeys, repeat_in_no_package_and_neither_do_session_keys) {
  testing::World world(GetParam());
  Ports ports{world.clock,  world.real_random, world.authenticator, world.signers,  world.store_key,
              world.orders, world.sessions,    world.observer,      world.settings};
  const Order order = world.order();
  const StoredProfile profile = world.orders.profile(order.iccid).value();
  const Eid eid = testing::card_eid(0);
  const auto card = crypto::EphemeralKey::generate(GetParam(), world.real_random);
  messages::ControlRefTemplate crt{.hostId = to_bytes("sealift")};
  std::vector<Octets<32>> keys, session_keys;
  for (size_t i = 0; i < packages(); ++i) {
    auto bound = bind_profile(ports, order, profile, world.signers.front(), eid, card.public_key());
    ASSERT_TRUE(bound) << bound.error().message;
    const Bytes point = one_time_key(*bound);
    keys.push_back(fingerprint(point));
    const auto z = card.agree(crypto::PublicKey::from_point(GetParam(), point).value()).value();
    const auto session = bsp::derive_session_keys(z, crt, eid).value();
    session_keys.push_back(fingerprint(session.sEnc.expose()));
    session_keys.push_back(fingerprint(session.sMac.expose()));
    session_keys.push_back(fingerprint(session.macChainingValue.expose()));
  }
  EXPECT_TRUE(all_differ(std::move(keys)));
  EXPECT_TRUE(all_differ(std::move(session_keys)));
}

INSTANTIATE_TEST_SUITE_P(Curves, OneTimeKeys,
                         ::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1));

}  // namespace
}  // namespace sealift::smdp
