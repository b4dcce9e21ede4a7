// PE-SecurityDomain, PE-RFM and PE-Application (TCA Profile Package 8.6 to 8.8).
#include <algorithm>

#include "euicc/install_package.hpp"

namespace sealift::euicc {
namespace {

using saip::PeStatusCode;

bool has_domain(const ProfileImage& image, View aid) {
  return std::any_of(image.security_domains.begin(), image.security_domains.end(),
                     [&](const SecurityDomain& d) { return equal(d.aid.octets(), aid); });
}

PeResult install_keys(SecurityDomain& domain, const std::vector<saip::KeyObject>& list) {
  for (const saip::KeyObject& k : list) {
    const bool twice = std::any_of(domain.keys.begin(), domain.keys.end(), [&](const SecurityDomainKey& o) {
      return o.identifier == k.keyIdentifier && o.version == k.keyVersionNumber;
    });
    if (twice || k.keyComponents.empty()) return PeFault{PeStatusCode::bad_values};
    SecurityDomainKey key;
    key.identifier = k.keyIdentifier;
    key.version = k.keyVersionNumber;
    key.access = k.keyAccess.value;
    key.usage = k.keyUsageQualifier;
    key.counter = k.keyCounterValue.value_or(Bytes{});
    for (const saip::KeyComponent& c : k.keyComponents) {
      const bool same_type = std::any_of(key.components.begin(), key.components.end(),
                                         [&](const auto& o) { return o.type == c.keyType; });
      if (same_type || c.keyData.size() == 0) return PeFault{PeStatusCode::bad_values};
      key.components.push_back({c.keyType, c.keyData.clone(), c.macLength});
    }
    domain.keys.push_back(std::move(key));
  }
  return {};
}

/// Of two SPI1 octets (TS 102 225 5.1.1), whether the first is at least as strict in everything: integrity,
/// ciphering, counter.
bool at_least(uint8_t level, uint8_t demanded) {
  for (uint8_t part : {0x03, 0x04, 0x18}) {
    if ((level & part) < (demanded & part)) return false;
  }
  return true;
}

PeResult check_security_level(const Installation& in, View level) {
  constexpr uint8_t insufficient_minimum_security_level = 31;
  if (!in.context.minimum_security_level) return {};
  if (!level.empty() && at_least(level[0], *in.context.minimum_security_level)) return {};
  return PeFault{PeStatusCode::bad_values, insufficient_minimum_security_level};
}

/// Minimum SPI1 of toolkit parameters (TS 102 226 8.2.1.3.2.3.2); empty where there is none: behind priority,
/// timers, text length, menu entries of two octets each, and channels.
View toolkit_security_level(View parameters) {
  constexpr size_t before_entries = 4;
  if (parameters.size() < before_entries) return {};
  const size_t at = before_entries + size_t{2} * parameters[3] + 1;
  if (parameters.size() < at + 3 || parameters[at] < 2 || parameters[at + 1] != 0x01) return {};
  return parameters.subspan(at + 2, 1);
}

}  // namespace

PeResult install_security_domain(Installation& in, const saip::SecurityDomain& element) {
  const saip::ApplicationInstance& instance = element.instance;
  const bool is_mno_sd = in.image.security_domains.empty();
  auto aid = Aid::from_octets(instance.instanceAID);
  if (!aid || in.name_taken(instance.instanceAID)) return PeFault{PeStatusCode::bad_values};
  if (is_mno_sd && instance.extraditeSecurityDomainAID) return PeFault{PeStatusCode::bad_values};
  if (!is_mno_sd && (element.openPersoData || element.catTpParameters))
    return PeFault{PeStatusCode::bad_values};
  if (instance.extraditeSecurityDomainAID && !has_domain(in.image, *instance.extraditeSecurityDomainAID)) {
    return PeFault{PeStatusCode::bad_values};
  }
  SecurityDomain domain;
  domain.aid = *aid;
  domain.privileges = instance.applicationPrivileges;
  domain.life_cycle = instance.lifeCycleState.value;
  domain.parameters = instance.applicationSpecificParametersC9;
  if (instance.applicationParameters) {
    domain.toolkit_parameters =
        instance.applicationParameters->uiccToolkitApplicationSpecificParametersField.value_or(Bytes{});
    if (!domain.toolkit_parameters.empty())
      TRY_VOID(check_security_level(in, toolkit_security_level(domain.toolkit_parameters)));
  }
  if (element.keyList) TRY_VOID(install_keys(domain, *element.keyList));
  if (element.sdPersoData) {
    for (const SecretBytes& data : *element.sdPersoData)
      domain.personalisation.push_back(to_bytes(data.expose()));
  }
  in.image.security_domains.push_back(std::move(domain));
  return {};
}

PeResult install_rfm(Installation& in, const saip::Rfm& element) {
  auto aid = Aid::from_octets(element.instanceAID);
  if (!aid || in.name_taken(element.instanceAID) || in.image.security_domains.empty()) {
    return PeFault{PeStatusCode::bad_values};
  }
  Rfm rfm;
  rfm.aid = *aid;
  if (element.securityDomainAID) {
    if (!has_domain(in.image, *element.securityDomainAID)) return PeFault{PeStatusCode::bad_values};
    auto domain = Aid::from_octets(*element.securityDomainAID);
    if (domain) rfm.security_domain = *domain;
  }
  for (const Octets<3>& tar : element.tarList.value_or(std::vector<Octets<3>>{})) {
    const bool taken = std::any_of(in.image.rfms.begin(), in.image.rfms.end(), [&](const Rfm& o) {
      return std::find(o.tars.begin(), o.tars.end(), tar) != o.tars.end();
    });
    if (taken) return PeFault{PeStatusCode::bad_values};
    rfm.tars.push_back(tar);
  }
  rfm.minimum_security_level = element.minimumSecurityLevel;
  TRY_VOID(check_security_level(in, View(&rfm.minimum_security_level, 1)));
  rfm.access_domain = element.uiccAccessDomain;
  rfm.admin_access_domain = element.uiccAdminAccessDomain;
  if (element.adfRFMAccess) {
    if (in.application(element.adfRFMAccess->adfAID) == no_node) return PeFault{PeStatusCode::bad_values};
    auto adf = Aid::from_octets(element.adfRFMAccess->adfAID);
    if (adf) rfm.adf = *adf;
    rfm.adf_access_domain = element.adfRFMAccess->adfAccessDomain;
    rfm.adf_admin_access_domain = element.adfRFMAccess->adfAdminAccessDomain;
  }
  in.image.rfms.push_back(std::move(rfm));
  return {};
}

PeResult install_application(Installation& in, const saip::Application& element) {
  if (in.image.security_domains.empty()) return PeFault{PeStatusCode::bad_values};
  // No virtual machine runs applets here; an instance alone refers to a package that is not on the card.
  return PeFault{element.loadBlock ? PeStatusCode::runtime_not_supported : PeStatusCode::lib_not_supported};
}

}  // namespace sealift::euicc
