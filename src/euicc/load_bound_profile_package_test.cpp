#include <gtest/gtest.h>

#include "asn1/writer.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::BppCommandId;
using messages::ErrorReason;

/// No profile, and memory as it was but for the filed result.
void expect_no_trace(World& w) {
  EXPECT_TRUE(w.profiles().empty());
  ASSERT_FALSE(w.decisions.all.empty());
  EXPECT_FALSE(w.decisions.all.back().installed);
}

TEST(LoadBoundProfilePackage, installs_in_both_key_modes_and_any_block_size) {
  for (bool session_keys : {false, true}) {
    for (size_t block : {7u, 120u, 255u}) {
      World w;
      w.server.session_key_mode = session_keys;
      w.server.package = concat({Bytes(5000, 0x55), to_bytes("end")});
      w.phone.block = block;
      auto result = w.download();
      ASSERT_TRUE(succeeded(result)) << session_keys << " " << block;
      ASSERT_EQ(w.profiles().size(), 1u);
      EXPECT_EQ(w.profiles()[0].profileState, messages::ProfileState::disabled);
      ASSERT_EQ(w.decisions.all.size(), 1u);
      const auto& d = w.decisions.all[0];
      EXPECT_TRUE(d.installed && d.right_chip == true && d.right_server == true &&
                  d.protected_for_this_chip == true);
    }
  }
}

TEST(LoadBoundProfilePackage, signs_its_result_and_files_it_as_a_notification) {
  World w;
  auto result = w.download();
  ASSERT_TRUE(succeeded(result));
  const auto& data = result->profileInstallationResultData;
  EXPECT_TRUE(crypto::verify(w.hierarchy.certificate(pki::Role::euicc).public_key(), {data.tlv},
                             result->euiccSignPIR));
  EXPECT_EQ(data.value.transactionId, w.server.transactionId);
  EXPECT_EQ(data.value.smdpOid, *w.hierarchy.certificate(pki::Role::dp_pb).registered_id());
  EXPECT_EQ(data.value.notificationMetadata.notificationAddress, w.server.address);
  EXPECT_EQ(data.value.notificationMetadata.seqNumber, 1u);
  const auto& success = std::get<messages::SuccessResult>(data.value.finalResult.alt);
  EXPECT_EQ(hex(success.aid.octets()), "A0000005591010FFFFFFFF8900001000");
  ASSERT_EQ(w.notifications().size(), 1u);
  auto filed = *w.phone.script(asn1::encode(messages::RetrieveNotificationsListRequest{}));
  EXPECT_NE(hex(filed).find(hex(data.tlv)), std::string::npos);
}

/// Where a package is delivered as one stream whose scripts end anywhere.
TEST(LoadBoundProfilePackage, takes_scripts_cut_anywhere) {
  for (size_t cut : {3u, 50u, 300u}) {
    World w;
    Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
    std::optional<Bytes> last;
    for (size_t at = 0; at < bpp.size(); at += cut) {
      last = w.phone.script(View(bpp).subspan(at, std::min(cut, bpp.size() - at)));
      ASSERT_TRUE(last) << "at " << at << " of " << cut;
    }
    EXPECT_FALSE(last->empty());
    EXPECT_EQ(w.profiles().size(), 1u);
  }
}

TEST(LoadBoundProfilePackage, checks_the_secure_channel_in_the_order_of_the_specification) {
  using Isc = messages::InitialiseSecureChannelRequest;
  auto reason = [](std::function<void(Isc&)> change) {
    World w;
    w.server.change_initialise = std::move(change);
    auto error = error_of(w.download());
    EXPECT_EQ(error.bppCommandId, BppCommandId::initialiseSecureChannel);
    expect_no_trace(w);
    return static_cast<int>(error.errorReason);
  };
  auto operation = [](Isc& i) { i.remoteOpId = 2; };
  auto transaction = [](Isc& i) { i.transactionId = *TransactionId::parse("AA"); };
  auto key_type = [](Isc& i) { i.controlRefTemplate.keyType[0] = 0x80; };
  auto key_length = [](Isc& i) { i.controlRefTemplate.keyLen[0] = 0x20; };
  auto point = [](Isc& i) { i.smdpOtpk[64] ^= 1; };
  EXPECT_EQ(reason(operation), 5);
  EXPECT_EQ(reason(transaction), 3);
  EXPECT_EQ(reason(key_type), 4);
  EXPECT_EQ(reason(key_length), 4);
  EXPECT_EQ(reason(point), 1) << "signed, but no point of the curve";
  EXPECT_EQ(reason([&](Isc& i) { operation(i), transaction(i), key_type(i); }), 5);
  EXPECT_EQ(reason([&](Isc& i) { transaction(i), key_type(i); }), 3);
}

