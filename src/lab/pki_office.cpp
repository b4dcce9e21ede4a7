#include "lab/pki_office.hpp"

#include "asn1/time.hpp"
#include "base/files.hpp"
#include "lab/eid_register.hpp"
#include "pki/chain.hpp"
#include "pki/pem.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;
using pki::Role;

namespace {

constexpr auto clocks_differ = std::chrono::hours(1);
constexpr size_t max_record = 64u << 20;

fs::path der_file(const KeysFolder& folder, const std::string& label) {
  return fs::path(folder.dir) / (label + ".der");
}

Result<pki::Certificate> read_labelled(const KeysFolder& folder, const std::string& label) {
  const fs::path path = der_file(folder, label);
  Bytes octets = TRY(read_file(path, pki::Certificate::max_size));
  auto certificate = pki::Certificate::parse(octets);
  if (!certificate) return std::move(certificate.error()).within(path.string());
  return std::move(*certificate);
}

Status write_both(const KeysFolder& folder, const std::string& label, View der, Replace replace) {
  TRY_VOID(write_file(der_file(folder, label), der, Readers::everybody, replace));
  return write_file(fs::path(folder.dir) / (label + ".pem"), view(pki::to_pem("CERTIFICATE", der)),
                    Readers::everybody, Replace::yes);
}

std::string issuer_label(Role role, const IssueOptions& o) {
  return pki::rules(role).issued_by == pki::IssuedBy::eum ? o.eum : o.ci;
}

void set_attribute(pki::NameSpec& name, const asn1::Oid& type, const std::string& value) {
  if (value.empty()) return;
  for (auto& [known, old] : name.attributes) {
    if (known != type) continue;
    old = value;
    return;
  }
  name.attributes.emplace_back(type, value);
}

pki::Subject subject_for(const IssueOptions& o, const pki::Certificate* model, const pki::Certificate* eum) {
  pki::Subject s;
  if (model) s = pki::subject_of(*model);
  if (eum) {
    s.name = pki::subject_of(*eum).name;
    set_attribute(s.name, pki::attribute::common_name, "eUICC");
    set_attribute(s.name, pki::attribute::serial_number, o.eid->digits());
  }
  if (!o.hosts.empty()) {
    s.hosts = o.hosts;
    set_attribute(s.name, pki::attribute::common_name, o.hosts.front().substr(0, 64));
  }
  if (o.owner) s.registered_id = *o.owner;
  if (!o.iin.empty()) s.iin = o.iin;
  if (!o.crl_uris.empty()) s.crl_uris = o.crl_uris;
  set_attribute(s.name, pki::attribute::organization, o.organization);
  set_attribute(s.name, pki::attribute::common_name, o.common_name);
  return s;
}

/// A chain as a peer judges it: what a peer would refuse does not leave the office.
Status check_as_peer(const KeysFolder& folder, Role role, const pki::Certificate& made, const std::string& ci,
                     const std::string& eum, Time now) {
  pki::TrustStore trust;
  if (role == Role::ci) {
    auto added = trust.add(made);
    return added ? Status() : Status(Error(added.error()));
  }
  auto added = trust.add(TRY(read_labelled(folder, ci)));
  if (!added) return Error(added.error()).within(ci + ".der");
  std::vector<pki::Certificate> between;
  if (role == Role::euicc) between.push_back(TRY(read_labelled(folder, eum)));
  auto chain = pki::verify_chain(role, made, between, trust, now);
  return chain ? Status() : Status(Error(chain.error()));
}

Status check_options(const IssueOptions& o) {
  if (o.role == Role::euicc && !o.eid)
    return Error{ErrorKind::invalid, "an eUICC's certificate needs its EID"};
  if (o.role != Role::euicc && o.eid) return Error{ErrorKind::invalid, "only an eUICC has an EID"};
  if (!o.hosts.empty() && !pki::rules(o.role).tls)
    return Error{ErrorKind::invalid, "only a TLS certificate has host names"};
  return {};
}

std::unique_ptr<crypto::Signer> signer_of(const crypto::PrivateKey& key, bool deterministic) {
  if (deterministic) return std::make_unique<crypto::DeterministicSigner>(key.clone());
  return std::make_unique<crypto::SoftwareSigner>(key);
}

Time default_end(Role role, const pki::Certificate* issuer, Time from) {
  if (role == Role::euicc) return *asn1::parse_generalized_time(view("99991231235959Z"));
  const pki::HierarchyOptions usual;
  if (role == Role::ci) return from + usual.ca_validity;
  const Time end = from + (pki::rules(role).ca    ? usual.ca_validity
                           : pki::rules(role).tls ? usual.tls_validity
                                                  : usual.server_validity);
  return std::min(end, issuer->not_after());
}

}  // namespace

