// Refusals in the two bindings of ES9+ and ES11: the JSON binding says subject and reason codes (SGP.22 v2.6
// 5.2.6), the ASN.1 binding a number of the function's own. One table for both directions.
//
// Made for InitiateAuthenticationError, AuthenticateClientError, GetBoundProfilePackageError,
// CancelSessionError and AuthenticateClientErrorEs11. Pure functions.
#pragma once

#include <span>
#include <string_view>

#include "messages/es11.hpp"

namespace sealift::messages {

template <class E>
struct CodesOf {
  E error;
  std::string_view subjectCode, reasonCode;
};
/// The rows of a function. The first row of a number is what it means; further ones are codes that have no
/// number of their own and come nearest to it.
template <class E>
std::span<const CodesOf<E>> code_rows();

/// The number for these codes; undefinedError where there is none, nothing where the function has not even
/// that (InitiateAuthentication).
template <class E>
std::optional<E> error_of(std::string_view subjectCode, std::string_view reasonCode);
/// The codes of a number; null for undefinedError and for numbers that the specification does not name.
template <class E>
const CodesOf<E>* codes_of(E error);

}  // namespace sealift::messages
