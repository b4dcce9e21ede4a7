// ES10b.LoadCRL (SGP.22 5.7.12): the card keeps the lists of a CI, whole or in parts, and refuses the servers
// that are on one. A list is known by its scope and distribution point, and replaces older ones of the same
// alone. A part is kept from the moment it comes; the lists it replaces go when the last part is there, so
// that at no time fewer certificates are refused than the newest complete lists name.
#include <algorithm>

#include "crypto/hash.hpp"
#include "euicc/isdr.hpp"
#include "messages/es10b.hpp"

namespace sealift::euicc {

namespace {

using messages::LoadCrlResponseError;

constexpr size_t max_crl_number = 20;  // octets: RFC 5280 5.2.3

/// Reads the list and makes sure that a CI of the card signed it.
Result<pki::Crl, LoadCrlResponseError> judge(Isdr& isdr, View certificate_list) {
  using enum LoadCrlResponseError;
  auto crl = pki::Crl::parse(certificate_list);
  // The card keeps no list that a delta could be added to: every list is complete, in one part or several.
  if (!crl) return crl.error().kind == ErrorKind::conflict ? baseCrlMissing : invalidCRLFormat;
  if (crl->number().empty() || crl->number().size() > max_crl_number || crl->authority_key_id().empty())
    return invalidCRLFormat;
  auto trust = isdr.trust();
  if (!trust) return undefinedError;
  auto ci = (*trust)->find(crl->authority_key_id());
  if (!ci) return verificationKeyNotFound;
  if (!crl->issuer().same(ci->subject()) || !crl->signed_by(ci->public_key())) return invalidSignature;
  return std::move(*crl);
}

/// Which of its CI's lists this is a part of.
Octets<8> list_of(const pki::Crl& crl) {
  Bytes said{static_cast<uint8_t>(crl.scope())};
  for (std::string_view point : crl.distribution_points()) {
    append(said, view(point));
    said.push_back(0);
  }
  Octets<8> out;
  std::copy_n(crypto::sha256(said).begin(), out.size(), out.begin());
  return out;
}

/// The partialCrlNumbers of the list that have not come yet. `loaded` are those that have.
std::vector<uint32_t> missing_parts(const pki::Crl& crl, const std::vector<StoredCrl>& loaded) {
  std::vector<uint32_t> missing;
  for (uint32_t part = 1; part <= crl.parts(); ++part) {
    bool here = part == crl.part() || std::any_of(loaded.begin(), loaded.end(), [&](const StoredCrl& s) {
                  return s.number == crl_number_of(crl) && s.part == part;
                });
    if (!here) missing.push_back(part);
  }
  return missing;
}

Result<std::vector<uint32_t>, LoadCrlResponseError> take_up(Isdr& isdr, const pki::Crl& crl) {
  using enum LoadCrlResponseError;
  const Bytes ci = to_bytes(crl.authority_key_id());
  const StoredCrl mine{list_of(crl), crl_number_of(crl), crl.part(), to_bytes(crl.der())};
  const Octets<20>& number = mine.number;
  auto loaded = isdr.memory.crls(ci);
  std::erase_if(loaded, [&](const StoredCrl& other) { return other.list != mine.list; });
  for (const auto& other : loaded) {
    if (other.number > number) return fresherCrlAlreadyLoaded;
    auto read = pki::Crl::parse(other.der);
    if (other.number == number && (!read || read->parts() != crl.parts())) return invalidCRLFormat;
  }
  if (crl.der().size() > isdr.memory.free()) return notEnoughMemorySpace;
  auto missing = missing_parts(crl, loaded);
  Transaction t;
  Memory::put_crl(t, ci, mine);
  for (const auto& other : loaded) {
    if (missing.empty() && other.number != number) Memory::erase_crl(t, ci, other);
  }
  if (!isdr.memory.commit(t)) return undefinedError;
  return missing;
}

}  // namespace

Reply load_crl(Isdr& isdr, View command) {
  auto request = DECODE(LoadCrlRequest, command);
  messages::LoadCrlResponse response;
  auto crl = judge(isdr, messages::certificate_list(request));
  if (!crl) {
    response.alt = crl.error();
    return asn1::encode(response);
  }
  // A list of CAs alone says nothing of servers, and must not take the place of one that does.
  if (crl->scope() == pki::CrlScope::ca_certificates) {
    response.alt = messages::LoadCrlResponseOk{};
    return asn1::encode(response);
  }
  auto missing = take_up(isdr, *crl);
  if (!missing) {
    response.alt = missing.error();
    return asn1::encode(response);
  }
  messages::LoadCrlResponseOk ok;
  if (!missing->empty()) ok.missingParts = std::move(*missing);
  response.alt = std::move(ok);
  return asn1::encode(response);
}

Octets<20> crl_number_of(const pki::Crl& crl) {
  Octets<20> padded{};
  View number = crl.number();
  std::copy(number.begin(), number.end(), padded.end() - static_cast<ptrdiff_t>(number.size()));
  return padded;
}

bool is_revoked(const Isdr& isdr, const pki::VerifiedChain& server) {
  for (const auto& stored : isdr.memory.crls(server.ci_key_id())) {
    auto crl = pki::Crl::parse(stored.der);
    // What was kept once reads for ever; should it not, nobody can say who is on it.
    if (!crl || crl->is_revoked(server.leaf().serial_number())) return true;
  }
  return false;
}

}  // namespace sealift::euicc