TEST(LoadBoundProfilePackage, refuses_a_channel_signed_for_another_card) {
  World w, other(2);
  auto prepared = w.prepare(w.authenticate());
  auto theirs = other.prepare(other.authenticate());
  auto bpp = w.server.bind(theirs);
  auto error = error_of(w.phone.load(asn1::encode(bpp)));
  EXPECT_EQ(error.errorReason, ErrorReason::invalidSignature);
  EXPECT_EQ(w.decisions.all.back().right_chip, false);
  expect_no_trace(w);
}

TEST(LoadBoundProfilePackage, refuses_contents_protected_for_another_card) {
  World w, other(2);
  auto bpp = w.server.bind(w.prepare(w.authenticate()));
  auto theirs = w.server.bind(other.prepare(other.authenticate()));
  theirs.initialiseSecureChannelRequest = std::move(bpp.initialiseSecureChannelRequest);
  auto error = error_of(w.phone.load(asn1::encode(theirs)));
  EXPECT_EQ(error.bppCommandId, BppCommandId::configureISDP);
  EXPECT_EQ(error.errorReason, ErrorReason::scp03tSecurityError);
  EXPECT_EQ(w.decisions.all.back().right_chip, true);
  EXPECT_EQ(w.decisions.all.back().protected_for_this_chip, false);
  expect_no_trace(w);
}

TEST(LoadBoundProfilePackage, refuses_a_replayed_package) {
  World w;
  Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  ASSERT_TRUE(succeeded(w.phone.load(bpp)));
  EXPECT_FALSE(w.phone.load(bpp)) << "without a session";
  w.prepare(w.authenticate());
  EXPECT_EQ(error_of(w.phone.load(bpp)).errorReason, ErrorReason::invalidSignature);
  EXPECT_EQ(w.profiles().size(), 1u);
}

TEST(LoadBoundProfilePackage, installs_nothing_from_a_package_with_any_bit_flipped) {
  World w;
  Bytes good = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); at += 3) {
    Bytes bad = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
    bad[at] ^= static_cast<uint8_t>(1u << at % 8);
    w.phone.block = 255;
    // One script, since headers may be what was broken.
    auto answer = w.phone.script(bad);
    if (answer && !answer->empty()) {
      auto result = asn1::decode<messages::ProfileInstallationResult>(*answer);
      ASSERT_TRUE(result);
      ASSERT_FALSE(succeeded(*result)) << "octet " << at;
      ++refused;
    }
    w.phone.connect();
    w.phone.block = 255;
    ASSERT_TRUE(w.profiles().empty()) << "octet " << at;
  }
  EXPECT_GT(refused, good.size() / 4);
}

TEST(LoadBoundProfilePackage, says_which_command_had_wrong_contents) {
  auto run = [](std::function<void(World&)> change) {
    World w;
    change(w);
    auto error = error_of(w.download());
    expect_no_trace(w);
    return std::pair(error.bppCommandId, error.errorReason);
  };
  EXPECT_EQ(run([](World& w) { w.server.metadata = *from_hex("BF250101"); }),
            std::pair(BppCommandId::storeMetadata, ErrorReason::incorrectInputValues));
  EXPECT_EQ(run([](World& w) { w.server.package = to_bytes("bad profile, end"); }),
            std::pair(BppCommandId::loadProfileElements, ErrorReason::installFailedDueToPEProcessingError));
  EXPECT_EQ(run([](World& w) { w.server.package = to_bytes("imsi of another, end"); }),
            std::pair(BppCommandId::loadProfileElements, ErrorReason::installFailedDueToDataMismatch));
  EXPECT_EQ(run([](World& w) { w.server.package = to_bytes("without its last element"); }),
            std::pair(BppCommandId::loadProfileElements, ErrorReason::installFailedDueToPEProcessingError));
}

