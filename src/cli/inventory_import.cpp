#include "cli/inventory_import.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#include "asn1/reader.hpp"
#include "base/files.hpp"
#include "saip/personalise.hpp"

namespace sealift::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestPackage = 4u << 20, kLargestFile = 1u << 30, kLargestList = 256u << 20;

class Folder final : public ProfileSource {
 public:
  explicit Folder(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  std::optional<Candidate> next() override {
    const size_t i = next_++;
    if (i >= paths_.size()) return std::nullopt;
    auto file = read_file(paths_[i], kLargestPackage);
    if (!file) return Candidate{paths_[i], std::move(file.error())};
    return Candidate{paths_[i], SecretBytes(std::move(*file))};
  }
  size_t size() const override { return paths_.size(); }

 private:
  const std::vector<std::string> paths_;
  std::atomic<size_t> next_{0};
};

/// Tag of the element that ends a package (TCA Profile Package, PEEnd).
constexpr asn1::Tag kEnd = 0xAA;

class OneAfterAnother final : public ProfileSource {
 public:
  OneAfterAnother(SecretBytes octets, std::vector<View> packages, std::string path)
      : octets_(std::move(octets)), packages_(std::move(packages)), path_(std::move(path)) {}
  std::optional<Candidate> next() override {
    const size_t i = next_++;
    if (i >= packages_.size()) return std::nullopt;
    return Candidate{path_ + ", package " + std::to_string(i + 1), SecretBytes(to_bytes(packages_[i]))};
  }
  size_t size() const override { return packages_.size(); }

 private:
  const SecretBytes octets_;
  const std::vector<View> packages_;  ///< of octets_
  const std::string path_;
  std::atomic<size_t> next_{0};
};

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const size_t comma = line.find(',');
    out.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

/// A line of a list that is not empty, and which of the file it is, from 1.
struct Line {
  size_t number;
  std::string_view text;
};

class Subscribers final : public ProfileSource {
 public:
  Subscribers(SecretBytes package, SecretBytes list, std::vector<Line> lines)
      : template_(std::move(package)), list_(std::move(list)), lines_(std::move(lines)) {}
  std::optional<Candidate> next() override {
    const size_t i = next_++;
    if (i >= lines_.size()) return std::nullopt;
    return Candidate{"line " + std::to_string(lines_[i].number), package_for(lines_[i].text)};
  }
  size_t size() const override { return lines_.size(); }

 private:
  Result<SecretBytes> package_for(std::string_view line) const {
    const auto cells = cells_of(line);
    if (cells.size() != 4) return Error{ErrorKind::invalid, "a line has four cells: iccid,imsi,k,opc"};
    saip::Subscriber subscriber;
    subscriber.iccid = TRY(Iccid::parse(cells[0]));
    subscriber.imsi = TRY(Imsi::parse(cells[1]));
    auto k = from_hex(cells[2]), opc = from_hex(cells[3]);
    if (!k || !opc) return Error{ErrorKind::invalid, "k and opc are hexadecimal digits"};
    subscriber.k = SecretBytes(std::move(*k));
    subscriber.opc = SecretBytes(std::move(*opc));
    saip::Package package = TRY(saip::decode(template_.expose()));
    TRY_VOID(saip::personalise(package, subscriber));
    return SecretBytes(saip::encode(package));
  }

  const SecretBytes template_;
  const SecretBytes list_;
  const std::vector<Line> lines_;  ///< of list_
  std::atomic<size_t> next_{0};
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  for (size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out.push_back({number, line});
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<ProfileSource>> packages_in_folder(const std::string& dir) {
  std::error_code error;
  std::vector<std::string> paths;
  for (auto at = fs::directory_iterator(dir, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (at->path().extension() == ".der") paths.push_back(at->path().string());
  }
  if (error) return Error{ErrorKind::io, "cannot read " + dir + ": " + error.message()};
  if (paths.empty()) return Error{ErrorKind::not_found, dir + " has no profile packages, *.der"};
  std::sort(paths.begin(), paths.end());
  return std::unique_ptr<ProfileSource>(std::make_unique<Folder>(std::move(paths)));
}

Result<std::unique_ptr<ProfileSource>> packages_in_file(const std::string& path) {
  SecretBytes octets(TRY(read_file(path, kLargestFile)));
  std::vector<View> packages;
  asn1::Reader reader(octets.expose(), path.c_str());
  const uint8_t* begin = octets.expose().data();
  while (!reader.at_end()) {
    const asn1::Tlv element = TRY(reader.next());
    if (element.tag != kEnd) continue;
    const uint8_t* end = element.whole.data() + element.whole.size();
    packages.emplace_back(begin, end);
    begin = end;
  }
  if (packages.empty() || begin != octets.expose().data() + octets.size()) {
    return Error{ErrorKind::invalid, path + " does not end with the end element of a profile package"};
  }
  return std::unique_ptr<ProfileSource>(
      std::make_unique<OneAfterAnother>(std::move(octets), std::move(packages), path));
}

Result<std::unique_ptr<ProfileSource>> packages_for_subscribers(const std::string& template_path,
                                                                const std::string& list_path) {
  SecretBytes file(TRY(read_file(template_path, kLargestPackage)));
  const auto package = saip::decode(file.expose());
  if (!package) return Error(package.error()).within(template_path);
  SecretBytes list(TRY(read_file(list_path, kLargestList)));
  auto lines = lines_of(text(list.expose()));
  if (lines.empty() || lines.front().text != "iccid,imsi,k,opc") {
    return Error{ErrorKind::invalid, list_path + ": its first line is iccid,imsi,k,opc"};
  }
  lines.erase(lines.begin());
  return std::unique_ptr<ProfileSource>(
      std::make_unique<Subscribers>(std::move(file), std::move(list), std::move(lines)));
}

}  // namespace sealift::cli
