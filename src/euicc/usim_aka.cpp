#include "euicc/usim_aka.hpp"

#include <algorithm>

#include "crypto/milenage.hpp"
#include "crypto/tuak.hpp"

namespace sealift::euicc {
namespace {

constexpr unsigned index_bits = 5;
constexpr uint8_t check_delta = 0x02;      // sqnOptions: guard against wrap around
constexpr uint8_t check_age_limit = 0x01;  // sqnOptions: SEQ may not be too old

/// One algorithm set for one challenge; what f1 to f5 and their starred versions give.
struct Functions {
  SecretBytes res;
  Secret<16> ck, ik;
  Octets<6> ak{}, ak_star{};
};

Octets<6> octets_of(uint64_t sqn) {
  Octets<6> out;
  for (size_t i = 6; i-- > 0; sqn >>= 8) out[i] = static_cast<uint8_t>(sqn);
  return out;
}
uint64_t number_of(const Octets<6>& sqn) {
  uint64_t out = 0;
  for (uint8_t b : sqn) out = out << 8 | b;
  return out;
}
Octets<6> exclusive_or(const Octets<6>& a, const Octets<6>& b) {
  Octets<6> out;
  for (size_t i = 0; i < 6; ++i) out[i] = a[i] ^ b[i];
  return out;
}

class AlgorithmSet {
 public:
  virtual ~AlgorithmSet() = default;
  virtual Functions run(const Octets<16>& rand) const = 0;
  virtual Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const = 0;
  virtual Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const = 0;
};

class MilenageSet final : public AlgorithmSet {
 public:
  MilenageSet(const crypto::MilenageConstants& constants, const Aka& aka)
      : milenage_(aka.key.expose().first<16>(), aka.opc.expose().first<16>(), constants) {}
  Functions run(const Octets<16>& rand) const override {
    auto r = milenage_.f2345(rand);
    Functions f{SecretBytes(to_bytes(r.res.expose())), std::move(r.ck), std::move(r.ik), {}, {}};
    std::copy_n(r.ak.expose().begin(), 6, f.ak.begin());
    const Secret<6> star = milenage_.f5_star(rand);
    std::copy_n(star.expose().begin(), 6, f.ak_star.begin());
    return f;
  }
  Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    return milenage_.f1(rand, sqn, amf);
  }
  Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    return milenage_.f1_star(rand, sqn, amf);
  }

 private:
  crypto::Milenage milenage_;
};

/// With a MAC of 64 bits, and CK and IK of 128: installation has let no others in.
class TuakSet final : public AlgorithmSet {
 public:
  explicit TuakSet(crypto::Tuak tuak) : tuak_(std::move(tuak)) {}
  Functions run(const Octets<16>& rand) const override {
    crypto::Tuak::Response r = tuak_.f2345(rand);
    Functions f{std::move(r.res), Secret<16>(r.ck.expose().first<16>()), Secret<16>(r.ik.expose().first<16>()), {}, {}};
    std::copy_n(r.ak.expose().begin(), 6, f.ak.begin());
    const Secret<6> star = tuak_.f5_star(rand);
    std::copy_n(star.expose().begin(), 6, f.ak_star.begin());
    return f;
  }
  Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    return mac(tuak_.f1(rand, sqn, amf));
  }
  Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    return mac(tuak_.f1_star(rand, sqn, amf));
  }

 private:
  static Octets<8> mac(const Bytes& octets) {
    Octets<8> out;
    std::copy_n(octets.begin(), 8, out.begin());
    return out;
  }
  crypto::Tuak tuak_;
};

/// TS 34.108 8.1.2: everything is K xor RAND, turned by octets.
class TestSet final : public AlgorithmSet {
 public:
  explicit TestSet(const Aka& aka) : aka_(aka) {}
  Functions run(const Octets<16>& rand) const override {
    const Octets<16> x = xdout(rand);
    Functions f;
    f.res = SecretBytes(Bytes(x.begin(), x.begin() + static_cast<ptrdiff_t>(res_size())));
    for (size_t i = 0; i < 16; ++i) {
      f.ck.expose_mutable()[i] = x[(i + 1) % 16];
      f.ik.expose_mutable()[i] = x[(i + 2) % 16];
    }
    std::copy_n(x.begin() + 3, 6, f.ak.begin());
    f.ak_star = f.ak;
    return f;
  }
  Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    Octets<8> mac;
    const Octets<16> x = xdout(rand);
    for (size_t i = 0; i < 8; ++i) mac[i] = x[i] ^ (i < 6 ? sqn[i] : amf[i - 6]);
    return mac;
  }
  Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const override {
    return f1(rand, sqn, amf);
  }

 private:
  Octets<16> xdout(const Octets<16>& rand) const {
    Octets<16> x;
    View k = aka_.key.expose();
    for (size_t i = 0; i < 16; ++i) x[i] = k[i] ^ rand[i];
    return x;
  }
  /// algorithmOptions: RES of 32, 64 or 128 bits.
  size_t res_size() const { return aka_.options == 0 ? 4 : aka_.options == 1 ? 8 : 16; }
  const Aka& aka_;
};

