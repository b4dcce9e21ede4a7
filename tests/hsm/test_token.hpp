// A SoftHSM of a test program's own, with one token in it, and the mock module before it. Nothing of it is
// left when the program ends. Where SoftHSM is not installed there is no token, and tests say that they skip.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hsm/pkcs11/token.hpp"
#include "tests/hsm/mock_control.hpp"

namespace sealift::testing {

inline constexpr const char* softhsm = "/usr/lib/softhsm/libsofthsm2.so";

class TestToken {
 public:
  /// Made by whoever asks first. Null: SoftHSM is not there.
  static TestToken* get() {
    static std::unique_ptr<TestToken> made = make();
    return made.get();
  }
  ~TestToken() {
    std::error_code none;
    std::filesystem::remove_all(folder, none);
  }

  /// SoftHSM itself.
  hsm::pkcs11::TokenOptions real() const { return {softhsm, "test", folder / "pin"}; }
  /// The mock before it.
  hsm::pkcs11::TokenOptions mocked() const { return {mock_module(), "test", folder / "pin"}; }
  /// Beside the test programs.
  static std::filesystem::path mock_module() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libmock_pkcs11.so";
  }
  static std::filesystem::path keyd() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "sealift-keyd";
  }
  void write_pin(const std::string& pin) const {
    std::ofstream(folder / "pin") << pin << "\n";
    std::filesystem::permissions(folder / "pin", std::filesystem::perms(0600));
  }
  /// As if nothing ever went wrong.
  void behave() {
    for (auto& f : control->functions) {
      f.value = f.times = f.latency_ms = f.calls = 0;
    }
    control->wrong_signatures = control->same_key = control->attribute = control->open_network = 0;
    ++control->release;
  }

  std::filesystem::path folder;
  MockControl* control = nullptr;

 private:
  static std::unique_ptr<TestToken> make() {
    if (!std::filesystem::exists(softhsm)) return nullptr;
    auto out = std::make_unique<TestToken>();
    char name[] = "/tmp/sealift-hsm-XXXXXX";
    out->folder = ::mkdtemp(name);
    std::filesystem::create_directory(out->folder / "tokens");
    std::ofstream(out->folder / "softhsm2.conf")
        << "directories.tokendir = " << (out->folder / "tokens").string() << "\nobjectstore.backend = file\n"
        << "log.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (out->folder / "softhsm2.conf").c_str(), 1);
    ::setenv("SEALIFT_MOCK_BEHIND", softhsm, 1);
    ::setenv("SEALIFT_MOCK_PKCS11", (out->folder / "control").c_str(), 1);
    out->control = MockControl::map((out->folder / "control").c_str());
    out->write_pin("7391");
    const int done = std::system(
        "softhsm2-util --init-token --free --label test --so-pin 82640917 --pin 7391 >/dev/null 2>&1");
    if (done != 0 || !out->control) return nullptr;
    return out;
  }
};

/// For tests that need the token `t`.
#define SEALIFT_NEEDS_TOKEN(t)                                                  \
  ::sealift::testing::TestToken* t = ::sealift::testing::TestToken::get();      \
  if (!t) GTEST_SKIP() << "SoftHSM is not installed (Debian package softhsm2)"; \
  t->behave()

}  // namespace sealift::testing
