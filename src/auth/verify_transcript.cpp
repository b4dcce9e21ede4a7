#include "auth/verify_transcript.hpp"

#include <algorithm>

#include "auth/verified.hpp"

namespace sealift::auth {
namespace {

using namespace messages;

Error broken(std::string what) { return Error{ErrorKind::verification, std::move(what)}; }

std::string named(std::string_view role, const pki::VerifiedChain& chain) {
  return std::string(role) + " " + (chain.owner() ? chain.owner()->dotted() : "without an OID");
}

/// The download's steps, in order; each uses what the ones before have established.
class Verification {
 public:
  Verification(const Transcript& t, const pki::TrustStore& trust, pki::JudgeAt when)
      : t_(t), trust_(trust), when_(when) {}

  TranscriptReport run() {
    const ServerSigned1& first = t_.initiateAuthenticationOk.serverSigned1.value;
    report_.transactionId = first.transactionId;
    report_.serverAddress = first.serverAddress;
    add("serverSigned1", "the server answered this eUICC's challenge as " + first.serverAddress,
        server_signed_1());
    if (t_.authenticateResponseOk) {
      add("euiccSigned1", "the eUICC answered the server's challenge, and what it is", euicc_signed_1());
    }
    if (t_.authenticateClientOk) {
      report_.offered = t_.authenticateClientOk->profileMetaData.value;
      add("smdpSigned2", "the server offered a profile to this eUICC", smdp_signed_2());
    }
    if (t_.prepareDownloadResponseOk) {
      add("euiccSigned2", "the eUICC took the offer and gave its one-time key", euicc_signed_2());
    }
    if (t_.initialiseSecureChannelRequest) {
      add("smdpSign", "the server bound the package to that one-time key", smdp_sign());
    }
    if (t_.profileInstallationResult) {
      add("euiccSignPIR", "the eUICC says what came of it", installation_result());
    }
    return std::move(report_);
  }

 private:
  void add(std::string_view what, std::string says, Status verified) {
    report_.signings.push_back({what, std::move(who_), std::move(says), std::move(verified)});
    who_.clear();
  }

  Result<pki::VerifiedChain> chain(pki::Role role, View certificate) const {
    auto out = pki::verify_chain(role, certificate, trust_, when_);
    if (out) return std::move(*out);
    return Error(out.error());
  }

  Status server_signed_1() {
    const auto& ok = t_.initiateAuthenticationOk;
    who_ = "SM-DP+";
    const pki::VerifiedChain server = TRY(chain(pki::Role::dp_auth, ok.serverCertificate.tlv));
    who_ = named("SM-DP+", server);
    if (!crypto::verify(server.public_key(), {ok.serverSigned1.tlv}, ok.serverSignature1)) {
      return broken("serverSignature1 does not verify under CERT.DPauth");
    }
    if (ok.transactionId != ok.serverSigned1.value.transactionId) return broken("another transactionId than the signed one");
    report_.server = server.owner();
    server_ = server;
    return {};
  }

  Status euicc_signed_1() {
    const AuthenticateResponseOk& ok = *t_.authenticateResponseOk;
    who_ = "eUICC";
    const auto verified = pki::verify_euicc(ok.euiccCertificate.tlv, ok.eumCertificate.tlv, trust_, when_);
    if (!verified) return Error(verified.error());
    const std::optional<Eid> eid = verified->eid();
    if (!eid) return broken("CERT.EUICC holds no EID");
    who_ = "eUICC " + eid->digits();
    if (!crypto::verify(verified->public_key(), {ok.euiccSigned1.tlv}, ok.euiccSignature1)) {
      return broken("euiccSignature1 does not verify under CERT.EUICC");
    }
    if (verified->ci_key_id() != t_.initiateAuthenticationOk.euiccCiPKIdToBeUsed) {
      return broken("the eUICC's certificates are below another CI than the server asked for");
    }
    report_.eid = eid;
    euicc_ = verified->public_key();
    const ServerSigned1& asked = t_.initiateAuthenticationOk.serverSigned1.value;
    const EuiccSigned1& said = ok.euiccSigned1.value;
    TRY_VOID(same_transaction(said.transactionId));
    if (said.serverChallenge != asked.serverChallenge) return broken("the eUICC answered another challenge");
    if (said.serverAddress != asked.serverAddress) return broken("the eUICC answered another server address");
    return {};
  }

