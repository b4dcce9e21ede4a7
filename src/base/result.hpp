// Result<T, E>: a value or an error, with the names of std::expected (which our compiler does not have).
//
// Errors are data: no exceptions of ours. `TRY(expr)` gives the value or returns the error from the
// enclosing function; `TRY_VOID(expr)` does so for Result<void>. Errors convert where E2 is constructible
// from E.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace sealift {

/// What kind of thing went wrong, for callers that act on it (exit codes, HTTP status, retries).
enum class ErrorKind : uint8_t {
  invalid,       ///< input breaks a rule of its format
  truncated,     ///< input ends too early
  limit,         ///< a size, depth or count limit is exceeded
  not_found,     ///< the thing named does not exist
  exists,        ///< the thing to be made is there already
  permission,    ///< not allowed (file mode, role, PIN)
  conflict,      ///< state changed under us, or does not allow this
  io,            ///< operating system, disk or network
  verification,  ///< a signature, MAC, chain or name does not verify
  unsupported,   ///< understood, but not done here
  timeout,       ///< the peer or resource took too long
  internal,      ///< our own fault
};
std::string_view name(ErrorKind kind);

/// An error for people: `message` says what is wrong, where, and (where we know it) what to do.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  /// Puts "context: " before the message, as an error travels up.
  Error within(std::string_view context) && {
    message = std::string(context) + ": " + message;
    return std::move(*this);
  }
};

template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;
  template <class U = T>
  requires(std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, E>) Result(U&& value)
      : v_(std::in_place_index<0>, std::forward<U>(value)) {}        // NOLINT: implicit by design
  Result(E error) : v_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design
  template <class G>
  requires std::is_constructible_v<E, G&&> Result(Unexpected<G>&& u)
      : v_(std::in_place_index<1>, std::move(u.error)) {}  // NOLINT

  bool has_value() const { return v_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return get(); }
  const T& value() const& { return const_cast<Result*>(this)->get(); }
  T&& value() && { return std::move(get()); }
  T& operator*() & { return get(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &value(); }
  E& error() { return std::get<1>(v_); }
  const E& error() const { return std::get<1>(v_); }
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(other));
  }

 private:
  T& get() {
    if (v_.index() != 0) std::abort();  // our own bug: value() of an error
    return *std::get_if<0>(&v_);
  }
  std::variant<T, E> v_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;
  Result() = default;
  Result(E error) : bad_(true), error_(std::move(error)) {}  // NOLINT: implicit by design
  template <class G>
  requires std::is_constructible_v<E, G&&> Result(Unexpected<G>&& u)
      : bad_(true), error_(std::move(u.error)) {}  // NOLINT
  bool has_value() const { return !bad_; }
  explicit operator bool() const { return !bad_; }
  void value() const {
    if (bad_) std::abort();
  }
  E& error() { return error_; }
  const E& error() const { return error_; }

 private:
  bool bad_ = false;
  E error_{};
};
using Status = Result<void>;

#define TRY(...)                                                                    \
  (__extension__({                                                                  \
    auto try_result_ = (__VA_ARGS__);                                               \
    if (!try_result_) return ::sealift::Unexpected{std::move(try_result_.error())}; \
    std::move(*try_result_);                                                        \
  }))
#define TRY_VOID(...)                                                               \
  do {                                                                              \
    auto try_result_ = (__VA_ARGS__);                                               \
    if (!try_result_) return ::sealift::Unexpected{std::move(try_result_.error())}; \
  } while (false)

/// Aborts with the place when our own code broke a promise; stays on in release builds.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "sealift: internal check failed: %s\n", what);
  std::abort();
}

}  // namespace sealift
