#include "euicc/isdr.hpp"

#include "crypto/ports.hpp"

namespace sealift::euicc {

namespace {

struct Function {
  asn1::Tag tag;
  Reply (*run)(Isdr&, View);
};
constexpr Function functions[] = {
    {0xBF20, get_euicc_info1},
    {0xBF21, prepare_download},
    {0xBF22, get_euicc_info2},
    {0xBF28, list_notification},
    {0xBF29, set_nickname},
    {0xBF2B, retrieve_notifications_list},
    {0xBF2D, get_profiles_info},
    {0xBF2E, get_euicc_challenge},
    {0xBF30, remove_notification_from_list},
    {0xBF31, enable_profile},
    {0xBF32, disable_profile},
    {0xBF33, delete_profile},
    {0xBF34, euicc_memory_reset},
    {0xBF35, load_crl},
    {0xBF38, authenticate_server},
    {0xBF3C, get_euicc_configured_addresses},
    {0xBF3E, get_eid},
    {0xBF3F, set_default_dp_address},
    {0xBF41, cancel_session},
    {0xBF43, get_rat},
};

}  // namespace

Isdr::~Isdr() = default;

Result<std::shared_ptr<const pki::TrustStore>> Isdr::trust() {
  if (!trust_) {
    const auto& cis = identity().ci_certificates;
    trust_ = TRY(ports.trust_cache ? ports.trust_cache->get(cis) : make_trust(cis));
  }
  return trust_;
}

Result<messages::SignatureOctets> Isdr::sign(uint8_t credential, std::initializer_list<View> parts) {
  check(credential < identity().credentials.size(), "a credential of the card");
  const auto& key = identity().credentials[credential].key;
  if (ports.deterministic) return crypto::DeterministicSigner(key.clone()).sign(parts);
  return crypto::SoftwareSigner(key).sign(parts);
}

void Isdr::decided(const Decision& decision) {
  if (ports.observer) ports.observer->decided(decision);
}

/// A package has its own way in (load_bound_profile_package); here it comes at the wrong time.
static bool is_package(View command) {
  return command.size() >= 2 && command[0] == 0xBF && command[1] == 0x36;
}

Reply run_function(Isdr& isdr, View command) {
  if (is_package(command)) return sw::conditions_not_satisfied;
  asn1::Reader in(command, "ES10 command");
  auto tlv = in.next();
  if (!tlv || !in.at_end()) return sw::wrong_data;
  if (std::holds_alternative<PackageLoading>(isdr.session) && tlv->tag != 0xBF2E && tlv->tag != 0xBF41) {
    return sw::conditions_not_satisfied;
  }
  for (const auto& f : functions) {
    if (f.tag == tlv->tag) return f.run(isdr, command);
  }
  return sw::referenced_data_not_found;
}

}  // namespace sealift::euicc
