// PE-AKAParameter and PE-CDMAParameter: credentials of the application created last.
#include <algorithm>

#include "crypto/milenage.hpp"
#include "euicc/install_package.hpp"
#include "saip/tuak.hpp"
#include "saip/validate.hpp"

namespace sealift::euicc {
namespace {

using saip::PeStatusCode;

constexpr uint8_t test_class = 0;        // InstallContext::profileClass
constexpr uint8_t invalid_naa_key = 14;  // ErrorReason of SGP.22 5.7.6
constexpr uint64_t most_seq = 0x07FFFFFFFFFF;

std::optional<uint64_t> sequence(const Octets<6>& octets) {
  uint64_t v = 0;
  for (uint8_t b : octets) v = v << 8 | b;
  if (v > most_seq) return std::nullopt;
  return v;
}

NodeIndex current_application(const Installation& in) {
  const saip::Path* path = in.resolver.current_application();
  return path ? in.node_at(*path) : no_node;
}

PeResult install_mapping(Installation& in, NodeIndex node, const saip::MappingParameter& m) {
  const NodeIndex source = in.application(m.mappingSource);
  const Aka* aka = source == no_node ? nullptr : in.image.find_aka(source);
  if (!aka || source == node) return PeFault{PeStatusCode::bad_values};
  in.image.aka_mappings.push_back({node, aka->node});
  return {};
}

PeResult check_tuak(const saip::AlgoParameter& a) {
  const auto parameters = saip::tuak_parameters(a);
  if (!parameters || !crypto::Tuak::make(a.key.expose(), a.opc.expose(), *parameters))
    return PeFault{PeStatusCode::bad_values};
  if (!saip::fits_umts(*parameters)) return PeFault{PeStatusCode::feature_not_supported};
  return {};
}

PeResult check_algorithm(const saip::AlgoParameter& a) {
  switch (a.algorithmID) {
    case saip::Algorithm::milenage:
      if (a.key.size() != 16 || a.opc.size() != 16) return PeFault{PeStatusCode::bad_values};
      if (!crypto::MilenageConstants::from(a.rotationConstants.value, a.xoringConstants.value))
        return PeFault{PeStatusCode::bad_values};
      return {};
    case saip::Algorithm::usim_test_algorithm:
      if (a.key.size() != 16) return PeFault{PeStatusCode::bad_values};
      return {};
    case saip::Algorithm::tuak:
      return check_tuak(a);
    default:
      return PeFault{PeStatusCode::bad_values};
  }
}

/// A Test Profile must not get a phone onto a commercial network: its key is one that everybody knows, or
/// serves the test algorithm alone (SGP.22 5.5.5).
bool suits_class(const saip::AlgoParameter& a, uint8_t profile_class) {
  return profile_class != test_class || a.algorithmID == saip::Algorithm::usim_test_algorithm ||
         saip::is_known_key(a.key.expose());
}

}  // namespace

PeResult install_aka(Installation& in, const saip::AkaParameter& element) {
  const NodeIndex node = current_application(in);
  if (node == no_node || in.image.find_aka(node)) return PeFault{PeStatusCode::bad_values};
  if (const auto* mapping = std::get_if<saip::MappingParameter>(&element.algoConfiguration.alt)) {
    return install_mapping(in, node, *mapping);
  }
  const saip::AlgoParameter& a = std::get<saip::AlgoParameter>(element.algoConfiguration.alt);
  TRY_VOID(check_algorithm(a));
  if (!suits_class(a, in.context.profileClass)) return PeFault{PeStatusCode::bad_values, invalid_naa_key};
  Aka aka;
  aka.node = node;
  aka.algorithm = static_cast<AkaAlgorithm>(a.algorithmID);
  aka.options = a.algorithmOptions;
  aka.key = a.key.clone();
  aka.opc = a.opc.clone();
  aka.rotations = a.rotationConstants.value;
  aka.constants = a.xoringConstants.value;
  if (a.algorithmID == saip::Algorithm::tuak) {
    const auto parameters = saip::tuak_parameters(a);
    check(parameters.has_value(), "check_algorithm has read the sizes");
    aka.keccak = a.numberOfKeccak.value;
    aka.res_size = static_cast<uint8_t>(parameters->res);
  }
  if (a.authCounterMax) {
    for (uint8_t b : *a.authCounterMax) aka.counter_max = aka.counter_max << 8 | b;
  }
  const auto delta = sequence(element.sqnDelta.value), age_limit = sequence(element.sqnAgeLimit.value);
  if (!delta || !age_limit) return PeFault{PeStatusCode::bad_values};
  aka.sqn_options = element.sqnOptions.value;
  aka.sqn_delta = *delta;
  aka.sqn_age_limit = *age_limit;
  for (size_t i = 0; i < aka.seq.size(); ++i) {
    const auto seq = sequence(element.sqnInit.value[i]);
    if (!seq) return PeFault{PeStatusCode::bad_values};
    aka.seq[i] = *seq;
  }
  in.image.akas.push_back(std::move(aka));
  return {};
}

PeResult install_cdma(Installation& in, const saip::CdmaParameter& element) {
  const NodeIndex node = current_application(in);
  constexpr Octets<7> csim{0xA0, 0x00, 0x00, 0x03, 0x43, 0x10, 0x02};
  const Aid* name = node == no_node ? nullptr : in.image.name_of(node);
  const bool twice = std::any_of(in.image.cdmas.begin(), in.image.cdmas.end(),
                                 [&](const Cdma& c) { return c.node == node; });
  if (!name || name->octets().size() < csim.size() || !equal(name->octets().first(csim.size()), csim) ||
      twice) {
    return PeFault{PeStatusCode::bad_values};
  }
  // Kept, not used: CAVE is not among the card's services, so a package that needs it is refused by its
  // header.
  auto optional = [](const std::optional<SecretBytes>& b) { return b ? b->clone() : SecretBytes(); };
  in.image.cdmas.push_back({node, SecretBytes(to_bytes(element.authenticationKey.expose())),
                            optional(element.ssd), optional(element.hrpdAccessAuthenticationData),
                            optional(element.simpleIPAuthenticationData),
                            optional(element.mobileIPAuthenticationData)});
  return {};
}

}  // namespace sealift::euicc