  Status smdp_signed_2() {
    const AuthenticateClientOk& ok = *t_.authenticateClientOk;
    who_ = "SM-DP+";
    const pki::VerifiedChain binding = TRY(chain(pki::Role::dp_pb, ok.smdpCertificate.tlv));
    who_ = named("SM-DP+", binding);
    if (!server_ || !pki::same_owner(*server_, binding)) {
      return broken("CERT.DPpb is not of the SM-DP+ that authenticated");
    }
    const Octets<67> tail = signature_tlv(t_.authenticateResponseOk->euiccSignature1);
    if (!crypto::verify(binding.public_key(), {ok.smdpSigned2.tlv, tail}, ok.smdpSignature2)) {
      return broken("smdpSignature2 does not verify under CERT.DPpb");
    }
    binding_ = binding;
    TRY_VOID(same_transaction(ok.transactionId));
    return same_transaction(ok.smdpSigned2.value.transactionId);
  }

  Status euicc_signed_2() {
    const PrepareDownloadResponseOk& ok = *t_.prepareDownloadResponseOk;
    const Octets<67> tail = signature_tlv(t_.authenticateClientOk->smdpSignature2);
    TRY_VOID(by_euicc({ok.euiccSigned2.tlv, tail}, ok.euiccSignature2, "euiccSignature2"));
    return same_transaction(ok.euiccSigned2.value.transactionId);
  }

  Status smdp_sign() {
    const InitialiseSecureChannelRequest& channel = *t_.initialiseSecureChannelRequest;
    if (!binding_) return broken("no CERT.DPpb that verified");
    who_ = named("SM-DP+", *binding_);
    const Bytes covered = smdp_sign_input(channel, t_.prepareDownloadResponseOk->euiccSigned2.value.euiccOtpk);
    if (!crypto::verify(binding_->public_key(), {View(covered)}, channel.smdpSign)) {
      return broken("smdpSign does not verify under CERT.DPpb over the eUICC's one-time key");
    }
    return same_transaction(channel.transactionId);
  }

  Status installation_result() {
    const ProfileInstallationResult& result = *t_.profileInstallationResult;
    const auto& data = result.profileInstallationResultData;
    TRY_VOID(by_euicc({data.tlv, View()}, result.euiccSignPIR, "euiccSignPIR"));
    TRY_VOID(same_transaction(data.value.transactionId));
    if (!binding_ || binding_->owner() != data.value.smdpOid) return broken("the result names another SM-DP+");
    const auto& iccid = data.value.notificationMetadata.iccid;
    if (iccid && *iccid != report_.offered->iccid) return broken("the result is about another profile");
    if (std::holds_alternative<SuccessResult>(data.value.finalResult.alt)) report_.installed = report_.offered->iccid;
    return {};
  }

  Status by_euicc(std::initializer_list<View> parts, View signature, std::string_view name) {
    who_ = "eUICC";
    if (!euicc_) return broken("no CERT.EUICC that verified");
    who_ = "eUICC " + report_.eid->digits();
    if (crypto::verify(*euicc_, parts, signature)) return {};
    return broken(std::string(name) + " does not verify under CERT.EUICC");
  }

  Status same_transaction(const TransactionId& id) const {
    if (id == report_.transactionId) return {};
    return broken("it is about another transaction");
  }

  const Transcript& t_;
  const pki::TrustStore& trust_;
  pki::JudgeAt when_;
  TranscriptReport report_;
  std::string who_;
  std::optional<pki::VerifiedChain> server_, binding_;
  std::optional<crypto::PublicKey> euicc_;
};

}  // namespace

bool TranscriptReport::holds() const {
  return std::all_of(signings.begin(), signings.end(), [](const Signing& s) { return bool(s.verified); });
}

TranscriptReport verify_transcript(const Transcript& transcript, const pki::TrustStore& trust, pki::JudgeAt when) {
  return Verification(transcript, trust, when).run();
}

}  // namespace sealift::auth
