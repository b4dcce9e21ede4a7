// Secret octets: move-only, wiped when they go, never formatted, never compared in variable time.
#pragma once

#include "base/bytes.hpp"

namespace sealift {

/// Overwrites memory in a way the compiler does not remove.
void wipe(std::span<uint8_t> memory);
/// True where the octets are equal; the time depends on the sizes alone.
bool equal_constant_time(View a, View b);

/// N secret octets (keys, shared secrets). Moving wipes the source.
template <size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const uint8_t, N> from) {
    for (size_t i = 0; i < N; ++i) b_[i] = from[i];
  }
  static Result<Secret> from(View octets) {
    if (octets.size() != N) return Error{ErrorKind::invalid, "a secret of the wrong size"};
    return Secret(std::span<const uint8_t, N>(octets.data(), N));
  }
  Secret(Secret&& o) noexcept : b_(o.b_) { wipe(o.b_); }
  Secret& operator=(Secret&& o) noexcept {
    if (this != &o) {
      b_ = o.b_;
      wipe(o.b_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(b_); }
  /// A deliberate second copy.
  Secret clone() const { return Secret(std::span<const uint8_t, N>(b_)); }
  /// The octets, to hand to a primitive; do not keep or print them.
  std::span<const uint8_t, N> expose() const { return b_; }
  std::span<uint8_t, N> expose_mutable() { return b_; }

 private:
  Octets<N> b_{};
};

/// Secret octets of any length (profile packages, private key files).
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes&& b) : b_(std::move(b)) {}
  SecretBytes(SecretBytes&& o) noexcept : b_(std::move(o.b_)) { o.b_.clear(); }
  SecretBytes& operator=(SecretBytes&& o) noexcept {
    if (this != &o) {
      wipe(b_);
      b_ = std::move(o.b_);
      o.b_.clear();
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(b_); }
  SecretBytes clone() const { return SecretBytes(Bytes(b_)); }
  View expose() const { return b_; }
  size_t size() const { return b_.size(); }

 private:
  Bytes b_;
};

}  // namespace sealift
