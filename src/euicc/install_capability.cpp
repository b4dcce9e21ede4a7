#include "euicc/install_capability.hpp"

#include <algorithm>

#include "saip/templates.hpp"

namespace sealift::euicc {
namespace {

using saip::Service;
using Bit = messages::UiccCapabilityBit;

struct Row {
  Service service;
  Bit bit;
};
// Not here: contactless, CAVE, GBA, MBMS, EAP, applets, CAT_TP, DNS, SCP11, S16, enhanced AKA.
constexpr Row rows[] = {
    {Service::usim, Bit::usimSupport},
    {Service::isim, Bit::isimSupport},
    {Service::csim, Bit::csimSupport},
    {Service::milenage, Bit::akaMilenage},
    {Service::tuak128, Bit::akaTuak128},
    {Service::tuak256, Bit::akaTuak256},
    {Service::usim_test_algorithm, Bit::usimTestAlgorithm},
    {Service::multiple_usim, Bit::multipleUsimSupport},
    {Service::multiple_isim, Bit::multipleIsimSupport},
    {Service::multiple_csim, Bit::multipleCsimSupport},
    {Service::ber_tlv, Bit::berTlvFileSupport},
    {Service::dfLink, Bit::dfLinkSupport},
    {Service::get_identity, Bit::getIdentity},
    {Service::profile_a_x25519, Bit::profileAX25519},
    {Service::profile_b_p256, Bit::profileBP256},
};

}  // namespace

messages::UiccCapability card_capability() {
  messages::UiccCapability out;
  for (const Row& row : rows) out.insert(row.bit);
  return out;
}

bool has_service(Service service) {
  return std::any_of(std::begin(rows), std::end(rows),
                     [&](const Row& row) { return row.service == service; });
}

bool has_template(View oid) {
  // Elements whose application the card does not run, though their files are known.
  constexpr saip::Kind not_run[] = {saip::Kind::eap, saip::Kind::iot, saip::Kind::opt_iot};
  return std::any_of(saip::templates().begin(), saip::templates().end(), [&](const saip::Template& t) {
    const bool runs = std::find(std::begin(not_run), std::end(not_run), t.kind) == std::end(not_run);
    return runs && equal(saip::oid_content(t.oid), oid);
  });
}

bool has_package_version(uint8_t major) {
  return major == 2 || major == 3;
}

}  // namespace sealift::euicc
