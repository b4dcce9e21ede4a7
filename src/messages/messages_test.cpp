// Properties that hold of every message, and octets known from elsewhere.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "messages/samples.hpp"

namespace sealift::messages {
namespace {

struct Case {
  std::string name;
  Bytes der;
  /// Decodes and encodes again.
  std::function<Result<Bytes>(View)> again;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  auto add = [&out]<class T>(const char* name, const T& message) {
    out.push_back({name, asn1::encode(message), [](View der) -> Result<Bytes> {
                     T decoded = TRY(asn1::decode<T>(der));
                     return asn1::encode(decoded);
                   }});
  };
  samples::each(add);
  return out;
}

TEST(Messages, come_back_to_the_same_octets) {
  for (const Case& c : cases()) {
    auto again = c.again(c.der);
    ASSERT_TRUE(again) << c.name << ": " << again.error().message;
    EXPECT_EQ(*again, c.der) << c.name;
  }
}

TEST(Messages, refuse_every_truncation_and_octets_behind) {
  for (const Case& c : cases()) {
    for (size_t n = 0; n < c.der.size(); ++n)
      EXPECT_FALSE(c.again(View(c.der).first(n))) << c.name << " " << n;
    for (uint8_t b : {0x00, 0x30}) {
      Bytes longer = c.der;
      longer.push_back(b);
      EXPECT_FALSE(c.again(longer)) << c.name;
    }
  }
}

TEST(Messages, refuse_a_bit_flip_or_keep_it) {
  size_t kept = 0, refused = 0;
  for (const Case& c : cases()) {
    for (size_t i = 0; i < c.der.size() * 8; ++i) {
      Bytes flipped = c.der;
      flipped[i / 8] ^= static_cast<uint8_t>(1 << (i % 8));
      auto again = c.again(flipped);
      ++(again ? kept : refused);
      if (again) {
        ASSERT_EQ(*again, flipped) << c.name << " bit " << i;
      }
    }
  }
  EXPECT_GT(kept, 1000u);
  EXPECT_GT(refused, 1000u);
}

TEST(Messages, keep_what_they_accept_after_random_damage) {
  std::mt19937 random(20260);
  auto pick = [&](size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random); };
  for (const Case& c : cases()) {
    for (int round = 0; round < 300; ++round) {
      Bytes damaged = c.der;
      for (size_t n = 0; n < 1 + pick(3) && !damaged.empty(); ++n) {
        size_t at = pick(damaged.size());
        switch (pick(3)) {
          case 0:
            damaged[at] = static_cast<uint8_t>(pick(256));
            break;
          case 1:
            damaged.erase(damaged.begin() + static_cast<ptrdiff_t>(at));
            break;
          default:
            damaged.insert(damaged.begin() + static_cast<ptrdiff_t>(at), static_cast<uint8_t>(pick(256)));
        }
      }
      auto again = c.again(damaged);
      if (again) {
        ASSERT_EQ(*again, damaged) << c.name << " " << hex(damaged);
      }
    }
  }
}

/// The outer length in a longer form than need be.
Bytes with_long_length(const Bytes& der) {
  asn1::Header h = asn1::read_header(der);
  size_t tag_size = h.tag > 0xFF ? 2 : 1, length_size = h.header_size - tag_size;
  Bytes out(der.begin(), der.begin() + static_cast<ptrdiff_t>(tag_size));
  if (length_size == 1) {
    out.insert(out.end(), {0x81, static_cast<uint8_t>(h.length)});
  } else {
    out.push_back(static_cast<uint8_t>(0x80 | length_size));
    out.push_back(0);
    append(out, View(der).subspan(tag_size + 1, length_size - 1));
  }
  append(out, View(der).subspan(h.header_size));
  return out;
}

TEST(Messages, refuse_forms_that_are_not_canonical) {
  for (const Case& c : cases()) EXPECT_FALSE(c.again(with_long_length(c.der))) << c.name;
  // A form that is right beside each that is not, so that nothing else is what is refused.
  auto stands = [](auto probe, std::string_view digits) {
    return asn1::decode<decltype(probe)>(from_hex(digits).value()).has_value();
  };
  EXPECT_TRUE(stands(NotificationSentRequest{}, "BF3003800101"));
  EXPECT_FALSE(stands(NotificationSentRequest{}, "BF300480020001")) << "INTEGER with a zero too many";
  EXPECT_FALSE(stands(NotificationSentRequest{}, "BF30038001FF")) << "negative";
  EXPECT_FALSE(stands(NotificationSentRequest{}, "BF30808001010000")) << "indefinite length";
  EXPECT_TRUE(stands(EnableProfileRequest{}, "BF3111A00C5A0A984400000000000010F38101FF"));
  EXPECT_FALSE(stands(EnableProfileRequest{}, "BF3111A00C5A0A984400000000000010F3810101")) << "TRUE is FF";
  EXPECT_TRUE(stands(EuiccMemoryResetRequest{}, "BF3404820205E0"));
  EXPECT_FALSE(stands(EuiccMemoryResetRequest{}, "BF3404820205E1")) << "unused bits set";
  EXPECT_TRUE(stands(ListNotificationRequest{}, "BF280481020780"));
  EXPECT_FALSE(stands(ListNotificationRequest{}, "BF28088102078081020780")) << "a field twice";
}

// ---- octets known from elsewhere

TEST(Messages, have_the_tags_of_the_specification) {
  EXPECT_EQ(hex(asn1::encode(GetEuiccDataRequest{})), "BF3E035C015A");
  EXPECT_EQ(hex(asn1::encode(GetEuiccDataResponse{samples::eid(), {}})),
            "BF3E125A1089049032123451234512345678901235");
  EXPECT_EQ(hex(asn1::encode(GetEuiccChallengeRequest{})), "BF2E00");
  EXPECT_EQ(hex(asn1::encode(ProfileInfoListRequest{})), "BF2D00");
  EXPECT_EQ(hex(asn1::encode(EnableProfileRequest{{samples::iccid()}, true, {}})),
            "BF3111A00C5A0A984400000000000010F38101FF");
  EXPECT_EQ(hex(asn1::encode(DeleteProfileRequest{samples::iccid()})), "BF330C5A0A984400000000000010F3");
  EXPECT_EQ(hex(asn1::encode(SetNicknameRequest{samples::iccid(), "n", {}})),
            "BF290F5A0A984400000000000010F390016E");
  EXPECT_EQ(hex(asn1::encode(ConfigureIsdpRequest{})), "BF2400");
  EXPECT_EQ(hex(asn1::encode(CancelSessionResponse{CancelSessionResponseError::invalidTransactionId})),
            "BF4103810105");
  EXPECT_EQ(hex(asn1::encode(NotificationSentRequest{1, {}})), "BF3003800101");
  AuthenticateServerResponse error{
      AuthenticateResponseError{TransactionId::parse("01").value(), AuthenticateErrorCode::ciPKUnknown, {}}};
  EXPECT_EQ(hex(asn1::encode(error)), "BF3808A106800101020107") << "the code keeps its universal tag";
}

TEST(Messages, read_what_peers_send) {
  // lpac's memory reset: bits 0 to 2.
  auto reset = asn1::decode<EuiccMemoryResetRequest>(from_hex("BF3404820205E0").value());
  ASSERT_TRUE(reset);
  EXPECT_TRUE(reset->resetOptions.contains(ResetOption::resetDefaultSmdpAddress));
  // Notification configuration of a real package: four events, trailing bits as they came.
  auto info = asn1::decode<ProfileInfo>(from_hex("E30BB6093007800204F0810161").value());
  ASSERT_TRUE(info) << info.error().message;
  const auto& entry = info->notificationConfigurationInfo->at(0);
  EXPECT_TRUE(entry.profileManagementOperation.contains(NotificationEventBit::notificationDelete));
  EXPECT_EQ(entry.notificationAddress, "a");
  // StoreMetadata of pySim's test of package protection: profileClass test.
  auto metadata = asn1::decode<StoreMetadataRequest>(
      from_hex(
          "bf252d5a0a98001032547698103214910947534d415f54455354921147534d415f544553545f50524f46494c45950100")
          .value());
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(metadata->profileClass.value, ProfileClass::test);
  EXPECT_EQ(metadata->serviceProviderName, "GSMA_TEST");
}

TEST(Messages, remember_an_explicit_default) {
  std::string without =
      "BF25105A0A98001032547698103214910092"
      "00";
  std::string with =
      "BF25135A0A98001032547698103214910092"
      "00"
      "950102";
  for (const std::string& digits : {without, with}) {
    Bytes der = from_hex(digits).value();
    auto metadata = asn1::decode<StoreMetadataRequest>(der);
    ASSERT_TRUE(metadata) << metadata.error().message;
    EXPECT_EQ(metadata->profileClass.value, ProfileClass::operational);
    EXPECT_EQ(asn1::encode(*metadata), der);
  }
}

TEST(Messages, keep_the_octets_that_were_signed) {
  AuthenticateServerRequest request = samples::authenticate_server_request();
  Bytes der = asn1::encode(request);
  auto decoded = asn1::decode<AuthenticateServerRequest>(der);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->serverSigned1.tlv, asn1::encode(samples::server_signed1()));
  EXPECT_EQ(decoded->serverSigned1.value.unknown, samples::later_field());
}

