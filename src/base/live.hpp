// A number of a configuration that may be changed while other threads read it. Each read may find the old or
// the new one; nothing else is ordered by it.
#pragma once

#include <atomic>

namespace sealift {

template <class T>
class Live {
 public:
  Live(T value) : value_(value) {}  // NOLINT: implicit by design
  Live(const Live& other) : value_(other.get()) {}
  Live& operator=(const Live& other) { return *this = other.get(); }
  Live& operator=(T value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  operator T() const { return get(); }  // NOLINT: implicit by design
  T get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_;
};

}  // namespace sealift
