#include "download/download.hpp"

#include "crypto/hash.hpp"
#include "download/authentication.hpp"

namespace sealift::download {

using namespace messages;

std::string_view name(Step step) {
  switch (step) {
    case Step::open_card: return "open the card";
    case Step::get_euicc_info: return "ES10b.GetEUICCInfo";
    case Step::initiate_authentication: return "ES9+.InitiateAuthentication";
    case Step::authenticate_server: return "ES10b.AuthenticateServer";
    case Step::authenticate_client: return "ES9+.AuthenticateClient";
    case Step::consent: return "consent of the end user";
    case Step::prepare_download: return "ES10b.PrepareDownload";
    case Step::get_bound_profile_package: return "ES9+.GetBoundProfilePackage";
    case Step::load_bound_profile_package: return "ES10b.LoadBoundProfilePackage";
    case Step::notify: return "ES9+.HandleNotification";
    case Step::done: return "done";
  }
  return "?";
}

Octets<32> hash_confirmation_code(std::string_view code, const TransactionId& transactionId) {
  auto inner = crypto::sha256(view(code));
  return crypto::sha256(concat({View(inner), transactionId.octets()}));
}

DeviceInfo default_device_info() {
  DeviceInfo d;
  d.tac = {0x35, 0x29, 0x06, 0x11};
  d.deviceCapabilities.gsmSupportedRelease = VersionType{9, 0, 0};
  d.deviceCapabilities.utranSupportedRelease = VersionType{9, 0, 0};
  d.deviceCapabilities.eutranEpcSupportedRelease = VersionType{15, 0, 0};
  d.deviceCapabilities.nr5gcSupportedRelease = VersionType{15, 0, 0};
  return d;
}

std::string_view metadata_difference(const StoreMetadataRequest& a, const StoreMetadataRequest& b) {
  if (a.iccid != b.iccid) return "iccid";
  if (a.serviceProviderName != b.serviceProviderName) return "serviceProviderName";
  if (a.profileName != b.profileName) return "profileName";
  if (a.iconType != b.iconType) return "iconType";
  if (a.icon != b.icon) return "icon";
  if (a.profileClass.value != b.profileClass.value) return "profileClass";
  if (a.notificationConfigurationInfo != b.notificationConfigurationInfo) return "notificationConfigurationInfo";
  if (a.profileOwner != b.profileOwner) return "profileOwner";
  if (a.profilePolicyRules != b.profilePolicyRules) return "profilePolicyRules";
  return {};
}

namespace {

/// One run; the members are what the steps hand on.
class Run {
 public:
  Run(Es10& card, Es9& server, Consent& consent, Progress& progress, const ActivationCode& code, const Options& options)
      : card_(card),
        server_(server),
        consent_(consent),
        progress_(progress),
        code_(code),
        options_(options),
        session_(card, server, progress, code.smdpAddress, code.smdpOid, options) {}

  Result<Outcome, Failure> go();

 private:
  template <class Cause>
  Failure fail(Cause&& cause) const {
    return session_.fail(std::forward<Cause>(cause));
  }
  void enter(Step step) { session_.enter(step); }
  template <class T, class E>
  Result<T, Failure> of(Result<T, E> r) const {
    return session_.of(std::move(r));
  }

  Result<InitiateAuthenticationOkEs9, Failure> initiate();
  Result<AuthenticateClientOk, Failure> authenticate(InitiateAuthenticationOkEs9);
  Result<PrepareDownloadResponse, Failure> prepare(const AuthenticateClientOk&);
  Result<Outcome, Failure> load(const AuthenticateClientOk&, const GetBoundProfilePackageOk&);
  Result<void, Failure> ask(const StoreMetadataRequest&);
  Result<void, Failure> first_operational_profile();
  /// Null where none is recorded.
  Transcript* transcript() const {
    return options_.transcript && *options_.transcript ? &**options_.transcript : nullptr;
  }
  /// Ends the session at card and server; the failure that led here goes on.
  Failure cancel(CancelSessionReason, Failure);

