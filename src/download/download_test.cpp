#include "download/download.hpp"

#include "crypto/hash.hpp"
#include "download/test_support.hpp"
#include "pki/issue.hpp"

namespace sealift::download::test {
namespace {

struct World : testing::Test {
  DownloadCard card;
  FakeServer server;
  FakeUser user;
  struct Steps final : Progress {
    void step(Step s) override { seen.push_back(s); }
    void loaded(size_t octets, size_t of) override {
      done = octets;
      whole = of;
    }
    std::vector<Step> seen;
    size_t done = 0, whole = 0;
  } steps;
  ActivationCode code = *ActivationCode::parse("LPA:1$smdp.example.com$TOKEN-1");
  Options options{default_device_info(), {}};

  World() { offer(profile_metadata()); }
  void offer(const StoreMetadataRequest& metadata) {
    server.metadata = metadata;
    server.package = package_of(metadata);
  }
  Result<Outcome, Failure> run() {
    auto es10 = Es10::open(card);
    check(bool(es10), "the fake card opens");
    return download_profile(*es10, server, user, steps, code, options);
  }
  /// Runs, and expects it to end at this step.
  Failure fails_at(Step step) {
    auto out = run();
    EXPECT_FALSE(out) << "downloaded what should have been refused";
    if (out) return {};
    EXPECT_EQ(out.error().step, step) << name(out.error().step) << ": " << out.error().error.message;
    EXPECT_FALSE(out.error().error.message.empty());
    return out.error();
  }
  /// The reason reached card, server and caller, or none of them.
  void expect_cancelled(const Failure& f, std::optional<CancelSessionReason> reason) {
    EXPECT_EQ(f.cancelled, reason);
    EXPECT_EQ(card.cancelled, reason);
    EXPECT_EQ(server.heard_cancel, reason);
  }
  bool package_was_asked_for() const {
    return std::count(server.calls.begin(), server.calls.end(), "package smdp.example.com") > 0;
  }
};
using Download = World;

ProfilePolicyAuthorisationRule rule(PprIds ids, bool consent) {
  ProfilePolicyAuthorisationRule r;
  r.pprIds = ids;
  r.allowedOperators.emplace_back().mccMnc = {0xEE, 0xEE, 0xEE};
  if (consent) r.pprFlags = {PprFlag::consentRequired};
  return r;
}

TEST_F(Download, installs_and_tells_what_was_installed) {
  auto out = run();
  ASSERT_TRUE(out) << out.error().error.message;
  EXPECT_EQ(out->metadata, server.metadata);
  EXPECT_EQ(out->isdpAid, aid(0x10));
  EXPECT_EQ(out->seqNumber, 1u);
  EXPECT_EQ(server.calls, (std::vector<std::string>{"initiate smdp.example.com", "client smdp.example.com",
                                                    "package smdp.example.com"}));
  EXPECT_EQ(steps.seen, (std::vector{Step::get_euicc_info, Step::initiate_authentication, Step::authenticate_server,
                                     Step::authenticate_client, Step::consent, Step::prepare_download,
                                     Step::get_bound_profile_package, Step::load_bound_profile_package}));
  EXPECT_EQ(steps.done, server.package.size());
  EXPECT_EQ(steps.whole, server.package.size());
  EXPECT_EQ(card.context->matchingId, code.acToken);
}

TEST_F(Download, keeps_the_package_until_the_user_has_agreed) {
  user.answer = Answer::no;
  fails_at(Step::consent);
  EXPECT_FALSE(package_was_asked_for());
}

TEST_F(Download, refuses_a_server_that_signs_as_another) {
  server.change_initiate = [](InitiateAuthenticationOkEs9& ok) {
    ok.serverSigned1.value.serverAddress = "evil.example.com";
    ok.serverSigned1 = asn1::seal(ok.serverSigned1.value);
  };
  Failure f = fails_at(Step::initiate_authentication);
  EXPECT_EQ(f.error.kind, ErrorKind::verification);
  expect_cancelled(f, std::nullopt);
  EXPECT_FALSE(card.context) << "the card was told of the server";
}

TEST_F(Download, takes_host_names_in_either_case) {
  server.change_initiate = [](InitiateAuthenticationOkEs9& ok) {
    ok.serverSigned1.value.serverAddress = "SMDP.Example.com";
    ok.serverSigned1 = asn1::seal(ok.serverSigned1.value);
  };
  EXPECT_TRUE(run());
}

TEST_F(Download, refuses_another_transaction_than_the_signed_one) {
  server.change_initiate = [](InitiateAuthenticationOkEs9& ok) { ok.transactionId = *TransactionId::parse("01"); };
  EXPECT_EQ(fails_at(Step::initiate_authentication).error.kind, ErrorKind::verification);
  EXPECT_FALSE(card.context);
}

TEST_F(Download, refuses_a_client_answer_for_another_transaction) {
  server.change_client = [](AuthenticateClientOk& ok) { ok.transactionId = *TransactionId::parse("01"); };
  EXPECT_EQ(fails_at(Step::authenticate_client).error.kind, ErrorKind::verification);
  EXPECT_FALSE(user.asked_policies) << "the user was asked about it";
}

TEST_F(Download, cancels_where_the_package_is_of_another_transaction) {
  server.change_package = [](GetBoundProfilePackageOk& ok) { ok.transactionId = *TransactionId::parse("01"); };
  expect_cancelled(fails_at(Step::get_bound_profile_package), CancelSessionReason::undefinedReason);
}

struct WithOid : World {
  WithOid() {
    SeededRandom random(1);
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.not_before = Time(std::chrono::seconds(1'750'000'000));
    o.dp_hosts = o.ds_hosts = {"smdp.example.com"};
    o.dp_oid = ours;
    o.eid = *Eid::parse("89049032123451234512345678901235");
    auto pki = pki::make_hierarchy(o, random);
    check(bool(pki), "a hierarchy");
    Bytes certificate = to_bytes(pki->certificate(pki::Role::dp_auth).der());
    server.change_initiate = [certificate](InitiateAuthenticationOkEs9& ok) { ok.serverCertificate.tlv = certificate; };
  }
  const asn1::Oid ours = *asn1::Oid::parse("2.999.10"), other = *asn1::Oid::parse("2.999.11");
};

TEST_F(WithOid, accepts_the_server_the_code_names) {
  code.smdpOid = ours;
  EXPECT_TRUE(run());
  server.tls_oids = {ours};
  EXPECT_TRUE(run());
}

TEST_F(WithOid, refuses_a_certificate_of_another_server_than_the_code_names) {
  code.smdpOid = other;
  Failure f = fails_at(Step::initiate_authentication);
  EXPECT_EQ(f.error.kind, ErrorKind::verification);
  EXPECT_NE(f.error.message.find("2.999.11"), std::string::npos);
  EXPECT_FALSE(card.context);
}

TEST_F(WithOid, refuses_a_tls_server_of_another_oid_than_the_code_names) {
  code.smdpOid = ours;
  server.tls_oids = {other};
  EXPECT_EQ(fails_at(Step::initiate_authentication).error.kind, ErrorKind::verification);
  EXPECT_FALSE(card.context);
}

TEST_F(Download, refuses_a_certificate_it_cannot_read_where_the_code_names_an_oid) {
  code.smdpOid = *asn1::Oid::parse("2.999.10");
  fails_at(Step::initiate_authentication);
}

TEST_F(Download, tells_the_server_why_the_card_refused_it) {
  card.authenticate_error = AuthenticateErrorCode::ciPKUnknown;
  Failure f = fails_at(Step::authenticate_server);
  EXPECT_EQ(f.authenticateError, AuthenticateErrorCode::ciPKUnknown);
  EXPECT_EQ(server.heard_authenticate_error, AuthenticateErrorCode::ciPKUnknown);
  expect_cancelled(f, std::nullopt);
  EXPECT_FALSE(package_was_asked_for());
}

TEST_F(Download, tells_the_server_why_the_card_refused_its_offer) {
  card.download_error = DownloadErrorCode::invalidSignature;
  Failure f = fails_at(Step::prepare_download);
  EXPECT_EQ(f.downloadError, DownloadErrorCode::invalidSignature);
  EXPECT_EQ(server.heard_download_error, DownloadErrorCode::invalidSignature);
}

TEST_F(Download, cancels_by_the_answer_of_the_user) {
  const std::pair<Answer, CancelSessionReason> answers[] = {{Answer::no, CancelSessionReason::endUserRejection},
                                                            {Answer::postponed, CancelSessionReason::postponed},
                                                            {Answer::timed_out, CancelSessionReason::timeout}};
  uint8_t wire = 0;
  for (auto [answer, reason] : answers) {
    EXPECT_EQ(static_cast<uint8_t>(reason), wire++);
    user.answer = answer;
    expect_cancelled(fails_at(Step::consent), reason);
  }
}

TEST_F(Download, tells_where_the_server_cannot_be_told_of_the_cancellation) {
  user.answer = Answer::no;
  server.failures["cancel"] = {std::nullopt, {ErrorKind::io, "the line is dead"}};
  Failure f = fails_at(Step::consent);
  EXPECT_EQ(f.cancelled, CancelSessionReason::endUserRejection);
  EXPECT_NE(f.error.message.find("the line is dead"), std::string::npos);
}

TEST_F(Download, cancels_with_3_where_the_card_does_not_allow_the_policy_rules) {
  StoreMetadataRequest m = profile_metadata();
  m.profilePolicyRules = {PprId::ppr1};
  offer(m);
  Failure f = fails_at(Step::consent);
  expect_cancelled(f, CancelSessionReason::pprNotAllowed);
  EXPECT_EQ(static_cast<int>(*f.cancelled), 3);
  EXPECT_FALSE(user.asked_policies) << "the user was asked for what the card forbids";
}

TEST_F(Download, shows_the_user_the_policy_rules_that_need_consent) {
  StoreMetadataRequest m = profile_metadata();
  m.profilePolicyRules = {PprId::ppr1};
  offer(m);
  card.rat = {rule({PprId::ppr1}, true)};
  ASSERT_TRUE(run());
  EXPECT_TRUE(user.asked_policies->contains(PprId::ppr1));
  card.rat = {rule({PprId::ppr1}, false)};
  ASSERT_TRUE(run());
  EXPECT_FALSE(user.asked_policies->any());
}

TEST_F(Download, cancels_with_3_where_a_profile_that_cannot_be_disabled_would_not_be_the_only_one) {
  StoreMetadataRequest m = profile_metadata();
  m.profilePolicyRules = {PprId::ppr1};
  offer(m);
  card.rat = {rule({PprId::ppr1}, true)};
  ProfileInfo other;
  other.profileClass = ProfileClass::test;
  card.installed_profiles = {other};
  EXPECT_TRUE(run()) << "a test profile is none of the operational ones";
  other.profileClass = ProfileClass::operational;
  card.installed_profiles.push_back(other);
  expect_cancelled(fails_at(Step::consent), CancelSessionReason::pprNotAllowed);
}

TEST_F(Download, cancels_with_4_where_the_package_holds_another_profile_than_was_offered) {
  StoreMetadataRequest other = profile_metadata();
  other.iccid = *Iccid::parse("8949000000000000025");
  server.package = package_of(other);
  Failure f = fails_at(Step::get_bound_profile_package);
  expect_cancelled(f, CancelSessionReason::metadataMismatch);
  EXPECT_EQ(static_cast<int>(*f.cancelled), 4);
}

TEST_F(Download, cancels_with_4_where_the_package_brings_policy_rules_that_were_not_offered) {
  StoreMetadataRequest other = profile_metadata();
  other.profilePolicyRules = {PprId::ppr2};
  server.package = package_of(other);
  expect_cancelled(fails_at(Step::get_bound_profile_package), CancelSessionReason::metadataMismatch);
}

TEST_F(Download, cancels_with_4_whatever_else_of_the_metadata_is_not_as_offered) {
  const std::pair<std::string, std::function<void(StoreMetadataRequest&)>> changes[] = {
      {"serviceProviderName", [](auto& m) { m.serviceProviderName += "x"; }},
      {"profileName", [](auto& m) { m.profileName += "x"; }},
      {"icon", [](auto& m) { m.icon = Bytes{1}; }},
      {"profileClass", [](auto& m) { m.profileClass.value = ProfileClass::test; }},
      {"notificationConfigurationInfo", [](auto& m) { m.notificationConfigurationInfo.emplace(); }},
      {"profileOwner", [](auto& m) { m.profileOwner = OperatorId{{0x62, 0xF2, 0x20}, {}, {}, {}}; }},
  };
  for (const auto& [field, change] : changes) {
    StoreMetadataRequest other = profile_metadata();
    change(other);
    server.package = package_of(other);
    Failure f = fails_at(Step::get_bound_profile_package);
    expect_cancelled(f, CancelSessionReason::metadataMismatch);
    EXPECT_NE(f.error.message.find(field), std::string::npos) << f.error.message;
  }
}

TEST_F(Download, takes_no_installation_result_of_another_transaction) {
  auto usual = card.segment;
  card.segment = [usual](View unit) {
    Bytes answer = usual(unit);
    if (answer.empty()) return answer;
    auto pir = *asn1::decode<ProfileInstallationResult>(answer);
    auto data = pir.profileInstallationResultData.value;
    data.transactionId = *TransactionId::parse("FF112233445566778899AABBCCDDEEFF");
    pir.profileInstallationResultData = asn1::seal(std::move(data));
    return asn1::encode(pir);
  };
  Failure f = fails_at(Step::load_bound_profile_package);
  EXPECT_EQ(f.error.kind, ErrorKind::verification);
}

TEST_F(Download, cancels_with_5_where_the_card_does_not_take_the_package) {
  card.intercept = [](View c) -> std::optional<Bytes> {
    if (c[1] == 0xE2 && c[5] == 0x86) return FakeCard::status(0x6F00);
    return std::nullopt;
  };
  Failure f = fails_at(Step::load_bound_profile_package);
  expect_cancelled(f, CancelSessionReason::loadBppExecutionError);
  EXPECT_EQ(static_cast<int>(*f.cancelled), 5);
}

TEST_F(Download, cancels_with_5_where_the_card_gives_no_result) {
  card.answers_package = false;
  expect_cancelled(fails_at(Step::load_bound_profile_package), CancelSessionReason::loadBppExecutionError);
}

TEST_F(Download, does_not_cancel_what_the_card_has_given_a_result_for) {
  card.result = {ErrorResult{BppCommandId::loadProfileElements, ErrorReason::installFailedDueToPEProcessingError, {}, {}}};
  Failure f = fails_at(Step::load_bound_profile_package);
  EXPECT_EQ(f.errorReason, ErrorReason::installFailedDueToPEProcessingError);
  expect_cancelled(f, std::nullopt);
}

TEST_F(Download, stops_sending_where_the_card_gives_its_result_early) {
  card.result = {ErrorResult{BppCommandId::storeMetadata, ErrorReason::incorrectInputValues, {}, {}}};
  size_t units = 0;
  card.segment = [&](View unit) { return ++units, unit[0] == 0x88 ? asn1::encode(installation(card.result)) : Bytes(); };
  fails_at(Step::load_bound_profile_package);
  EXPECT_EQ(units, 4u);  // BF36 with BF23, A0, A1, and the one 88
}

TEST_F(Download, hands_on_a_refusal_of_the_server_with_its_codes) {
  const std::pair<const char*, Step> functions[] = {{"initiate", Step::initiate_authentication},
                                                    {"client", Step::authenticate_client},
                                                    {"package", Step::get_bound_profile_package}};
  for (auto [function, step] : functions) {
    FunctionExecutionStatus status;
    status.statusCodeData = StatusCodeData{.subjectCode = "8.2.6", .reasonCode = "3.8"};
    server.failures = {{function, {status, {ErrorKind::conflict, "refused"}}}};
    Failure f = fails_at(step);
    ASSERT_TRUE(f.status);
    EXPECT_EQ(f.status->subjectCode, "8.2.6");
    EXPECT_EQ(f.status->reasonCode, "3.8");
  }
}

TEST_F(Download, asks_for_the_confirmation_code_and_sends_its_hash) {
  server.confirmation_code = true;
  user.code = "4711";
  ASSERT_TRUE(run());
  EXPECT_EQ(user.asked_codes, 1);
  // SGP.22 5.7.5: SHA256(SHA256(code) | transactionId)
  const auto inner = crypto::sha256(view("4711"));
  EXPECT_EQ(server.heard_hash, to_bytes(crypto::sha256(concat({inner, transaction.octets()}))));
}

TEST_F(Download, does_not_ask_for_a_code_that_was_given_beforehand) {
  server.confirmation_code = true;
  options.confirmation_code = "4711";
  ASSERT_TRUE(run());
  EXPECT_EQ(user.asked_codes, 0);
  EXPECT_EQ(server.heard_hash, to_bytes(hash_confirmation_code("4711", transaction)));
}

TEST_F(Download, sends_no_hash_where_the_server_asks_for_none) {
  options.confirmation_code = "4711";
  ASSERT_TRUE(run());
  EXPECT_EQ(server.heard_hash, std::nullopt);
}

TEST_F(Download, is_put_off_where_the_user_has_no_confirmation_code) {
  server.confirmation_code = true;
  Failure f = fails_at(Step::consent);
  expect_cancelled(f, CancelSessionReason::postponed);
  EXPECT_FALSE(package_was_asked_for());
}

TEST_F(Download, tells_that_the_confirmation_code_is_wrong) {
  server.confirmation_code = true;
  user.code = "0000";
  FunctionExecutionStatus status;
  status.statusCodeData = StatusCodeData{.subjectCode = "8.2.7", .reasonCode = "3.8"};
  server.failures["package"] = {status, {ErrorKind::conflict, "wrong confirmation code"}};
  Failure f = fails_at(Step::get_bound_profile_package);
  EXPECT_EQ(f.status->subjectCode, "8.2.7");
}

TEST_F(Download, ends_where_the_card_answers_nonsense) {
  for (uint16_t tag : {0xBF20, 0xBF2E, 0xBF38, 0xBF21}) {
    auto kept = std::exchange(card.functions[tag], [](View) { return Bytes{0xBF, 0x99, 0x01, 0x00}; });
    EXPECT_FALSE(run());
    card.functions[tag] = kept;
  }
  EXPECT_TRUE(run());
}

}  // namespace
}  // namespace sealift::download::test
