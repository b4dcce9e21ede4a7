// The office of a PKI's folder (keys_folder.hpp): certificates issued, renewed and revoked, the list of the
// revoked, and certificates that somebody else issued taken in. For a lab and for small CIs; a CI of the GSMA
// does this behind other doors.
//
//   DIR/revoked          what was revoked, when and why (pki/revocations.hpp)
//   DIR/ci.crl           the last list (ci.users.crl, ci.cas.crl where it is limited), which a running server
//                        takes up by itself; the number of the next is one more
//   DIR/issued.eids      the EIDs that have a certificate (eid_register.hpp)
#pragma once

#include "lab/keys_folder.hpp"
#include "pki/revocations.hpp"

namespace sealift::lab {

/// What to issue. Whatever is not given is as in the certificate that the folder has for the role.
struct IssueOptions {
  pki::Role role = pki::Role::dp_tls;
  std::string label;  ///< name of the files and of the key; the role's where empty
  std::vector<std::string> hosts;
  std::optional<asn1::Oid> owner;
  std::string organization, common_name;
  std::string iin;         ///< EUM
  std::optional<Eid> eid;  ///< eUICC: must be given
  std::vector<std::string> crl_uris;
  std::optional<crypto::Curve> curve;
  std::optional<std::chrono::days> validity;
  std::string eum = "eum";  ///< label of the EUM that issues an eUICC's
  std::string ci = "ci";    ///< and of the CI that issues all others
  bool deterministic = false;
};
/// Makes a key and its certificate, valid from an hour ago, checks it as its peers will, and puts both into
/// the folder. Errors: exists (files of that label; the EID), not_found, invalid, and those of the key store.
Result<pki::Certificate> issue_certificate(KeysFolder& folder, const IssueOptions& options, Time now,
                                           Random& random);

/// A certificate that was issued elsewhere, with its private key where this machine is to have it.
struct ImportOptions {
  pki::Role role = pki::Role::dp_tls;
  std::string label;                      ///< name of the files and of the key; the role's where empty
  std::optional<crypto::PrivateKey> key;  ///< none: of a CI or EUM; or the folder has it already
  std::string eum = "eum";                ///< label of the EUM above an eUICC's
  std::string ci = "ci";                  ///< and of the CI above all others
  bool replace = false;                   ///< what has that label goes
  bool key_elsewhere = false;             ///< it is in an HSM and was compared there (hsm_office.hpp)
};
/// Checks it as its peers will and puts it into the folder; the CI's comes first, and its key need not come
/// at all. Errors: exists (files of that label), not_found (what issued it; its key), invalid (another's
/// key), verification, and those of the key store.
Status import_certificate(KeysFolder& folder, const pki::Certificate& certificate,
                          const ImportOptions& options, Time now, Random& random);

struct Renewal {
  pki::Certificate before, after;
};
/// Makes a certificate that says the same for as long again, and puts it in the place of the old one, which
/// stays as LABEL.old.der. With `new_key` the key changes too, and a crash between the two steps is put right
/// by the next call. Nothing happens, and no value comes, where `within` is given and the certificate still
/// has longer to go. Errors: not_found, unsupported (a CI: its key identifier is its own), invalid.
Result<std::optional<Renewal>> renew_certificate(KeysFolder& folder, const std::string& label,
                                                 std::optional<std::chrono::days> within, bool new_key,
                                                 Time now, Random& random);

/// Makes a certificate that says the same for another key, one that is in an HSM (hsm_office.hpp), and puts it
/// in the place of the old one, which stays as LABEL.old.der. Errors: as renew_certificate.
Result<Renewal> certify_key(KeysFolder& folder, const std::string& label, const crypto::PublicKey& key, Time now,
                            Random& random);

/// Enters a certificate of this folder's CI into the record. Errors: exists (it is there), invalid (of
/// another issuer; an eUICC's, which no CRL lists), io.
Status revoke_certificate(const KeysFolder& folder, const pki::Certificate& certificate,
                          pki::RevocationReason reason, Time when, const std::string& word);
Result<std::vector<pki::Revocation>> revocations(const KeysFolder& folder);

/// Where a list of this scope is in the folder.
std::filesystem::path crl_file(const KeysFolder& folder, pki::CrlScope scope);
/// Signs a list of the record with the CI's key and writes it. `spec` gives scope, distribution points and
/// nextUpdate; number 0 is one more than that of the last list, and a lower one is an error (invalid).
Result<pki::Crl> publish_crl(KeysFolder& folder, pki::CrlSpec spec);

}  // namespace sealift::lab
