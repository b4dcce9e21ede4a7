#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "pki/issue.hpp"
#include "pki/pem.hpp"

namespace sealift::pki {

namespace fs = std::filesystem;

static Error failed(const std::string& what, const fs::path& path) {
  return Error{errno == EEXIST ? ErrorKind::exists : ErrorKind::io,
               what + " " + path.string() + ": " + std::strerror(errno)};
}

/// A new file, whole and on disk, or none: written under another name and linked to its own.
static Status write_new(const fs::path& path, View content) {
  fs::path part = path.string() + ".part";
  int file = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return failed("cannot write", path);
  bool ok = true;
  for (View rest = content; ok && !rest.empty();) {
    ssize_t n = write(file, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    ok = n > 0;
    if (ok) rest = rest.subspan(static_cast<size_t>(n));
  }
  ok = ok && fsync(file) == 0;
  ok = close(file) == 0 && ok;
  ok = ok && link(part.c_str(), path.c_str()) == 0;
  Status out;
  if (!ok) out = failed("cannot write", path);
  unlink(part.c_str());
  return out;
}

static fs::path certificate_path(const std::string& directory, Role role, std::string_view suffix) {
  return fs::path(directory) / (std::string(name(role)) + std::string(suffix));
}

Status write_hierarchy(const std::string& directory, const Hierarchy& hierarchy, const KeyWriter& keys) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (problem)
    return Error{ErrorKind::io, "cannot make the directory " + directory + ": " + problem.message()};
  for (const RoleRules& r : role_table()) {
    for (std::string_view suffix : {".der", ".pem"}) {
      fs::path path = certificate_path(directory, r.role, suffix);
      if (!fs::exists(path, problem)) continue;
      return Error{ErrorKind::exists,
                   path.string() + " is there already; choose another directory, or remove the old one"};
    }
  }
  for (const RoleRules& r : role_table()) TRY_VOID(keys(r.name, hierarchy[r.role].key));
  for (const RoleRules& r : role_table()) {
    View der = hierarchy.certificate(r.role).der();
    TRY_VOID(write_new(certificate_path(directory, r.role, ".der"), der));
    TRY_VOID(write_new(certificate_path(directory, r.role, ".pem"), view(to_pem("CERTIFICATE", der))));
  }
  return {};
}

Result<Certificate> read_certificate(const std::string& directory, Role role) {
  fs::path path = certificate_path(directory, role, ".der");
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
    return Error{kind, "cannot read " + path.string() + ": " + std::strerror(errno)};
  }
  Bytes octets(Certificate::max_size + 1);
  file.read(reinterpret_cast<char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  octets.resize(static_cast<size_t>(file.gcount()));
  auto certificate = Certificate::parse(octets);
  if (!certificate) return std::move(certificate.error()).within(path.string());
  return std::move(*certificate);
}

}  // namespace sealift::pki
