// How tests tell the mock PKCS#11 module (mock_module.cpp) what to do wrong: numbers in a file that both map,
// so that the module may be in another process.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace sealift::testing {

enum class Mocked : unsigned {
  get_slot_list,
  open_session,
  login,
  find_objects_init,
  get_attribute_value,
  sign_init,
  sign,
  generate_key_pair,
  derive_key,
  count,
};
inline constexpr unsigned mocked_count = static_cast<unsigned>(Mocked::count);

struct MockControl {
  struct Function {
    std::atomic<uint32_t> value{0};       ///< CKR_* that it gives instead of doing anything; 0: none
    std::atomic<uint32_t> times{0};       ///< and how often
    std::atomic<uint32_t> latency_ms{0};  ///< until it does; as it is when the call begins
    std::atomic<uint32_t> calls{0};
  };
  Function functions[mocked_count];
  std::atomic<uint32_t> release{0};           ///< counted up: calls that hang go on
  std::atomic<uint32_t> wrong_signatures{0};  ///< so many signatures have a bit flipped
  std::atomic<uint32_t> same_key{0};          ///< every one-time key's point is that of the first
  std::atomic<uint32_t> attribute{0};         ///< C_GetAttributeValue gives `attribute_value` for this type
  std::atomic<uint32_t> attribute_value{0};
  std::atomic<uint32_t> objects_made{0};  ///< key pairs count two
  std::atomic<uint32_t> objects_destroyed{0};
  std::atomic<uint32_t> open_network{0};  ///< C_Sign asks for a socket of the Internet

  Function& operator[](Mocked f) { return functions[static_cast<unsigned>(f)]; }

  /// The numbers in a file, made where absent; null where that fails.
  static MockControl* map(const char* path) {
    const int fd = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(MockControl)) != 0) return nullptr;
    void* at = ::mmap(nullptr, sizeof(MockControl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? nullptr : static_cast<MockControl*>(at);
  }
};

}  // namespace sealift::testing
