// What the files of `sealift pki` share.
#pragma once

#include "cli/command.hpp"
#include "cli/trust_files.hpp"
#include "pki/chain.hpp"
#include "pki/issue.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

void add_pki_issue(CLI::App& pki, Output& out);
void add_pki_import(CLI::App& pki, Output& out);
void add_pki_renew(CLI::App& pki, Output& out);
void add_pki_hsm(CLI::App& pki, Output& out);
void add_pki_revoke(CLI::App& pki, Output& out);
void add_pki_crl(CLI::App& pki, Output& out);
void add_pki_show(CLI::App& pki, Output& out);
void add_pki_verify(CLI::App& pki, Output& out);
void add_pki_lint(CLI::App& pki, Output& out);
void add_pki_broken(CLI::App& pki, Output& out);

/// Told after certificates in a server's folder were exchanged.
inline constexpr const char* kTakenUp =
    "A server that runs reads its certificates again on SIGHUP (`systemctl reload`); an SM-DS takes up "
    "CERT.DSauth only when it starts anew.";

/// "p256" or "brainpool".
crypto::Curve curve_from_name(const std::string& name);
std::vector<std::string> role_names();
/// A check of CLI11's: empty, or why this can be no URI of a distribution point.
std::string check_uri(const std::string& given);

}  // namespace sealift::cli
