#include "base/files.hpp"
#include "pki/issue.hpp"
#include "pki/pem.hpp"

namespace sealift::pki {

namespace fs = std::filesystem;

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
    TRY_VOID(write_file(certificate_path(directory, r.role, ".der"), der, Readers::everybody, Replace::no));
    TRY_VOID(write_file(certificate_path(directory, r.role, ".pem"), view(to_pem("CERTIFICATE", der)),
                        Readers::everybody, Replace::no));
  }
  return {};
}

Result<Certificate> read_certificate(const std::string& directory, Role role) {
  fs::path path = certificate_path(directory, role, ".der");
  Bytes octets = TRY(read_file(path, Certificate::max_size));
  auto certificate = Certificate::parse(octets);
  if (!certificate) return std::move(certificate.error()).within(path.string());
  return std::move(*certificate);
}

}  // namespace sealift::pki
