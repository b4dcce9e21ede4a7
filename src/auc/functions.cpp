#include "auc/functions.hpp"

#include <algorithm>

namespace sealift::auc {
namespace {

Octets<8> mac(View octets) {
  Octets<8> out;
  std::copy_n(octets.begin(), out.size(), out.begin());
  return out;
}

Functions::Response response(crypto::Milenage::Response r) {
  return {SecretBytes(to_bytes(r.res.expose())), std::move(r.ck), std::move(r.ik), std::move(r.ak)};
}
Functions::Response response(crypto::Tuak::Response r) {
  return {std::move(r.res), Secret<16>(r.ck.expose().first<16>()), Secret<16>(r.ik.expose().first<16>()),
          std::move(r.ak)};
}

}  // namespace

Result<Functions> Functions::of(const Subscriber& s) {
  if (!s.tuak) return Functions(crypto::Milenage(s.k.expose(), s.opc.expose(), s.constants));
  const TuakKeys& t = *s.tuak;
  if (t.res_size > 16) return Error{ErrorKind::invalid, "a RES has at most 128 bits (TS 33.102 6.3.7)"};
  auto tuak = TRY(crypto::Tuak::make(t.k.expose(), t.topc.expose(),
                                     {.res = t.res_size, .iterations = t.iterations}));
  return Functions(std::move(tuak));
}

Functions::Response Functions::f2345(const Octets<16>& rand) const {
  return std::visit([&](const auto& a) { return response(a.f2345(rand)); }, algorithm_);
}

Octets<8> Functions::f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return std::visit([&](const auto& a) { return mac(a.f1(rand, sqn, amf)); }, algorithm_);
}

Octets<8> Functions::f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const {
  return std::visit([&](const auto& a) { return mac(a.f1_star(rand, sqn, amf)); }, algorithm_);
}

Secret<6> Functions::f5_star(const Octets<16>& rand) const {
  return std::visit([&](const auto& a) { return a.f5_star(rand); }, algorithm_);
}

}  // namespace sealift::auc