TEST(LoadBoundProfilePackage, carries_the_interpreters_answer) {
  World w;
  w.server.package = to_bytes("bad profile, end");
  EXPECT_EQ(error_of(w.download()).simaResponse, *from_hex("3006A0043002800003"));
}

TEST(LoadBoundProfilePackage, refuses_an_iccid_that_is_there) {
  World w;
  ASSERT_TRUE(succeeded(w.download()));
  auto error = error_of(w.download());
  EXPECT_EQ(error.errorReason, ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc);
  EXPECT_EQ(error.bppCommandId, BppCommandId::storeMetadata);
  EXPECT_EQ(w.profiles().size(), 1u);
}

TEST(LoadBoundProfilePackage, refuses_test_profiles_where_they_are_switched_off) {
  World w(1, [](Personalisation& p) { p.test_profiles = false; });
  EXPECT_EQ(error_of(w.download({.profile_class = messages::ProfileClass::test})).errorReason,
            ErrorReason::unsupportedProfileClass);
  World with;
  EXPECT_TRUE(succeeded(with.download({.profile_class = messages::ProfileClass::test})));
}

TEST(LoadBoundProfilePackage, refuses_a_class_that_there_is_not) {
  World w;
  auto error = error_of(w.download({.profile_class = static_cast<messages::ProfileClass>(3)}));
  EXPECT_EQ(error.errorReason, ErrorReason::unsupportedProfileClass);
  EXPECT_EQ(error.bppCommandId, BppCommandId::storeMetadata);
  expect_no_trace(w);
}

// v2.7: an allow list in the card, so that a stolen test key does not open it to any server.
TEST(LoadBoundProfilePackage, takes_test_profiles_from_the_servers_of_its_list_only) {
  using messages::ProfileClass;
  World w(1, [](Personalisation& p) {
    p.test_profile_servers = {"test.example.com", "Lab.Example.com:8443"};
  });
  auto info = w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  EXPECT_TRUE(
      info.rspCapability.contains(messages::RspCapabilityBit::rspServerTestProfileAllowlistCheckSupport));
  EXPECT_EQ(error_of(w.download({.profile_class = ProfileClass::test})).errorReason,
            ErrorReason::installFailedDueToServerAddressAbsentInEuiccAllowList);
  expect_no_trace(w);
  EXPECT_TRUE(succeeded(w.download({.iccid = "8949000000000000025"}))) << "other classes are not concerned";
  w.server.address = "lab.example.com:8443";
  EXPECT_TRUE(succeeded(w.download({.profile_class = ProfileClass::test})));
  World none;
  info = none.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  EXPECT_FALSE(
      info.rspCapability.contains(messages::RspCapabilityBit::rspServerTestProfileAllowlistCheckSupport));
}

TEST(LoadBoundProfilePackage, grants_policy_rules_by_the_rules_authorisation_table) {
  using messages::PprId;
  World w;
  EXPECT_EQ(error_of(w.download({.rules = {PprId::ppr1}, .owner = false})).errorReason,
            ErrorReason::pprNotAllowed);
  EXPECT_TRUE(succeeded(w.download({.iccid = "8949000000000000025", .rules = {PprId::ppr2}})));
  EXPECT_EQ(error_of(w.download({.rules = {PprId::ppr1}})).errorReason, ErrorReason::pprNotAllowed)
      << "there is an operational profile";
  World none(1, [](Personalisation& p) { p.rules.clear(); });
  EXPECT_EQ(error_of(none.download({.rules = {PprId::ppr2}})).errorReason, ErrorReason::pprNotAllowed);
  World other(1, [](Personalisation& p) { p.rules[0].allowedOperators[0].mccMnc = {0x62, 0xF2, 0x10}; });
  EXPECT_EQ(error_of(other.download({.rules = {PprId::ppr2}})).errorReason, ErrorReason::pprNotAllowed);
}

