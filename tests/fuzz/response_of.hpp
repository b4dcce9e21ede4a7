// Which response of ES9+ an output belongs to, for what reads and writes it as DER.
#pragma once

#include "messages/es9.hpp"

namespace sealift::fuzz {

/// The message that a function's output is part of, in DER.
template <class Output>
struct ResponseOf;
template <>
struct ResponseOf<messages::InitiateAuthenticationOkEs9> {
  using type = messages::InitiateAuthenticationResponse;
};
template <>
struct ResponseOf<messages::AuthenticateClientOk> {
  using type = messages::AuthenticateClientResponseEs9;
};
template <>
struct ResponseOf<messages::GetBoundProfilePackageOk> {
  using type = messages::GetBoundProfilePackageResponse;
};
template <>
struct ResponseOf<messages::CancelSessionOk> {
  using type = messages::CancelSessionResponseEs9;
};

}  // namespace sealift::fuzz
