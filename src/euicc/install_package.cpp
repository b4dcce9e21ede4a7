#include "euicc/install_package.hpp"

#include <algorithm>

#include "euicc/install_capability.hpp"

namespace sealift::euicc {
namespace {

using saip::Kind;
using saip::PeStatusCode;

// ErrorReason of SGP.22 5.7.6.
constexpr uint8_t scp03t_structure_error = 7;
constexpr uint8_t insufficient_memory = 10;
constexpr uint8_t pe_processing_error = 12;

bool is_unsupported(PeStatusCode status) {
  return status == PeStatusCode::pe_not_supported || status == PeStatusCode::runtime_not_supported ||
         status == PeStatusCode::lib_not_supported || status == PeStatusCode::template_not_supported ||
         status == PeStatusCode::feature_not_supported;
}

}  // namespace

NodeIndex Installation::node_at(const saip::Path& path) const {
  auto it = nodes.find(path);
  return it == nodes.end() ? no_node : it->second;
}

NodeIndex Installation::application(View aid) const {
  for (const ApplicationName& a : image.applications) {
    if (equal(a.aid.octets(), aid)) return a.node;
  }
  return no_node;
}

bool Installation::name_taken(View aid) const {
  auto is = [&](const auto& named) { return equal(named.aid.octets(), aid); };
  return application(aid) != no_node ||
         std::any_of(image.security_domains.begin(), image.security_domains.end(), is) ||
         std::any_of(image.rfms.begin(), image.rfms.end(), is);
}

InstallFailure PackageInstaller::fail(const PeFault& fault, std::optional<uint16_t> identification) {
  stage_ = Stage::failed;
  saip::EuiccResponse response;
  response.peStatus = reported_;
  response.peStatus.push_back({fault.status, identification, fault.additionalInformation, std::nullopt});
  response.profileInstallationAborted = asn1::Null{};
  const uint8_t by_status =
      fault.status == PeStatusCode::not_enough_memory ? insufficient_memory : pe_processing_error;
  return {fault.reason.value_or(by_status), asn1::encode(response)};
}

Result<void, InstallFailure> PackageInstaller::feed(View segment) {
  if (stage_ == Stage::failed) return fail({PeStatusCode::invalid_request_format}, std::nullopt);
  if (!splitter_.feed(segment)) {
    return fail({PeStatusCode::invalid_request_format, scp03t_structure_error}, std::nullopt);
  }
  while (auto tlv = splitter_.next()) TRY_VOID(element(tlv->expose()));
  return {};
}

Result<void, InstallFailure> PackageInstaller::element(View tlv) {
  auto decoded = saip::decode_element(tlv);
  if (!decoded) return fail({PeStatusCode::invalid_request_format}, std::nullopt);
  const saip::PeHeader* header = decoded->header();
  const auto identification = header ? std::optional<uint16_t>(header->identification) : std::nullopt;
  if (++elements_ > most_elements) return fail({PeStatusCode::not_enough_memory}, identification);
  if (identification && !identifications_.insert(*identification).second) return fail({}, identification);
  if (auto ordered = check_order(*decoded); !ordered) return fail(ordered.error(), identification);
  auto done = carry_out(*decoded);
  if (done) return {};
  // Support of the profile header is never optional; other elements say themselves whether they are.
  if (!header || header->mandated || !is_unsupported(done.error().status))
    return fail(done.error(), identification);
  reported_.push_back(
      {done.error().status, identification, done.error().additionalInformation, std::nullopt});
  return {};
}

/// Header first, then the MF (which generic file management may make), PUKs straight after it, end last (TCA
/// Profile Package 7.2). That an element follows its directory, and is there once, shows when its files are
/// made.
PeResult PackageInstaller::check_order(const saip::ProfileElement& element) {
  const auto kind = element.kind();
  const PeFault out_of_order{PeStatusCode::bad_values};
  if (stage_ == Stage::ended) return out_of_order;
  if ((stage_ == Stage::start) != (kind == Kind::header)) return out_of_order;
  if (kind == Kind::header) {
    stage_ = Stage::after_header;
    return {};
  }
  if (stage_ == Stage::after_header) {
    if (kind != Kind::mf && kind != Kind::genericFileManagement && kind != Kind::iot) return out_of_order;
    stage_ = Stage::after_mf;
    return {};
  }
  if (kind == Kind::mf || (kind == Kind::pukCodes && stage_ != Stage::after_mf)) return out_of_order;
  stage_ = kind == Kind::end ? Stage::ended : Stage::body;
  return {};
}

PeResult PackageInstaller::carry_out(const saip::ProfileElement& element) {
  return std::visit(
      [&]<class T>(const T& body) -> PeResult {
        if constexpr (std::is_same_v<T, saip::ProfileHeader>) {
          return install_header(in_, body);
        } else if constexpr (std::is_same_v<T, saip::TemplateElement> ||
                             std::is_same_v<T, saip::GenericFileManagement>) {
          return install_files(in_, element);
        } else if constexpr (std::is_same_v<T, saip::PinCodes>) {
          return install_pin_codes(in_, body);
        } else if constexpr (std::is_same_v<T, saip::PukCodes>) {
          return install_puk_codes(in_, body);
        } else if constexpr (std::is_same_v<T, saip::AkaParameter>) {
          return install_aka(in_, body);
        } else if constexpr (std::is_same_v<T, saip::CdmaParameter>) {
          return install_cdma(in_, body);
        } else if constexpr (std::is_same_v<T, saip::SecurityDomain>) {
          return install_security_domain(in_, body);
        } else if constexpr (std::is_same_v<T, saip::Rfm>) {
          return install_rfm(in_, body);
        } else if constexpr (std::is_same_v<T, saip::Application>) {
          return install_application(in_, body);
        } else if constexpr (std::is_same_v<T, saip::End>) {
          TRY_VOID(check_pins(in_.image));
          return check_owner(in_);
        } else {
          return PeFault{PeStatusCode::pe_not_supported};  // NonStandard, UnknownElement
        }
      },
      element.body());
}

Result<InstalledProfile, InstallFailure> PackageInstaller::finish() {
  if (stage_ != Stage::ended || !splitter_.empty()) {
    return fail({PeStatusCode::invalid_request_format, scp03t_structure_error}, std::nullopt);
  }
  clear_missing_services(in_.image);
  InstalledProfile out{serialise(in_.image), {}};
  if (out.image.size() > in_.context.free_nvm) return fail({PeStatusCode::not_enough_memory}, std::nullopt);
  saip::EuiccResponse response;
  response.peStatus = reported_;
  if (response.peStatus.empty()) response.peStatus.push_back({PeStatusCode::ok, {}, {}, {}});
  out.euicc_response = asn1::encode(response);
  stage_ = Stage::failed;  // a second finish has nothing to give
  return out;
}

}  // namespace sealift::euicc