Result<pki::Certificate> issue_certificate(KeysFolder& folder, const IssueOptions& o, Time now,
                                           Random& random) {
  TRY_VOID(check_options(o));
  const std::string label = o.label.empty() ? std::string(pki::name(o.role)) : o.label;
  std::error_code none;
  if (fs::exists(der_file(folder, label), none)) {
    return Error{ErrorKind::exists, der_file(folder, label).string() +
                                        " is there already; give another label, or renew that one"};
  }
  std::optional<EidClaim> claim;
  if (o.eid) claim.emplace(TRY(EidClaim::take(folder.dir, *o.eid)));

  const std::string above = issuer_label(o.role, o);
  std::optional<pki::Certificate> issuer;
  std::optional<crypto::PrivateKey> issuer_key;
  if (o.role != Role::ci) {
    issuer = TRY(read_labelled(folder, above));
    issuer_key = TRY(folder.keys.private_key(above));
  }
  auto model = folder.certificate(o.role);
  const bool eid_below = o.role == Role::euicc;
  const pki::Subject subject =
      subject_for(o, model && !eid_below ? &*model : nullptr, eid_below ? &*issuer : nullptr);
  const crypto::Curve curve = o.curve                             ? *o.curve
                              : pki::rules(o.role).tls || !issuer ? crypto::Curve::p256
                                                                  : issuer->public_key().curve();
  auto key = crypto::PrivateKey::generate(curve, random);
  const Time from = now - clocks_differ;
  const Time until = o.validity ? from + *o.validity : default_end(o.role, issuer ? &*issuer : nullptr, from);
  pki::CertificateSpec spec =
      pki::profile(o.role, subject, key.public_key(), issuer ? &*issuer : nullptr, from, until, random);
  auto signer = signer_of(issuer_key ? *issuer_key : key, o.deterministic);
  pki::Certificate made = TRY(pki::issue(spec, key.public_key(), *signer));
  TRY_VOID(check_as_peer(folder, o.role, made, o.ci, o.eum, now));

  // Before the certificate is anywhere: what fails after this wastes an EID, and gives none twice.
  if (claim) TRY_VOID(claim->keep());
  TRY_VOID(folder.keys.add(label, key, random));
  TRY_VOID(write_both(folder, label, made.der(), Replace::no));
  return made;
}

// ---- import ----

namespace {

Result<crypto::PublicKey> key_of(const KeysFolder& folder, const std::string& label) {
  if (folder.hsm && folder.hsm->has(label)) return TRY(folder.hsm->signer(label))->public_key();
  return TRY(folder.keys.private_key(label)).public_key();
}

/// A server signs with its key, so that it must be here; those above it need not be.
Status check_key(const KeysFolder& folder, const std::string& label, const pki::Certificate& certificate,
                 const ImportOptions& o) {
  if (o.key_elsewhere) return {};
  auto kept = o.key ? Result<crypto::PublicKey>(o.key->public_key()) : key_of(folder, label);
  if (!kept && kept.error().kind == ErrorKind::not_found) {
    if (pki::rules(o.role).ca) return {};
    return Error{ErrorKind::not_found, "its private key is missing: give it with --key FILE"};
  }
  if (!kept) return std::move(kept.error());
  if (*kept == certificate.public_key()) return {};
  return Error{ErrorKind::invalid, "the private key is not that of the certificate"};
}

}  // namespace

Status import_certificate(KeysFolder& folder, const pki::Certificate& certificate, const ImportOptions& o,
                          Time now, Random& random) {
  const std::string label = o.label.empty() ? std::string(pki::name(o.role)) : o.label;
  std::error_code none;
  if (!o.replace && fs::exists(der_file(folder, label), none)) {
    return Error{ErrorKind::exists,
                 der_file(folder, label).string() + " is there already; give another label, or --replace"};
  }
  TRY_VOID(check_key(folder, label, certificate, o));
  TRY_VOID(check_as_peer(folder, o.role, certificate, o.ci, o.eum, now));
  // A key without its certificate harms nobody, and the next call takes it for its own.
  if (o.key) TRY_VOID(folder.keys.replace(label, *o.key, random));
  return write_both(folder, label, certificate.der(), o.replace ? Replace::yes : Replace::no);
}

