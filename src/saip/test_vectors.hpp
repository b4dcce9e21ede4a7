// The TS.48 packages for this room's tests: SEALIFT_VECTORS, or ../shared/vectors beside the repository.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace sealift::saip::test {

struct Vector {
  std::string name;
  Bytes octets;
};

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Empty where the vectors are not there.
inline std::vector<Vector> ts48_packages() {
  const char* root = std::getenv("SEALIFT_VECTORS");
  std::filesystem::path dir = std::filesystem::path(root != nullptr ? root : "../shared/vectors") / "ts48";
  std::vector<Vector> out;
  std::error_code none;
  for (auto& e : std::filesystem::directory_iterator(dir, none)) {
    if (e.path().extension() == ".der") out.push_back({e.path().filename().string(), read_file(e.path())});
  }
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace sealift::saip::test
