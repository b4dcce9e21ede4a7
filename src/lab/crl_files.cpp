#include "lab/crl_files.hpp"

#include "base/files.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

bool CrlFiles::look() {
  std::map<fs::path, Seen> now;
  std::error_code error;
  auto files = fs::recursive_directory_iterator(dir_, error);
  for (; !error && files != fs::recursive_directory_iterator(); files.increment(error)) {
    if (files->path().extension() != ".crl") continue;
    std::error_code gone, too;
    const Seen one{files->last_write_time(gone), files->file_size(too)};
    if (!gone && !too) now[files->path()] = one;
  }
  changed_.clear();
  for (const auto& [file, facts] : now) {
    const auto before = seen_.find(file);
    if (before == seen_.end() || before->second != facts) changed_.push_back(file);
  }
  const bool any = now != seen_;
  seen_ = std::move(now);
  return any;
}

std::vector<fs::path> CrlFiles::all() const {
  std::vector<fs::path> out;
  for (const auto& [file, facts] : seen_) out.push_back(file);
  return out;
}

Result<Bytes> CrlFiles::read(const fs::path& file) {
  return read_file(file, pki::Crl::max_size);
}

void take_up_crls(const std::string& dir, pki::TrustStore& trust) {
  CrlFiles files(dir);
  files.look();
  for (const fs::path& file : files.changed()) {
    const auto octets = CrlFiles::read(file);
    if (octets) (void)trust.add_crl(*octets);
  }
}

}  // namespace sealift::lab
