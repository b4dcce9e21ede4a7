#include "download/server_trust.hpp"

namespace sealift::download {

void ServerTrust::fetch_lists(const pki::Certificate& certificate) {
  const auto& points = certificate.extensions().crl_distribution_points;
  if (!points) return;
  for (std::string_view uri : points->value) {
    const auto [place, first] = asked_.try_emplace(std::string(uri));
    if (!first) continue;
    Result<Bytes> list = source_->fetch(place->first);
    if (!list) {
      place->second = std::move(list.error());
    } else if (auto added = trust_.add_crl(*list); !added) {
      place->second = Error(added.error()).within(place->first);
    } else {
      fetched_.push_back(std::move(*list));
    }
  }
}

Status ServerTrust::judge(pki::Role role, View der) {
  const auto certificate = pki::Certificate::parse(der);
  if (!certificate || !trust_.find(certificate->authority_key_id())) return {};
  auto chain = pki::verify_chain(role, der, trust_, clock_.now());
  // What its CI has not signed sends nobody anywhere.
  const bool is_signed = chain || chain.error().error == pki::ChainError::revocation_unknown;
  if (source_ && is_signed) {
    fetch_lists(*certificate);
    chain = pki::verify_chain(role, der, trust_, clock_.now());
  }
  if (chain) return {};
  switch (chain.error().error) {
    case pki::ChainError::revoked:
    case pki::ChainError::expired:
    case pki::ChainError::not_yet_valid:
      return Error(chain.error());
    case pki::ChainError::revocation_unknown: {
      Error unknown = chain.error();
      for (const auto& [uri, status] : asked_) {
        if (!status) unknown.message += "; " + status.error().message;
      }
      return unknown;
    }
    default:
      return {};
  }
}

}  // namespace sealift::download
