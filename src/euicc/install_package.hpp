// The profile package interpreter: profile elements in, a ProfileImage and an EUICCResponse out (TCA Profile
// Package 7, 8).
//
// Every element is acted on or answered. An element that the card does not support fails the installation
// where it is mandated, and is reported where it is not. One object an installation; not reusable after a
// failure.
#pragma once

#include <map>
#include <set>

#include "euicc/fs_image.hpp"
#include "euicc/profile.hpp"
#include "saip/files.hpp"
#include "saip/package.hpp"
#include "saip/response.hpp"

namespace sealift::euicc {

/// Why an element was not carried out.
struct PeFault {
  saip::PeStatusCode status = saip::PeStatusCode::bad_values;
  /// ErrorReason of SGP.22 where it is another than the status says: 13 dataMismatch,
  /// 14 invalidNaaKey.
  std::optional<uint8_t> reason;
  std::optional<uint8_t> additionalInformation;
};
using PeResult = Result<void, PeFault>;

/// What the parts of the interpreter share while a package is read.
struct Installation {
  InstallContext context;
  ProfileImage image;
  saip::FileResolver resolver;
  /// Where each file of the package went.
  std::map<saip::Path, NodeIndex> nodes;
  /// Content octets of all files so far.
  size_t content = 0;

  /// The node of a path of the package; no_node where there is none.
  NodeIndex node_at(const saip::Path& path) const;
  /// The ADF with this name.
  NodeIndex application(View aid) const;
  /// True where an application, security domain or RFM instance has this name.
  bool name_taken(View aid) const;
};

// install_header.cpp
PeResult install_header(Installation& in, const saip::ProfileHeader& header);
/// The owner that the metadata names is the one of the profile's IMSI and group identifiers (SGP.22 5.5.3).
PeResult check_owner(const Installation& in);
// install_files.cpp: mf to df-5gprose, and genericFileManagement.
PeResult install_files(Installation& in, const saip::ProfileElement& element);
/// Services of EF_UST and EF_IST that need what the card does not have are marked unavailable.
void clear_missing_services(ProfileImage& image);
// install_pins.cpp
PeResult install_pin_codes(Installation& in, const saip::PinCodes& element);
PeResult install_puk_codes(Installation& in, const saip::PukCodes& element);
/// Every PIN that a PIN status template shows exists.
PeResult check_pins(const ProfileImage& image);
// install_aka.cpp
PeResult install_aka(Installation& in, const saip::AkaParameter& element);
PeResult install_cdma(Installation& in, const saip::CdmaParameter& element);
// install_domains.cpp
PeResult install_security_domain(Installation& in, const saip::SecurityDomain& element);
PeResult install_rfm(Installation& in, const saip::Rfm& element);
PeResult install_application(Installation& in, const saip::Application& element);

class PackageInstaller final : public ProfileInstaller {
 public:
  explicit PackageInstaller(InstallContext context) { in_.context = std::move(context); }
  Result<void, InstallFailure> feed(View decrypted_segment) override;
  bool complete() const override { return stage_ == Stage::ended; }
  Result<InstalledProfile, InstallFailure> finish() override;

 private:
  enum class Stage : uint8_t { start, after_header, after_mf, body, ended, failed };

  Result<void, InstallFailure> element(View tlv);
  PeResult check_order(const saip::ProfileElement& element);
  PeResult carry_out(const saip::ProfileElement& element);
  InstallFailure fail(const PeFault& fault, std::optional<uint16_t> identification);

  Installation in_;
  saip::PeSplitter splitter_;
  Stage stage_ = Stage::start;
  size_t elements_ = 0;
  std::set<uint16_t> identifications_;
  std::vector<saip::PeStatus> reported_;
};

}  // namespace sealift::euicc
