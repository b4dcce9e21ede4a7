#include "http/crl_client.hpp"

#include <curl/curl.h>

namespace sealift::http {

struct CrlClient::State {
  struct Free {
    void operator()(CURL* c) const { curl_easy_cleanup(c); }
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  };
  std::unique_ptr<CURL, Free> curl;
  std::unique_ptr<curl_slist, Free> connect_to;
  char message[CURL_ERROR_SIZE] = {};
  Bytes body;
  bool too_large = false;

  static size_t on_body(char* octets, size_t size, size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    if (state.body.size() + size * count > pki::Crl::max_size) {
      state.too_large = true;
      return 0;
    }
    append(state.body, View(reinterpret_cast<const uint8_t*>(octets), size * count));
    return size * count;
  }
};

CrlClient::CrlClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
CrlClient::CrlClient(CrlClient&&) noexcept = default;
CrlClient::~CrlClient() = default;

Result<CrlClient> CrlClient::make(const std::vector<ConnectTo>& connect_to, std::chrono::milliseconds patience) {
  auto state = std::make_unique<State>();
  state->curl.reset(curl_easy_init());
  CURL* c = state->curl.get();
  if (!c) return Error{ErrorKind::internal, "libcurl cannot be set up"};
  for (const ConnectTo& way : connect_to) {
    const std::string entry = way.name.text() + ":" + way.address + ":" + std::to_string(way.port);
    state->connect_to.reset(curl_slist_append(state->connect_to.release(), entry.c_str()));
  }
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, state->message);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience.count()));
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, State::on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, state.get());
  if (state->connect_to) curl_easy_setopt(c, CURLOPT_CONNECT_TO, state->connect_to.get());
  return CrlClient(std::move(state));
}

Result<Bytes> CrlClient::fetch(const std::string& uri) {
  if (!uri.starts_with("http://")) {
    return Error{ErrorKind::invalid, "CRLs are fetched over http, and the certificate names '" + uri + "'"};
  }
  state_->body.clear();
  state_->too_large = false;
  state_->message[0] = 0;
  curl_easy_setopt(state_->curl.get(), CURLOPT_URL, uri.c_str());
  const CURLcode code = curl_easy_perform(state_->curl.get());
  if (code == CURLE_OK) return std::move(state_->body);
  if (state_->too_large) {
    return Error{ErrorKind::limit, "the CRL at " + uri + " is larger than " + std::to_string(pki::Crl::max_size) + " octets"};
  }
  const ErrorKind kind = code == CURLE_OPERATION_TIMEDOUT ? ErrorKind::timeout : ErrorKind::io;
  return Error{kind, "the CRL at " + uri + " cannot be had: " +
                         (state_->message[0] ? state_->message : curl_easy_strerror(code))};
}

}  // namespace sealift::http