// ---- renewal ----

namespace {

/// The label and key of the CI or EUM in the folder that signed the certificate.
Result<std::string> find_issuer(const KeysFolder& folder, const pki::Certificate& certificate) {
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder.dir, problem)) {
    if (entry.path().extension() != ".der") continue;
    const std::string label = entry.path().stem().string();
    auto candidate = read_labelled(folder, label);
    if (!candidate || !equal(candidate->subject_key_id(), certificate.authority_key_id())) continue;
    if (certificate.signed_by(candidate->public_key())) return label;
  }
  return Error{ErrorKind::not_found, "its issuer's certificate is not in " + folder.dir};
}

std::string next_of(const std::string& label) {
  return label + ".next";
}

/// Puts what stands ready under LABEL.next in its place: key, then certificate. Each step may be done again.
Status finish_renewal(KeysFolder& folder, const std::string& label, Random& random) {
  const std::string next = next_of(label);
  pki::Certificate certificate = TRY(read_labelled(folder, next));
  auto new_key = folder.keys.private_key(next);
  // one of another certificate was left over by a renewal that never came as far
  const bool change = new_key && new_key->public_key() == certificate.public_key();
  if (change) TRY_VOID(folder.keys.replace(label, *new_key, random));
  TRY_VOID(write_both(folder, label, certificate.der(), Replace::yes));
  if (new_key) TRY_VOID(folder.keys.remove(next));
  return remove_file(der_file(folder, next));
}

Result<pki::Certificate> make_renewal(KeysFolder& folder, const pki::Certificate& old,
                                      const crypto::PublicKey& key, Time now, Random& random) {
  const auto& policies = old.extensions().certificate_policies;
  std::optional<Role> role;
  for (const asn1::Oid& p : policies ? policies->value : std::vector<asn1::Oid>()) {
    if (!role) role = pki::role_from_policy(p);
  }
  if (!role || *role == Role::ci || *role == Role::euicc)
    return Error{ErrorKind::unsupported, "only certificates of EUMs and servers are renewed"};
  const std::string above = TRY(find_issuer(folder, old));
  pki::Certificate issuer = TRY(read_labelled(folder, above));
  auto signer = TRY(folder.keys.signer(above));
  const Time from = now - clocks_differ;
  const Time until = std::min(from + (old.not_after() - old.not_before()), issuer.not_after());
  pki::CertificateSpec spec = pki::profile(*role, pki::subject_of(old), key, &issuer, from, until, random);
  spec.subject = to_bytes(old.subject().der());
  pki::Certificate made = TRY(pki::issue(spec, key, *signer));
  pki::TrustStore trust;
  auto added = trust.add(issuer);
  if (!added) return Error(added.error()).within(above + ".der");
  auto chain = pki::verify_chain(*role, made, {}, trust, now);
  if (!chain) return Error(chain.error());
  return made;
}

}  // namespace

Result<std::optional<Renewal>> renew_certificate(KeysFolder& folder, const std::string& label,
                                                 std::optional<std::chrono::days> within, bool new_key,
                                                 Time now, Random& random) {
  if (new_key && folder.hsm && folder.hsm->has(label)) {
    return Error{ErrorKind::unsupported, "the key of " + label + " is in the HSM: make the next one there with " +
                                             "`sealift pki hsm`"};
  }
  std::error_code none;
  if (fs::exists(der_file(folder, next_of(label)), none)) TRY_VOID(finish_renewal(folder, label, random));
  pki::Certificate old = TRY(read_labelled(folder, label));
  if (within && old.not_after() - now > *within) return std::optional<Renewal>();
  std::optional<crypto::PrivateKey> key;
  if (new_key) {
    key = crypto::PrivateKey::generate(old.public_key().curve(), random);
    TRY_VOID(folder.keys.replace(next_of(label), *key, random));
  }
  pki::Certificate made =
      TRY(make_renewal(folder, old, key ? key->public_key() : old.public_key(), now, random));
  TRY_VOID(
      write_file(fs::path(folder.dir) / (label + ".old.der"), old.der(), Readers::everybody, Replace::yes));
  TRY_VOID(write_file(der_file(folder, next_of(label)), made.der(), Readers::everybody, Replace::yes));
  TRY_VOID(finish_renewal(folder, label, random));
  return std::optional<Renewal>(Renewal{std::move(old), std::move(made)});
}

