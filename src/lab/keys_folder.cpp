#include "lab/keys_folder.hpp"

#include "crypto/kdf.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

static hsm::MasterKeyFile master_key(const fs::path& dir) {
  return {dir / "master.key"};
}

Result<KeysFolder> KeysFolder::create(const std::string& dir, const pki::Hierarchy& hierarchy,
                                      Random& random) {
  std::error_code problem;
  if (fs::exists(fs::path(dir) / "ci.der", problem) || fs::exists(fs::path(dir) / "keys", problem)) {
    return Error{ErrorKind::exists, dir + " holds a hierarchy already; choose another folder, or remove it"};
  }
  fs::create_directories(dir, problem);
  if (problem) return Error{ErrorKind::io, "cannot make the folder " + dir + ": " + problem.message()};
  auto keys = TRY(hsm::SoftwareKeyStore::create(fs::path(dir) / "keys", master_key(dir), random));
  TRY_VOID(pki::write_hierarchy(dir, hierarchy, [&](std::string_view name, const crypto::PrivateKey& key) {
    return keys.add(name, key, random);
  }));
  return KeysFolder{dir, std::move(keys), nullptr};
}

Result<KeysFolder> KeysFolder::open_or_make(const std::string& dir, Random& random) {
  std::error_code problem;
  if (fs::exists(fs::path(dir) / "keys", problem)) return open(dir);
  fs::create_directories(dir, problem);
  if (problem) return Error{ErrorKind::io, "cannot make the folder " + dir + ": " + problem.message()};
  auto keys = TRY(hsm::SoftwareKeyStore::create(fs::path(dir) / "keys", master_key(dir), random));
  return KeysFolder{dir, std::move(keys), nullptr};
}

/// Where the n-th set of a folder is; the first is the folder itself.
static std::string set_folder(const std::string& dir, unsigned n) {
  return n == 1 ? dir : (fs::path(dir) / ("ci-" + std::to_string(n))).string();
}
static constexpr unsigned most_sets = 9;

Result<std::vector<KeysFolder>> KeysFolder::open_all(const std::string& dir) {
  std::vector<KeysFolder> out;
  out.push_back(TRY(open(dir)));
  for (unsigned n = 2; n <= most_sets; ++n) {
    std::error_code problem;
    const std::string next = set_folder(dir, n);
    if (!fs::exists(next, problem)) break;
    out.push_back(TRY(open(next)));
  }
  return out;
}

Result<KeysFolder> KeysFolder::add(const std::string& dir, const pki::Hierarchy& hierarchy, Random& random) {
  auto sets = TRY(open_all(dir));
  for (const KeysFolder& set : sets) {
    auto ci = TRY(set.certificate(pki::Role::ci));
    if (equal(ci.subject_key_id(), hierarchy.certificate(pki::Role::ci).subject_key_id()))
      return Error{ErrorKind::exists, set.dir + " is a set below the same CI key already"};
  }
  if (sets.size() == most_sets) return Error{ErrorKind::limit, dir + " holds nine sets, as many as it may"};
  return create(set_folder(dir, static_cast<unsigned>(sets.size()) + 1), hierarchy, random);
}

Result<KeysFolder> KeysFolder::open(const std::string& dir) {
  std::error_code problem;
  const bool there = fs::exists(fs::path(dir) / "keys", problem);
  if (problem) {
    const bool forbidden = problem == std::errc::permission_denied;
    return Error{
        forbidden ? ErrorKind::permission : ErrorKind::io,
        "cannot look into " + dir + ": " + problem.message() + (forbidden ? "; run as its owner" : "")};
  }
  if (!there) {
    return Error{ErrorKind::not_found,
                 "there are no keys in " + dir + ": make them with `sealift pki init " + dir + "`"};
  }
  auto keys = TRY(hsm::SoftwareKeyStore::open(fs::path(dir) / "keys", master_key(dir)));
  auto in_hsm = HsmKeys::read(dir);
  if (!in_hsm && in_hsm.error().kind != ErrorKind::not_found) return std::move(in_hsm.error());
  return KeysFolder{dir, std::move(keys), in_hsm ? std::move(*in_hsm) : nullptr};
}

Result<pki::Certificate> KeysFolder::certificate(pki::Role role) const {
  return pki::read_certificate(dir, role);
}

Result<std::shared_ptr<crypto::Signer>> KeysFolder::signer(pki::Role role) const {
  if (hsm && hsm->has(pki::name(role))) return hsm->signer(pki::name(role));
  return std::shared_ptr<crypto::Signer>(TRY(keys.signer(pki::name(role))));
}

Result<pki::Identity> KeysFolder::identity(pki::Role role) const {
  auto certificate_of_role = TRY(certificate(role));
  return pki::Identity{std::move(certificate_of_role), TRY(keys.private_key(pki::name(role)))};
}

Result<Secret<32>> KeysFolder::data_key(std::string_view purpose, Random& random) {
  std::string label = "data." + std::string(purpose);
  auto kept = keys.private_key(label);
  if (!kept && kept.error().kind == ErrorKind::not_found) {
    // Servers of one folder may start at once: the key is that of whoever was first.
    auto made = keys.generate(label, crypto::Curve::p256, random);
    if (!made && made.error().kind != ErrorKind::exists) return std::move(made.error());
    kept = keys.private_key(label);
  }
  if (!kept) return std::move(kept.error());
  Secret<32> out;
  crypto::x963_kdf(kept->scalar().expose(), view(label), out.expose_mutable());
  return out;
}

}  // namespace sealift::lab
