#include <arpa/inet.h>

#include <algorithm>

#include "asn1/time.hpp"
#include "pki/issue.hpp"

namespace sealift::pki {

/// RFC 5280 4.1.2.5: the value for a certificate with no well-defined end; an eUICC's key cannot be renewed.
static Time no_end() {
  return *asn1::parse_generalized_time(view("99991231235959Z"));
}

static bool is_dns_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  size_t label = 0;
  for (size_t i = 0; i < host.size(); ++i) {
    char c = host[i];
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool at_edge = label == 0 || i + 1 == host.size() || host[i + 1] == '.';
    if (c == '.') {
      if (label == 0 || i + 1 == host.size()) return false;
      label = 0;
      continue;
    }
    if (!alphanumeric && !((c == '-' || c == '_') && !at_edge)) return false;
    if (++label > 63) return false;
  }
  return true;
}

static Status check_hosts(const std::vector<std::string>& hosts, std::string_view whose) {
  if (hosts.empty()) return Error{ErrorKind::invalid, std::string(whose) + " needs a host name"};
  for (const std::string& host : hosts) {
    Octets<16> address{};
    bool ip = inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
              inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
    if (ip || is_dns_name(host)) continue;
    return Error{ErrorKind::invalid,
                 "\"" + host + "\" is neither a DNS name nor an IP address (a port does not belong here)"};
  }
  return {};
}

static Status check_options(const HierarchyOptions& o) {
  TRY_VOID(check_hosts(o.dp_hosts, "the SM-DP+"));
  TRY_VOID(check_hosts(o.ds_hosts, "the SM-DS"));
  if (!o.eid.digits().starts_with(o.iin) || o.iin.empty()) {
    return Error{ErrorKind::invalid, "the EID does not begin with the EUM's issuer number " + o.iin};
  }
  return {};
}

static std::unique_ptr<crypto::Signer> signer_for(const crypto::PrivateKey& key, bool deterministic) {
  if (deterministic) return std::make_unique<crypto::DeterministicSigner>(key.clone());
  return std::make_unique<crypto::SoftwareSigner>(key);
}

namespace {

/// Who each role's certificate is for.
class Subjects {
 public:
  explicit Subjects(const HierarchyOptions& o) : o_(o) {}

  Subject of(Role role) const {
    switch (role) {
      case Role::ci:
        return make(o_.organization, o_.organization + " CI", o_.ci_oid, {});
      case Role::eum: {
        Subject s = make(o_.eum_organization, o_.eum_organization, o_.eum_oid, {});
        s.iin = o_.iin;
        return s;
      }
      case Role::dp_auth:
        return make(o_.organization, "SM-DP+ auth", o_.dp_oid, {});
      case Role::dp_pb:
        return make(o_.organization, "SM-DP+ pb", o_.dp_oid, {});
      case Role::dp_tls:
        return make(o_.organization, o_.dp_hosts.front(), o_.dp_oid, o_.dp_hosts);
      case Role::ds_auth:
        return make(o_.organization, "SM-DS auth", o_.ds_oid, {});
      case Role::ds_tls:
        return make(o_.organization, o_.ds_hosts.front(), o_.ds_oid, o_.ds_hosts);
      case Role::euicc:
        break;
    }
    check(false, "an eUICC's subject is made by issue_euicc");
    return {};
  }

 private:
  Subject make(const std::string& organization, const std::string& common_name, const asn1::Oid& oid,
               const std::vector<std::string>& hosts) const {
    Subject s;
    s.name.attributes = {{attribute::country, o_.country}, {attribute::organization, organization}};
    if (o_.deterministic) s.name.attributes.emplace_back(attribute::organizational_unit, "TEST");
    // RFC 5280 Appendix A: a commonName has at most 64 characters
    s.name.attributes.emplace_back(attribute::common_name, common_name.substr(0, 64));
    s.registered_id = oid;
    s.hosts = hosts;
    s.crl_uris = o_.crl_uris;
    return s;
  }
  const HierarchyOptions& o_;
};

}  // namespace

static Result<Identity> make_identity(Role role, const HierarchyOptions& o, const Identity* ci,
                                      Random& random) {
  bool tls = rules(role).tls;
  bool ca = rules(role).ca;
  crypto::PrivateKey key = crypto::PrivateKey::generate(tls ? o.tls_curve : o.curve, random);
  Time not_after = o.not_before + (ca ? o.ca_validity : tls ? o.tls_validity : o.server_validity);
  CertificateSpec spec = profile(role, Subjects(o).of(role), key.public_key(),
                                 ci ? &ci->certificate : nullptr, o.not_before, not_after, random);
  auto signer = signer_for(ci ? ci->key : key, o.deterministic);
  Certificate certificate = TRY(issue(spec, key.public_key(), *signer));
  return Identity{std::move(certificate), std::move(key)};
}

Result<Hierarchy> make_hierarchy(const HierarchyOptions& options, Random& random) {
  TRY_VOID(check_options(options));
  Hierarchy out;
  out.identities.reserve(role_table().size());
  for (const RoleRules& r : role_table()) {
    if (r.role == Role::euicc) {
      out.identities.push_back(TRY(issue_euicc(out[Role::eum], options.eid, random, options.deterministic)));
      continue;
    }
    const Identity* ci = r.issued_by == IssuedBy::ci ? &out[Role::ci] : nullptr;
    out.identities.push_back(TRY(make_identity(r.role, options, ci, random)));
  }
  return out;
}

Result<Identity> issue_euicc(const Identity& eum, const Eid& eid, Random& random, bool deterministic) {
  Subject subject;
  const Name& eum_name = eum.certificate.subject();
  for (const asn1::Oid& type :
       {attribute::country, attribute::organization, attribute::organizational_unit}) {
    if (auto value = eum_name.get(type)) subject.name.attributes.emplace_back(type, std::string(*value));
  }
  subject.name.attributes.emplace_back(attribute::serial_number, eid.digits());
  subject.name.attributes.emplace_back(attribute::common_name, "eUICC");
  crypto::PrivateKey key = crypto::PrivateKey::generate(eum.key.curve(), random);
  CertificateSpec spec = profile(Role::euicc, subject, key.public_key(), &eum.certificate,
                                 eum.certificate.not_before(), no_end(), random);
  auto signer = signer_for(eum.key, deterministic);
  Certificate certificate = TRY(issue(spec, key.public_key(), *signer));
  return Identity{std::move(certificate), std::move(key)};
}

}  // namespace sealift::pki
