// What a fuzz target is: octets in, and a program that lives on. Each stands in a file of its own and is
// built twice: with libFuzzer (clang, -DSEALIFT_FUZZ=ON, `./dev long fuzz`) and, with its corpus, into
// test_fuzz.
//
// A target keeps nothing from one run to the next and asks nobody for time or randomness, so that an input
// does the same thing always. Seeds are made, not stored: they follow the code that makes them.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace sealift::fuzz {

/// What the octets of an input are, for the mutator (mutate.hpp).
enum class Shape : uint8_t {
  octets,  ///< nothing in particular
  der,     ///< some octets of the target's own, then TLVs
  chunks,  ///< pieces, each with its length in front (join)
};

struct Target {
  const char* name;
  /// Aborts, or is stopped by a sanitizer, where something is wrong.
  void (*run)(View input);
  std::vector<Bytes> (*seeds)();
  Shape shape = Shape::octets;
  size_t prefix = 0;        ///< octets before the TLVs or the chunks
  size_t chunk_prefix = 0;  ///< octets of a chunk before its TLVs; 5: the header of an APDU, whose last is Lc
  std::vector<std::string> dictionary = {};
};

/// Ends the run as a finding.
[[noreturn]] void found(const char* what);
inline void require(bool holds, const char* what) {
  if (!holds) found(what);
}

/// Pieces of an input, each with its length in two octets before it; the last takes what there is.
std::vector<View> split(View input);
Bytes join(const std::vector<Bytes>& chunks);

/// Takes octets from the front of an input; zeros where it has come to its end.
class Input {
 public:
  explicit Input(View octets) : rest_(octets) {}
  uint8_t octet();
  /// At most so many.
  View take(size_t size);
  View rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  View rest_;
};

}  // namespace sealift::fuzz
