// What one download cannot cost less than on this machine: the parts a correct SM-DP+ cannot avoid, each
// measured on one core, and their sum (ARCHITECTURE.md, docs of section "What one download costs").
//
//   bench_floor [--json] [--rounds N]
//
// CPU time of the server's side (CLOCK_THREAD_CPUTIME_ID), median of several rounds.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "bench/cost.hpp"
#include "crypto/aes.hpp"
#include "crypto/ecka.hpp"
#include "crypto/kdf.hpp"
#include "crypto/ports.hpp"
#include "http/floor_parts.hpp"
#include "pki/issue.hpp"
#include "pki/pem.hpp"

namespace {

using namespace sealift;
using bench::cost_us;

constexpr size_t profile_size = 15 * 1024;  // octets of a USIM profile
constexpr size_t segment = 1007;            // octets of plaintext a protected block holds
constexpr unsigned group = 64;              // downloads whose changes share one commit

struct Part {
  std::string name;
  double us;
};

std::vector<Part> crypto_parts(unsigned rounds, Random& random) {
  using namespace crypto;
  PrivateKey euicc = PrivateKey::generate(Curve::p256, random),
             eum = PrivateKey::generate(Curve::p256, random);
  SoftwareSigner euicc_signer(euicc), eum_signer(eum), dp_signer(PrivateKey::generate(Curve::p256, random));
  Bytes certificate(600, 0x30), message(900, 0x31);
  Signature on_certificate = eum_signer.sign({View(certificate)}).value();
  Signature on_message = euicc_signer.sign({View(message)}).value();
  Verifier known_eum(eum.public_key());

  std::vector<Part> parts;
  parts.push_back({"verify eUICC certificate (EUM known)", cost_us(rounds, [&] {
                     check(known_eum.verify({View(certificate)}, on_certificate), "verify");
                   })});
  Verifier session_key(euicc.public_key());  // one key for all three of a session
  parts.push_back(
      {"verify euiccSignature1, euiccSignature2, euiccSignPIR",
       3 * cost_us(rounds, [&] { check(session_key.verify({View(message)}, on_message), "verify"); })});
  parts.push_back({"sign serverSignature1, smdpSignature2, smdpSign",
                   3 * cost_us(rounds, [&] { check(dp_signer.sign({View(message)}).has_value(), "sign"); })});
  EphemeralKey peer = EphemeralKey::generate(Curve::p256, random);
  Octets<32> shared_info{};
  parts.push_back({"one-time key, key agreement and KDF", cost_us(rounds, [&] {
                     EphemeralKey one_time = EphemeralKey::generate(Curve::p256, random);
                     Octets<48> keys;
                     x963_kdf(one_time.agree(peer.public_key())->expose(), shared_info, keys);
                   })});
  Octets<16> key{};
  Cbc cbc(key);
  Cmac cmac(key);
  Bytes block(segment + 1), sealed(segment + 1);
  parts.push_back({"encrypt and MAC 15 KB", cost_us(rounds, [&] {
                     for (size_t done = 0; done < profile_size; done += segment) {
                       check(cbc.encrypt({}, block, sealed).has_value(), "encrypt");
                       cmac.update(sealed).finish();
                     }
                   })});
  Bytes package(profile_size + 600), request(2600);
  std::string request_text = base64(request);
  parts.push_back({"base64 of requests and package", cost_us(rounds, [&] {
                     check(!base64(package).empty() && from_base64(request_text).has_value(), "base64");
                   })});
  return parts;
}

/// Two durable changes a download (bound with its package, installed), `group` downloads a commit.
Result<Part> durable_part(unsigned rounds) {
  std::string path = "sealift-floor-" + std::to_string(getpid()) + ".db";
  sqlite3* db = nullptr;
  auto run = [&db](const char* sql) {
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  };
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) return Error{ErrorKind::io, "cannot write " + path};
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE orders(id INTEGER PRIMARY KEY, state INTEGER, version INTEGER, package BLOB);"
      "CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER, what TEXT);");
  sqlite3_stmt *bind = nullptr, *install = nullptr, *audit = nullptr;
  sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO orders VALUES(?1, 5, 1, ?2)", -1, &bind, nullptr);
  sqlite3_prepare_v2(db, "UPDATE orders SET state=6, version=2, package=NULL WHERE id=?1 AND version=1", -1,
                     &install, nullptr);
  sqlite3_prepare_v2(db, "INSERT INTO audit(at, what) VALUES(1, 'bind')", -1, &audit, nullptr);
  Bytes package(profile_size + 600, 0x36);
  int64_t next = 0;
  auto each = [&](sqlite3_stmt* statement, int64_t first) {
    run("BEGIN");
    for (int64_t i = first; i < first + group; ++i) {
      sqlite3_bind_int64(statement, 1, i);
      if (statement == bind)
        sqlite3_bind_blob(statement, 2, package.data(), static_cast<int>(package.size()), SQLITE_STATIC);
      for (sqlite3_stmt* step : {statement, audit}) {
        check(sqlite3_step(step) == SQLITE_DONE, "SQLite step");
        sqlite3_reset(step);
      }
    }
    run("COMMIT");
  };
  std::vector<double> costs;
  for (unsigned round = 0; round < std::max(5u, rounds); ++round) {
    double before = thread_cpu_us();
    each(bind, next);
    each(install, next);
    costs.push_back((thread_cpu_us() - before) / group);
    next += group;
  }
  for (sqlite3_stmt* statement : {bind, install, audit}) sqlite3_finalize(statement);
  sqlite3_close(db);
  for (const char* end : {"", "-wal", "-shm"}) unlink((path + end).c_str());
  std::sort(costs.begin(), costs.end());
  return Part{"durable changes, in groups of " + std::to_string(group), costs[costs.size() / 2]};
}

