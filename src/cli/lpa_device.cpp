#include "cli/lpa_device.hpp"

#include <optional>

#include "card/file_nvm.hpp"
#include "cli/trust_files.hpp"
#include "euicc/install_engine.hpp"
#include "http/crl_client.hpp"
#include "http/es9_client.hpp"
#include "pki/pem.hpp"
#include "reader/loopback.hpp"
#include "reader/pcsc.hpp"
#include "reader/tcp.hpp"

namespace sealift::cli {

using namespace messages;
using download::Es9Failure;
using download::Es9Result;

namespace {

/// Where no --ci was given.
class NoServer final : public download::Es9 {
 public:
  Es9Result<InitiateAuthenticationOkEs9> initiate_authentication(const std::string&,
                                                                 const InitiateAuthenticationRequest&) override {
    return none();
  }
  Es9Result<AuthenticateClientOk> authenticate_client(const std::string&, const AuthenticateClientRequest&) override {
    return none();
  }
  Es9Result<AuthenticateClientOkEs11> authenticate_client_es11(const std::string&,
                                                               const AuthenticateClientRequest&) override {
    return none();
  }
  Es9Result<GetBoundProfilePackageOk> get_bound_profile_package(const std::string&,
                                                                const GetBoundProfilePackageRequest&) override {
    return none();
  }
  Es9Result<void> handle_notification(const std::string&, const HandleNotification&) override { return none(); }
  Es9Result<void> cancel_session(const std::string&, const CancelSessionRequestEs9&) override { return none(); }
  std::vector<asn1::Oid> peer_oids() const override { return {}; }

 private:
  static Es9Failure none() {
    return {std::nullopt, Error{ErrorKind::invalid, "no server is trusted: give the CI's certificate with --ci FILE"}};
  }
};

// The messages of es9.hpp are the CHOICEs that these are an alternative of.
std::string readable(const InitiateAuthenticationOkEs9& ok) { return asn1::trace(InitiateAuthenticationResponse{ok}); }
std::string readable(const AuthenticateClientOk& ok) { return asn1::trace(AuthenticateClientResponseEs9{ok}); }
std::string readable(const AuthenticateClientOkEs11& ok) { return asn1::trace(AuthenticateClientResponseEs11{ok}); }
std::string readable(const GetBoundProfilePackageOk& ok) { return asn1::trace(GetBoundProfilePackageResponse{ok}); }

/// Shows what passes to and from a server.
class TracedEs9 final : public download::Es9 {
 public:
  TracedEs9(download::Es9& inner, TerminalProgress& progress) : inner_(inner), progress_(progress) {}

  Es9Result<InitiateAuthenticationOkEs9> initiate_authentication(const std::string& server,
                                                                 const InitiateAuthenticationRequest& r) override {
    return pass("ES9+.InitiateAuthentication", &Es9::initiate_authentication, server, r);
  }
  Es9Result<AuthenticateClientOk> authenticate_client(const std::string& server,
                                                      const AuthenticateClientRequest& r) override {
    return pass("ES9+.AuthenticateClient", &Es9::authenticate_client, server, r);
  }
  Es9Result<AuthenticateClientOkEs11> authenticate_client_es11(const std::string& server,
                                                               const AuthenticateClientRequest& r) override {
    return pass("ES11.AuthenticateClient", &Es9::authenticate_client_es11, server, r);
  }
  Es9Result<GetBoundProfilePackageOk> get_bound_profile_package(const std::string& server,
                                                                const GetBoundProfilePackageRequest& r) override {
    return pass("ES9+.GetBoundProfilePackage", &Es9::get_bound_profile_package, server, r);
  }
  Es9Result<void> handle_notification(const std::string& server, const HandleNotification& r) override {
    return pass("ES9+.HandleNotification", &Es9::handle_notification, server, r);
  }
  Es9Result<void> cancel_session(const std::string& server, const CancelSessionRequestEs9& r) override {
    return pass("ES9+.CancelSession", &Es9::cancel_session, server, r);
  }
  std::vector<asn1::Oid> peer_oids() const override { return inner_.peer_oids(); }
  Bytes peer_certificate() const override { return inner_.peer_certificate(); }

 private:
  template <class Request, class Response>
  Es9Result<Response> pass(const char* name, Es9Result<Response> (Es9::*call)(const std::string&, const Request&),
                           const std::string& server, const Request& request) {
    progress_.message_text("LPA>server", name, asn1::trace(request));
    Es9Result<Response> response = (inner_.*call)(server, request);
    if (!response) progress_.message_text("server>LPA", name, response.error().error.message);
    else if constexpr (std::is_void_v<Response>) progress_.message_text("server>LPA", name, "(no content)");
    else progress_.message_text("server>LPA", name, readable(*response));
    return response;
  }
  download::Es9& inner_;
  TerminalProgress& progress_;
};

constexpr std::string_view pcsc = "pcsc";

/// The reader in "pcsc" (any) or "pcsc:NAME".
std::string pcsc_name(const std::string& reader) {
  return reader.size() > pcsc.size() ? reader.substr(pcsc.size() + 1) : "";
}

std::string check_reader(const std::string& reader) {
  bool fits = reader == pcsc || reader.starts_with(std::string(pcsc) + ":");
  return fits ? "" : "'" + reader + "' is no reader: give pcsc or pcsc:NAME";
}

class OpenDevice final : public Device {
 public:
  OpenDevice(const DeviceOptions& options, Output& out)
      : terminal_(options.yes),
        progress_(out, options.trace),
        cis_(options.fetch_crls ? pki::CrlPolicy::required : pki::CrlPolicy::if_present) {}

