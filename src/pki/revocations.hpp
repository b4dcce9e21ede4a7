// The record of what a CI has revoked: a text, one certificate a line, from which every CRL is made.
//
//   4A0F...77 2026-11-20T22:54:54Z keyCompromise dp_tls
//
// serial number, when, why, and a word for people. Plain data.
#pragma once

#include <string>
#include <vector>

#include "pki/issue.hpp"

namespace sealift::pki {

struct Revocation {
  RevokedCertificate entry;
  std::string word;  ///< no space in it; may be empty
};

/// Error kind: invalid, with the number of the line.
Result<std::vector<Revocation>> parse_revocations(std::string_view text);
std::string format_revocations(const std::vector<Revocation>& revocations);

}  // namespace sealift::pki
