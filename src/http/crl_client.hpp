// Fetches CRLs over plain HTTP, as certificates name them (RFC 5280 4.2.1.13). A list is signed by its CI, so
// the way it comes needs no protection; what is verified is the list.
//
// Not thread safe: one a thread.
#pragma once

#include <memory>

#include "download/server_trust.hpp"
#include "http/client.hpp"

namespace sealift::http {

class CrlClient final : public download::CrlSource {
 public:
  /// `connect_to` are other ways to the hosts, as for servers; `patience` is for one list.
  static Result<CrlClient> make(const std::vector<ConnectTo>& connect_to,
                                std::chrono::milliseconds patience = std::chrono::seconds(10));
  CrlClient(CrlClient&&) noexcept;
  ~CrlClient() override;
  /// http URIs only, no redirects, at most pki::Crl::max_size octets.
  Result<Bytes> fetch(const std::string& uri) override;

 private:
  struct State;
  explicit CrlClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sealift::http
