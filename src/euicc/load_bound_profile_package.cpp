// ES10b.LoadBoundProfilePackage (SGP.22 5.7.6): scripts of STORE DATA blocks in, one signed result out.
#include "euicc/package_loader.hpp"

namespace sealift::euicc {

PackageLoading::PackageLoading(std::unique_ptr<PackageLoader> package_loader)
    : loader(std::move(package_loader)) {}
PackageLoading::PackageLoading(PackageLoading&&) noexcept = default;
PackageLoading& PackageLoading::operator=(PackageLoading&&) noexcept = default;
PackageLoading::~PackageLoading() = default;

/// One block that is a whole GetEUICCChallenge or CancelSession: an LPA that gave up in the middle of an
/// object must be able to say so. That octets of a package look like this is practically impossible.
static bool ends_package(View octets) {
  asn1::Reader in(octets);
  auto tlv = in.next();
  return tlv && in.at_end() && (tlv->tag == 0xBF2E || tlv->tag == 0xBF41);
}

bool belongs_to_package(const Isdr& isdr, View first_octets) {
  if (ends_package(first_octets)) return false;
  bool starts_package = first_octets.size() >= 2 && first_octets[0] == 0xBF && first_octets[1] == 0x36;
  if (std::holds_alternative<DownloadPrepared>(isdr.session)) return starts_package;
  const auto* loading = std::get_if<PackageLoading>(&isdr.session);
  if (!loading) return false;
  const auto& stream = loading->loader->stream();
  // Between objects a script may be another ES10 function; those begin with BF, as only BF23 does in a
  // package.
  return !stream.at_boundary() || stream.expects_initialise() || first_octets.empty() ||
         first_octets[0] != 0xBF;
}

Reply load_bound_profile_package(Isdr& isdr, View octets, bool last) {
  if (auto* prepared = std::get_if<DownloadPrepared>(&isdr.session)) {
    isdr.session = PackageLoading{std::make_unique<PackageLoader>(isdr, std::move(*prepared))};
  }
  auto* loading = std::get_if<PackageLoading>(&isdr.session);
  check(loading != nullptr, "a package is being loaded");
  auto& loader = *loading->loader;
  loader.feed(octets);
  if (loader.card_failed()) {
    isdr.session = NoSession{};
    return sw::memory_problem;
  }
  if (!loader.result() || !last) return Bytes{};
  Bytes result = *loader.result();
  isdr.session = NoSession{};
  return result;
}

Status interrupt_package(Isdr& isdr) {
  Session taken = std::exchange(isdr.session, NoSession{});
  auto* loading = std::get_if<PackageLoading>(&taken);
  if (!loading) return {};
  return loading->loader->interrupt();
}

}  // namespace sealift::euicc
