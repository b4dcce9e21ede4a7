// Every code that an ES10 function can answer, by its name: each is reached here, or stands with the reason
// why this card never gives it. A code that messages/names.hpp names and that has no row fails the test.
#include <gtest/gtest.h>

#include <functional>

#include "asn1/writer.hpp"
#include "euicc/test_support.hpp"
#include "messages/names.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::PprId;
using messages::ProfileClass;
using pki::Role;

constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";
constexpr const char* c = "8949000000000000033";
constexpr const char* memory_is_told_by_status =
    "a memory that fails is told by status word 6581, and there is nothing else undefined";

template <class Code>
struct Row {
  Code code{};
  std::function<Code()> reach;          ///< what the card answered
  const char* never_because = nullptr;  ///< in its place
};

template <class Code>
void expect_all_reached(const char* enumeration, const std::vector<Row<Code>>& rows) {
  for (int value = 0; value <= 255; ++value) {
    const Code code = static_cast<Code>(value);
    if (messages::to_name(code).empty()) continue;
    size_t found = 0;
    for (const auto& row : rows) {
      if (row.code != code) continue;
      ++found;
      ASSERT_NE(bool(row.reach), row.never_because != nullptr) << enumeration;
      if (!row.reach) continue;
      EXPECT_EQ(messages::to_name(row.reach()), messages::to_name(code)) << enumeration;
    }
    EXPECT_EQ(found, 1u) << enumeration << "." << messages::to_name(code);
  }
}

void install(World& w, const MetadataOptions& options) {
  check(succeeded(w.download(options)), "installed");
}

// ---- AuthenticateServer, PrepareDownload

Challenge challenge(World& w) {
  return w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{})
      .euiccChallenge;
}

messages::AuthenticateErrorCode authenticate(World& w, const messages::AuthenticateServerRequest& request) {
  auto response = w.phone.command<messages::AuthenticateServerResponse>(request);
  const auto* error = std::get_if<messages::AuthenticateResponseError>(&response.alt);
  return error ? error->authenticateErrorCode : messages::AuthenticateErrorCode{};
}

/// A server's certificate below the card's CI, for a key of another curve.
Bytes on_brainpool(World& w, Role role) {
  pki::Subject subject;
  subject.name.attributes = {{asn1::Oid::of({2, 5, 4, 3}), "SM-DP+"}};
  subject.registered_id = *w.hierarchy.certificate(Role::dp_auth).registered_id();
  const auto& ci = w.hierarchy[Role::ci];
  auto key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, w.random);
  auto spec = pki::profile(role, subject, key.public_key(), &ci.certificate, ci.certificate.not_before(),
                           ci.certificate.not_after(), w.random);
  crypto::SoftwareSigner signer(ci.key);
  return to_bytes(pki::issue(spec, key.public_key(), signer)->der());
}

TEST(ErrorCodes, of_authenticate_server) {
  using enum messages::AuthenticateErrorCode;
  auto with = [](std::function<void(World&, messages::AuthenticateServerRequest&)> change) {
    return [change] {
      World w;
      auto request = w.server.authenticate(challenge(w));
      change(w, request);
      return authenticate(w, request);
    };
  };
  auto role = [](Role of_server) {
    return [of_server] {
      World w;
      w.server.auth_role = of_server;
      return authenticate(w, w.server.authenticate(challenge(w)));
    };
  };
  expect_all_reached<messages::AuthenticateErrorCode>(
      "AuthenticateErrorCode",
      {{invalidCertificate, with([](World&, auto& r) { r.serverCertificate.tlv.back() ^= 1; })},
       {invalidSignature, with([](World&, auto& r) { r.serverSignature1[0] ^= 1; })},
       {unsupportedCurve,
        with([](World& w, auto& r) { r.serverCertificate.tlv = on_brainpool(w, Role::dp_auth); })},
       {noSessionContext,
        [] {
          World w;
          return authenticate(w, w.server.authenticate(Challenge{}));
        }},
       {invalidOid, role(Role::dp_pb)},
       {euiccChallengeMismatch,
        [] {
          World w;
          challenge(w);
          return authenticate(w, w.server.authenticate(Challenge{}));
        }},
       {ciPKUnknown, with([](World&, auto& r) { r.euiccCiPKIdToBeUsed[0] ^= 1; })},
       {undefinedError, {}, "the checks have a code each"}});
}

