// sealift es2 listen: answers HandleDownloadProgressInfo and HandleNotification as an operator does, and
// prints what it hears.
#include "cli/es2_listen.hpp"

#include <signal.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <mutex>
#include <thread>

#include "asn1/time.hpp"
#include "cli/trust_files.hpp"
#include "http/routes_es2_callbacks.hpp"
#include "http/server.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string certificate, key, address = "127.0.0.1";
  std::vector<std::string> ci, ca;
  uint16_t port = 8444;
  unsigned status = 204, delay = 0;
};

Status read_all(const std::vector<std::string>& files, std::vector<Bytes>& out) {
  for (const std::string& file : files) {
    const auto certificates = TRY(read_certificates(file));
    for (const pki::Certificate& one : certificates) out.push_back(to_bytes(one.der()));
  }
  return {};
}

Result<http::TlsIdentity> identity_of(const Options& o) {
  http::TlsIdentity out;
  TRY_VOID(read_all({o.certificate}, out.certificates));
  const crypto::PrivateKey key = TRY(read_private_key(o.key));
  out.private_key = pki::private_key_to_pkcs8(key);
  return out;
}

Result<http::ServerOptions> server_options(const Options& o, Clock& clock) {
  http::ServerOptions out;
  out.address = o.address;
  out.port = o.port;
  out.workers = 8;
  http::ClientCertificates& clients = out.client_certificates.emplace();
  TRY_VOID(read_all(o.ci, clients.rsp_ci));
  TRY_VOID(read_all(o.ca, clients.private_ca));
  clients.clock = &clock;
  return out;
}

json::object described(const http::CallbackHeard& call, unsigned status) {
  const auto& info = call.info;
  json::object out{{"function", call.v3 ? "handleNotification" : "handleDownloadProgressInfo"},
                   {"caller", call.caller->registered_ids.empty() ? "" : call.caller->registered_ids.front()},
                   {"functionCallIdentifier", info.header.functionCallIdentifier},
                   {"iccid", info.iccid.digits()},
                   {"profileType", info.profileType},
                   {"timestamp", asn1::rfc3339(info.timestamp)},
                   {"notificationPointId", info.notificationPointId},
                   {"status", name(info.notificationPointStatus.status)},
                   {"answered", status}};
  if (info.eid) out["eid"] = info.eid->digits();
  if (const auto& codes = info.notificationPointStatus.statusCodeData) {
    out["subjectCode"] = codes->subjectCode;
    out["reasonCode"] = codes->reasonCode;
  }
  if (info.resultData) out["resultData"] = hex(*info.resultData);
  return out;
}

int listen(const Options& o, Output& out) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // in every thread that starts from now on
  SystemClock clock;
  auto identity = identity_of(o);
  if (!identity) return out.fail(identity.error());
  auto options = server_options(o, clock);
  if (!options) return out.fail(options.error());
  http::Router router;
  std::mutex printing;
  http::add_es2_callback_routes(router, [&](const http::CallbackHeard& call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(o.delay));
    std::lock_guard lock(printing);
    const std::string line = json::serialize(described(call, o.status)) + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    return o.status;
  });
  auto server = http::Server::start(std::move(*options), *identity, std::move(router));
  if (!server) return out.fail(server.error());
  out.progress("listening on port " + std::to_string((*server)->port()));
  int caught = 0;
  sigwait(&stop, &caught);
  (*server)->stop();
  return exit_ok;
}

}  // namespace

void add_es2_listen(CLI::App& es2, Output& out) {
  auto o = std::make_shared<Options>();
  auto* command = es2.add_subcommand(
      "listen", "Hear what an SM-DP+ tells its operator, until Ctrl-C; prints a JSON object a line");
  command->add_option("--cert", o->certificate, "Our TLS certificate, DER or PEM, and those above it")
      ->required()
      ->type_name("FILE");
  command->add_option("--key", o->key, "Its private key, DER or PEM, in clear")
      ->required()
      ->type_name("FILE");
  command->add_option("--ci", o->ci, "CI of RSP that the SM-DP+'s CERT.DP.TLS is under; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--ca", o->ca, "Another CA of its client certificate, or that certificate itself")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--address", o->address, "IP address to listen on")->capture_default_str();
  command->add_option("--port", o->port, "Port to listen on; 0 for any free one")->capture_default_str();
  command->add_option("--answer", o->status, "HTTP status to answer with: 500 is an operator in trouble")
      ->check(CLI::Range(200u, 599u))
      ->capture_default_str();
  command->add_option("--delay", o->delay, "Milliseconds to wait before each answer")->capture_default_str();
  command->footer(
      "Example:\n  sealift es2 listen --cert operator.pem --key operator.key --ci site/pki/ci.pem");
  on_run(command, out, [o](Output& to) { return listen(*o, to); });
}

}  // namespace sealift::cli