Result<Renewal> certify_key(KeysFolder& folder, const std::string& label, const crypto::PublicKey& key, Time now,
                            Random& random) {
  pki::Certificate old = TRY(read_labelled(folder, label));
  pki::Certificate made = TRY(make_renewal(folder, old, key, now, random));
  TRY_VOID(
      write_file(fs::path(folder.dir) / (label + ".old.der"), old.der(), Readers::everybody, Replace::yes));
  TRY_VOID(write_both(folder, label, made.der(), Replace::yes));
  return Renewal{std::move(old), std::move(made)};
}

// ---- revocation ----

static fs::path record_file(const KeysFolder& folder) {
  return fs::path(folder.dir) / "revoked";
}

Result<std::vector<pki::Revocation>> revocations(const KeysFolder& folder) {
  auto octets = read_file(record_file(folder), max_record);
  if (!octets && octets.error().kind == ErrorKind::not_found) return std::vector<pki::Revocation>();
  if (!octets) return std::move(octets.error());
  auto parsed = pki::parse_revocations(text(*octets));
  if (!parsed) return std::move(parsed.error()).within(record_file(folder).string());
  return parsed;
}

Status revoke_certificate(const KeysFolder& folder, const pki::Certificate& certificate,
                          pki::RevocationReason reason, Time when, const std::string& word) {
  pki::Certificate ci = TRY(folder.certificate(Role::ci));
  if (certificate == ci) return Error{ErrorKind::invalid, "a CI does not revoke itself"};
  if (!certificate.signed_by(ci.public_key())) {
    return Error{ErrorKind::invalid,
                 "the certificate was not issued by the CI of " + folder.dir +
                     "; an eUICC's stands on no CRL: refuse it at the server, by its EID"};
  }
  std::vector<pki::Revocation> all = TRY(revocations(folder));
  for (const pki::Revocation& r : all) {
    if (equal(r.entry.serial_number, certificate.serial_number()))
      return Error{ErrorKind::exists, "it was revoked on " + asn1::rfc3339(r.entry.when) + " already"};
  }
  all.push_back({{to_bytes(certificate.serial_number()), when, reason}, word});
  return write_file(record_file(folder), view(pki::format_revocations(all)), Readers::everybody,
                    Replace::yes);
}

fs::path crl_file(const KeysFolder& folder, pki::CrlScope scope) {
  const std::string_view limit = scope == pki::CrlScope::all                 ? ""
                                 : scope == pki::CrlScope::user_certificates ? ".users"
                                                                             : ".cas";
  return fs::path(folder.dir) / ("ci" + std::string(limit) + ".crl");
}

/// The number of the last list and one; a list of a number that is too long for us cannot be of our making.
static Result<uint64_t> next_number(const fs::path& path) {
  auto octets = read_file(path, pki::Crl::max_size);
  if (!octets && octets.error().kind == ErrorKind::not_found) return uint64_t{1};
  if (!octets) return std::move(octets.error());
  auto last = pki::Crl::parse(*octets);
  if (!last) return std::move(last.error()).within(path.string());
  uint64_t number = 0;
  if (last->number().size() > 7) return Error{ErrorKind::limit, path.string() + ": its number is too large"};
  for (uint8_t octet : last->number()) number = number << 8 | octet;
  return number + 1;
}

Result<pki::Crl> publish_crl(KeysFolder& folder, pki::CrlSpec spec) {
  pki::Certificate ci = TRY(folder.certificate(Role::ci));
  auto signer = TRY(folder.signer(Role::ci));
  const uint64_t next = TRY(next_number(crl_file(folder, spec.scope)));
  if (spec.number == 0) spec.number = next;
  if (spec.number < next) {
    return Error{ErrorKind::invalid, "the last list has number " + std::to_string(next - 1) +
                                         ", and peers keep the highest they have seen: give a higher one"};
  }
  spec.revoked.clear();
  for (pki::Revocation& r : TRY(revocations(folder))) spec.revoked.push_back(std::move(r.entry));
  pki::Crl crl = TRY(pki::issue_crl(spec, ci, *signer));
  TRY_VOID(write_file(crl_file(folder, spec.scope), crl.der(), Readers::everybody, Replace::yes));
  return crl;
}

}  // namespace sealift::lab
