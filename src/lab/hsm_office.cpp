#include "lab/hsm_office.hpp"

#include "hsm/session_threads.hpp"
#include "pki/request.hpp"

namespace sealift::lab {
namespace {

std::string label_of(const HsmKeyOptions& o) {
  return o.label.empty() ? std::string(pki::name(o.role)) : o.label;
}

Status check_role(pki::Role role) {
  const pki::RoleRules& r = pki::rules(role);
  if (!r.ca && !r.tls && role != pki::Role::euicc) return {};
  return Error{ErrorKind::unsupported,
               "only the keys that sign for a server (dp_auth, dp_pb, ds_auth) are kept in an "
               "HSM; those of TLS, CIs and eUICCs are files"};
}

/// A signer of the token itself: what is done here is done by an operator, not through sealift-keyd.
Result<std::shared_ptr<crypto::Signer>> signer_of(const KeysFolder& folder, const HsmKeyOptions& o) {
  auto token = TRY(hsm::pkcs11::Token::open(o.token));
  const std::string label = label_of(o);
  if (!o.existing) {
    // On the curve of its certificate so far, or else its CI's.
    auto model = folder.certificate(o.role);
    if (!model) model = folder.certificate(pki::Role::ci);
    (void)TRY(token->generate(label, model ? model->public_key().curve() : crypto::Curve::p256));
  }
  auto desk = hsm::Desk::open(std::make_unique<hsm::SessionThreads>(
      [token] { return token->session(); }, hsm::SessionThreads::Limits{.sessions = 1}));
  return desk->signer(label);
}

/// DIR/hsm with this key in it, not yet written.
Result<std::shared_ptr<HsmKeys>> entered(const KeysFolder& folder, const HsmKeyOptions& o) {
  auto keys = folder.hsm ? std::make_shared<HsmKeys>(*folder.hsm) : std::make_shared<HsmKeys>();
  if (!folder.hsm) {
    keys->dir = folder.dir;
    keys->socket = o.socket;
    if (o.socket.empty()) keys->token = o.token;
  }
  const bool same =
      keys->socket == o.socket &&
      (!o.socket.empty() || (keys->token.module == o.token.module && keys->token.token == o.token.token));
  if (!same) {
    return Error{ErrorKind::invalid, folder.dir +
                                         "/hsm names another HSM, or another way to it; a folder has one: "
                                         "change that file first"};
  }
  keys->keys[std::string(pki::name(o.role))] = label_of(o);
  return keys;
}

/// From here on the HSM signs for the role, and the key file is gone.
Status enter(KeysFolder& folder, std::shared_ptr<HsmKeys> keys, pki::Role role) {
  TRY_VOID(keys->write());
  folder.hsm = std::move(keys);
  Status removed = folder.keys.remove(pki::name(role));
  if (!removed && removed.error().kind == ErrorKind::not_found) return {};
  return removed;
}

}  // namespace

Result<Renewal> take_key_into_hsm(KeysFolder& folder, const HsmKeyOptions& o, Time now, Random& random) {
  TRY_VOID(check_role(o.role));
  auto keys = TRY(entered(folder, o));
  auto signer = TRY(signer_of(folder, o));
  auto done = TRY(certify_key(folder, std::string(pki::name(o.role)), signer->public_key(), now, random));
  TRY_VOID(enter(folder, std::move(keys), o.role));
  return done;
}

Result<Bytes> request_for_hsm_key(KeysFolder& folder, const HsmKeyOptions& o) {
  TRY_VOID(check_role(o.role));
  TRY_VOID(entered(folder, o));
  pki::Subject subject;
  if (o.subject) {
    subject = *o.subject;
  } else {
    const pki::Certificate model = TRY(folder.certificate(o.role));
    subject = pki::subject_of(model);
  }
  auto signer = TRY(signer_of(folder, o));
  return pki::certificate_request(o.role, subject, *signer);
}

Status import_for_hsm_key(KeysFolder& folder, const pki::Certificate& certificate, HsmKeyOptions o, Time now,
                          Random& random) {
  TRY_VOID(check_role(o.role));
  o.existing = true;
  auto keys = TRY(entered(folder, o));
  if (TRY(signer_of(folder, o))->public_key() != certificate.public_key()) {
    return Error{ErrorKind::invalid, "the certificate is not for key '" + label_of(o) + "' of the HSM"};
  }
  ImportOptions import;
  import.role = o.role;
  import.replace = import.key_elsewhere = true;
  TRY_VOID(import_certificate(folder, certificate, import, now, random));
  return enter(folder, std::move(keys), o.role);
}

}  // namespace sealift::lab
