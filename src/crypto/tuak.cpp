#include "crypto/tuak.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"

namespace sealift::crypto {
namespace {

// INSTANCE, TS 35.231 6.2 to 6.5: which function, then sizes, then the size of K.
constexpr uint8_t star = 0x80;           // f1* and f5*
constexpr uint8_t response = 0x40;       // f2 to f5 and f5*
constexpr uint8_t ck_of_256_bits = 0x04;
constexpr uint8_t ik_of_256_bits = 0x02;
constexpr uint8_t k_of_256_bits = 0x01;

/// MAC and RES say their size in the same three bits; 32 bits, which RES alone may have, is none of them.
uint8_t size_bits(size_t octets) {
  return octets == 8 ? 0x08 : octets == 16 ? 0x10 : octets == 32 ? 0x20 : 0x00;
}

/// IN and OUT of the permutation. Fields are written with their last octet first: TS 35.231 numbers bits from
/// the most significant end of a field, Keccak from the least significant end of an octet.
class State {
 public:
  State(View top_or_topc, uint8_t instance, View k) {
    put(at_top, top_or_topc);
    state()[at_instance] = instance | (k.size() == 32 ? k_of_256_bits : 0);
    put(at_name, view("TUAK1.0"));
    put(at_k, k);
    state()[at_padding] = 0x1F;
    state()[at_padding_end] = 0x80;
  }
  void challenge(View rand) { put(at_rand, rand); }
  void sequence(View amf, View sqn) {
    put(at_amf, amf);
    put(at_sqn, sqn);
  }
  void permute(unsigned iterations) {
    for (unsigned i = 0; i < iterations; ++i) keccak_f1600(state());
  }
  /// A field of OUT; `out` has its size.
  void take(size_t offset, std::span<uint8_t> out) const {
    const auto from = octets_.expose().subspan(offset, out.size());
    std::reverse_copy(from.begin(), from.end(), out.begin());
  }

 private:
  static constexpr size_t at_top = 0, at_instance = 32, at_name = 33, at_rand = 40, at_amf = 56, at_sqn = 58,
                          at_k = 64, at_padding = 96, at_padding_end = 135;
  std::span<uint8_t, 200> state() { return octets_.expose_mutable(); }
  void put(size_t offset, View field) {
    std::reverse_copy(field.begin(), field.end(), state().begin() + static_cast<ptrdiff_t>(offset));
  }
  Secret<200> octets_;
};

// Fields of OUT.
constexpr size_t out_res = 0, out_mac = 0, out_topc = 0, out_ck = 32, out_ik = 64, out_ak = 96;

SecretBytes secret(const State& state, size_t offset, size_t size) {
  Bytes out(size);
  state.take(offset, out);
  return SecretBytes(std::move(out));
}

Status check_key(View k, View top, unsigned iterations) {
  if (k.size() != 16 && k.size() != 32) return Error{ErrorKind::invalid, "a K of TUAK has 16 or 32 octets"};
  if (top.size() != 32) return Error{ErrorKind::invalid, "TOP and TOPc of TUAK have 32 octets"};
  if (iterations < 1 || iterations > 255)
    return Error{ErrorKind::invalid, "TUAK applies Keccak 1 to 255 times"};
  return {};
}

}  // namespace

Result<Tuak> Tuak::make(View k, View topc, const TuakParameters& p) {
  TRY_VOID(check_key(k, topc, p.iterations));
  const auto one_of = [](size_t size, std::initializer_list<size_t> allowed) {
    return std::find(allowed.begin(), allowed.end(), size) != allowed.end();
  };
  if (!one_of(p.mac, {8, 16, 32}) || !one_of(p.res, {4, 8, 16, 32}) || !one_of(p.ck, {16, 32}) ||
      !one_of(p.ik, {16, 32})) {
    return Error{ErrorKind::invalid, "a size that TUAK does not have (TS 35.231 5)"};
  }
  return Tuak(k, topc, p);
}

Result<Secret<32>> Tuak::derive_topc(View k, View top, unsigned iterations) {
  TRY_VOID(check_key(k, top, iterations));
  State state(top, 0, k);
  state.permute(iterations);
  Secret<32> out;
  state.take(out_topc, out.expose_mutable());
  return out;
}

Bytes Tuak::mac(uint8_t instance, const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  State state(topc_.expose(), instance | size_bits(parameters_.mac), k_.expose());
  state.challenge(rand);
  state.sequence(amf, sqn);
  state.permute(parameters_.iterations);
  Bytes out(parameters_.mac);
  state.take(out_mac, out);
  return out;
}

Bytes Tuak::f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return mac(0, rand, sqn, amf);
}

Bytes Tuak::f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return mac(star, rand, sqn, amf);
}

Tuak::Response Tuak::f2345(const Octets<16>& rand) const {
  const TuakParameters& p = parameters_;
  const auto instance = static_cast<uint8_t>(response | size_bits(p.res) | (p.ck == 32 ? ck_of_256_bits : 0) |
                                             (p.ik == 32 ? ik_of_256_bits : 0));
  State state(topc_.expose(), instance, k_.expose());
  state.challenge(rand);
  state.permute(p.iterations);
  Response out{secret(state, out_res, p.res), secret(state, out_ck, p.ck), secret(state, out_ik, p.ik), {}};
  state.take(out_ak, out.ak.expose_mutable());
  return out;
}

Secret<6> Tuak::f5_star(const Octets<16>& rand) const {
  State state(topc_.expose(), star | response, k_.expose());
  state.challenge(rand);
  state.permute(parameters_.iterations);
  Secret<6> out;
  state.take(out_ak, out.expose_mutable());
  return out;
}

}  // namespace sealift::crypto