Result<std::vector<Part>> tls_parts(unsigned rounds, Random& random) {
  SystemClock clock;
  pki::HierarchyOptions options;
  options.not_before = clock.now() - std::chrono::days(1);
  options.eid = TRY(Eid::with_check_digits("890490320000000000000000000001"));
  options.dp_hosts = {"floor.test"};
  pki::Hierarchy hierarchy = TRY(pki::make_hierarchy(options, random));
  const pki::Identity& tls = hierarchy[pki::Role::dp_tls];
  http::TlsIdentity identity{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)};
  Bytes ci = to_bytes(hierarchy.certificate(pki::Role::ci).der());
  std::vector<Part> parts;
  parts.push_back({"TLS 1.3 handshake",
                   TRY(http::handshake_cost_us(identity, ci, "floor.test", clock.now(), rounds * 20))});
  // initiateAuthentication, authenticateClient, getBoundProfilePackage, handleNotification
  parts.push_back(
      {"four HTTP exchanges",
       TRY(http::exchanges_cost_us(identity, ci, "floor.test", clock.now(),
                                   {{200, 1500}, {2600, 1800}, {500, 21'500}, {500, 0}}, rounds * 20))});
  return parts;
}

Result<std::vector<Part>> all_parts(unsigned rounds) {
  SystemRandom random;
  std::vector<Part> parts = crypto_parts(rounds, random);
  for (Part& part : TRY(tls_parts(rounds, random))) parts.push_back(std::move(part));
  parts.push_back(TRY(durable_part(rounds)));
  return parts;
}

void print(const std::vector<Part>& parts, bool json) {
  double total = 0;
  for (const Part& part : parts) total += part.us;
  if (json) {
    std::printf("{\"total_us\": %.1f, \"downloads_per_second_per_core\": %.0f, \"parts\": {", total,
                1e6 / total);
    for (size_t i = 0; i < parts.size(); ++i)
      std::printf("%s\"%s\": %.1f", i ? ", " : "", parts[i].name.c_str(), parts[i].us);
    std::printf("}}\n");
    return;
  }
  for (const Part& part : parts) std::printf("%8.1f us  %s\n", part.us, part.name.c_str());
  std::printf("%8.1f us  in all: %.0f downloads a second and core\n", total, 1e6 / total);
}

}  // namespace

int main(int count, char** arguments) {
  bool json = false;
  unsigned rounds = 15;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(arguments[i], "--json") == 0) {
      json = true;
    } else if (std::strcmp(arguments[i], "--rounds") == 0 && i + 1 < count) {
      rounds = static_cast<unsigned>(std::clamp(std::atoi(arguments[++i]), 1, 1000));
    } else {
      std::fprintf(stderr, "usage: bench_floor [--json] [--rounds N]\n");
      return 2;
    }
  }
  auto parts = all_parts(rounds);
  if (!parts) {
    std::fprintf(stderr, "bench_floor: %s\n", parts.error().message.c_str());
    return 1;
  }
  print(*parts, json);
}
