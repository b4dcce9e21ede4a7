#include "http/client.hpp"

#include <curl/curl.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>

namespace sealift::http {
namespace {

constexpr size_t max_header_fields = 100;

/// libcurl may write to a connection that the peer closed; the signal for that must not end the program.
class SigpipeBlocked {
 public:
  SigpipeBlocked() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeBlocked() {
    const timespec at_once{};
    while (!was_pending_ && sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

/// The alerts by which a server says so (RFC 8446 6.2) as OpenSSL words them.
bool refused_our_certificate(std::string_view message) {
  if (message.find("alert") == std::string_view::npos) return false;
  constexpr std::array<std::string_view, 7> alerts{"certificate required", "bad certificate",     "unknown ca",
                                                   "certificate expired",  "certificate revoked", "certificate unknown",
                                                   "unsupported certificate"};
  return std::ranges::any_of(alerts, [&](std::string_view a) { return message.find(a) != std::string_view::npos; });
}

std::optional<uint16_t> parse_port(std::string_view digits) {
  uint16_t port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view host) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 255 && host.front() != '-' && host.front() != '.' &&
         std::ranges::all_of(host, allowed);
}

}  // namespace

Result<HostPort> HostPort::parse(std::string_view address) {
  HostPort parsed;
  size_t colon = address.find(':');
  parsed.host = address.substr(0, colon);
  if (!is_host(parsed.host))
    return Error{ErrorKind::invalid,
                 "\"" + std::string(address) + "\" is not a server address (name or name:port)"};
  if (colon != std::string_view::npos) {
    auto port = parse_port(address.substr(colon + 1));
    if (!port)
      return Error{ErrorKind::invalid,
                   "\"" + std::string(address) + "\": the port must be a number, 1 to 65535"};
    parsed.port = *port;
  }
  return parsed;
}

Result<HostPort> HostPort::parse_url(std::string_view address) {
  constexpr std::string_view scheme = "https://";
  if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  if (address.ends_with('/')) address.remove_suffix(1);
  return parse(address);
}

Result<ConnectTo> ConnectTo::parse(std::string_view text) {
  Error wrong{ErrorKind::invalid, "\"" + std::string(text) + "\" is not NAME:PORT:ADDRESS:PORT"};
  size_t first = text.find(':');
  size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  size_t last = text.rfind(':');
  if (second == std::string_view::npos || last <= second) return wrong;
  Result<HostPort> name = HostPort::parse(text.substr(0, second));
  std::string_view address = text.substr(second + 1, last - second - 1);
  bool ipv6 = address.size() > 2 && address.front() == '[' && address.back() == ']';
  auto port = parse_port(text.substr(last + 1));
  if (!name || !port || (!ipv6 && !is_host(address))) return wrong;
  return ConnectTo{std::move(*name), std::string(address), *port};
}

struct Client::State {
  struct FreeCurl {
    void operator()(CURL* c) const { curl_easy_cleanup(c); }
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  };
  using List = std::unique_ptr<curl_slist, FreeCurl>;

  State(ClientOptions o, TlsContext t, Clock& c) : options(std::move(o)), trusted(std::move(t)), clock(c) {}

  ClientOptions options;
  TlsContext trusted;
  Clock& clock;
  List connect_to;
  std::unique_ptr<CURL, FreeCurl> curl;
  std::map<std::string, PeerIdentity> peers;  // of the connections that may still be used again
  char message[CURL_ERROR_SIZE] = {};
  // of the exchange under way
  HostPort server;
  Response response;
  bool too_large = false;
  bool header_complete = false;  // the empty line behind it came

