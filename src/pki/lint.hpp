// A linter for certificates and CRLs of the RSP PKI: everything that departs from the profiles of SGP.22
// 4.5.2.1, each finding with the clause it comes from.
//
// verify_chain stops at the first fault and forgives what peers forgive; this looks at everything, for those
// who issue certificates. Pure; findings own their text.
#pragma once

#include "pki/chain.hpp"

namespace sealift::pki {

enum class Severity : uint8_t {
  error,    ///< whoever checks by the specification refuses it
  warning,  ///< not as the specification has it; most will take it
  note,     ///< worth knowing
};
std::string_view name(Severity severity);

struct Finding {
  Severity severity;
  std::string rule;    ///< "key_usage.not_critical": a name that does not change
  std::string clause;  ///< "RFC 5280 4.2.1.3"
  std::string text;    ///< for people: what was found and what is demanded; carries no EID
};
using Findings = std::vector<Finding>;

struct LintOptions {
  /// What the certificate is to be; the role that its policy names where absent.
  std::optional<Role> role;
  /// Whose key signed it, where that is known; a CI is its own.
  const Certificate* issuer = nullptr;
  JudgeAt when = no_clock;
};

Findings lint_certificate(View der, const LintOptions& options = {});
/// `role` of the options does not matter.
Findings lint_crl(View der, const LintOptions& options = {});

}  // namespace sealift::pki
