#include "cli/trust_files.hpp"

#include "base/files.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

Result<std::vector<pki::Certificate>> read_certificates(const std::string& file) {
  const std::string octets = TRY(read_file(file, 1u << 20));
  auto certificates = pki::certificates_from_file_octets(view(octets));
  if (!certificates) return std::move(certificates.error()).within(file);
  return certificates;
}

Result<pki::Certificate> read_certificate(const std::string& file) {
  return TRY(read_certificates(file)).front();
}

Result<crypto::PrivateKey> read_private_key(const std::string& file) {
  SecretBytes octets(TRY(sealift::read_file(file, 1u << 16)));
  auto key = pki::private_key_from_file_octets(octets.expose());
  if (!key) return std::move(key.error()).within(file);
  return key;
}

Status load_ci(const std::string& file, pki::TrustStore& trust) {
  const std::vector<pki::Certificate> certificates = TRY(read_certificates(file));
  for (const pki::Certificate& ci : certificates) {
    if (auto added = trust.add(ci); !added) return Error(added.error()).within(file);
  }
  return {};
}

Result<Bytes> read_crl(const std::string& file) {
  const std::string octets = TRY(read_file(file, pki::Crl::max_size * 2));
  if (octets.find("-----BEGIN X509 CRL-----") == octets.npos) return to_bytes(octets);
  auto blocks = pki::from_pem(octets);
  if (!blocks) return std::move(blocks.error()).within(file);
  return std::move(blocks->front().der);
}

Status load_crl(const std::string& file, pki::TrustStore& trust) {
  const Bytes der = TRY(read_crl(file));
  if (auto added = trust.add_crl(View(der)); !added) return Error(added.error()).within(file);
  return {};
}

}  // namespace sealift::cli
