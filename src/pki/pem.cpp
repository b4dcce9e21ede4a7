#include "pki/pem.hpp"

#include "pki/x509.hpp"

namespace sealift::pki {

using asn1::Reader;
using asn1::Tlv;

static constexpr size_t line_size = 64;

static void wipe_text(std::string& s) {
  wipe({reinterpret_cast<uint8_t*>(s.data()), s.size()});
}

std::string to_pem(std::string_view label, View der) {
  std::string body = base64(der);
  std::string out;
  out.reserve(body.size() + body.size() / line_size + 2 * label.size() + 64);
  out.append("-----BEGIN ").append(label).append("-----\n");
  for (size_t i = 0; i < body.size(); i += line_size) out.append(body, i, line_size).append("\n");
  out.append("-----END ").append(label).append("-----\n");
  wipe_text(body);
  return out;
}

Result<std::vector<PemBlock>> from_pem(std::string_view in) {
  constexpr std::string_view begin = "-----BEGIN ", end = "-----END ", dashes = "-----";
  std::vector<PemBlock> out;
  for (;;) {
    size_t at = in.find(begin);
    if (at == in.npos) break;
    in.remove_prefix(at + begin.size());
    size_t label_size = in.find(dashes);
    if (label_size == in.npos || label_size > 64 || in.substr(0, label_size).find('\n') != in.npos) {
      return Error{ErrorKind::invalid, "PEM: a BEGIN line without a label"};
    }
    std::string label(in.substr(0, label_size));
    in.remove_prefix(label_size + dashes.size());
    std::string last = std::string(end) + label + std::string(dashes);
    size_t body_size = in.find(last);
    if (body_size == in.npos) return Error{ErrorKind::invalid, "PEM: " + label + " has no END line"};
    std::string_view body = in.substr(0, body_size);
    in.remove_prefix(body_size + last.size());
    if (body.find(':') != body.npos) {
      return Error{ErrorKind::unsupported,
                   "PEM: " + label + " has headers (an encrypted key of an old form?)"};
    }
    auto der = from_base64(body);
    if (!der) return std::move(der.error()).within("PEM: " + label);
    out.push_back({std::move(label), std::move(*der)});
  }
  if (out.empty()) return Error{ErrorKind::not_found, "PEM: no BEGIN line"};
  return out;
}

static bool looks_like_pem(View octets) {
  return text(octets).find("-----BEGIN ") != std::string_view::npos;
}

Result<std::vector<Certificate>> certificates_from_file_octets(View octets) {
  std::vector<Certificate> out;
  if (!looks_like_pem(octets)) {
    out.push_back(TRY(Certificate::parse(octets)));
    return out;
  }
  std::vector<PemBlock> blocks = TRY(from_pem(text(octets)));
  for (const PemBlock& block : blocks) {
    if (block.label == "CERTIFICATE") out.push_back(TRY(Certificate::parse(block.der)));
  }
  if (out.empty()) return Error{ErrorKind::not_found, "PEM: no CERTIFICATE in it"};
  return out;
}

/// Puts header and parts one behind the other; reserved at once, so that no copy of a secret stays behind.
static SecretBytes wrap(asn1::Tag tag, std::initializer_list<View> parts) {
  size_t size = 0;
  for (View p : parts) size += p.size();
  Bytes out = asn1::header(tag, size);
  Bytes whole;
  whole.reserve(out.size() + size);
  append(whole, out);
  for (View p : parts) append(whole, p);
  return SecretBytes(std::move(whole));
}

/// ECPrivateKey ::= SEQUENCE { version INTEGER 1, privateKey OCTET STRING, parameters [0] OPTIONAL, publicKey
/// [1]
///   OPTIONAL }; within PKCS #8 the parameters stand outside
static SecretBytes ec_private_key(const crypto::PrivateKey& key, bool with_parameters) {
  static constexpr uint8_t version[] = {0x02, 0x01, 0x01};
  SecretBytes scalar = wrap(0x04, {key.scalar().expose()});
  Bytes parameters;
  if (with_parameters) parameters = asn1::tlv(0xA0, asn1::tlv(0x06, x509::oid_of(key.curve()).content()));
  Bytes bits{0x00};
  append(bits, key.public_key().point());
  Bytes public_key = asn1::tlv(0xA1, asn1::tlv(0x03, bits));
  return wrap(0x30, {version, scalar.expose(), parameters, public_key});
}

SecretBytes private_key_to_sec1(const crypto::PrivateKey& key) {
  return ec_private_key(key, true);
}

/// PrivateKeyInfo ::= SEQUENCE { version INTEGER 0, privateKeyAlgorithm, privateKey OCTET STRING }
SecretBytes private_key_to_pkcs8(const crypto::PrivateKey& key) {
  static constexpr uint8_t version[] = {0x02, 0x01, 0x00};
  Bytes kind = asn1::tlv(0x06, x509::ec_public_key.content());
  Bytes curve = asn1::tlv(0x06, x509::oid_of(key.curve()).content());
  Bytes algorithm = asn1::tlv(0x30, concat({kind, curve}));
  SecretBytes inner = ec_private_key(key, false);
  SecretBytes octet_string = wrap(0x04, {inner.expose()});
  return wrap(0x30, {version, algorithm, octet_string.expose()});
}

SecretBytes private_key_to_pem(const crypto::PrivateKey& key) {
  SecretBytes der = private_key_to_pkcs8(key);
  std::string pem = to_pem("PRIVATE KEY", der.expose());
  SecretBytes out(to_bytes(pem));
  wipe_text(pem);
  return out;
}

/// The fields behind the version of an ECPrivateKey. `outer` is the curve that PKCS #8 gave.
static Result<crypto::PrivateKey> read_ec_private_key(Reader in, std::optional<crypto::Curve> outer) {
  View scalar = TRY(in.expect(0x04, "privateKey")).value;
  std::optional<crypto::Curve> curve = outer;
  if (in.peek(0xA0)) {
    Reader parameters = in.inside(TRY(in.next()));
    asn1::Oid oid = TRY(x509::read_oid(parameters, "namedCurve"));
    curve = TRY(x509::curve_from_oid(oid));
    if (outer && *outer != *curve)
      return Error{ErrorKind::invalid, "private key: two different curves in it"};
  }
  if (!curve) return Error{ErrorKind::unsupported, "private key: does not say its curve"};
  crypto::PrivateKey key = TRY(crypto::PrivateKey::from_scalar(*curve, scalar));
  if (in.peek(0xA1)) {
    Reader wrapper = in.inside(TRY(in.next()));
    View point = TRY(x509::read_whole_octets(wrapper, "publicKey"));
    if (!equal(point, key.public_key().point())) {
      return Error{ErrorKind::verification, "private key: the public key beside it is another one's"};
    }
  }
  TRY_VOID(in.finish());
  return key;
}

static Result<crypto::PrivateKey> read_private_key(View der) {
  Tlv sequence = TRY(asn1::read_single(der, 0x30, "private key"));
  Reader in(sequence.value, "private key");
  View version = TRY(in.expect(0x02, "version")).value;
  bool sec1 = in.peek(0x04);
  if (version.size() != 1 || version[0] > 1 || (sec1 && version[0] != 1)) {
    return Error{ErrorKind::unsupported, "private key: unknown version"};
  }
  if (sec1) return read_ec_private_key(in, std::nullopt);
  Reader algorithm = in.inside(TRY(in.expect(0x30, "privateKeyAlgorithm")));
  asn1::Oid kind = TRY(x509::read_oid(algorithm, "algorithm"));
  if (kind != x509::ec_public_key) {
    return Error{ErrorKind::unsupported,
                 "private key: encrypted, or of another algorithm than EC (" + kind.dotted() + ")"};
  }
  asn1::Oid named_curve = TRY(x509::read_oid(algorithm, "namedCurve"));
  crypto::Curve curve = TRY(x509::curve_from_oid(named_curve));
  View contents = TRY(in.expect(0x04, "privateKey")).value;
  Tlv inner = TRY(asn1::read_single(contents, 0x30, "ECPrivateKey"));
  Reader fields(inner.value, "ECPrivateKey");
  View inner_version = TRY(fields.expect(0x02, "version")).value;
  if (inner_version.size() != 1 || inner_version[0] != 1)
    return Error{ErrorKind::unsupported, "ECPrivateKey: unknown version"};
  return read_ec_private_key(fields, curve);
}

Result<crypto::PrivateKey> private_key_from_file_octets(View octets) {
  if (!looks_like_pem(octets)) return read_private_key(octets);
  std::vector<PemBlock> blocks = TRY(from_pem(text(octets)));
  for (PemBlock& block : blocks) {
    SecretBytes der(std::move(block.der));
    if (block.label == "ENCRYPTED PRIVATE KEY") {
      return Error{ErrorKind::unsupported,
                   "private key: the file is encrypted; decrypt it with openssl pkcs8 first"};
    }
    if (block.label == "EC PRIVATE KEY" || block.label == "PRIVATE KEY")
      return read_private_key(der.expose());
  }
  return Error{ErrorKind::not_found, "PEM: no private key in it"};
}

}  // namespace sealift::pki
