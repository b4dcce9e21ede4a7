// sealift es2: what an operator's systems do over ES2+, as commands: order, confirm, release, cancel.
#include "cli/es2_listen.hpp"
#include "cli/trust_files.hpp"
#include "http/es2_client.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

/// Which SM-DP+, and who calls it.
struct Target {
  std::string server, certificate, key, requester, call;
  std::vector<std::string> ci, connect_to;

  void add_options(CLI::App* command) {
    command->add_option("--server", server, "ES2+ of the SM-DP+: NAME, NAME:PORT or https://NAME:PORT")
        ->required();
    command
        ->add_option("--ci", ci, "Certificate that its TLS certificate is under, DER or PEM; may be repeated")
        ->allow_extra_args(false)
        ->required()
        ->type_name("FILE");
    command->add_option("--cert", certificate, "Our TLS client certificate, DER or PEM, and those above it")
        ->required()
        ->type_name("FILE");
    command->add_option("--key", key, "Its private key, DER or PEM, in clear")->required()->type_name("FILE");
    command->add_option("--requester", requester, "functionRequesterIdentifier, as agreed with the SM-DP+")
        ->default_val("sealift");
    command->add_option(
        "--call", call,
        "functionCallIdentifier: give that of a call whose answer was lost, and the rest as it was, to "
        "get the answer (default: 128 random bits)");
    command
        ->add_option("--connect-to", connect_to,
                     "Another way to the server: NAME:PORT:ADDR:PORT; may be repeated")
        ->allow_extra_args(false);
  }
};

Result<http::TlsIdentity> identity_of(const Target& target) {
  http::TlsIdentity out;
  const auto certificates = TRY(read_certificates(target.certificate));
  for (const pki::Certificate& one : certificates) out.certificates.push_back(to_bytes(one.der()));
  const crypto::PrivateKey key = TRY(read_private_key(target.key));
  if (certificates.empty() || key.public_key() != certificates.front().public_key()) {
    return Error{ErrorKind::invalid,
                 target.key + " is not the key of the first certificate in " + target.certificate};
  }
  out.private_key = pki::private_key_to_pkcs8(key);
  return out;
}

Result<http::Client> connect(const Target& target, Clock& clock) {
  http::ClientOptions options;
  for (const std::string& file : target.ci) {
    const auto certificates = TRY(read_certificates(file));
    for (const pki::Certificate& one : certificates) options.trusted_ci.push_back(to_bytes(one.der()));
  }
  for (const std::string& route : target.connect_to)
    options.connect_to.push_back(TRY(http::ConnectTo::parse(route)));
  http::TlsIdentity identity = TRY(identity_of(target));
  options.identity = std::make_shared<const http::TlsIdentity>(std::move(identity));
  options.user_agent = "sealift/" SEALIFT_VERSION;
  return http::Client::make(std::move(options), clock);
}

/// With the identifiers of this call, which are told also where it fails: whoever calls again needs them.
json::object with_call(const messages::FunctionHeader& header, json::object rest = {}) {
  rest["functionCallIdentifier"] = header.functionCallIdentifier;
  return rest;
}

int failed(const http::Es2Failure& failure, const messages::FunctionHeader& header, Output& out) {
  if (!out.json) return out.fail(failure.error);
  json::object error{{"kind", name(failure.error.kind)}, {"message", failure.error.message}};
  if (failure.status && failure.status->statusCodeData) {
    error["subjectCode"] = failure.status->statusCodeData->subjectCode;
    error["reasonCode"] = failure.status->statusCodeData->reasonCode;
  }
  out.object(with_call(header, {{"ok", false}, {"error", std::move(error)}}));
  return exit_failed;
}

