// Inside this room: the octets of the two kinds of file (docs/formats/keystore.md). No files, no state.
#pragma once

#include "crypto/kdf.hpp"
#include "crypto/keys.hpp"

namespace sealift::hsm {

/// How the key that seals the store key is made.
enum class Protection : uint8_t { master_key_file = 1, pass_phrase = 2 };

/// The `keystore` file, its sealed part still closed.
struct StoreHeader {
  Protection protection = Protection::master_key_file;
  crypto::ScryptCost cost;
  Octets<16> salt{};
  Octets<12> nonce{};
};
constexpr size_t most_store_file = 1024;
constexpr size_t most_key_file = 1024;

Bytes seal_store_file(const StoreHeader& header, const Secret<32>& wrapping_key, const Secret<32>& store_key);
/// Error kinds: invalid (foreign or damaged), unsupported (newer), verification (another wrapping key).
Result<StoreHeader> read_store_header(View file);
Result<Secret<32>> open_store_file(View file, const StoreHeader& header, const Secret<32>& wrapping_key);

Bytes seal_key_file(std::string_view label, const crypto::PrivateKey& key, const Octets<12>& nonce,
                    const Secret<32>& store_key);
/// Error kinds: as for the store file; verification also where the file is of another store or label, or its
/// two halves do not belong together.
Result<crypto::PrivateKey> open_key_file(View file, std::string_view label, const Secret<32>& store_key);

}  // namespace sealift::hsm