TEST(Messages, keep_to_the_sizes_of_the_specification) {
  auto stands = [](const StoreMetadataRequest& m) {
    return asn1::decode<StoreMetadataRequest>(asn1::encode(m)).has_value();
  };
  StoreMetadataRequest m = samples::store_metadata();
  m.serviceProviderName = std::string(32, 'x');
  m.profileName = std::string(64, 'x');
  m.icon = Bytes(1024);
  EXPECT_TRUE(stands(m));
  auto with = [&](auto change) {
    StoreMetadataRequest other = m;
    change(other);
    return stands(other);
  };
  EXPECT_FALSE(with([](auto& o) { o.serviceProviderName += 'x'; }));
  EXPECT_FALSE(with([](auto& o) { o.profileName += 'x'; }));
  EXPECT_FALSE(with([](auto& o) { o.icon->push_back(0); }));
  EXPECT_FALSE(with([](auto& o) { o.profileName = "\xC0\x80"; })) << "not UTF-8";
  ConfigureIsdpRequest configure{DpProprietaryData{samples::oid(), {}}, {}};
  // B8 L (2) + 80 03 2.999.10 (5) leave 121 octets of objects of the server's own.
  configure.dpProprietaryData->unknown.tlvs =
      asn1::encode(SetNicknameRequest{samples::iccid(), std::string(60, 'x'), {}});
  EXPECT_TRUE(asn1::decode<ConfigureIsdpRequest>(asn1::encode(configure)));
  append(configure.dpProprietaryData->unknown.tlvs, configure.dpProprietaryData->unknown.tlvs);
  EXPECT_FALSE(asn1::decode<ConfigureIsdpRequest>(asn1::encode(configure)));
}