TEST(LoadBoundProfilePackage, fills_the_memory_and_then_says_so) {
  World w(1, [](Personalisation& p) { p.capacity = 40000; });
  w.server.package = concat({Bytes(9000, 1), to_bytes("end")});
  int installed = 0;
  std::optional<messages::ProfileInstallationResult> result;
  for (; installed < 10; ++installed) {
    result = w.download({.iccid = "894900000000000" + std::to_string(1000 + installed)});
    if (!succeeded(result)) break;
  }
  EXPECT_EQ(installed, 4);
  EXPECT_EQ(error_of(result).errorReason, ErrorReason::installFailedDueToInsufficientMemoryForProfile);
  EXPECT_EQ(w.profiles().size(), 4u);
  ASSERT_EQ(w.remove("8949000000000001000"), messages::DeleteResult::ok);
  EXPECT_TRUE(succeeded(w.download({.iccid = "8949000000000001999"})));
}

TEST(LoadBoundProfilePackage, may_be_retried_with_the_same_key_after_an_interruption) {
  World w;
  auto ok = w.prepare(w.authenticate());
  w.server.bpp_otpk = ok.euiccSigned2.value.euiccOtpk;
  Bytes bpp = asn1::encode(w.server.bind(ok));
  ASSERT_TRUE(w.phone.script(View(bpp).first(bpp.size() - 40)));
  w.restart();  // power lost
  auto list = w.notifications();
  ASSERT_EQ(list.size(), 1u) << "the interruption is reported";
  EXPECT_TRUE(w.profiles().empty());
  EXPECT_EQ(w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk, *w.server.bpp_otpk);
  ASSERT_TRUE(succeeded(w.download()));
  EXPECT_EQ(w.notifications().size(), 2u);
}

TEST(LoadBoundProfilePackage, reports_a_reset_as_an_interruption) {
  World w;
  Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  ASSERT_TRUE(w.phone.script(View(bpp).first(bpp.size() - 40)));
  w.phone.connect();
  auto answer = *w.phone.script(asn1::encode(messages::RetrieveNotificationsListRequest{}));
  auto list = asn1::decode<messages::RetrieveNotificationsListResponse>(answer);
  ASSERT_TRUE(list);
  const auto& filed = std::get<0>(list->alt);
  ASSERT_EQ(filed.size(), 1u);
  auto error = error_of(std::get<messages::ProfileInstallationResult>(filed[0].alt));
  EXPECT_EQ(error.errorReason, ErrorReason::installFailedDueToInterruption);
}