/// Calls a function, and prints what `describe` makes of its output.
template <class Request, class Output_, class Describe>
int call(const Target& target, Request request,
         http::Es2Result<Output_> (http::Es2Client::*function)(const Request&), Output& out,
         Describe describe) {
  SystemClock clock;
  SystemRandom random;
  request.header = {target.requester, target.call.empty() ? hex(random.octets<16>()) : target.call};
  auto server = http::HostPort::parse_url(target.server);
  if (!server) return out.fail(std::move(server.error()).within("--server"));
  auto client = connect(target, clock);
  if (!client) return out.fail(client.error());
  auto result = (http::Es2Client(*client, server->text()).*function)(request);
  if (!result) return failed(result.error(), request.header, out);
  if constexpr (std::is_void_v<Output_>) {
    out.object(with_call(request.header, describe()));
  } else {
    out.object(with_call(request.header, describe(*result)));
  }
  return exit_ok;
}

struct Names {
  std::string iccid;
  std::optional<std::string> eid, matching_id;
};

Result<std::optional<Eid>> eid_of(const std::optional<std::string>& text) {
  if (!text) return std::optional<Eid>();
  auto eid = Eid::parse(*text);
  if (!eid) return std::move(eid.error()).within("--eid");
  return std::optional(*eid);
}

struct DownloadOptions {
  Target target;
  std::optional<std::string> eid, iccid, type;
};

Result<messages::DownloadOrderRequest> request_of(const DownloadOptions& o) {
  messages::DownloadOrderRequest request{.profileType = o.type};
  request.eid = TRY(eid_of(o.eid));
  if (o.iccid) request.iccid = TRY(Iccid::parse(*o.iccid));
  return request;
}

int download(const DownloadOptions& o, Output& out) {
  auto request = request_of(o);
  if (!request) return out.fail(request.error());
  return call(o.target, std::move(*request), &http::Es2Client::download_order, out,
              [&](const messages::DownloadOrderOk& ok) {
                out.line(ok.iccid.digits());
                return json::object{{"iccid", ok.iccid.digits()}};
              });
}

struct ConfirmOptions {
  Target target;
  Names names;
  std::optional<std::string> confirmation_code, smds;
  bool release = false;
};

Result<messages::ConfirmOrderRequest> request_of(const ConfirmOptions& o) {
  messages::ConfirmOrderRequest request{.matchingId = o.names.matching_id, .smdsAddress = o.smds};
  request.iccid = TRY(Iccid::parse(o.names.iccid));
  request.eid = TRY(eid_of(o.names.eid));
  request.releaseFlag = o.release;
  if (o.confirmation_code) {
    auto code = read_secret(*o.confirmation_code);
    if (!code) return std::move(code.error()).within("--confirmation-code");
    request.confirmationCode = SecretBytes(to_bytes(*code));
  }
  return request;
}

int confirm(const ConfirmOptions& o, Output& out) {
  auto request = request_of(o);
  if (!request) return out.fail(request.error());
  return call(
      o.target, std::move(*request), &http::Es2Client::confirm_order, out,
      [&](const messages::ConfirmOrderOk& ok) {
        const std::string asked = http::HostPort::parse_url(o.target.server)->text();
        const std::string address = printable(ok.smdpAddress.value_or(asked));
        out.line("LPA:1$" + address + "$" + printable(ok.matchingId) + (o.confirmation_code ? "$$1" : ""));
        json::object object{{"matchingId", ok.matchingId}};
        if (ok.eid) object["eid"] = ok.eid->digits();
        if (ok.smdpAddress) object["smdpAddress"] = *ok.smdpAddress;
        return object;
      });
}

struct CancelOptions {
  Target target;
  Names names;
  std::string final_state = "available";
};

Result<messages::CancelOrderRequest> request_of(const CancelOptions& o) {
  messages::CancelOrderRequest request{.matchingId = o.names.matching_id};
  request.iccid = TRY(Iccid::parse(o.names.iccid));
  request.eid = TRY(eid_of(o.names.eid));
  if (o.final_state == "unavailable") {
    request.finalProfileStatusIndicator = messages::FinalProfileStatus::unavailable;
  }
  return request;
}

int cancel(const CancelOptions& o, Output& out) {
  auto request = request_of(o);
  if (!request) return out.fail(request.error());
  return call(o.target, std::move(*request), &http::Es2Client::cancel_order, out, [&] {
    out.line(o.names.iccid + " is " + o.final_state + " now");
    return json::object{};
  });
}

struct ReleaseOptions {
  Target target;
  std::string iccid;
};

