// ES10a.GetEuiccConfiguredAddresses and SetDefaultDpAddress (SGP.22 5.7.3, 5.7.4).
#include "euicc/isdr.hpp"
#include "messages/es10a.hpp"

namespace sealift::euicc {

namespace {
constexpr size_t max_address = 255;  // an FQDN, with a port where there is one
}

Reply get_euicc_configured_addresses(Isdr& isdr, View command) {
  DECODE(EuiccConfiguredAddressesRequest, command);
  messages::EuiccConfiguredAddressesResponse response;
  if (auto address = isdr.memory.default_dp_address(); !address.empty()) response.defaultDpAddress = address;
  response.rootDsAddress = isdr.identity().root_ds_address;
  return asn1::encode(response);
}

Reply set_default_dp_address(Isdr& isdr, View command) {
  using enum messages::SetDefaultDpAddressResult;
  auto request = DECODE(SetDefaultDpAddressRequest, command);
  messages::SetDefaultDpAddressResponse response;
  response.setDefaultDpAddressResult = undefinedError;
  if (request.defaultDpAddress.size() <= max_address) {
    Transaction t;
    Memory::put_default_dp_address(t, request.defaultDpAddress);
    if (!isdr.memory.commit(t)) return sw::memory_problem;
    response.setDefaultDpAddressResult = ok;
  }
  return asn1::encode(response);
}

}  // namespace sealift::euicc
