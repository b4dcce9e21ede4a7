// Commands of the USIM and ISIM applications (TS 31.102 7, TS 31.103 7), and those that any phone sends.
#pragma once

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {

// usim_authenticate.cpp
/// AUTHENTICATE in the 3G (P2 81) and GSM (P2 80) contexts of the channel's application.
Response authenticate_command(Profile& profile, Channel& channel, const Command& command);
/// True where EF_UST (EF_IST of an ISIM) marks the service as available; services count from 1.
bool service_available(const ProfileImage& image, NodeIndex application, unsigned service);

/// True where the application PIN, the first global PIN (01 to 08) of the PIN status template, is verified or
/// disabled, or where there is none.
bool application_user_verified(const Profile& profile, NodeIndex application);

// usim_identity.cpp
/// GET IDENTITY in the SUCI context: the subscription identifier, concealed (TS 31.102 7.5, TS 33.501 C).
Response get_identity(Profile& profile, Channel& channel, const Command& command);

// usim_misc.cpp
/// GET CHALLENGE (TS 102 221 11.1.20): Le random octets.
Response get_challenge(Profile& profile, Channel& channel, const Command& command);
/// ENVELOPE (TS 102 221 11.2.2): taken note of; secured packets (SMS-PP download) are refused.
Response envelope(Profile& profile, Channel& channel, const Command& command);
/// GET DATA of a selected security domain (GlobalPlatform 11.3): objects of its personalisation.
Response get_data(Profile& profile, Channel& channel, const Command& command);

}  // namespace sealift::euicc