TEST(ErrorCodes, of_prepare_download) {
  using enum messages::DownloadErrorCode;
  auto with = [](std::function<void(World&, messages::PrepareDownloadRequest&)> change) {
    return [change] {
      World w;
      auto request = w.server.prepare(w.authenticate());
      change(w, request);
      auto response = w.phone.command<messages::PrepareDownloadResponse>(request);
      const auto* error = std::get_if<messages::PrepareDownloadResponseError>(&response.alt);
      return error ? error->downloadErrorCode : messages::DownloadErrorCode{};
    };
  };
  auto signed2 = [](World&, messages::PrepareDownloadRequest& r, auto change) {
    auto value = r.smdpSigned2.value;
    change(value);
    r.smdpSigned2 = asn1::seal(std::move(value));
  };
  expect_all_reached<messages::DownloadErrorCode>(
      "DownloadErrorCode",
      {{invalidCertificate, with([](World&, auto& r) { r.smdpCertificate.tlv.back() ^= 1; })},
       {invalidSignature, with([](World&, auto& r) { r.smdpSignature2[0] ^= 1; })},
       {unsupportedCurve,
        with([](World& w, auto& r) { r.smdpCertificate.tlv = on_brainpool(w, Role::dp_pb); })},
       {noSessionContext, with([](World& w, auto&) { challenge(w); })},
       {invalidTransactionId, with([&](World& w, auto& r) {
          signed2(w, r, [](auto& s) { s.transactionId = *TransactionId::parse("01"); });
        })},
       {undefinedError, [] {
          World w;
          w.server.cc_required = true;  // and no hash comes
          auto response =
              w.phone.command<messages::PrepareDownloadResponse>(w.server.prepare(w.authenticate()));
          return std::get<messages::PrepareDownloadResponseError>(response.alt).downloadErrorCode;
        }}});
}

// ---- CancelSession

TEST(ErrorCodes, every_reason_to_cancel_is_signed) {
  using enum messages::CancelSessionReason;
  auto cancel = [](messages::CancelSessionReason reason) {
    return [reason] {
      World w;
      w.authenticate();
      messages::CancelSessionRequest request;
      request.transactionId = w.server.transactionId;
      request.reason = reason;
      auto response = w.phone.command<messages::CancelSessionResponse>(request);
      const auto& ok = std::get<messages::CancelSessionResponseOk>(response.alt);
      EXPECT_TRUE(crypto::verify(w.hierarchy.certificate(Role::euicc).public_key(),
                                 {ok.euiccCancelSessionSigned.tlv}, ok.euiccCancelSessionSignature));
      return ok.euiccCancelSessionSigned.value.reason;
    };
  };
  std::vector<Row<messages::CancelSessionReason>> rows;
  for (auto reason : {endUserRejection, postponed, timeout, pprNotAllowed, metadataMismatch,
                      loadBppExecutionError, undefinedReason})
    rows.push_back({reason, cancel(reason)});
  expect_all_reached("CancelSessionReason", rows);

  using Error = messages::CancelSessionResponseError;
  expect_all_reached<Error>(
      "CancelSessionResponseError",
      {{Error::invalidTransactionId,
        [] {
          World w;
          w.authenticate();
          messages::CancelSessionRequest request;
          request.transactionId = *TransactionId::parse("77");
          return std::get<Error>(w.phone.command<messages::CancelSessionResponse>(request).alt);
        }},
       {Error::undefinedError, {}, memory_is_told_by_status}});
}

// ---- LoadBoundProfilePackage

messages::ErrorResult download(const MetadataOptions& options, std::string_view package = "a profile, end") {
  World w;
  w.server.package = to_bytes(package);
  return error_of(w.download(options));
}

