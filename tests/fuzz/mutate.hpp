// Changes an input where plain octet flipping would only ever break its outermost length: a TLV is removed,
// doubled, moved, emptied, retagged, replaced or filled anew, and the lengths around it follow.
//
// Pure functions of their seed.
#pragma once

#include <functional>

#include "fuzz.hpp"

namespace sealift::fuzz {

/// Changes some octets in place within a capacity and gives their new number: libFuzzer's own mutation, which
/// knows what comparisons failed.
using PlainMutation = std::function<size_t(uint8_t* data, size_t size, size_t capacity)>;

/// One change to a row of TLVs. What is no TLV, at any depth, is changed as plain octets.
Bytes mutate_der(View der, size_t most, uint64_t seed, const PlainMutation& plain);
/// One change to a row of chunks: to a whole one or inside one, which may be DER behind `chunk_prefix`
/// octets.
Bytes mutate_chunks(View input, size_t chunk_prefix, size_t most, uint64_t seed, const PlainMutation& plain);
/// One change by the target's shape; now and then a plain one whatever the shape is.
Bytes mutate(const Target& target, View input, size_t most, uint64_t seed, const PlainMutation& plain);

}  // namespace sealift::fuzz
