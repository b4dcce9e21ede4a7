#include "lab/subscriber_profile.hpp"

#include "saip/build.hpp"
#include "saip/files.hpp"
#include "saip/tuak.hpp"

namespace sealift::lab {

/// ICCID of the test network with a number in it; MII 89, country 882 (international networks).
static Result<Iccid> iccid_number(uint64_t number) {
  std::string digits = std::to_string(number);
  return Iccid::parse("8988299" + std::string(12 - std::min<size_t>(12, digits.size()), '0') + digits);
}

/// Eight random digits: PUKs and the administrative key of a card that nobody is told of.
static std::string random_digits(Random& random) {
  std::string out;
  while (out.size() < 8) {
    uint8_t b = random.octets<1>()[0];
    if (b < 250) out.push_back(static_cast<char>('0' + b % 10));
  }
  return out;
}

static Result<saip::UsimProfileOptions> options_for(uint64_t number, Random& random) {
  saip::UsimProfileOptions o;
  o.iccid = TRY(iccid_number(number));
  std::string digits = std::to_string(number % 10'000'000'000);
  o.imsi = TRY(Imsi::parse("00101" + std::string(10 - digits.size(), '0') + digits));
  o.k = Secret<16>(std::span<const uint8_t, 16>(random.octets<16>()));
  o.opc = Secret<16>(std::span<const uint8_t, 16>(random.octets<16>()));
  o.spn = "Sealift";
  o.puk1 = random_digits(random);
  o.pin2 = random_digits(random);
  o.puk2 = random_digits(random);
  o.adm1 = random_digits(random);
  return o;
}

Result<SubscriberProfile> SubscriberProfile::make_random(Random& random, bool tuak) {
  uint64_t number = 0;
  for (uint8_t b : random.octets<4>()) number = number << 8 | b;
  auto options = TRY(options_for(number, random));
  if (tuak) {
    auto& keys = options.tuak.emplace();
    keys.k = SecretBytes(to_bytes(random.octets<32>()));
    keys.topc = SecretBytes(to_bytes(random.octets<32>()));
  }
  auto package = TRY(saip::build_usim_profile(options));
  return SubscriberProfile{SecretBytes(saip::encode(package))};
}

/// A transparent file under the MF that holds `size` octets.
static saip::GenericFileManagement filler(size_t size) {
  saip::Fcp fcp;
  fcp.fileDescriptor = saip::file_descriptor(saip::Structure::transparent);
  fcp.fileID = saip::FileId{0x2F77};
  fcp.securityAttributesReferenced = Bytes{0x2F, 0x06, 0x04};
  fcp.efFileSize = saip::size_octets(static_cast<uint32_t>(size));
  saip::GenericFileManagement out;
  std::vector<saip::FileManagementStep> steps;
  steps.push_back({saip::FilePath{}});
  steps.push_back({std::move(fcp)});
  steps.push_back({saip::FillFileContent{Bytes(size, 0x5A)}});
  out.fileManagementCMD.push_back(std::move(steps));
  return out;
}

Result<SubscriberProfile> SubscriberProfile::make_numbered(uint64_t number, size_t size, Random& random) {
  auto options = TRY(options_for(number, random));
  auto package = TRY(saip::build_usim_profile(options));
  size_t built = saip::encode(package).size();
  if (built + 64 < size) {
    saip::GenericFileManagement fill = filler(size - built - 64);
    fill.header.identification = 99;
    package.elements.insert(package.elements.end() - 1, saip::ProfileElement(std::move(fill)));
  }
  return SubscriberProfile{SecretBytes(saip::encode(package))};
}

Result<SubscriberProfile> SubscriberProfile::from_package(SecretBytes octets) {
  (void)TRY(saip::decode(octets.expose()));
  return SubscriberProfile{std::move(octets)};
}

static std::optional<Imsi> imsi_of(const saip::Package& package) {
  saip::FileResolver resolver;
  for (const auto& element : package.elements) {
    auto files = resolver.resolve(element);
    if (!files) return std::nullopt;
    for (const auto& file : *files) {
      if (file.name != "EF.IMSI") continue;
      auto imsi = Imsi::from_ef_imsi(file.content);
      if (imsi) return *imsi;
    }
  }
  return std::nullopt;
}

/// A subscriber with the keys of an algorithm that the authentication centre has too.
static std::optional<auc::Subscriber> subscriber_with(const Imsi& imsi, const saip::AlgoParameter& algorithm) {
  if (algorithm.algorithmID == saip::Algorithm::tuak) {
    auto parameters = saip::tuak_parameters(algorithm);
    if (!parameters || !saip::fits_umts(*parameters)) return std::nullopt;
    auc::Subscriber out{.imsi = imsi};
    out.tuak = auc::TuakKeys{algorithm.key.clone(), algorithm.opc.clone(),
                             static_cast<uint8_t>(parameters->res), algorithm.numberOfKeccak.value};
    return out;
  }
  if (algorithm.algorithmID != saip::Algorithm::milenage) return std::nullopt;
  auto constants =
      crypto::MilenageConstants::from(algorithm.rotationConstants.value, algorithm.xoringConstants.value);
  auto k = Secret<16>::from(algorithm.key.expose());
  auto opc = Secret<16>::from(algorithm.opc.expose());
  if (!constants || !k || !opc) return std::nullopt;
  return auc::Subscriber{.imsi = imsi, .k = std::move(*k), .opc = std::move(*opc), .constants = *constants};
}

std::optional<auc::Subscriber> SubscriberProfile::subscriber() const {
  auto decoded = saip::decode(package.expose());
  if (!decoded) return std::nullopt;
  auto imsi = imsi_of(*decoded);
  if (!imsi) return std::nullopt;
  for (const auto& element : decoded->elements) {
    auto* aka = std::get_if<saip::AkaParameter>(&element.body());
    if (!aka) continue;
    auto* algorithm = std::get_if<saip::AlgoParameter>(&aka->algoConfiguration.alt);
    if (!algorithm) continue;
    if (auto out = subscriber_with(*imsi, *algorithm)) return out;
  }
  return std::nullopt;
}

}  // namespace sealift::lab
