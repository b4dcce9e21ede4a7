#include "hsm/software/key_store.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "hsm/software/format.hpp"

namespace sealift::hsm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".key";

fs::path store_file(const fs::path& directory) {
  return directory / "keystore";
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 64 && label[0] != '.' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

Result<fs::path> key_file(const fs::path& directory, std::string_view label) {
  if (!is_label(label)) {
    return Error{ErrorKind::invalid,
                 "a key label is 1 to 64 of A-Z a-z 0-9 . _ - and does not start with a dot"};
  }
  return directory / (std::string(label) + std::string(suffix));
}

Result<Secret<32>> read_master_key(const fs::path& path) {
  SecretBytes content = TRY(read_secret_file(path, 32));
  if (content.size() != 32) {
    return Error{ErrorKind::invalid,
                 "'" + path.string() + "' is not a master key file: it has not 32 octets"};
  }
  return Secret<32>::from(content.expose());
}

/// A master key file that is there is used; where there is none, a fresh one is made.
Result<Secret<32>> make_master_key(const fs::path& path, Random& random) {
  Result<Secret<32>> existing = read_master_key(path);
  if (existing || existing.error().kind != ErrorKind::not_found) return existing;
  Secret<32> key;
  random.fill(key.expose_mutable());
  TRY_VOID(write_file(path, key.expose(), Readers::owner, Replace::no));
  return key;
}

Result<Secret<32>> from_pass_phrase(const PassPhrase& phrase, const StoreHeader& header) {
  if (phrase.octets.size() == 0 || phrase.octets.size() > 1024) {
    return Error{ErrorKind::invalid, "a pass phrase has 1 to 1024 octets"};
  }
  return crypto::scrypt(phrase.octets.expose(), header.salt, header.cost);
}

/// A store file under fresh salt and nonce.
Result<Bytes> sealed_store(const Unlock& unlock, const Secret<32>& store_key, Random& random,
                           const crypto::ScryptCost& cost) {
  StoreHeader header;
  header.salt = random.octets<16>();
  header.nonce = random.octets<12>();
  if (const auto* file = std::get_if<MasterKeyFile>(&unlock)) {
    header.protection = Protection::master_key_file;
    return seal_store_file(header, TRY(make_master_key(file->path, random)), store_key);
  }
  header.protection = Protection::pass_phrase;
  header.cost = cost;
  return seal_store_file(header, TRY(from_pass_phrase(std::get<PassPhrase>(unlock), header)), store_key);
}

Result<Secret<32>> wrapping_key(const Unlock& unlock, const StoreHeader& header) {
  const auto* file = std::get_if<MasterKeyFile>(&unlock);
  if (header.protection == Protection::master_key_file) {
    if (file == nullptr) {
      return Error{ErrorKind::verification,
                   "the key store opens with a master key file, not with a pass phrase"};
    }
    return read_master_key(file->path);
  }
  if (file != nullptr) {
    return Error{ErrorKind::verification,
                 "the key store opens with a pass phrase, not with a master key file"};
  }
  return from_pass_phrase(std::get<PassPhrase>(unlock), header);
}

}  // namespace

Result<SoftwareKeyStore> SoftwareKeyStore::create(const fs::path& directory, const Unlock& unlock,
                                                  Random& random, const crypto::ScryptCost& cost) {
  TRY_VOID(make_directory(directory));
  std::error_code ignored;
  if (fs::exists(store_file(directory), ignored)) {
    return Error{ErrorKind::exists, "'" + directory.string() + "' holds a key store already"};
  }
  Secret<32> store_key;
  random.fill(store_key.expose_mutable());
  const Bytes content = TRY(sealed_store(unlock, store_key, random, cost));
  TRY_VOID(write_file(store_file(directory), content, Readers::owner, Replace::no));
  return SoftwareKeyStore(directory, std::move(store_key));
}

