// How rows of an SM-DP+'s outbox reach whom they are for: operators over ES2+, as their tenant's record says
// now, and SM-DSs over ES12, both with mutual TLS and our CERT.DP.TLS.
//
// A carrier belongs to one thread; it keeps some connections open. What it borrows outlives it.
#pragma once

#include <list>

#include "access/directory.hpp"
#include "http/client.hpp"
#include "lab/outbox_sender.hpp"
#include "pki/chain.hpp"
#include "smdp/callbacks.hpp"
#include "smdp/es2.hpp"

namespace sealift::lab {

/// Which operators are told: those whose tenant has a callback.
class TenantCallbacks final : public smdp::CallbackList {
 public:
  explicit TenantCallbacks(const access::Directory& directory) : directory_(directory) {}
  smdp::Told told(const std::string& tenant) const override;

 private:
  const access::Directory& directory_;
};

struct CarrierOptions {
  /// Borrowed. Its CIs, as they are at each call, are whom an SM-DS is judged by, and an operator that names
  /// no CAs; its CRLs and policy hold for whoever is below them.
  const pki::TrustStore* trust = nullptr;
  std::string requester;               ///< our functionRequesterIdentifier
  std::vector<std::string> root_smds;  ///< those that announce no further (http/event_registrar.hpp)
  std::vector<http::ConnectTo> connect_to;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{10'000};
  /// CERT.DP.TLS as it is now.
  std::function<std::shared_ptr<const http::TlsIdentity>()> identity;
};

/// Its CIs of now, DER.
std::vector<Bytes> cis_of(const CarrierOptions& options);
/// A client that believes `trust`, DER.
http::ClientOptions client_options(const CarrierOptions& options, const std::vector<Bytes>& trust);

class SmdpCarrier final : public Carrier {
 public:
  SmdpCarrier(const access::Directory& directory, smdp::OrderStore& orders, smdp::EventRegistrar& registrar,
              Clock& clock, CarrierOptions options)
      : directory_(directory),
        orders_(orders),
        registrar_(registrar),
        clock_(clock),
        options_(std::move(options)) {}
  Outcome carry(const smdp::Outgoing& what) override;

 private:
  struct Kept {
    std::vector<Bytes> trust;
    std::string server;
    std::shared_ptr<const http::TlsIdentity> identity;
    http::Client client;
  };
  Outcome to_operator(const smdp::Outgoing& what);
  Outcome to_smds(const smdp::Outgoing& what);
  Outcome take_away(const std::string& smds, const smdp::Event& event);
  /// A client for that server, kept from the last time where nothing has changed.
  Result<http::Client*> client(const std::string& server, const std::vector<Bytes>& trust);

  const access::Directory& directory_;
  smdp::OrderStore& orders_;
  smdp::EventRegistrar& registrar_;
  Clock& clock_;
  const CarrierOptions options_;
  std::list<Kept> kept_;  ///< those used last first
};

}  // namespace sealift::lab