  Status open(const DeviceOptions& options) {
    progress_.step(download::Step::open_card);
    TRY_VOID(open_card(options));
    TRY_VOID(open_server(options));
    es10_ = TRY(download::Es10::open(*transport_, {.block = options.block}));
    lpa_.emplace(*es10_, traced_ ? *traced_ : *server_, terminal_, progress_);
    progress_.finish();
    return {};
  }
  lpa::Lpa& lpa() override { return *lpa_; }
  download::ServerTrust* trust() override { return judge_ ? &*judge_ : nullptr; }
  TerminalProgress& progress() override { return progress_; }

 private:
  Status open_card(const DeviceOptions& options) {
    if (!options.tcp.empty()) {
      transport_ = std::make_unique<reader::TcpReader>(TRY(reader::TcpReader::connect(options.tcp)));
      return {};
    }
    if (!options.reader.empty()) {
      transport_ = std::make_unique<reader::PcscReader>(TRY(reader::PcscReader::connect(pcsc_name(options.reader))));
      return {};
    }
    nvm_ = TRY(card::FileNvm::open(options.card));
    auto card = euicc::Card::open({*nvm_, random_, engine_});
    if (!card) return std::move(card.error()).within(options.card);
    card_ = std::move(*card);
    transport_ = std::make_unique<reader::Loopback>(*card_);
    return {};
  }
  Status open_server(const DeviceOptions& options) {
    if (!options.has_server()) {
      server_ = std::make_unique<NoServer>();
      return {};
    }
    http::ClientOptions client;
    for (const std::string& file : options.ci) {
      const std::vector<pki::Certificate> certificates = TRY(read_certificates(file));
      for (const pki::Certificate& c : certificates) {
        client.trusted_ci.push_back(to_bytes(c.der()));
        (void)cis_.add(c);  // the root of a public CA vouches for TLS servers and nothing else
      }
    }
    for (const std::string& file : options.crls) {
      client.crls.push_back(TRY(read_crl(file)));
      TRY_VOID(load_crl(file, cis_));
    }
    for (const std::string& route : options.connect_to) client.connect_to.push_back(TRY(http::ConnectTo::parse(route)));
    if (options.fetch_crls) crls_.emplace(TRY(http::CrlClient::make(client.connect_to)));
    judge_.emplace(cis_, clock_, crls_ ? &*crls_ : nullptr);
    client_.emplace(TRY(http::Client::make(std::move(client), clock_)));
    const auto binding = options.binding == "asn1" ? http::Es9Binding::asn1 : http::Es9Binding::json;
    server_ = std::make_unique<http::Es9Client>(*client_, binding);
    if (options.trace) traced_ = std::make_unique<TracedEs9>(*server_, progress_);
    return {};
  }

  // What borrows stands below what it borrows from.
  SystemClock clock_;
  SystemRandom random_;
  euicc::SaipEngine engine_;
  Terminal terminal_;
  TerminalProgress progress_;
  std::unique_ptr<card::FileNvm> nvm_;
  std::unique_ptr<euicc::Card> card_;
  std::unique_ptr<download::ApduTransport> transport_;
  pki::TrustStore cis_;
  std::optional<http::CrlClient> crls_;
  std::optional<download::ServerTrust> judge_;
  std::optional<http::Client> client_;
  std::unique_ptr<download::Es9> server_;
  std::unique_ptr<download::Es9> traced_;
  std::optional<download::Es10> es10_;
  std::optional<lpa::Lpa> lpa_;
};

}  // namespace

Result<std::unique_ptr<Device>> Device::open(const DeviceOptions& options, Output& out) {
  auto device = std::make_unique<OpenDevice>(options, out);
  TRY_VOID(device->open(options));
  return std::unique_ptr<Device>(std::move(device));
}

void add_card_options(CLI::App* cmd, DeviceOptions& o) {
  auto* which = cmd->add_option_group("card")->require_option(1);
  which->add_option("--card", o.card, "Virtual card, made with `sealift euicc`")->type_name("FILE");
  which->add_option("--tcp", o.tcp, "Card behind a TCP door")->type_name("HOST:PORT");
  which->add_option("--reader", o.reader, "Card in a PC/SC reader: pcsc, or pcsc:NAME (see `sealift lpa readers`)")
      ->check(check_reader)
      ->type_name("pcsc[:NAME]");
  cmd->add_option("--block", o.block, "Octets of a STORE DATA block; some modems fail above 120")
      ->check(CLI::Range(1u, 255u))
      ->type_name("N")
      ->capture_default_str();
  cmd->add_flag("--trace", o.trace, "Every message, readable, on standard error");
}

void add_server_options(CLI::App* cmd, DeviceOptions& o, bool required) {
  cmd->add_option("--ci", o.ci, "CI certificate that servers are trusted under, DER or PEM; may be repeated")
      ->allow_extra_args(false)
      ->required(required)
      ->type_name("FILE");
  cmd->add_option("--crl", o.crls, "CRL of a CI, DER or PEM: what it lists is refused; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  cmd->add_flag("--fetch-crls", o.fetch_crls,
                "Get the CRLs that certificates name, and refuse a server where there is none or an old one");
  cmd->add_option("--connect-to", o.connect_to,
                  "NAME:PORT:ADDR:PORT: another way to a server, verified as before; may be repeated")
      ->allow_extra_args(false)
      ->type_name("ROUTE");
  cmd->add_option("--binding", o.binding, "How ES9+ is spoken: json, which every server knows, or asn1")
      ->check(CLI::IsMember({"json", "asn1"}))
      ->type_name("BINDING")
      ->capture_default_str();
}

void add_yes(CLI::App* cmd, DeviceOptions& o) {
  cmd->add_flag("-y,--yes", o.yes, "Do not ask, agree to everything; for scripts");
}

}  // namespace sealift::cli