/// The package with the last octet of one of its units changed.
messages::ErrorResult with_broken_unit(size_t unit, const MetadataOptions& options = {}) {
  World w;
  auto m = *asn1::decode<messages::StoreMetadataRequest>(metadata(options));
  m.iconType = messages::IconType::png;
  m.icon = Bytes(1000, 7);  // two '88'
  w.server.metadata = asn1::encode(m);
  auto units = Phone::scripts(asn1::encode(w.server.bind(w.prepare(w.authenticate()))));
  units.at(unit).back() ^= 1;
  for (const auto& one : units) {
    auto answer = w.phone.script(one);
    if (answer && !answer->empty())
      return error_of(*asn1::decode<messages::ProfileInstallationResult>(*answer));
  }
  return {};
}

TEST(ErrorCodes, of_load_bound_profile_package) {
  using enum messages::ErrorReason;
  using Reason = messages::ErrorReason;
  using Isc = messages::InitialiseSecureChannelRequest;
  auto channel = [](std::function<void(Isc&)> change) {
    return [change] {
      World w;
      w.server.change_initialise = change;
      return error_of(w.download()).errorReason;
    };
  };
  auto plain = [](MetadataOptions options, std::string package = "a profile, end") {
    return [options, package] { return download(options, package).errorReason; };
  };
  auto interrupted = [] {
    World w;
    Bytes bpp = asn1::encode(w.server.bind(w.prepare(w.authenticate())));
    EXPECT_TRUE(w.phone.script(View(bpp).first(bpp.size() - 10)));
    w.phone.connect();
    auto list = w.phone.command<messages::RetrieveNotificationsListResponse>(
        messages::RetrieveNotificationsListRequest{});
    const auto& one = std::get<0>(list.alt).at(0);
    return error_of(std::get<messages::ProfileInstallationResult>(one.alt)).errorReason;
  };
  auto bad_channel_signature = [] {
    World w, other(2);
    w.prepare(w.authenticate());
    return error_of(w.phone.load(asn1::encode(w.server.bind(other.prepare(other.authenticate())))))
        .errorReason;
  };
  expect_all_reached<Reason>(
      "ErrorReason",
      {{incorrectInputValues, channel([](Isc& i) { i.smdpOtpk[64] ^= 1; })},
       {invalidSignature, bad_channel_signature},
       {invalidTransactionId, channel([](Isc& i) { i.transactionId = *TransactionId::parse("AA"); })},
       {unsupportedCrtValues, channel([](Isc& i) { i.controlRefTemplate.keyType[0] = 0x80; })},
       {unsupportedRemoteOperationType, channel([](Isc& i) { i.remoteOpId = 2; })},
       {unsupportedProfileClass, plain({.profile_class = static_cast<ProfileClass>(9)})},
       {scp03tStructureError,
        [] {
          World w;
          auto bpp = w.server.bind(w.prepare(w.authenticate()));
          std::swap(bpp.firstSequenceOf87, bpp.sequenceOf88);
          return error_of(w.phone.load(asn1::encode(bpp))).errorReason;
        }},
       {scp03tSecurityError, [] { return with_broken_unit(1).errorReason; }},
       {installFailedDueToIccidAlreadyExistsOnEuicc,
        [] {
          World w;
          install(w, {});
          return error_of(w.download()).errorReason;
        }},
       {installFailedDueToInsufficientMemoryForProfile,
        [] {
          World w(1, [](Personalisation& p) { p.capacity = 100; });
          return error_of(w.download()).errorReason;
        }},
       {installFailedDueToInterruption, interrupted},
       {installFailedDueToPEProcessingError, plain({}, "bad profile, end")},
       {installFailedDueToDataMismatch, plain({}, "imsi of another, end")},
       {testProfileInstallFailedDueToInvalidNaaKey,
        plain({.profile_class = ProfileClass::test}, "naa key that is secret, end")},
       {pprNotAllowed, plain({.rules = {PprId::ppr2}, .owner = false})},
       {installFailedDueToInsufficientMinimumSecurityLevel, plain({}, "open to everybody, end")},
       {installFailedDueToServerAddressAbsentInEuiccAllowList,
        [] {
          World w(1, [](Personalisation& p) { p.test_profile_servers.emplace(); });
          return error_of(w.download({.profile_class = ProfileClass::test})).errorReason;
        }},
       {installFailedDueToUnknownError,
        {},
        "every failure has a code; a memory that fails leaves no result"}});
}

