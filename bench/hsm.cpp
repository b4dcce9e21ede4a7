// What a download asks of an HSM, in a token of this process: signatures, a key agreement, and the
// verification of each signature, beside the same in software.
//
//   bench_hsm MODULE TOKEN PIN-FILE [--json]
//
// CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID), median of several rounds. Makes a key in the
// token.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "bench/cost.hpp"
#include "crypto/hash.hpp"
#include "crypto/ports.hpp"
#include "hsm/pkcs11/token.hpp"

namespace {

using namespace sealift;
using bench::cost_us;

constexpr unsigned rounds = 15;

struct Costs {
  double hsm_sign, hsm_agree, verify, sign, agree;
};

Result<Costs> measure(hsm::pkcs11::TokenOptions options) {
  SystemRandom random;
  auto token = TRY(hsm::pkcs11::Token::open(std::move(options)));
  const std::string label = "bench-" + std::to_string(getpid());
  const crypto::PublicKey key = TRY(token->generate(label, crypto::Curve::p256));
  auto session = token->session();
  const Bytes message(200, 0x31);
  const Octets<32> digest = crypto::sha256(message);
  const crypto::Signature signature = TRY(session->sign(label, digest));
  const crypto::Verifier verifier(key);
  const auto peer = crypto::EphemeralKey::generate(crypto::Curve::p256, random);
  (void)TRY(session->agree(peer.public_key()));
  crypto::SoftwareSigner signer(crypto::PrivateKey::generate(crypto::Curve::p256, random));
  crypto::SoftwareKeyAgreement agreement(random);
  return Costs{
      cost_us(rounds, [&] { check(session->sign(label, digest).has_value(), "sign"); }),
      cost_us(rounds, [&] { check(session->agree(peer.public_key()).has_value(), "agree"); }),
      cost_us(rounds, [&] { check(verifier.verify({View(message)}, signature), "verify"); }),
      cost_us(rounds, [&] { check(signer.crypto::Signer::sign({View(message)}).has_value(), "sign"); }),
      cost_us(rounds, [&] { check(agreement.agree(peer.public_key()).has_value(), "agree"); }),
  };
}

}  // namespace

int main(int count, char** arguments) {
  const bool json = count == 5 && std::strcmp(arguments[4], "--json") == 0;
  if (count != 4 && !json) {
    std::fprintf(stderr, "usage: bench_hsm MODULE TOKEN PIN-FILE [--json]\n");
    return 2;
  }
  auto costs = measure({arguments[1], arguments[2], arguments[3]});
  if (!costs) {
    std::fprintf(stderr, "bench_hsm: %s\n", costs.error().message.c_str());
    return 1;
  }
  const char* form = json ? "{\"hsm_sign_us\": %.1f, \"hsm_agree_us\": %.1f, \"verify_us\": %.1f, "
                            "\"software_sign_us\": %.1f, \"software_agree_us\": %.1f}\n"
                          : "%8.1f us  a signature of the token\n%8.1f us  a one-time key and its agreement\n"
                            "%8.1f us  a verification\n%8.1f us  a signature in software\n"
                            "%8.1f us  a one-time key and its agreement in software\n";
  std::printf(form, costs->hsm_sign, costs->hsm_agree, costs->verify, costs->sign, costs->agree);
}