  Es10& card_;
  Es9& server_;
  Consent& consent_;
  Progress& progress_;
  const ActivationCode& code_;
  const Options& options_;
  Authentication session_;
  TransactionId transactionId_;
};

Failure Run::cancel(CancelSessionReason reason, Failure failure) {
  CancelSessionRequest request{transactionId_, reason, {}};
  auto signed_by_card = card_.call<CancelSessionResponse>("ES10b.CancelSession", request);
  if (!signed_by_card || signed_by_card->alt.index() != 0) return failure;
  failure.cancelled = reason;
  CancelSessionRequestEs9 to_server{transactionId_, std::move(*signed_by_card), {}};
  auto told = server_.cancel_session(code_.smdpAddress, to_server);
  if (!told) failure.error.message += " (the server could not be told: " + told.error().error.message + ")";
  return failure;
}

Result<InitiateAuthenticationOkEs9, Failure> Run::initiate() {
  auto ok = TRY(session_.initiate());
  if (session_.role() == pki::Role::ds_auth) {
    return fail(Error{ErrorKind::conflict, code_.smdpAddress + " is an SM-DS, which has no profiles: ask it for events"});
  }
  transactionId_ = ok.transactionId;
  if (options_.transcript) options_.transcript->emplace().initiateAuthenticationOk = ok;
  return ok;
}

Result<AuthenticateClientOk, Failure> Run::authenticate(InitiateAuthenticationOkEs9 server) {
  auto answer = TRY(session_.authenticate_server(std::move(server), code_.acToken));
  if (Transcript* t = transcript()) t->authenticateResponseOk = std::get<AuthenticateResponseOk>(answer.alt);
  enter(Step::authenticate_client);
  auto ok = TRY(of(server_.authenticate_client(code_.smdpAddress, {transactionId_, std::move(answer), std::nullopt, {}})));
  if (ok.transactionId != transactionId_) {
    return fail(Error{ErrorKind::verification, "the server answers for another transactionId"});
  }
  TRY_VOID(session_.judge(pki::Role::dp_pb, ok.smdpCertificate.tlv));
  if (Transcript* t = transcript()) t->authenticateClientOk = ok;
  return ok;
}

/// A profile that cannot be disabled has to be the only operational one (SGP.22 2.9.3.1).
Result<void, Failure> Run::first_operational_profile() {
  auto installed = card_.profiles();
  if (!installed) return cancel(CancelSessionReason::undefinedReason, fail(std::move(installed.error())));
  for (const ProfileInfo& p : *installed) {
    if (p.profileClass.value_or(ProfileClass::operational) != ProfileClass::operational) continue;
    return cancel(CancelSessionReason::pprNotAllowed,
                  fail(Error{ErrorKind::permission, "the profile could not be disabled once it is enabled (PPR1), and the card "
                                                    "has another profile already: delete that first"}));
  }
  return {};
}

Result<void, Failure> Run::ask(const StoreMetadataRequest& metadata) {
  enter(Step::consent);
  PprIds to_confirm;
  if (metadata.profilePolicyRules && metadata.profilePolicyRules->any()) {
    auto rat = card_.call<GetRatResponse>("ES10b.GetRAT", GetRatRequest{});
    if (!rat) return cancel(CancelSessionReason::undefinedReason, fail(std::move(rat.error())));
    PolicyVerdict verdict = judge_policies(metadata, rat->rat);
    if (!verdict.allowed) {
      return cancel(CancelSessionReason::pprNotAllowed,
                    fail(Error{ErrorKind::permission, "the card does not let this operator set the profile's policy rules"}));
    }
    if (verdict.consentRequired) to_confirm = *metadata.profilePolicyRules;
    if (metadata.profilePolicyRules->contains(PprId::ppr1)) TRY_VOID(first_operational_profile());
  }
  switch (consent_.download(metadata, to_confirm)) {
    case Answer::yes: return {};
    case Answer::no:
      return cancel(CancelSessionReason::endUserRejection, fail(Error{ErrorKind::permission, "the download was declined"}));
    case Answer::postponed:
      return cancel(CancelSessionReason::postponed, fail(Error{ErrorKind::permission, "the download was put off"}));
    case Answer::timed_out: break;
  }
  return cancel(CancelSessionReason::timeout, fail(Error{ErrorKind::timeout, "nobody answered whether to download"}));
}

Result<PrepareDownloadResponse, Failure> Run::prepare(const AuthenticateClientOk& client) {
  PrepareDownloadRequest request;
  request.smdpSigned2 = client.smdpSigned2;
  request.smdpSignature2 = client.smdpSignature2;
  request.smdpCertificate = client.smdpCertificate;
  if (client.smdpSigned2.value.ccRequiredFlag) {
    auto code = options_.confirmation_code ? options_.confirmation_code : consent_.confirmation_code();
    if (!code) {
      // The user may come back with it: a rejection would end the order for good.
      return cancel(CancelSessionReason::postponed,
                    fail(Error{ErrorKind::permission, "this profile needs the confirmation code that the operator handed over"}));
    }
    request.hashCc = hash_confirmation_code(*code, transactionId_);
  }
  enter(Step::prepare_download);
  auto answer = TRY(of(card_.call<PrepareDownloadResponse>("ES10b.PrepareDownload", request)));
  if (auto* error = std::get_if<PrepareDownloadResponseError>(&answer.alt)) {
    Failure f = fail(Error{ErrorKind::verification, "the card does not accept the server's offer (downloadErrorCode " +
                                                        std::to_string(static_cast<int>(error->downloadErrorCode)) + ")"});
    f.downloadError = error->downloadErrorCode;
    (void)server_.get_bound_profile_package(code_.smdpAddress, {transactionId_, std::move(answer), {}});
    return f;
  }
  if (Transcript* t = transcript()) t->prepareDownloadResponseOk = std::get<PrepareDownloadResponseOk>(answer.alt);
  return answer;
}

Result<Outcome, Failure> Run::load(const AuthenticateClientOk& client, const GetBoundProfilePackageOk& package) {
  const StoreMetadataRequest& offered = client.profileMetaData.value;
  auto carried = metadata_of(package.boundProfilePackage.tlv);
  if (!carried) return cancel(CancelSessionReason::metadataMismatch, fail(std::move(carried.error())));
  if (auto field = metadata_difference(offered, *carried); !field.empty()) {
    return cancel(CancelSessionReason::metadataMismatch,
                  fail(Error{ErrorKind::verification, "the package is not what was offered: its " + std::string(field) +
                                                          " is another"}));
  }
  if (Transcript* t = transcript()) {
    auto channel = initialise_secure_channel_of(package.boundProfilePackage.tlv);
    if (channel) t->initialiseSecureChannelRequest = std::move(*channel);
  }
  enter(Step::load_bound_profile_package);
  auto result = card_.load_bound_profile_package(package.boundProfilePackage.tlv,
                                                 [&](size_t done, size_t of_all) { progress_.loaded(done, of_all); });
  if (!result) return cancel(CancelSessionReason::loadBppExecutionError, fail(std::move(result.error())));
  const auto& data = result->profileInstallationResultData.value;
  if (data.transactionId != transactionId_) {
    return fail(Error{ErrorKind::verification, "the card's installation result is about another transaction"});
  }
  if (Transcript* t = transcript(); t && t->initialiseSecureChannelRequest) t->profileInstallationResult = *result;
  if (auto* error = std::get_if<ErrorResult>(&data.finalResult.alt)) {
    Failure f = fail(Error{ErrorKind::conflict, "the card could not install the profile (bppCommandId " +
                                                    std::to_string(static_cast<int>(error->bppCommandId)) + ", errorReason " +
                                                    std::to_string(static_cast<int>(error->errorReason)) + ")"});
    f.errorReason = error->errorReason;
    return f;
  }
  Outcome out;
  out.metadata = offered;
  out.isdpAid = std::get<SuccessResult>(data.finalResult.alt).aid;
  out.seqNumber = data.notificationMetadata.seqNumber;
  out.installation = std::move(*result);
  return out;
}

Result<Outcome, Failure> Run::go() {
  auto server = TRY(initiate());
  auto client = TRY(authenticate(std::move(server)));
  TRY_VOID(ask(client.profileMetaData.value));
  auto prepared = TRY(prepare(client));
  enter(Step::get_bound_profile_package);
  auto package = server_.get_bound_profile_package(code_.smdpAddress, {transactionId_, std::move(prepared), {}});
  if (!package) return fail(package.error());
  if (package->transactionId != transactionId_) {
    return cancel(CancelSessionReason::undefinedReason,
                  fail(Error{ErrorKind::verification, "the server answers for another transactionId"}));
  }
  return load(client, *package);
}

}  // namespace

Result<Outcome, Failure> download_profile(Es10& card, Es9& server, Consent& consent, Progress& progress,
                                          const ActivationCode& code, const Options& options) {
  card.set_tracer(&progress);
  auto out = Run(card, server, consent, progress, code, options).go();
  card.set_tracer(nullptr);
  return out;
}

}  // namespace sealift::download
