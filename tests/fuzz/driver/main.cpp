// libFuzzer's side of one target: FUZZ_TARGET is its name. `--seeds=FOLDER` and `--dictionary=FILE` write
// what the target begins with, and end the program.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "mutate.hpp"
#include "targets.hpp"

#define TARGET_OF(name) target_##name
#define TARGET(name) TARGET_OF(name)

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace {

const sealift::fuzz::Target& target = sealift::fuzz::TARGET(FUZZ_TARGET);

void write_seeds(const std::string& folder) {
  size_t number = 0;
  for (const sealift::Bytes& seed : target.seeds()) {
    std::ofstream(folder + "/seed-" + std::to_string(number++), std::ios::binary) << sealift::text(seed);
  }
}

void write_dictionary(const std::string& file) {
  std::ofstream out(file);
  for (const std::string& word : target.dictionary) {
    out << '"';
    for (unsigned char c : word) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", c);
      out << escaped;
    }
    out << "\"\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  bool done = false;
  for (int i = 1; i < *argc; ++i) {
    const std::string word = (*argv)[i];
    if (word.starts_with("--seeds=")) write_seeds(word.substr(8)), done = true;
    if (word.starts_with("--dictionary=")) write_dictionary(word.substr(13)), done = true;
  }
  if (done) std::exit(0);
  return 0;
}

/// libFuzzer's alarm, every few seconds, must not end a wait in the middle, which would look like a finding.
static void restart_after_alarms() {
  struct sigaction alarm {};
  sigaction(SIGALRM, nullptr, &alarm);
  alarm.sa_flags |= SA_RESTART;
  sigaction(SIGALRM, &alarm, nullptr);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  [[maybe_unused]] static const bool once = (restart_after_alarms(), true);
  target.run({data, size});
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  const sealift::Bytes changed = sealift::fuzz::mutate(target, {data, size}, most, seed, LLVMFuzzerMutate);
  const size_t kept = std::min(changed.size(), most);
  std::copy_n(changed.begin(), kept, data);
  return kept;
}
