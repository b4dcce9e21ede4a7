// The specification's names of the numbers that messages carry: for traces and for error messages.
// Pure functions. A number that SGP.22 v2.6 does not name gives an empty text.
#pragma once

#include "messages/es10a.hpp"
#include "messages/es10c.hpp"
#include "messages/es11.hpp"
#include "messages/isdr.hpp"

namespace sealift::messages {

std::string_view to_name(IconType value);
std::string_view to_name(ProfileState value);
std::string_view to_name(ProfileClass value);
std::string_view to_name(BppCommandId value);
std::string_view to_name(ErrorReason value);
std::string_view to_name(EuiccCategory value);
std::string_view to_name(AuthenticateErrorCode value);
std::string_view to_name(DownloadErrorCode value);
std::string_view to_name(CancelSessionReason value);
std::string_view to_name(CancelSessionResponseError value);
std::string_view to_name(ListNotificationsResultError value);
std::string_view to_name(LoadCrlResponseError value);
std::string_view to_name(NotificationsListResultError value);
std::string_view to_name(DeleteNotificationStatus value);
std::string_view to_name(ProfileInfoListError value);
std::string_view to_name(EnableResult value);
std::string_view to_name(DisableResult value);
std::string_view to_name(DeleteResult value);
std::string_view to_name(ResetResult value);
std::string_view to_name(SetNicknameResult value);
std::string_view to_name(SetDefaultDpAddressResult value);
std::string_view to_name(InitiateAuthenticationError value);
std::string_view to_name(AuthenticateClientError value);
std::string_view to_name(GetBoundProfilePackageError value);
std::string_view to_name(CancelSessionError value);
std::string_view to_name(AuthenticateClientErrorEs11 value);
std::string_view to_name(LpaeActivationResult value);

}  // namespace sealift::messages