TEST(ErrorCodes, name_the_command_of_a_package_that_failed) {
  using enum messages::BppCommandId;
  auto unit = [](size_t n) { return [n] { return with_broken_unit(n).bppCommandId; }; };
  expect_all_reached<messages::BppCommandId>("BppCommandId", {{initialiseSecureChannel, unit(0)},
                                                              {configureISDP, unit(1)},
                                                              {storeMetadata, unit(3)},
                                                              {storeMetadata2, unit(4)},
                                                              {replaceSessionKeys, unit(5)},
                                                              {loadProfileElements, unit(7)}});
}

// ---- notifications

TEST(ErrorCodes, of_notifications) {
  using ListError = messages::ListNotificationsResultError;
  expect_all_reached<ListError>("ListNotificationsResultError",
                                {{ListError::undefinedError, {}, memory_is_told_by_status}});
  using ResultError = messages::NotificationsListResultError;
  expect_all_reached<ResultError>(
      "NotificationsListResultError",
      {{ResultError::noResultAvailable, {}, "of versions before 2.5: an empty list is the answer since"},
       {ResultError::undefinedError, {}, memory_is_told_by_status}});
  using enum messages::DeleteNotificationStatus;
  auto remove = [](uint64_t number) {
    return [number] {
      World w;
      install(w, {});
      messages::NotificationSentRequest request;
      request.seqNumber = number;
      return w.phone.command<messages::NotificationSentResponse>(request).deleteNotificationStatus;
    };
  };
  expect_all_reached<messages::DeleteNotificationStatus>(
      "DeleteNotificationStatus",
      {{ok, remove(1)}, {nothingToDelete, remove(2)}, {undefinedError, {}, memory_is_told_by_status}});
}

// ---- ES10a, ES10c

TEST(ErrorCodes, of_es10a) {
  using enum messages::SetDefaultDpAddressResult;
  expect_all_reached<messages::SetDefaultDpAddressResult>(
      "SetDefaultDpAddressResult",
      {{ok,
        [] {
          World w;
          messages::SetDefaultDpAddressRequest request;
          request.defaultDpAddress = "smdp.example.com";
          return w.phone.command<messages::SetDefaultDpAddressResponse>(request).setDefaultDpAddressResult;
        }},
       {undefinedError, {}, "a longer address than there may be is 6A80"}});
}

TEST(ErrorCodes, of_get_profiles_info) {
  using enum messages::ProfileInfoListError;
  expect_all_reached<messages::ProfileInfoListError>(
      "ProfileInfoListError", {{incorrectInputValues,
                                [] {
                                  World w;
                                  messages::ProfileInfoListRequest request;
                                  request.tagList = Bytes{0x5A, 0x9F};
                                  auto response = w.phone.command<messages::ProfileInfoListResponse>(request);
                                  return std::get<messages::ProfileInfoListError>(response.alt);
                                }},
                               {undefinedError, {}, memory_is_told_by_status}});
}

TEST(ErrorCodes, of_enable_profile) {
  using enum messages::EnableResult;
  auto enable = [](std::function<void(World&)> before, const char* iccid, bool refresh = false) {
    return [=] {
      World w;
      before(w);
      return w.enable(iccid, refresh);
    };
  };
  expect_all_reached<messages::EnableResult>(
      "EnableResult",
      {{ok, enable([](World& w) { install(w, {.iccid = a}); }, a)},
       {iccidOrAidNotFound, enable([](World&) {}, a)},
       {profileNotInDisabledState, enable(
                                       [](World& w) {
                                         install(w, {.iccid = a});
                                         w.enable(a);
                                       },
                                       a)},
       {disallowedByPolicy, enable(
                                [](World& w) {
                                  install(w, {.iccid = a, .rules = {PprId::ppr1}});
                                  install(w, {.iccid = b});
                                  w.enable(a);
                                },
                                b)},
       {wrongProfileReenabling, enable(
                                    [](World& w) {
                                      install(w, {.iccid = a});
                                      install(w, {.iccid = b});
                                      install(w, {.iccid = c, .profile_class = ProfileClass::test});
                                      w.enable(a);
                                      w.enable(c);
                                    },
                                    b)},
       {catBusy, enable(
                     [](World& w) {
                       install(w, {.iccid = a});
                       install(w, {.iccid = b});
                       w.enable(a, true);
                     },
                     b, true)},
       {undefinedError, {}, memory_is_told_by_status}});
}