  static CURLcode on_tls_context(CURL*, void* ctx, void* self);
  static size_t on_field(char* line, size_t size, size_t count, void* self);
  static size_t on_body(char* octets, size_t size, size_t count, void* self);
  void set_up();
  Error failure(CURLcode code);
  Result<Response> exchange(const HostPort& to, std::string_view path, const Headers& headers,
                            const std::string_view* body);
};

CURLcode Client::State::on_tls_context(CURL*, void* ctx, void* self) {
  auto& state = *static_cast<State*>(self);
  apply_client_rules(static_cast<ssl_ctx_st*>(ctx), state.trusted, state.server.host, state.clock.now());
  return CURLE_OK;
}

size_t Client::State::on_field(char* line, size_t size, size_t count, void* self) {
  auto& state = *static_cast<State*>(self);
  std::string_view text(line, size * count);
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  if (text.starts_with("HTTP/")) {  // the first line: the connection is verified and its names can be read
    state.response = {};
    state.header_complete = false;
    long made = 0;
    curl_tlssessioninfo* tls = nullptr;
    if (curl_easy_getinfo(state.curl.get(), CURLINFO_NUM_CONNECTS, &made) == CURLE_OK && made > 0 &&
        curl_easy_getinfo(state.curl.get(), CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK && tls &&
        tls->internals) {
      auto identity = identity_of_peer(static_cast<ssl_st*>(tls->internals));
      if (identity) state.peers[state.server.text()] = std::move(*identity);
    }
    return size * count;
  }
  if (text.empty()) state.header_complete = true;
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || state.response.headers.size() >= max_header_fields)
    return size * count;
  std::string_view value = text.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (same_field_name(text.substr(0, colon), "Content-Type")) state.response.content_type = value;
  state.response.headers.emplace_back(text.substr(0, colon), value);
  return size * count;
}

size_t Client::State::on_body(char* octets, size_t size, size_t count, void* self) {
  auto& state = *static_cast<State*>(self);
  if (state.response.body.size() + size * count > state.options.max_response) {
    state.too_large = true;
    return 0;
  }
  state.response.body.append(octets, size * count);
  return size * count;
}

void Client::State::set_up() {
  CURL* c = curl.get();
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, message);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(c, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(c, CURLOPT_PROXY, "");  // the way is what we were told, not what the environment says
  curl_easy_setopt(c, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(options.request_timeout.count()));
  // Trust: the context callback puts our store in the place of whatever libcurl would have read.
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(c, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(c, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, this);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_field);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, this);
  if (connect_to) curl_easy_setopt(c, CURLOPT_CONNECT_TO, connect_to.get());
  if (options.live_trust) curl_easy_setopt(c, CURLOPT_MAXLIFETIME_CONN, 60L);
}

Error Client::State::failure(CURLcode code) {
  const std::string name = server.text();
  const std::string details = message[0] ? std::string(" (") + message + ")" : "";
  if (refused_our_certificate(message)) {
    return {ErrorKind::permission, name + (options.identity ? " does not take our client certificate"
                                                            : " asks for a client certificate and we have none") +
                                       details + "; it must come from a CA that this server trusts"};
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::io, "cannot find the server " + name +
                                 ": no address for that name; check it, or give the way with --connect-to"};
    case CURLE_COULDNT_CONNECT: {
      long error = 0;
      curl_easy_getinfo(curl.get(), CURLINFO_OS_ERRNO, &error);
      std::string why = error ? std::strerror(static_cast<int>(error)) : message;
      return {ErrorKind::io, "cannot connect to " + name + ": " + why +
                                 "; is the server running, and are address and port right?"};
    }
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorKind::timeout, name + " did not answer in time" + details + "; try again later"};
    case CURLE_PEER_FAILED_VERIFICATION: {
      long result = 0;
      curl_easy_getinfo(curl.get(), CURLINFO_SSL_VERIFYRESULT, &result);
      if (result != 0) return verification_error(result, name);
      return {ErrorKind::verification, "TLS: " + name + " refused" + details};
    }
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorKind::verification,
              "TLS with " + name + " failed" + details + "; is this an HTTPS port with TLS 1.2 or 1.3?"};
    case CURLE_WRITE_ERROR:
      if (too_large) {
        return {ErrorKind::limit, "the answer of " + name + " is larger than " +
                                      std::to_string(options.max_response) + " octets"};
      }
      [[fallthrough]];
    default:
      return {ErrorKind::io, "the exchange with " + name + " failed: " + curl_easy_strerror(code) + details};
  }
}

Result<Response> Client::State::exchange(const HostPort& to, std::string_view path, const Headers& headers,
                                         const std::string_view* body) {
  SigpipeBlocked sigpipe;
  server = to;
  response = {};
  too_large = header_complete = false;
  message[0] = 0;
  List fields(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : headers) {
    fields.reset(curl_slist_append(fields.release(), (name + ": " + value).c_str()));
  }
  const std::string url = "https://" + to.text() + std::string(path);
  CURL* c = curl.get();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, fields.get());
  if (body) {
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->data());
  } else {
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
  }
  CURLcode code = curl_easy_perform(c);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) return failure(code);
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<unsigned>(status);
  // libcurl takes the end of a connection for the end of a body, whether TLS was closed or cut.
  bool has_length = !response.header("Content-Length").empty() || !response.header("Transfer-Encoding").empty();
  if (!header_complete || (!has_length && status != 204)) {
    return Error{ErrorKind::io, "the answer of " + to.text() + " does not say where it ends: it may be cut short"};
  }
  return std::move(response);
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

bool Client::may_have_sent() const {
  long octets = 0;
  return curl_easy_getinfo(state_->curl.get(), CURLINFO_REQUEST_SIZE, &octets) != CURLE_OK || octets > 0;
}

Result<Client> Client::make(ClientOptions options, Clock& clock) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, whichever thread comes first
  TlsContext trusted =
      TRY(TlsContext::client(options.trusted_ci, options.identity.get(), options.live_trust));
  for (const Bytes& crl : options.crls) TRY_VOID(trusted.add_crl(crl));
  auto state = std::make_unique<State>(std::move(options), std::move(trusted), clock);
  state->curl.reset(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!state->curl) return Error{ErrorKind::internal, "libcurl cannot be set up"};
  for (const ConnectTo& way : state->options.connect_to) {
    std::string entry = way.name.text() + ":" + way.address + ":" + std::to_string(way.port);
    state->connect_to.reset(curl_slist_append(state->connect_to.release(), entry.c_str()));
  }
  state->set_up();
  return Client(std::move(state));
}

Status Client::add_crl(View crl) {
  return state_->trusted.add_crl(crl);
}

Result<Response> Client::post(const HostPort& server, std::string_view path, const Headers& headers,
                              std::string_view body) {
  return state_->exchange(server, path, headers, &body);
}

Result<Response> Client::get(const HostPort& server, std::string_view path, const Headers& headers) {
  return state_->exchange(server, path, headers, nullptr);
}

const PeerIdentity* Client::peer() const {
  auto found = state_->peers.find(state_->server.text());
  return found == state_->peers.end() ? nullptr : &found->second;
}

}  // namespace sealift::http