int release(const ReleaseOptions& o, Output& out) {
  auto iccid = Iccid::parse(o.iccid);
  if (!iccid) return out.fail(iccid.error());
  return call(o.target, messages::ReleaseProfileRequest{.iccid = *iccid}, &http::Es2Client::release_profile,
              out, [&] {
                out.line(o.iccid + " is released");
                return json::object{};
              });
}

// ---- the command line ----

constexpr const char* kWho = " --server smdp.example.com:8445 --ci ci.pem --cert mno.pem --key mno.key";

template <class Options>
std::pair<std::shared_ptr<Options>, CLI::App*> add_function(CLI::App* group, const char* name,
                                                            const char* what, const char* example) {
  auto options = std::make_shared<Options>();
  auto* command = group->add_subcommand(name, what);
  options->target.add_options(command);
  command->footer("Example:\n  sealift es2 " + std::string(name) + kWho + " " + example);
  return {options, command};
}

void add_names(CLI::App* command, Names& names) {
  command->add_option("--iccid", names.iccid, "ICCID, as download-order gave it")->required();
  command->add_option("--eid", names.eid, "EID that the order is for");
}

void add_download(CLI::App* group, Output& out) {
  auto [o, command] =
      add_function<DownloadOptions>(group, "download-order", "Reserve a profile (ES2+.DownloadOrder)",
                                    "--profile-type Consumer --eid 89049032123451234512345678901235");
  command->add_option("--eid", o->eid, "EID that the order is for");
  auto* iccid = command->add_option("--iccid", o->iccid, "This profile");
  auto* type = command->add_option("--profile-type", o->type, "Any available profile of this type");
  auto* which = command->add_option_group("Which profile (one or both)");
  which->add_options(iccid, type);
  which->require_option(1, 2);
  on_run(command, out, [o = o](Output& to) { return download(*o, to); });
}

void add_confirm(CLI::App* group, Output& out) {
  auto [o, command] =
      add_function<ConfirmOptions>(group, "confirm-order", "Give an order its MatchingID (ES2+.ConfirmOrder)",
                                   "--iccid 8988211000000000028 --release");
  add_names(command, o->names);
  command->add_option("--matching-id", o->names.matching_id,
                      "Default: the SM-DP+ makes one; \"\": the default SM-DP+ address leads there");
  command
      ->add_option("--confirmation-code", o->confirmation_code,
                   "A code that the user has to enter: @FILE or -")
      ->type_name("@FILE|-");
  command->add_option("--smds", o->smds, "SM-DS that announces the profile to the device");
  command->add_flag("--release", o->release, "Open it for download at once");
  on_run(command, out, [o = o](Output& to) { return confirm(*o, to); });
}

void add_cancel(CLI::App* group, Output& out) {
  auto [o, command] =
      add_function<CancelOptions>(group, "cancel-order", "Take an order back (ES2+.CancelOrder)",
                                  "--iccid 8988211000000000028 --matching-id TOKEN");
  add_names(command, o->names);
  command->add_option("--matching-id", o->names.matching_id, "MatchingID of the order");
  command->add_option("--final", o->final_state, "What becomes of the profile")
      ->check(CLI::IsMember({"available", "unavailable"}))
      ->capture_default_str();
  on_run(command, out, [o = o](Output& to) { return cancel(*o, to); });
}

void add_release(CLI::App* group, Output& out) {
  auto [o, command] = add_function<ReleaseOptions>(
      group, "release-profile", "Open a confirmed order for download (ES2+.ReleaseProfile)",
      "--iccid 8988211000000000028");
  command->add_option("--iccid", o->iccid, "ICCID, as download-order gave it")->required();
  on_run(command, out, [o = o](Output& to) { return release(*o, to); });
}

void add(CLI::App& app, Output& out) {
  auto* group = app.add_subcommand("es2", "Order profiles of an SM-DP+ as an operator does, over ES2+");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift es2 download-order" + std::string(kWho) + " --profile-type Consumer");
  add_download(group, out);
  add_confirm(group, out);
  add_cancel(group, out);
  add_release(group, out);
  add_es2_listen(*group, out);
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
