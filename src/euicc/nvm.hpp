// The card's memory as the card sees it: one append-only area that survives power loss.
//
// What an implementation promises: octets handed to `append` may, until `sync` returns, be lost, cut short or
// land in pieces out of order when power fails; after `sync` they stay. `replace` is atomic: after a power
// loss the area holds the old content or the new one. Single thread; lives longer than the Card that uses it.
// MemoryNvm is the implementation for tests and large simulations; card/file_nvm.hpp keeps a file.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/ports.hpp"

namespace sealift::euicc {

class Nvm {
 public:
  virtual ~Nvm() = default;
  /// Octets in the area, those not yet synced included.
  virtual uint64_t size() const = 0;
  /// Fills `out` from `offset`. Error kind: io, or invalid where the range does not exist.
  virtual Status read(uint64_t offset, std::span<uint8_t> out) = 0;
  virtual Status append(View octets) = 0;
  virtual Status sync() = 0;
  /// The whole content becomes `octets`, durably and at once.
  virtual Status replace(View octets) = 0;
};

/// Memory in RAM that can lose power at a chosen write. Every append, sync and replace counts as one write.
class MemoryNvm final : public Nvm {
 public:
  /// What happens to octets that were appended but not synced when power fails.
  enum class Loss : uint8_t {
    dropped,    ///< none of them arrived
    torn,       ///< a prefix of random length arrived
    reordered,  ///< each 64-octet piece arrived or is zero, by chance
    arrived,    ///< all of them arrived, only the sync did not return
  };

  MemoryNvm() = default;
  explicit MemoryNvm(Bytes content) : content_(std::move(content)), synced_(content_.size()) {}

  uint64_t size() const override { return content_.size(); }
  Status read(uint64_t offset, std::span<uint8_t> out) override;
  Status append(View octets) override;
  Status sync() override;
  Status replace(View octets) override;

  /// The n-th append from now (0 is the next) fails, as on a full disk; power stays.
  void refuse_append(uint64_t n) { refuse_at_ = n; }
  /// Power fails during the n-th write from now (0 is the next); everything after it fails with `io`.
  void fail_at(uint64_t write, Loss loss, uint64_t seed = 1);
  bool failed() const { return failed_; }
  /// Writes seen so far.
  uint64_t writes() const { return writes_; }
  /// What a new card finds after power is back.
  Bytes after_power_loss();
  const Bytes& content() const { return content_; }

 private:
  bool power_fails_now();

  Bytes content_;
  size_t synced_ = 0;
  uint64_t writes_ = 0;
  std::optional<uint64_t> fail_at_, refuse_at_;
  Loss loss_ = Loss::dropped;
  uint64_t seed_ = 1;
  bool failed_ = false;
};

}  // namespace sealift::euicc
