// X.509 certificates and CRLs, chains of them, PEM, private keys in files and in the key store. What parses
// is also signed anew by the CI or the EUM, so that changes get past the signature to the rules of the roles.
#include "hsm/software/format.hpp"
#include "pki/broken.hpp"
#include "pki/chain.hpp"
#include "pki/lint.hpp"
#include "pki/pem.hpp"
#include "pki/revocations.hpp"
#include "pki/role_check.hpp"
#include "pki/x509.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace std::string_literals;

using namespace pki;

const Time now{std::chrono::seconds(1'750'000'000)};

struct Known {
  TrustStore trust;
  crypto::SoftwareSigner ci{hierarchy()[Role::ci].key}, eum{hierarchy()[Role::eum].key};
  Known() {
    for (const Hierarchy* made : {&hierarchy(), &brainpool_hierarchy()}) {
      check(bool(trust.add(made->certificate(Role::ci))), "the sample's CI is one");
    }
  }
};
Known& known() {
  static Known made;
  return made;
}

void show(const Certificate& c) {
  (void)c.issuer().text();
  (void)c.subject().text();
  require(c.issuer().same(c.issuer()), "a name is itself");
  require(c.serial_number().size() >= 1 && c.serial_number().size() <= 20,
          "a serial number has 1 to 20 octets");
  (void)c.registered_id();
  (void)c.names_host("smdp.example.com");
  (void)c.names_host("192.0.2.1");
  (void)eid_of(c);
  for (const RoleRules& rules : role_table()) (void)check_role(c, rules.role);
}

void told(const Findings& findings) {
  for (const Finding& f : findings) {
    require(!f.rule.empty() && !f.clause.empty() && !f.text.empty(),
            "a finding says its rule, clause and what is wrong");
  }
}

void certificate(View der) {
  told(lint_certificate(der, {.issuer = &hierarchy().certificate(Role::ci), .when = now}));
  auto parsed = Certificate::parse(der);
  if (!parsed) return;
  require(equal(parsed->der(), der), "a certificate is the octets that it came as");
  show(*parsed);
  for (const RoleRules& rules : role_table()) {
    auto chain = verify_chain(rules.role, *parsed, {}, known().trust, now);
    if (!chain) {
      (void)chain.error().message();
      continue;
    }
    require(chain->role() == rules.role && bool(check_role(*parsed, rules.role)),
            "a chain keeps its role's rules");
    require(parsed->not_before() <= now && now <= parsed->not_after(), "a chain is judged at its time");
  }
}

/// The to-be-signed part, with a signature that is right.
void signed_anew(View tbs, crypto::Signer& issuer) {
  const auto signature = issuer.sign({tbs});
  const Bytes der = x509::close(tbs, *signature);
  certificate(der);
  const View eum[] = {hierarchy().certificate(Role::eum).der()};
  auto chain = verify_chain(Role::euicc, der, eum, known().trust, now);
  if (chain)
    require(chain->eum().has_value() && chain->eid_octets() != Octets<16>{},
            "an eUICC has an EUM and an EID");
  (void)verify_euicc(hierarchy().certificate(Role::euicc).der(), der, known().trust, now);
}

void chain(View input) {
  const auto chunks = split(input);
  if (chunks.empty()) return;
  const std::vector<View> rest(chunks.begin() + 1, chunks.end());
  (void)verify_chain(Role::euicc, chunks[0], rest, known().trust, now);
  (void)verify_chain(Role::dp_tls, chunks[0], rest, known().trust, no_clock);
  TrustStore own(CrlPolicy::required);
  (void)own.add(chunks[0]);
  for (View der : rest) {
    if (auto crl = Crl::parse(der)) (void)own.add_crl(*crl);
  }
  (void)verify_chain(Role::eum, hierarchy().certificate(Role::eum).der(), own, now);
}

void crl(View der) {
  told(lint_crl(der, {.issuer = &hierarchy().certificate(Role::ci), .when = now}));
  auto parsed = Crl::parse(der);
  if (!parsed) return;
  require(equal(parsed->der(), der), "a CRL is the octets that it came as");
  require(parsed->part() >= 1, "parts are counted from one");
  (void)parsed->issuer().text();
  (void)parsed->is_revoked(Bytes{1});
  (void)parsed->signed_by(hierarchy()[Role::ci].key.public_key());
  TrustStore trust;
  (void)trust.add(hierarchy().certificate(Role::ci));
  (void)trust.add_crl(*parsed);
}

void crl_signed_anew(View tbs) {
  crl(x509::close(tbs, *known().ci.sign({tbs})));
}

void pem(View text_octets) {
  auto blocks = from_pem(text(text_octets));
  if (!blocks) return;
  for (const PemBlock& block : *blocks) {
    auto again = from_pem(to_pem(block.label, block.der));
    require(again && again->size() == 1 && (*again)[0].der == block.der && (*again)[0].label == block.label,
            "what PEM holds it holds again");
  }
  (void)certificates_from_file_octets(text_octets);
}

void key_file(View octets) {
  auto key = private_key_from_file_octets(octets);
  if (!key) return;
  for (const SecretBytes& written :
       {private_key_to_sec1(*key), private_key_to_pkcs8(*key), private_key_to_pem(*key)}) {
    auto again = private_key_from_file_octets(written.expose());
    require(again && again->public_key() == key->public_key(), "a key that was read is written and read");
  }
}

void key_store(View octets) {
  const Secret<32> wrapping(Octets<32>{1});
  auto header = hsm::read_store_header(octets);
  // scrypt as costly as the file says is the key store's matter; here only what is sealed.
  if (header) (void)hsm::open_store_file(octets, *header, wrapping);
  (void)hsm::open_key_file(octets, "dp_auth", wrapping);
}

void name_tlv(View der) {
  auto parsed = Name::parse(der);
  if (!parsed) return;
  require(parsed->same(*parsed), "a name is itself");
  (void)parsed->text();
}

void revocations(View record) {
  auto read = parse_revocations(text(record));
  if (!read) return;
  const std::string written = format_revocations(*read);
  auto again = parse_revocations(written);
  require(again && format_revocations(*again) == written, "a record of revocations is written as it is read");
}

void run(View input) {
  Input in(input);
  switch (in.octet() % 12) {
    case 0:
      return certificate(in.rest());
    case 1:
      return signed_anew(in.rest(), known().ci);
    case 2:
      return signed_anew(in.rest(), known().eum);
    case 3:
      return chain(in.rest());
    case 4:
      return crl(in.rest());
    case 5:
      return crl_signed_anew(in.rest());
    case 6:
      return pem(in.rest());
    case 7:
      return key_file(in.rest());
    case 8:
      return key_store(in.rest());
    case 9:
      return name_tlv(in.rest());
    case 11:
      return revocations(in.rest());
    default:
      (void)certificates_from_file_octets(in.rest());
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> out;
  auto add = [&](uint8_t how, View rest) { out.push_back(concat({Bytes{how}, rest})); };
  for (const Hierarchy* made : {&hierarchy(), &brainpool_hierarchy()}) {
    for (const RoleRules& rules : role_table()) {
      const Certificate& c = made->certificate(rules.role);
      add(0, c.der());
      add(rules.issued_by == IssuedBy::eum ? 2 : 1, c.tbs());
    }
    const View euicc = made->certificate(Role::euicc).der(), eum = made->certificate(Role::eum).der();
    add(3, join({to_bytes(euicc), to_bytes(eum)}));
    const auto& key = (*made)[Role::euicc].key;
    add(7, private_key_to_sec1(key).expose());
    add(7, private_key_to_pkcs8(key).expose());
    add(7, private_key_to_pem(key).expose());
  }
  CrlSpec spec{.this_update = now - std::chrono::days(1), .next_update = now + std::chrono::days(1)};
  spec.part = 2;
  spec.parts = 3;
  spec.revoked = {{Bytes{1}, now}, {Bytes{0x12, 0x34}, now}};
  crypto::DeterministicSigner signer(hierarchy()[Role::ci].key.clone());
  const Crl list = issue_crl(spec, hierarchy().certificate(Role::ci), signer).value();
  add(4, list.der());
  add(5, asn1::Reader(asn1::read_single(list.der(), 0x30, "").value().value).next()->whole);
  add(3, join({to_bytes(hierarchy().certificate(Role::ci).der()), to_bytes(list.der())}));
  const std::string text = to_pem("CERTIFICATE", hierarchy().certificate(Role::ci).der());
  add(6, view(text));
  add(10, view(text + text));
  hsm::StoreHeader header;
  add(8, hsm::seal_store_file(header, Secret<32>(Octets<32>{1}), Secret<32>(Octets<32>{2})));
  add(8, hsm::seal_key_file("dp_auth", hierarchy()[Role::dp_auth].key, {}, Secret<32>(Octets<32>{1})));
  add(11, view("4A0F77 2026-11-20T22:54:54Z keyCompromise dp_tls\n01 2026-11-20T22:54:54Z superseded\n"));
  SeededRandom random(6);
  const auto broken = make_broken(hierarchy(), now, random);
  for (const BrokenVariant& variant : *broken) {
    auto outer = asn1::read_single(variant.certificate, 0x30, "");
    if (!outer) continue;
    if (auto tbs = asn1::Reader(outer->value).next()) add(variant.role == Role::euicc ? 2 : 1, tbs->whole);
  }
  add(9, hierarchy().certificate(Role::euicc).subject().der());
  return out;
}

}  // namespace

const Target target_certificates{
    "certificates",
    run,
    seeds,
    Shape::der,
    1,
    0,
    {"\x55\x1D\x0E", "\x55\x1D\x0F", "\x55\x1D\x11", "\x55\x1D\x13", "\x55\x1D\x1E", "\x55\x1D\x1F",
     "\x55\x1D\x20", "\x55\x1D\x23", "\x55\x1D\x25", "\x55\x1D\x14", "\x67\x81\x12\x01\x02\x01\x00"s,
     "\x67\x81\x12\x01\x02\x01\x04", "\x01\x01\xFF", "\x17\x0D", "\x18\x0F", "-----BEGIN ", "-----END ",
     "CERTIFICATE-----", "PRIVATE KEY-----"}};

}  // namespace sealift::fuzz
