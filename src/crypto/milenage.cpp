#include "crypto/milenage.hpp"

#include <algorithm>

namespace sealift::crypto {
namespace {

Block exclusive_or(const Block& a, View b) {
  Block out;
  for (size_t i = 0; i < 16; ++i) out[i] = a[i] ^ b[i];
  return out;
}

/// rot(x, r) of TS 35.206 3.1: towards the most significant bit, cyclic.
Block rotate(const Block& x, unsigned bits) {
  const unsigned octets = bits / 8;
  const unsigned rest = bits % 8;
  Block out;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned high = x[(i + octets) % 16];
    const unsigned low = x[(i + octets + 1) % 16];
    out[i] = static_cast<uint8_t>((high << rest | low >> (8 - rest)) & 0xff);
  }
  return out;
}

template <size_t N>
Secret<N> secret_part(const Block& from, size_t offset) {
  return Secret<N>(std::span<const uint8_t, N>(from.data() + offset, N));
}

Octets<8> half(const Block& from, size_t offset) {
  Octets<8> out;
  std::copy_n(from.begin() + static_cast<ptrdiff_t>(offset), 8, out.begin());
  return out;
}

}  // namespace

Result<MilenageConstants> MilenageConstants::from(View rotation_constants, View xoring_constants) {
  MilenageConstants k;
  if (rotation_constants.size() != k.r.size() || xoring_constants.size() != 16 * k.c.size()) {
    return Error{ErrorKind::invalid, "Milenage wants 5 octets of rotations and 80 of constants"};
  }
  for (size_t i = 0; i < 5; ++i) {
    k.r[i] = rotation_constants[i];
    std::copy_n(xoring_constants.begin() + static_cast<ptrdiff_t>(16 * i), 16, k.c[i].begin());
    if (k.r[i] > 127) return Error{ErrorKind::invalid, "a Milenage rotation is above 127"};
    for (size_t j = 0; j < i; ++j) {
      if (k.r[i] == k.r[j] && k.c[i] == k.c[j]) {
        return Error{ErrorKind::invalid, "two Milenage outputs share rotation and constant"};
      }
    }
  }
  return k;
}

Milenage::Milenage(Key128 k, Key128 opc, const MilenageConstants& constants)
    : cipher_(k), opc_(opc), constants_(constants) {}

Secret<16> Milenage::derive_opc(Key128 k, Key128 op) {
  Block op_block;
  std::copy(op.begin(), op.end(), op_block.begin());
  Block opc = exclusive_or(aes128_encrypt_block(k, op_block), op);
  Secret<16> out{std::span<const uint8_t, 16>(opc)};
  wipe(opc);
  wipe(op_block);
  return out;
}

Block Milenage::temp(const Octets<16>& rand) const {
  return cipher_.encrypt(exclusive_or(rand, opc_.expose()));
}

Block Milenage::out(size_t i, const Block& temp) const {
  const Block turned = rotate(exclusive_or(temp, opc_.expose()), constants_.r[i]);
  return exclusive_or(cipher_.encrypt(exclusive_or(turned, constants_.c[i])), opc_.expose());
}

Block Milenage::out1(const Block& temp, const Octets<6>& sqn, const Octets<2>& amf) const {
  Block in1;
  for (size_t i = 0; i < 2; ++i) {
    std::copy(sqn.begin(), sqn.end(), in1.begin() + static_cast<ptrdiff_t>(8 * i));
    std::copy(amf.begin(), amf.end(), in1.begin() + static_cast<ptrdiff_t>(8 * i + 6));
  }
  const Block turned = rotate(exclusive_or(in1, opc_.expose()), constants_.r[0]);
  const Block mixed = exclusive_or(exclusive_or(temp, turned), constants_.c[0]);
  return exclusive_or(cipher_.encrypt(mixed), opc_.expose());
}

Milenage::Response Milenage::f2345(const Octets<16>& rand) const {
  Block t = temp(rand);
  Block out2 = out(1, t);
  Block out3 = out(2, t);
  Block out4 = out(3, t);
  Response response{secret_part<8>(out2, 8), secret_part<16>(out3, 0), secret_part<16>(out4, 0),
                    secret_part<6>(out2, 0)};
  for (Block* b : {&t, &out2, &out3, &out4}) wipe(*b);
  return response;
}

Octets<8> Milenage::f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return half(out1(temp(rand), sqn, amf), 0);
}

Octets<8> Milenage::f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return half(out1(temp(rand), sqn, amf), 8);
}

Secret<6> Milenage::f5_star(const Octets<16>& rand) const {
  Block out5 = out(4, temp(rand));
  Secret<6> ak = secret_part<6>(out5, 0);
  wipe(out5);
  return ak;
}

}  // namespace sealift::crypto
