// Loads one Bound Profile Package: verifies, decrypts and hands on, until it is installed or refused (SGP.22
// 2.5.6, 5.5, 5.7.6). Nothing durable changes before the last octet has passed every check; then one
// transaction installs the profile, files the signed result and forgets the one-time key.
#pragma once

#include "bsp/opener.hpp"
#include "euicc/isdr.hpp"
#include "euicc/package_stream.hpp"

namespace sealift::euicc {

class PackageLoader final : private PackageStream::Sink {
 public:
  PackageLoader(Isdr& isdr, DownloadPrepared prepared);
  /// Takes more of the package; what the loading has come to is then in `result`.
  void feed(View octets);
  /// The ProfileInstallationResult, once there is one. It is durable.
  const std::optional<Bytes>& result() const { return result_; }
  /// The card's memory failed: there is neither an installation nor a result.
  bool card_failed() const { return card_failed_; }
  /// Ends the loading here with installFailedDueToInterruption. Error kind: io.
  Status interrupt();

  const DownloadPrepared& prepared() const { return prepared_; }
  const PackageStream& stream() const { return stream_; }

 private:
  bool object(PackagePart part, View tlv) override;
  bool end_of(PackagePart part) override;

  bool initialise_secure_channel(View tlv);
  bool configure_isdp();
  bool store_metadata();
  bool replace_session_keys();
  bool load_profile_elements(View segment);
  void install();

  messages::BppCommandId command() const;
  messages::ErrorReason judge_metadata(const messages::StoreMetadataRequest& metadata) const;
  bool open_tlv(PackagePart part, View tlv);
  /// Files the failure; always false, so that it can be returned.
  bool fail(messages::ErrorReason reason, Bytes sima_response = {});
  LoadingMark mark() const;
  std::optional<Iccid> iccid() const;
  InstallContext install_context() const;

  Isdr& isdr_;
  DownloadPrepared prepared_;
  PackageStream stream_;
  std::optional<bsp::Opener> opener_;
  SecretBytes command_octets_;  ///< of the command that is spread over the TLVs of one list
  unsigned tlvs_ = 0;           ///< of the current list
  ProfileRecord record_;
  std::optional<messages::StoreMetadataRequest> metadata_;
  std::unique_ptr<ProfileInstaller> installer_;
  Decision decision_;
  std::optional<Bytes> result_;
  bool card_failed_ = false;
};

}  // namespace sealift::euicc
