#include "lpa/lpa.hpp"

#include "asn1/reader.hpp"

namespace sealift::lpa {

using namespace messages;
using download::Answer;

Result<download::Outcome, download::Failure> Lpa::download(const download::ActivationCode& code,
                                                           const download::Options& options) {
  auto outcome = download::download_profile(card_, server_, user_, progress_, code, options);
  card_.set_tracer(&progress_);
  // An installation result, good or bad, is on the card in either case; what cannot be delivered now stays
  // there.
  progress_.step(download::Step::notify);
  (void)deliver_notifications();
  card_.set_tracer(&progress_);
  if (outcome) progress_.step(download::Step::done);
  return outcome;
}

Result<download::Discovery, download::Failure> Lpa::discover(const std::string& root,
                                                             const download::Options& options) {
  auto found = download::discover(card_, server_, progress_, root, options);
  card_.set_tracer(&progress_);
  return found;
}

/// Free non-volatile memory of extCardResource: tag 82 (TS 102 226 8.2.1.7.2).
static uint64_t free_nvm(View extCardResource) {
  asn1::Reader in(extCardResource, "extCardResource");
  while (!in.at_end()) {
    auto tlv = in.next();
    if (!tlv) return 0;
    if (tlv->tag != 0x82 || tlv->value.size() > 8) continue;
    uint64_t out = 0;
    for (uint8_t b : tlv->value) out = out << 8 | b;
    return out;
  }
  return 0;
}

Result<CardInfo> Lpa::info() {
  CardInfo out;
  out.euiccInfo2 = TRY(card_.call<EuiccInfo2>("ES10b.GetEUICCInfo2", GetEuiccInfo2Request{}));
  out.addresses = TRY(card_.call<EuiccConfiguredAddressesResponse>("ES10a.GetEuiccConfiguredAddresses",
                                                                   EuiccConfiguredAddressesRequest{}));
  out.free_nvm = free_nvm(out.euiccInfo2.extCardResource);
  return out;
}

Result<ProfileInfo> Lpa::find(const std::string& name) {
  auto iccid = Iccid::parse(name);
  auto octets = from_hex(name);
  for (ProfileInfo& p : TRY(card_.profiles())) {
    if (iccid && p.iccid == *iccid) return std::move(p);
    if (octets && p.isdpAid && equal(p.isdpAid->octets(), *octets)) return std::move(p);
  }
  return Error{ErrorKind::not_found, "the card has no profile " + name + " (see: sealift lpa list)"};
}

/// What find() found has one or the other: a card may leave out either.
template <class Identifier>
static void name_profile(Identifier& alt, const ProfileInfo& profile) {
  if (profile.isdpAid) {
    alt = *profile.isdpAid;
  } else {
    alt = *profile.iccid;
  }
}

static Error declined(const char* what) {
  return Error{ErrorKind::permission, std::string("nothing done: ") + what + " was declined"};
}

/// Result codes that Enable, Disable and Delete share (SGP.22 5.7.16 to 5.7.18).
static Status as_status(int code, const char* wrong_state) {
  switch (code) {
    case 0:
      return {};
    case 1:
      return Error{ErrorKind::not_found, "the card does not know the profile"};
    case 2:
      return Error{ErrorKind::conflict, wrong_state};
    case 3:
      return Error{ErrorKind::permission, "a profile policy rule of the operator forbids it"};
    case 4:
      return Error{ErrorKind::conflict,
                   "only the profile that was enabled before the test profile can be enabled again"};
    case 5:
      return Error{ErrorKind::conflict, "the card is busy with a toolkit session; try again"};
    default:
      return Error{ErrorKind::conflict, "the card reports an undefined error (" + std::to_string(code) + ")"};
  }
}

Status Lpa::enable(const std::string& name) {
  ProfileInfo profile = TRY(find(name));
  if (user_.enable(profile) != Answer::yes) return declined("enabling the profile");
  EnableProfileRequest request;
  name_profile(request.profileIdentifier.alt, profile);
  request.refreshFlag = true;
  auto response = TRY(card_.call<EnableProfileResponse>("ES10c.EnableProfile", request));
  TRY_VOID(as_status(static_cast<int>(response.enableResult), "the profile is enabled already"));
  return card_.run_proactive();
}

Status Lpa::disable(const std::string& name) {
  ProfileInfo profile = TRY(find(name));
  if (user_.disable(profile) != Answer::yes) return declined("disabling the profile");
  DisableProfileRequest request;
  name_profile(request.profileIdentifier.alt, profile);
  request.refreshFlag = true;
  auto response = TRY(card_.call<DisableProfileResponse>("ES10c.DisableProfile", request));
  TRY_VOID(as_status(static_cast<int>(response.disableResult), "the profile is not enabled"));
  return card_.run_proactive();
}

Status Lpa::remove(const std::string& name) {
  ProfileInfo profile = TRY(find(name));
  if (user_.remove(profile) != Answer::yes) return declined("deleting the profile");
  DeleteProfileRequest request;
  name_profile(request.alt, profile);
  auto response = TRY(card_.call<DeleteProfileResponse>("ES10c.DeleteProfile", request));
  return as_status(static_cast<int>(response.deleteResult),
                   "an enabled profile cannot be deleted: disable it first");
}

Status Lpa::set_nickname(const std::string& name, const std::string& nickname) {
  if (nickname.size() > 64) return Error{ErrorKind::limit, "a nickname has at most 64 octets"};
  ProfileInfo profile = TRY(find(name));
  if (!profile.iccid) return Error{ErrorKind::unsupported, "the card does not say the profile's ICCID"};
  SetNicknameRequest request;
  request.iccid = *profile.iccid;
  request.profileNickname = nickname;
  auto response = TRY(card_.call<SetNicknameResponse>("ES10c.SetNickname", request));
  return as_status(static_cast<int>(response.setNicknameResult), "");
}

Result<std::vector<NotificationMetadata>> Lpa::notifications() {
  auto response =
      TRY(card_.call<ListNotificationResponse>("ES10b.ListNotification", ListNotificationRequest{}));
  if (auto* list = std::get_if<0>(&response.alt)) return std::move(*list);
  return Error{ErrorKind::conflict, "the card does not list its notifications"};
}

Status Lpa::drop_notification(uint64_t seqNumber) {
  auto response = TRY(card_.call<NotificationSentResponse>("ES10b.RemoveNotificationFromList",
                                                           NotificationSentRequest{seqNumber, {}}));
  if (response.deleteNotificationStatus == DeleteNotificationStatus::ok) return {};
  return Error{ErrorKind::not_found, "the card has no notification " + std::to_string(seqNumber)};
}

}  // namespace sealift::lpa
