#include "lab/load_phone.hpp"

#include "reader/loopback.hpp"

namespace sealift::lab {

using namespace messages;

namespace {

class LoadPhone final : public http::VirtualPhone {
 public:
  LoadPhone(VirtualCard card, download::ActivationCode code)
      : card_(std::move(card)), transport_(card_.card()), code_(std::move(code)) {}

  Result<std::optional<Post>> next(const http::Response* previous) override {
    switch (step_++) {
      case 0:
        return initiate();
      case 1:
        return authenticate(*previous);
      case 2:
        return prepare(*previous);
      case 3:
        return load(*previous);
      default:
        if (previous->status / 100 != 2)
          return Error{ErrorKind::conflict, "handleNotification HTTP " + std::to_string(previous->status)};
        return std::optional<Post>();
    }
  }

 private:
  static std::optional<Post> post(const char* function, std::string body) {
    return Post{std::string("/gsma/rsp2/es9plus/") + function, std::move(body)};
  }
  Result<std::optional<Post>> initiate() {
    es10_.emplace(TRY(download::Es10::open(transport_)));
    InitiateAuthenticationRequest request;
    request.euiccInfo1 = TRY(es10_->call<EuiccInfo1>("ES10b.GetEUICCInfo1", GetEuiccInfo1Request{}));
    request.euiccChallenge =
        TRY(es10_->call<GetEuiccChallengeResponse>("ES10b.GetEUICCChallenge", GetEuiccChallengeRequest{}))
            .euiccChallenge;
    request.smdpAddress = code_.smdpAddress;
    return post("initiateAuthentication", to_json(request));
  }
  Result<std::optional<Post>> authenticate(const http::Response& previous) {
    auto server = TRY(output_of<InitiateAuthenticationOkEs9>("initiateAuthentication", previous));
    AuthenticateServerRequest request;
    request.serverSigned1 = std::move(server.serverSigned1);
    request.serverSignature1 = server.serverSignature1;
    request.euiccCiPKIdToBeUsed = server.euiccCiPKIdToBeUsed;
    request.serverCertificate = std::move(server.serverCertificate);
    request.ctxParams1.matchingId = code_.acToken;
    request.ctxParams1.deviceInfo = download::default_device_info();
    transactionId_ = server.transactionId;
    auto answer = TRY(es10_->call<AuthenticateServerResponse>("ES10b.AuthenticateServer", request));
    if (answer.alt.index() != 0) return Error{ErrorKind::verification, "card refuses the server"};
    return post("authenticateClient",
                to_json(AuthenticateClientRequest{transactionId_, std::move(answer), std::nullopt, {}}));
  }
  Result<std::optional<Post>> prepare(const http::Response& previous) {
    auto ok = TRY(output_of<AuthenticateClientOk>("authenticateClient", previous));
    PrepareDownloadRequest request;
    request.smdpSigned2 = std::move(ok.smdpSigned2);
    request.smdpSignature2 = ok.smdpSignature2;
    request.smdpCertificate = std::move(ok.smdpCertificate);
    auto answer = TRY(es10_->call<PrepareDownloadResponse>("ES10b.PrepareDownload", request));
    if (answer.alt.index() != 0) return Error{ErrorKind::verification, "card refuses the offer"};
    return post("getBoundProfilePackage",
                to_json(GetBoundProfilePackageRequest{transactionId_, std::move(answer), {}}));
  }
  Result<std::optional<Post>> load(const http::Response& previous) {
    auto package = TRY(output_of<GetBoundProfilePackageOk>("getBoundProfilePackage", previous));
    auto result =
        TRY(es10_->load_bound_profile_package(package.boundProfilePackage.tlv, [](size_t, size_t) {}));
    if (result.profileInstallationResultData.value.finalResult.alt.index() != 0) {
      return Error{ErrorKind::conflict, "card could not install"};
    }
    return post("handleNotification",
                to_json(HandleNotification{PendingNotification{std::move(result)}, {}}));
  }

  VirtualCard card_;
  reader::Loopback transport_;
  download::ActivationCode code_;
  std::optional<download::Es10> es10_;
  TransactionId transactionId_;
  int step_ = 0;
};

}  // namespace

Result<std::unique_ptr<http::VirtualPhone>> make_load_phone(VirtualCard card, download::ActivationCode code) {
  return std::unique_ptr<http::VirtualPhone>(std::make_unique<LoadPhone>(std::move(card), std::move(code)));
}

}  // namespace sealift::lab