Result<SoftwareKeyStore> SoftwareKeyStore::open(const fs::path& directory, const Unlock& unlock) {
  TRY_VOID(check_directory(directory));
  const std::string where = "key store '" + directory.string() + "'";
  Result<SecretBytes> content = read_secret_file(store_file(directory), most_store_file);
  if (!content && content.error().kind == ErrorKind::not_found) {
    return Error{ErrorKind::not_found, "there is no key store in '" + directory.string() +
                                           "'; name the right directory, or create a store there"};
  }
  if (!content) return std::move(content.error()).within(where);
  Result<StoreHeader> header = read_store_header(content->expose());
  if (!header) return std::move(header.error()).within(where);
  Result<Secret<32>> wrapping = wrapping_key(unlock, *header);
  if (!wrapping) return std::move(wrapping.error()).within(where);
  Result<Secret<32>> store_key = open_store_file(content->expose(), *header, *wrapping);
  if (!store_key) {
    const bool phrase = header->protection == Protection::pass_phrase;
    return Error{ErrorKind::verification,
                 where + (phrase ? ": wrong pass phrase" : ": the master key file is of another store")};
  }
  return SoftwareKeyStore(directory, std::move(*store_key));
}

Status SoftwareKeyStore::add(std::string_view label, const crypto::PrivateKey& key, Random& random) {
  const fs::path path = TRY(key_file(directory_, label));
  return write_file(path, seal_key_file(label, key, random.octets<12>(), store_key_), Readers::owner, Replace::no);
}

Status SoftwareKeyStore::replace(std::string_view label, const crypto::PrivateKey& key, Random& random) {
  const fs::path path = TRY(key_file(directory_, label));
  return write_file(path, seal_key_file(label, key, random.octets<12>(), store_key_), Readers::owner, Replace::yes);
}

Result<crypto::PublicKey> SoftwareKeyStore::generate(std::string_view label, crypto::Curve curve,
                                                     Random& random) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate(curve, random);
  TRY_VOID(add(label, key, random));
  return key.public_key();
}

Result<crypto::PrivateKey> SoftwareKeyStore::private_key(std::string_view label) const {
  const fs::path path = TRY(key_file(directory_, label));
  Result<SecretBytes> content = read_secret_file(path, most_key_file);
  if (!content && content.error().kind == ErrorKind::not_found) {
    return Error{ErrorKind::not_found,
                 "there is no key '" + std::string(label) + "' in '" + directory_.string() + "'"};
  }
  if (!content) return std::move(content.error());
  Result<crypto::PrivateKey> key = open_key_file(content->expose(), label, store_key_);
  if (!key) return std::move(key.error()).within("'" + path.string() + "'");
  return key;
}

Result<std::unique_ptr<crypto::Signer>> SoftwareKeyStore::signer(std::string_view label) const {
  const crypto::PrivateKey key = TRY(private_key(label));
  return std::make_unique<crypto::SoftwareSigner>(key);
}

Result<std::vector<std::string>> SoftwareKeyStore::labels() const {
  TRY_VOID(check_directory(directory_));
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    const std::string file = at->path().filename().string();
    if (file.size() <= suffix.size() || !file.ends_with(suffix)) continue;
    const std::string label = file.substr(0, file.size() - suffix.size());
    if (is_label(label)) out.push_back(label);
  }
  if (error) return Error{ErrorKind::io, "cannot list '" + directory_.string() + "': " + error.message()};
  std::sort(out.begin(), out.end());
  return out;
}

Status SoftwareKeyStore::remove(std::string_view label) {
  return remove_file(TRY(key_file(directory_, label)));
}

Status SoftwareKeyStore::change_unlock(const Unlock& unlock, Random& random, const crypto::ScryptCost& cost) {
  const Bytes content = TRY(sealed_store(unlock, store_key_, random, cost));
  return write_file(store_file(directory_), content, Readers::owner, Replace::yes);
}

}  // namespace sealift::hsm
