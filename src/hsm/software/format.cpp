#include "hsm/software/format.hpp"

#include <algorithm>
#include <bit>

#include "crypto/aes.hpp"

namespace sealift::hsm {
namespace {

constexpr std::string_view store_magic = "SLFTSTOR";
constexpr std::string_view key_magic = "SLFTPKEY";
constexpr uint8_t version = 1;
constexpr size_t sealed_key_size = 32 + 16;
// magic, version, protection, log2 n, r, p, salt
constexpr size_t store_header_size = 8 + 1 + 1 + 1 + 1 + 1 + 16;
constexpr size_t store_file_size = store_header_size + 12 + sealed_key_size;

Bytes store_header_octets(const StoreHeader& header) {
  Bytes out = to_bytes(store_magic);
  out.push_back(version);
  out.push_back(static_cast<uint8_t>(header.protection));
  out.push_back(static_cast<uint8_t>(std::countr_zero(header.cost.n)));
  out.push_back(static_cast<uint8_t>(header.cost.r));
  out.push_back(static_cast<uint8_t>(header.cost.p));
  append(out, header.salt);
  return out;
}

Status check_head(View file, std::string_view magic, std::string_view what) {
  if (file.size() < magic.size() + 1 || text(file.first(magic.size())) != magic) {
    return Error{ErrorKind::invalid, "not a Sealift " + std::string(what)};
  }
  const uint8_t found = file[magic.size()];
  if (found > version) {
    return Error{ErrorKind::unsupported, "made by a newer release: format version " + std::to_string(found) +
                                             ", this release reads version " + std::to_string(version)};
  }
  if (found != version) return Error{ErrorKind::invalid, "not a Sealift " + std::string(what)};
  return {};
}

template <size_t N>
Octets<N> copy_of(View from) {
  Octets<N> out;
  std::copy_n(from.begin(), N, out.begin());
  return out;
}

/// Everything of a key file before the nonce: authenticated with the sealed scalar.
Bytes key_header_octets(std::string_view label, const crypto::PublicKey& key) {
  Bytes out = to_bytes(key_magic);
  out.push_back(version);
  out.push_back(static_cast<uint8_t>(key.curve()) + 1);
  out.push_back(static_cast<uint8_t>(label.size()));
  append(out, view(label));
  append(out, key.point());
  return out;
}

}  // namespace

Bytes seal_store_file(const StoreHeader& header, const Secret<32>& wrapping_key,
                      const Secret<32>& store_key) {
  const Bytes head = store_header_octets(header);
  const Bytes sealed = crypto::aes256_gcm_seal(wrapping_key.expose(), header.nonce, head, store_key.expose());
  return concat({head, header.nonce, sealed});
}

Result<StoreHeader> read_store_header(View file) {
  TRY_VOID(check_head(file, store_magic, "key store"));
  const Error damaged{ErrorKind::invalid, "the key store file is damaged; take it from a back-up"};
  if (file.size() != store_file_size) return damaged;
  StoreHeader header;
  if (file[9] != 1 && file[9] != 2) return damaged;
  header.protection = static_cast<Protection>(file[9]);
  if (file[10] == 0 || file[10] > 30) return damaged;
  header.cost = {uint32_t{1} << file[10], file[11], file[12]};
  header.salt = copy_of<16>(file.subspan(13, 16));
  header.nonce = copy_of<12>(file.subspan(store_header_size, 12));
  return header;
}

Result<Secret<32>> open_store_file(View file, const StoreHeader& header, const Secret<32>& wrapping_key) {
  const SecretBytes key = TRY(crypto::aes256_gcm_open(
      wrapping_key.expose(), header.nonce, file.first(store_header_size), file.last(sealed_key_size)));
  return Secret<32>::from(key.expose());
}

Bytes seal_key_file(std::string_view label, const crypto::PrivateKey& key, const Octets<12>& nonce,
                    const Secret<32>& store_key) {
  const Bytes head = key_header_octets(label, key.public_key());
  const Bytes sealed = crypto::aes256_gcm_seal(store_key.expose(), nonce, head, key.scalar().expose());
  return concat({head, nonce, sealed});
}

Result<crypto::PrivateKey> open_key_file(View file, std::string_view label, const Secret<32>& store_key) {
  TRY_VOID(check_head(file, key_magic, "key file"));
  const Error damaged{ErrorKind::invalid, "the key file is damaged; take it from a back-up"};
  const size_t head_size = 8 + 3 + label.size() + 65;
  if (file.size() < 11 || (file[9] != 1 && file[9] != 2)) return damaged;
  if (file[10] != label.size() || file.size() < 11 + label.size() ||
      text(file.subspan(11, label.size())) != label) {
    return Error{ErrorKind::verification, "the key file was made under another label"};
  }
  if (file.size() != head_size + 12 + sealed_key_size) return damaged;
  Result<SecretBytes> scalar =
      crypto::aes256_gcm_open(store_key.expose(), copy_of<12>(file.subspan(head_size, 12)),
                              file.first(head_size), file.last(sealed_key_size));
  if (!scalar) return Error{ErrorKind::verification, "the key file is of another key store, or was changed"};
  const auto curve = file[9] == 1 ? crypto::Curve::p256 : crypto::Curve::brainpool_p256r1;
  crypto::PrivateKey key = TRY(crypto::PrivateKey::from_scalar(curve, scalar->expose()));
  if (!equal(key.public_key().point(), file.subspan(head_size - 65, 65))) return damaged;
  return key;
}

}  // namespace sealift::hsm