Result<std::unique_ptr<AlgorithmSet>> algorithm_set(const Aka& aka) {
  if (aka.key.size() == 16 && aka.algorithm == AkaAlgorithm::usim_test) return std::make_unique<TestSet>(aka);
  if (aka.key.size() == 16 && aka.opc.size() == 16 && aka.algorithm == AkaAlgorithm::milenage) {
    auto constants = TRY(crypto::MilenageConstants::from(aka.rotations, aka.constants));
    return std::make_unique<MilenageSet>(constants, aka);
  }
  if (aka.algorithm == AkaAlgorithm::tuak) {
    auto tuak = TRY(crypto::Tuak::make(aka.key.expose(), aka.opc.expose(),
                                       {.res = aka.res_size, .iterations = aka.keccak}));
    return std::make_unique<TuakSet>(std::move(tuak));
  }
  return Error{ErrorKind::unsupported, "authentication algorithm"};
}

/// The highest SQN the card has accepted, with its index.
uint64_t highest_sqn(const Aka& aka) {
  const auto highest = std::max_element(aka.seq.begin(), aka.seq.end());
  return *highest << index_bits | static_cast<uint64_t>(highest - aka.seq.begin());
}

AkaResynchronise resynchronise(const AlgorithmSet& set, const Functions& f, const Octets<16>& rand,
                               uint64_t sqn_ms) {
  constexpr Octets<2> amf_star{};  // TS 33.102 6.3.3: AMF* is all zeros
  const Octets<6> sqn = octets_of(sqn_ms);
  const Octets<6> concealed = exclusive_or(sqn, f.ak_star);
  const Octets<8> mac = set.f1_star(rand, sqn, amf_star);
  AkaResynchronise r;
  std::copy(concealed.begin(), concealed.end(), r.auts.begin());
  std::copy(mac.begin(), mac.end(), r.auts.begin() + 6);
  return r;
}

}  // namespace

bool sequence_is_fresh(const Aka& aka, uint64_t seq, size_t index) {
  const uint64_t highest = *std::max_element(aka.seq.begin(), aka.seq.end());
  if ((aka.sqn_options & check_delta) && seq > highest && seq - highest > aka.sqn_delta) return false;
  if ((aka.sqn_options & check_age_limit) && seq < highest && highest - seq > aka.sqn_age_limit) return false;
  return seq > aka.seq[index];
}

Result<AkaResult> authenticate(const Aka& aka, const AkaChallenge& challenge) {
  const auto set = TRY(algorithm_set(aka));
  Functions f = set->run(challenge.rand);
  Octets<6> concealed;
  Octets<2> amf;
  std::copy_n(challenge.autn.begin(), 6, concealed.begin());
  std::copy_n(challenge.autn.begin() + 6, 2, amf.begin());
  const Octets<6> sqn = exclusive_or(concealed, f.ak);
  const Octets<8> mac = set->f1(challenge.rand, sqn, amf);
  if (!equal_constant_time(mac, View(challenge.autn).subspan(8))) return AkaResult(AkaWrongMac{});
  const uint64_t number = number_of(sqn);
  const uint64_t seq = number >> index_bits;
  const size_t index = number & ((1u << index_bits) - 1);
  if (aka.algorithm == AkaAlgorithm::usim_test) {
    // TS 34.108 8.1.2.2: no sequence is kept; AMF FFFF asks the card for a resynchronisation.
    if (amf == Octets<2>{0xFF, 0xFF}) return AkaResult(resynchronise(*set, f, challenge.rand, number));
    return AkaResult(AkaSuccess{std::move(f.res), std::move(f.ck), std::move(f.ik), index, aka.seq[index]});
  }
  if (!sequence_is_fresh(aka, seq, index)) {
    return AkaResult(resynchronise(*set, f, challenge.rand, highest_sqn(aka)));
  }
  return AkaResult(AkaSuccess{std::move(f.res), std::move(f.ck), std::move(f.ik), index, seq});
}

Secret<8> gsm_key(const Secret<16>& ck, const Secret<16>& ik) {
  Secret<8> kc;
  auto c = ck.expose(), i = ik.expose();
  for (size_t n = 0; n < 8; ++n) kc.expose_mutable()[n] = c[n] ^ c[n + 8] ^ i[n] ^ i[n + 8];
  return kc;
}

Result<GsmResponse> authenticate_gsm(const Aka& aka, const Octets<16>& rand) {
  const auto set = TRY(algorithm_set(aka));
  const Functions f = set->run(rand);
  GsmResponse out;
  View res = f.res.expose();
  for (size_t i = 0; i < res.size(); ++i) out.sres[i % 4] ^= res[i];
  out.kc = gsm_key(f.ck, f.ik);
  return out;
}

}  // namespace sealift::euicc