TEST(LoadBoundProfilePackage, ends_when_the_lpa_begins_anew_in_the_middle_of_an_object) {
  World w;
  Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  ASSERT_TRUE(w.phone.script(View(bpp).first(bpp.size() - 40)));
  auto answer = w.phone.script(*from_hex("BF2E00"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(hex(*answer).substr(0, 10), "BF2E128010");
  EXPECT_EQ(w.notifications().size(), 1u) << "the interruption";
  EXPECT_TRUE(succeeded(w.download()));
}

TEST(LoadBoundProfilePackage, keeps_data_of_the_server_under_any_oid_of_its_own) {
  World w;
  w.server.configuration = *from_hex("BF2408B806800488370901");
  ASSERT_TRUE(succeeded(w.download()));
  messages::ProfileInfoListRequest request;
  request.tagList = *from_hex("B8");
  auto response = w.phone.command<messages::ProfileInfoListResponse>(request);
  const auto& list = std::get<0>(response.alt);
  ASSERT_EQ(list.size(), 1u);
  ASSERT_TRUE(list[0].dpProprietaryData);
  EXPECT_EQ(list[0].dpProprietaryData->dpOid, asn1::Oid::of({2, 999, 9, 1}));
}

TEST(LoadBoundProfilePackage, answers_other_functions_with_6985_and_goes_on) {
  World w;
  Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
  asn1::Reader in(bpp);
  size_t head = asn1::read_header(bpp).header_size;
  size_t initialise = asn1::Reader(View(bpp).subspan(head)).next()->whole.size();
  ASSERT_TRUE(w.phone.script(View(bpp).first(head + initialise)));
  EXPECT_FALSE(w.phone.script(*from_hex("BF2D00")));
  EXPECT_EQ(w.phone.last_sw, 0x6985);
  auto rest = w.phone.script(View(bpp).subspan(head + initialise));
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->empty());
  EXPECT_EQ(w.profiles().size(), 1u);
}

TEST(LoadBoundProfilePackage, enforces_the_order_of_the_parts) {
  auto run = [](std::function<void(messages::BoundProfilePackage&, Bytes&)> change) {
    World w;
    auto bpp = w.server.bind(w.prepare(w.authenticate()));
    Bytes isc = asn1::encode(bpp.initialiseSecureChannelRequest);
    Bytes body = isc;
    change(bpp, body);
    auto answer = w.phone.script(asn1::tlv(0xBF36, body));
    EXPECT_TRUE(w.profiles().empty());
    if (!answer || answer->empty()) return -1;
    return static_cast<int>(
        error_of(*asn1::decode<messages::ProfileInstallationResult>(*answer)).errorReason);
  };
  EXPECT_EQ(run([](auto& bpp, Bytes& body) { append(body, asn1::tlv(0xA1, bpp.sequenceOf88)); }), 7);
  EXPECT_EQ(run([](auto& bpp, Bytes& body) {
              append(body, asn1::tlv(0xA0, bpp.firstSequenceOf87));
              append(body, asn1::tlv(0xA3, bpp.sequenceOf86));
            }),
            7)
      << "no metadata";
  EXPECT_EQ(run([](auto& bpp, Bytes& body) {
              append(body, asn1::tlv(0xA0, bpp.firstSequenceOf87));
              append(body, asn1::tlv(0xA1, bpp.sequenceOf88));
            }),
            7)
      << "no profile";
  EXPECT_EQ(run([](auto&, Bytes& body) { body = *from_hex("A000"); }), 7) << "no secure channel";
  EXPECT_EQ(run([](auto& bpp, Bytes& body) { append(body, asn1::tlv(0xA0, bpp.sequenceOf88)); }), 7)
      << "'88' among '87'";
}

// M2-44: the right chip, the right server, protected for this chip, or not: eight cases, and one that
// installs.
TEST(ThreeQuestions, only_three_yeses_install) {
  for (int bits = 0; bits < 8; ++bits) {
    bool right_chip = bits & 1, right_server = bits & 2, protected_for_it = bits & 4;
    World w, stranger(2);
    if (!right_server) w.server.auth_role = pki::Role::dp_pb;
    auto given = w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
    Challenge challenge = right_chip ? given.euiccChallenge : Challenge{};
    auto response = w.phone.command<messages::AuthenticateServerResponse>(w.server.authenticate(challenge));
    std::optional<messages::ProfileInstallationResult> result;
    if (auto* ok = std::get_if<messages::AuthenticateResponseOk>(&response.alt)) {
      auto prepared = w.prepare(*ok);
      auto bpp = w.server.bind(prepared);
      if (!protected_for_it) {
        auto theirs = w.server.bind(stranger.prepare(stranger.authenticate()));
        theirs.initialiseSecureChannelRequest = std::move(bpp.initialiseSecureChannelRequest);
        bpp = std::move(theirs);
      }
      result = w.phone.load(asn1::encode(bpp));
    }
    ASSERT_EQ(w.decisions.all.size(), 1u) << "case " << bits;
    const auto& d = w.decisions.all[0];
    EXPECT_EQ(d.installed, bits == 7);
    EXPECT_EQ(succeeded(result), bits == 7);
    EXPECT_EQ(w.profiles().size(), bits == 7 ? 1u : 0u) << "case " << bits;
    uint8_t expected = bits == 7 ? 0 : !right_server ? 5 : !right_chip ? 6 : 8;
    EXPECT_EQ(d.code, expected) << "case " << bits;
  }
}

}  // namespace
}  // namespace sealift::euicc
