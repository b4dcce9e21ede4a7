#include "saip/tuak.hpp"

#include <algorithm>
#include <iterator>

namespace sealift::saip {

namespace {

constexpr size_t res_sizes[] = {4, 8, 16, 32};
constexpr size_t mac_sizes[] = {8, 16, 32};
constexpr size_t key_sizes[] = {16, 32};

/// Where a size stands in its table; the table's end where it is not there.
template <size_t N>
size_t place(const size_t (&table)[N], size_t size) {
  return static_cast<size_t>(std::find(table, table + N, size) - table);
}

Error no_such_option() {
  return {ErrorKind::invalid, "algorithmOptions has sizes that TUAK does not have"};
}

}  // namespace

Result<crypto::TuakParameters> tuak_parameters(const AlgoParameter& algorithm) {
  const uint8_t options = algorithm.algorithmOptions;
  const size_t res = options & 0x07, mac = options >> 3 & 0x07, key = options >> 6 & 0x01;
  if (options & 0x80 || res >= std::size(res_sizes) || mac >= std::size(mac_sizes)) return no_such_option();
  if (algorithm.numberOfKeccak.value == 0)
    return Error{ErrorKind::invalid, "numberOfKeccak is 0: TUAK applies Keccak at least once"};
  return crypto::TuakParameters{mac_sizes[mac], res_sizes[res], key_sizes[key], key_sizes[key],
                                algorithm.numberOfKeccak.value};
}

Result<Octet> tuak_options(const crypto::TuakParameters& p) {
  const size_t res = place(res_sizes, p.res), mac = place(mac_sizes, p.mac), key = place(key_sizes, p.ck);
  if (res == std::size(res_sizes) || mac == std::size(mac_sizes) || key == std::size(key_sizes) ||
      p.ck != p.ik) {
    return no_such_option();
  }
  return Octet{static_cast<uint8_t>(key << 6 | mac << 3 | res)};
}

Status fits_umts(const crypto::TuakParameters& p) {
  if (p.mac == 8 && p.ck == 16 && p.ik == 16 && p.res <= 16) return {};
  return Error{ErrorKind::unsupported,
               "UMTS authentication has a MAC of 64 bits, CK and IK of 128, and a RES of 32 to 128"};
}

}  // namespace sealift::saip