TEST(Messages, name_field_and_offset_in_errors) {
  Bytes der = asn1::encode(samples::authenticate_server_request());
  der[der.size() - 9] = 0x07;  // length of the IMEI
  auto decoded = asn1::decode<AuthenticateServerRequest>(der);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("AuthenticateServerRequest: ctxParams1.deviceInfo"),
            std::string::npos)
      << decoded.error().message;
}

TEST(NamedBits, take_the_shortest_form) {
  PprIds none;
  EXPECT_FALSE(none.any());
  EXPECT_TRUE(none.bits.octets.empty());
  PprIds rules{PprId::ppr2, PprId::pprUpdateControl};
  EXPECT_EQ(hex(rules.bits.octets), "A0");
  EXPECT_EQ(rules.bits.unused, 5);
  EXPECT_TRUE(rules.contains(PprId::ppr2));
  EXPECT_FALSE(rules.contains(PprId::ppr1));
  rules.insert(PprId::ppr1);
  EXPECT_EQ(hex(rules.bits.octets), "E0");
  EXPECT_EQ(rules.bits.unused, 5);
  RspCapability far{RspCapabilityBit::mslCheckSupport};
  EXPECT_EQ(hex(far.bits.octets), "00000010");
  EXPECT_EQ(far.bits.unused, 4);
}

TEST(BoundProfilePackage, refuses_lists_of_other_members_and_empty_ones) {
  BoundProfilePackage good = samples::bound_profile_package();
  auto stands = [](const BoundProfilePackage& p) {
    return asn1::decode<BoundProfilePackage>(asn1::encode(p)).has_value();
  };
  ASSERT_TRUE(stands(good));
  auto with = [&](auto change) {
    BoundProfilePackage other = good;
    change(other);
    return stands(other);
  };
  EXPECT_TRUE(with([](auto& p) { p.secondSequenceOf87.reset(); }));
  EXPECT_FALSE(with([](auto& p) { p.firstSequenceOf87[0] = 0x86; }));
  EXPECT_FALSE(with([](auto& p) { p.sequenceOf86.clear(); }));
  EXPECT_FALSE(with([](auto& p) { p.secondSequenceOf87 = Bytes{}; }));
  EXPECT_FALSE(with([](auto& p) { p.sequenceOf88.push_back(0x88); }));
}

TEST(InitialiseSecureChannel, signs_its_fields_and_the_euiccs_key) {
  InitialiseSecureChannelRequest request = samples::initialise_secure_channel();
  Bytes expected =
      concat({from_hex("820101").value(), from_hex("801000112233445566778899AABBCCDDEEFF").value(),
              from_hex("A60B8001888101108403010203").value(), from_hex("5F4941").value(),
              samples::filled<65>(4), from_hex("5F4941").value(), samples::filled<65>(9)});
  EXPECT_EQ(smdp_sign_input(request, samples::filled<65>(9)), expected);
}

}  // namespace
}  // namespace sealift::messages
