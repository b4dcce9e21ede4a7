#include "euicc/card.hpp"

#include "euicc/chip.hpp"

namespace sealift::euicc {

namespace {

/// Checks that certificate, EUM, CI, key and EID fit, as a factory must.
Result<Identity::Credential> make_credential(const Eid& eid, Personalisation::Credential given,
                                             const pki::TrustStore& trust) {
  auto chain = pki::verify_euicc(given.euicc_certificate, given.eum_certificate, trust, pki::no_clock);
  if (!chain) return Error(chain.error()).within("the card's certificate");
  if (chain->eid() != eid) return Error{ErrorKind::invalid, "the card's certificate is for another EID"};
  auto key = TRY(crypto::PrivateKey::from_scalar(chain->public_key().curve(), given.private_key.expose()));
  if (key.public_key() != chain->public_key()) {
    return Error{ErrorKind::invalid, "the private key does not belong to the card's certificate"};
  }
  auto ci = TRY(octets<20>(chain->ci_key_id()));
  return Identity::Credential{std::move(given.euicc_certificate), std::move(given.eum_certificate), ci,
                              std::move(key)};
}

}  // namespace

Card::Card(std::unique_ptr<Chip> chip) : chip_(std::move(chip)) {}
Card::~Card() = default;

Result<std::unique_ptr<Card>> Card::open(CardPorts ports) {
  auto memory = TRY(Memory::open(ports.nvm));
  auto chip = std::make_unique<Chip>(ports, std::move(memory));
  TRY_VOID(report_interrupted_package(chip->isdr()));
  return std::unique_ptr<Card>(new Card(std::move(chip)));
}

Status Card::personalise(Nvm& nvm, Personalisation data) {
  if (data.credentials.empty())
    return Error{ErrorKind::invalid, "a card needs a certificate and key of its own"};
  auto trust = TRY(make_trust(data.ci_certificates));
  Identity identity{.eid = data.eid};
  for (auto& credential : data.credentials) {
    identity.credentials.push_back(TRY(make_credential(data.eid, std::move(credential), *trust)));
  }
  identity.ci_certificates = std::move(data.ci_certificates);
  identity.root_ds_address = std::move(data.root_ds_address);
  identity.rules = std::move(data.rules);
  identity.capacity = data.capacity;
  identity.test_profiles = data.test_profiles;
  identity.test_profile_servers = std::move(data.test_profile_servers);
  identity.minimum_security_level = data.minimum_security_level;
  return Memory::create(nvm, identity, data.default_dp_address);
}

Bytes Card::transmit(View command) {
  return chip_->transmit(command);
}
void Card::reset() {
  chip_->reset();
}

// TS 102 221 6.3: T=0 and T=1, logical channels up to 19, no extended length; historical bytes as 6.3.3.
Bytes Card::atr() const {
  Bytes atr{0x3B, 0x9F, 0x96, 0x80, 0x1F, 0xC7, 0x80, 0x31, 0xA0, 0x73, 0xBE,
            0x21, 0x1F, 0x67, 0x53, 0x4C, 0x46, 0x54, 0x00, 0x00, 0x00};
  uint8_t check_octet = 0;
  for (size_t i = 1; i < atr.size(); ++i) check_octet ^= atr[i];
  atr.push_back(check_octet);
  return atr;
}

const Eid& Card::eid() const {
  return chip_->isdr().identity().eid;
}
uint64_t Card::free_nvm() const {
  return chip_->isdr().memory.free();
}

}  // namespace sealift::euicc
