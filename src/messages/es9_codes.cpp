#include "messages/es9_codes.hpp"

namespace sealift::messages {
namespace {

using Initiate = InitiateAuthenticationError;
constexpr CodesOf<Initiate> initiate_rows[] = {
    {Initiate::invalidDpAddress, "8.8.1", "3.8"},
    {Initiate::euiccVersionNotSupportedByDp, "8.8.3", "3.1"},
    {Initiate::ciPKIdNotSupported, "8.8.2", "3.1"},
    {Initiate::ciPKIdNotSupported, "8.8.4", "3.7"},
    // of an SM-DS
    {Initiate::invalidDpAddress, "8.9.1", "3.8"},
    {Initiate::euiccVersionNotSupportedByDp, "8.9.3", "3.1"},
    {Initiate::ciPKIdNotSupported, "8.9.2", "3.1"},
    {Initiate::ciPKIdNotSupported, "8.9.4", "3.7"},
};
using Authenticate = AuthenticateClientError;
constexpr CodesOf<Authenticate> authenticate_rows[] = {
    {Authenticate::eumCertificateInvalid, "8.1.2", "6.1"},
    {Authenticate::eumCertificateExpired, "8.1.2", "6.3"},
    {Authenticate::euiccCertificateInvalid, "8.1.3", "6.1"},
    {Authenticate::euiccCertificateExpired, "8.1.3", "6.3"},
    {Authenticate::euiccSignatureInvalid, "8.1", "6.1"},
    {Authenticate::matchingIdRefused, "8.2.6", "3.8"},
    {Authenticate::eidMismatch, "8.1.1", "3.8"},
    {Authenticate::noEligibleProfile, "8.2.5", "4.3"},
    {Authenticate::ciPKUnknown, "8.11.1", "3.9"},
    {Authenticate::invalidTransactionId, "8.10.1", "3.9"},
    {Authenticate::insufficientMemory, "8.1", "4.8"},
    {Authenticate::downloadOrderExpired, "8.8.5", "4.10"},
};
using Package = GetBoundProfilePackageError;
constexpr CodesOf<Package> package_rows[] = {
    {Package::euiccSignatureInvalid, "8.1", "6.1"},
    {Package::confirmationCodeMissing, "8.2.7", "2.2"},
    {Package::confirmationCodeRefused, "8.2.7", "3.8"},
    {Package::confirmationCodeRetriesExceeded, "8.2.7", "6.4"},
    {Package::bppRebindingRefused, "8.2", "3.7"},
    {Package::downloadOrderExpired, "8.8.5", "4.10"},
    {Package::invalidTransactionId, "8.10.1", "3.9"},
};
using Cancel = CancelSessionError;
constexpr CodesOf<Cancel> cancel_rows[] = {
    {Cancel::invalidTransactionId, "8.10.1", "3.9"},
    {Cancel::euiccSignatureInvalid, "8.1", "6.1"},
};
using Events = AuthenticateClientErrorEs11;
constexpr CodesOf<Events> event_rows[] = {
    {Events::eumCertificateInvalid, "8.1.2", "6.1"},   {Events::eumCertificateExpired, "8.1.2", "6.3"},
    {Events::euiccCertificateInvalid, "8.1.3", "6.1"}, {Events::euiccCertificateExpired, "8.1.3", "6.3"},
    {Events::euiccSignatureInvalid, "8.1", "6.1"},     {Events::eventIdUnknown, "8.9.5", "3.9"},
    {Events::invalidTransactionId, "8.10.1", "3.9"},
};

}  // namespace

template <>
std::span<const CodesOf<Initiate>> code_rows() {
  return initiate_rows;
}
template <>
std::span<const CodesOf<Authenticate>> code_rows() {
  return authenticate_rows;
}
template <>
std::span<const CodesOf<Package>> code_rows() {
  return package_rows;
}
template <>
std::span<const CodesOf<Cancel>> code_rows() {
  return cancel_rows;
}
template <>
std::span<const CodesOf<Events>> code_rows() {
  return event_rows;
}

template <class E>
std::optional<E> error_of(std::string_view subjectCode, std::string_view reasonCode) {
  for (const CodesOf<E>& row : code_rows<E>()) {
    if (row.subjectCode == subjectCode && row.reasonCode == reasonCode) return row.error;
  }
  if constexpr (requires { E::undefinedError; }) return E::undefinedError;
  return std::nullopt;
}

template <class E>
const CodesOf<E>* codes_of(E error) {
  for (const CodesOf<E>& row : code_rows<E>()) {
    if (row.error == error) return &row;
  }
  return nullptr;
}

template std::optional<Initiate> error_of(std::string_view, std::string_view);
template std::optional<Authenticate> error_of(std::string_view, std::string_view);
template std::optional<Package> error_of(std::string_view, std::string_view);
template std::optional<Cancel> error_of(std::string_view, std::string_view);
template std::optional<Events> error_of(std::string_view, std::string_view);
template const CodesOf<Initiate>* codes_of(Initiate);
template const CodesOf<Authenticate>* codes_of(Authenticate);
template const CodesOf<Package>* codes_of(Package);
template const CodesOf<Cancel>* codes_of(Cancel);
template const CodesOf<Events>* codes_of(Events);

}  // namespace sealift::messages