TEST(ErrorCodes, of_disable_profile) {
  using enum messages::DisableResult;
  auto disable = [](MetadataOptions options, bool enable, bool refresh) {
    return [=] {
      World w;
      install(w, options);
      if (enable) w.enable(a, refresh);
      return w.disable(a, refresh);
    };
  };
  expect_all_reached<messages::DisableResult>(
      "DisableResult", {{ok, disable({.iccid = a}, true, false)},
                        {iccidOrAidNotFound, disable({.iccid = b}, false, false)},
                        {profileNotInEnabledState, disable({.iccid = a}, false, false)},
                        {disallowedByPolicy, disable({.iccid = a, .rules = {PprId::ppr1}}, true, false)},
                        {catBusy, disable({.iccid = a}, true, true)},
                        {undefinedError, {}, memory_is_told_by_status}});
}

TEST(ErrorCodes, of_delete_profile) {
  using enum messages::DeleteResult;
  auto remove = [](MetadataOptions options, bool enable) {
    return [=] {
      World w;
      install(w, options);
      if (enable) w.enable(a);
      return w.remove(a);
    };
  };
  expect_all_reached<messages::DeleteResult>(
      "DeleteResult", {{ok, remove({.iccid = a}, false)},
                       {iccidOrAidNotFound, remove({.iccid = b}, false)},
                       {profileNotInDisabledState, remove({.iccid = a}, true)},
                       {disallowedByPolicy, remove({.iccid = a, .rules = {PprId::ppr2}}, false)},
                       {undefinedError, {}, memory_is_told_by_status}});
}

TEST(ErrorCodes, of_euicc_memory_reset) {
  using enum messages::ResetResult;
  auto reset = [](std::function<void(World&)> before) {
    return [=] {
      World w;
      before(w);
      messages::EuiccMemoryResetRequest request;
      request.resetOptions = {messages::ResetOption::deleteOperationalProfiles};
      return w.phone.command<messages::EuiccMemoryResetResponse>(request).resetResult;
    };
  };
  expect_all_reached<messages::ResetResult>("ResetResult",
                                            {{ok, reset([](World& w) { install(w, {.iccid = a}); })},
                                             {nothingToDelete, reset([](World&) {})},
                                             {catBusy, reset([](World& w) {
                                                install(w, {.iccid = a});
                                                w.enable(a, true);
                                              })},
                                             {undefinedError, {}, memory_is_told_by_status}});
}

TEST(ErrorCodes, of_set_nickname) {
  using enum messages::SetNicknameResult;
  auto set = [](const char* iccid) {
    return [iccid] {
      World w;
      install(w, {.iccid = a});
      messages::SetNicknameRequest request;
      request.iccid = *Iccid::parse(iccid);
      request.profileNickname = "work";
      return w.phone.command<messages::SetNicknameResponse>(request).setNicknameResult;
    };
  };
  expect_all_reached<messages::SetNicknameResult>(
      "SetNicknameResult",
      {{ok, set(a)}, {iccidNotFound, set(b)}, {undefinedError, {}, memory_is_told_by_status}});
}

// What the reasons above rest on.
TEST(ErrorCodes, a_memory_that_fails_is_told_by_status_word_6581) {
  const std::string by_iccid = "5A0A" + hex(Iccid::parse(a)->octets());
  for (const std::string& command :
       {std::string("BF3003800101"), std::string("BF3F03800161"), "BF3111A00C" + by_iccid + "810100",
        "BF330C" + by_iccid, "BF290F" + by_iccid + "900161", std::string("BF340482020580")}) {
    World w;
    install(w, {.iccid = a});
    w.nvm.refuse_append(0);
    EXPECT_FALSE(w.phone.script(*from_hex(command))) << command;
    EXPECT_EQ(w.phone.last_sw, 0x6581) << command;
    w.restart();
    EXPECT_EQ(w.profiles().size(), 1u) << command;
  }
}

}  // namespace
}  // namespace sealift::euicc
