#include "euicc/package_loader.hpp"

#include <algorithm>

#include "euicc/notifications.hpp"

namespace sealift::euicc {

namespace {

using messages::ErrorReason;
using messages::PprId;

/// FF in the place of a digit that is not there, E any digit (SGP.22 2.9.2.1).
bool covers(const Octets<3>& rule, const Octets<3>& owner) {
  for (size_t i = 0; i < 3; ++i) {
    for (int shift : {4, 0}) {
      unsigned wanted = rule[i] >> shift & 0x0F, given = owner[i] >> shift & 0x0F;
      if (wanted != 0x0E && wanted != given) return false;
    }
  }
  return true;
}
/// An empty GID of the rule is any; an absent one matches absence alone.
bool covers(const std::optional<Bytes>& rule, const std::optional<Bytes>& owner) {
  if (!rule) return !owner;
  return rule->empty() || (owner && *rule == *owner);
}

bool allowed(const std::vector<messages::ProfilePolicyAuthorisationRule>& rules, PprId ppr,
             const messages::OperatorId& owner) {
  for (const auto& rule : rules) {
    if (!rule.pprIds.contains(ppr)) continue;
    for (const auto& op : rule.allowedOperators) {
      if (covers(op.mccMnc, owner.mccMnc) && covers(op.gid1, owner.gid1) && covers(op.gid2, owner.gid2))
        return true;
    }
  }
  return false;
}

/// Host names are compared without regard to case.
bool may_send_test_profiles(const Identity& identity, std::string_view server) {
  if (!identity.test_profile_servers) return true;
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (const auto& allowed_server : *identity.test_profile_servers) {
    if (std::equal(server.begin(), server.end(), allowed_server.begin(), allowed_server.end(),
                   [&](char a, char b) { return lower(a) == lower(b); }))
      return true;
  }
  return false;
}

messages::ProfileInstallationResultData result_data(const LoadingMark& mark) {
  messages::ProfileInstallationResultData data;
  data.transactionId = mark.transactionId;
  data.notificationMetadata.profileManagementOperation = {
      messages::NotificationEventBit::notificationInstall};
  data.notificationMetadata.notificationAddress = mark.notification_address;
  data.notificationMetadata.iccid = mark.iccid;
  data.smdpOid = mark.smdp_oid;
  return data;
}

/// Permanent results end the life of the one-time key; after these two the server may send the package again.
bool may_be_retried(ErrorReason reason) {
  return reason == ErrorReason::installFailedDueToInterruption ||
         reason == ErrorReason::installFailedDueToInsufficientMemoryForProfile;
}

}  // namespace

PackageLoader::PackageLoader(Isdr& isdr, DownloadPrepared prepared)
    : isdr_(isdr), prepared_(std::move(prepared)), decision_(prepared_.session.decision) {}

void PackageLoader::feed(View octets) {
  if (result_ || card_failed_) return;
  auto fed = stream_.feed(octets, *this);
  if (fed == PackageStream::Fed::malformed) fail(ErrorReason::scp03tStructureError);
  if (fed == PackageStream::Fed::complete) install();
}

messages::BppCommandId PackageLoader::command() const {
  using enum messages::BppCommandId;
  switch (stream_.part()) {
    case PackagePart::initialise:
      return initialiseSecureChannel;
    case PackagePart::configure:
      return configureISDP;
    case PackagePart::metadata:
      return tlvs_ > 1 ? storeMetadata2 : storeMetadata;
    case PackagePart::replace_keys:
      return replaceSessionKeys;
    case PackagePart::profile:
      break;
  }
  return loadProfileElements;
}

bool PackageLoader::object(PackagePart part, View tlv) {
  if (part == PackagePart::initialise) return initialise_secure_channel(tlv);
  ++tlvs_;
  return open_tlv(part, tlv);
}

bool PackageLoader::open_tlv(PackagePart part, View tlv) {
  auto opened = opener_->open(tlv);
  if (!opened) {
    if (opened.error() == bsp::OpenError::security && !decision_.protected_for_this_chip) {
      decision_.protected_for_this_chip = false;
    }
    return fail(bsp::error_reason(opened.error()));
  }
  // The first MAC that verifies proves keys that only this card could agree on.
  decision_.protected_for_this_chip = true;
  if (part == PackagePart::profile) return load_profile_elements(opened->expose());
  constexpr size_t max_command = 8192;
  if (command_octets_.size() + opened->size() > max_command) return fail(ErrorReason::scp03tStructureError);
  command_octets_ = SecretBytes(concat({command_octets_.expose(), opened->expose()}));
  return true;
}

bool PackageLoader::end_of(PackagePart part) {
  bool go_on = true;
  switch (part) {
    case PackagePart::configure:
      go_on = configure_isdp();
      break;
    case PackagePart::metadata:
      go_on = store_metadata();
      break;
    case PackagePart::replace_keys:
      go_on = replace_session_keys();
      break;
    case PackagePart::initialise:
    case PackagePart::profile:
      break;
  }
  command_octets_ = {};
  tlvs_ = 0;
  return go_on;
}

// 5.5.1: remoteOpId, transactionId, control reference template, signature, in this order.
bool PackageLoader::initialise_secure_channel(View tlv) {
  auto request = asn1::decode<messages::InitialiseSecureChannelRequest>(tlv);
  if (!request) return fail(ErrorReason::incorrectInputValues);
  if (request->remoteOpId != messages::InitialiseSecureChannelRequest::installBoundProfilePackage) {
    return fail(ErrorReason::unsupportedRemoteOperationType);
  }
  if (request->transactionId != prepared_.session.transactionId)
    return fail(ErrorReason::invalidTransactionId);
  const auto& crt = request->controlRefTemplate;
  if (crt.keyType[0] != 0x88 || crt.keyLen[0] != 0x10) return fail(ErrorReason::unsupportedCrtValues);
  const auto& mine = prepared_.one_time_key.public_key();
  Bytes signed_octets = messages::smdp_sign_input(*request, mine.point());
  if (!crypto::verify(prepared_.binding.public_key(), {signed_octets}, request->smdpSign)) {
    decision_.right_chip = false;  // not signed over this card's one-time key
    return fail(ErrorReason::invalidSignature);
  }
  auto theirs = crypto::PublicKey::from_point(mine.curve(), request->smdpOtpk);
  if (!theirs) return fail(ErrorReason::incorrectInputValues);
  auto z = prepared_.one_time_key.agree(*theirs);
  if (!z) return fail(ErrorReason::incorrectInputValues);
  auto keys = bsp::derive_session_keys(*z, crt, isdr_.identity().eid);
  if (!keys) return fail(ErrorReason::unsupportedCrtValues);
  opener_.emplace(*keys, PackageStream::max_tlv);
  Transaction t;
  Memory::put_loading_mark(t, mark());
  card_failed_ = !isdr_.memory.commit(t);
  return !card_failed_;
}

// 5.5.2
bool PackageLoader::configure_isdp() {
  constexpr size_t max_proprietary = 128;
  auto request = asn1::decode<messages::ConfigureIsdpRequest>(command_octets_.expose());
  if (!request || command_octets_.size() > max_proprietary + 4)
    return fail(ErrorReason::incorrectInputValues);
  auto aid = isdr_.memory.free_isdp_aid();
  if (!aid || isdr_.memory.free() == 0)
    return fail(ErrorReason::installFailedDueToInsufficientMemoryForProfile);
  record_.isdp_aid = *aid;
  record_.configuration = to_bytes(command_octets_.expose());
  record_.credential = prepared_.session.credential;
  return true;
}

// 5.5.3
bool PackageLoader::store_metadata() {
  auto request = asn1::decode<messages::StoreMetadataRequest>(command_octets_.expose());
  if (!request) return fail(ErrorReason::incorrectInputValues);
  metadata_ = std::move(*request);
  record_.metadata = to_bytes(command_octets_.expose());
  if (auto reason = judge_metadata(*metadata_); reason != ErrorReason{}) return fail(reason);
  // From here on an interrupted download can say of which profile it was, and its key serves that one alone.
  Transaction t;
  Memory::put_loading_mark(t, mark());
  Memory::put_one_time_iccid(t, metadata_->iccid);
  card_failed_ = !isdr_.memory.commit(t);
  if (card_failed_) return false;
  installer_ = isdr_.ports.profiles.install(install_context());
  return true;
}

/// Zero where there is nothing against it.
ErrorReason PackageLoader::judge_metadata(const messages::StoreMetadataRequest& metadata) const {
  using enum messages::ProfileClass;
  const auto& memory = isdr_.memory;
  if (metadata.icon && !metadata.iconType) return ErrorReason::incorrectInputValues;
  if (memory.find(metadata.iccid)) return ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc;
  const auto profile_class = metadata.profileClass.value;
  if (profile_class > operational || (profile_class == test && !isdr_.identity().test_profiles))
    return ErrorReason::unsupportedProfileClass;
  if (profile_class == test && !may_send_test_profiles(isdr_.identity(), prepared_.session.serverAddress))
    return ErrorReason::installFailedDueToServerAddressAbsentInEuiccAllowList;
  auto same_key = memory.one_time_iccid();
  if (same_key && *same_key != metadata.iccid) return ErrorReason::installFailedDueToDataMismatch;
  if (!metadata.profilePolicyRules || !metadata.profilePolicyRules->any()) return ErrorReason{};
  if (profile_class == test || !metadata.profileOwner) return ErrorReason::pprNotAllowed;
  for (auto ppr : {PprId::ppr1, PprId::ppr2}) {
    if (metadata.profilePolicyRules->contains(ppr) &&
        !allowed(isdr_.identity().rules, ppr, *metadata.profileOwner)) {
      return ErrorReason::pprNotAllowed;
    }
  }
  if (metadata.profilePolicyRules->contains(PprId::ppr1)) {
    // 2.9.3: such a profile must be the only operational one.
    for (const auto& p : memory.profiles()) {
      auto other = p.parsed_metadata();
      if (other && other->profileClass.value == operational) return ErrorReason::pprNotAllowed;
    }
  }
  return ErrorReason{};
}

InstallContext PackageLoader::install_context() const {
  InstallContext context{.iccid = metadata_->iccid,
                         .profileClass = static_cast<uint8_t>(metadata_->profileClass.value),
                         .profileOwner = {},
                         .free_nvm = isdr_.memory.free(),
                         .isdp_aid = record_.isdp_aid,
                         .minimum_security_level = isdr_.identity().minimum_security_level};
  if (metadata_->profileOwner) {
    const auto& owner = *metadata_->profileOwner;
    context.profileOwner = InstallContext::Owner{owner.mccMnc, owner.gid1, owner.gid2};
  }
  return context;
}

// 5.5.4
bool PackageLoader::replace_session_keys() {
  auto request = asn1::decode<messages::ReplaceSessionKeysRequest>(command_octets_.expose());
  if (!request) return fail(ErrorReason::incorrectInputValues);
  opener_->replace_session_keys(*request);
  return true;
}

// 5.5.5
bool PackageLoader::load_profile_elements(View segment) {
  auto fed = installer_->feed(segment);
  if (fed) return true;
  return fail(static_cast<ErrorReason>(fed.error().reason), std::move(fed.error().euicc_response));
}

LoadingMark PackageLoader::mark() const {
  check(prepared_.binding.owner().has_value(), "a verified server certificate names its owner");
  return {prepared_.session.transactionId, prepared_.session.serverAddress, *prepared_.binding.owner(),
          prepared_.session.credential, iccid()};
}

std::optional<Iccid> PackageLoader::iccid() const {
  return metadata_ ? std::optional(metadata_->iccid) : std::nullopt;
}

bool PackageLoader::fail(ErrorReason reason, Bytes sima_response) {
  if (result_ || card_failed_) return false;
  installer_.reset();
  Transaction t;
  NotificationWriter notifications(isdr_, t);
  messages::ErrorResult error;
  error.bppCommandId = command();
  error.errorReason = reason;
  if (!sima_response.empty()) error.simaResponse = std::move(sima_response);
  auto data = result_data(mark());
  data.finalResult.alt = std::move(error);
  auto result = notifications.report(prepared_.session.credential, std::move(data));
  notifications.finish();
  Memory::erase_loading_mark(t);
  if (!may_be_retried(reason)) Memory::erase_one_time_key(t);
  card_failed_ = !result || !isdr_.memory.commit(t);
  if (card_failed_) return false;
  result_ = std::move(*result);
  decision_.code = static_cast<uint8_t>(reason);
  isdr_.decided(decision_);
  return false;
}

Status PackageLoader::interrupt() {
  fail(ErrorReason::installFailedDueToInterruption);
  if (card_failed_) return Error{ErrorKind::io, "the card memory failed"};
  return {};
}

Status report_interrupted_package(Isdr& isdr) {
  auto mark = isdr.memory.loading_mark();
  if (!mark) return {};
  Transaction t;
  NotificationWriter notifications(isdr, t);
  messages::ErrorResult error;
  error.bppCommandId = messages::BppCommandId::loadProfileElements;
  error.errorReason = ErrorReason::installFailedDueToInterruption;
  auto data = result_data(*mark);
  data.finalResult.alt = std::move(error);
  auto result = notifications.report(mark->credential, std::move(data));
  if (!result) return std::move(result.error());
  notifications.finish();
  Memory::erase_loading_mark(t);
  return isdr.memory.commit(t);
}

void PackageLoader::install() {
  auto installed = installer_->finish();
  if (!installed) {
    fail(static_cast<ErrorReason>(installed.error().reason), std::move(installed.error().euicc_response));
    return;
  }
  check(decision_.right_chip == true && decision_.right_server == true &&
            decision_.protected_for_this_chip == true,
        "a profile is installed on three yeses only");
  Transaction t;
  Memory::put_profile(t, record_);
  Memory::put_image(t, record_.isdp_aid, installed->image.expose());
  if (t.put_size() > isdr_.memory.free()) {
    fail(ErrorReason::installFailedDueToInsufficientMemoryForProfile);
    return;
  }
  NotificationWriter notifications(isdr_, t);
  auto data = result_data(mark());
  data.finalResult.alt = messages::SuccessResult{record_.isdp_aid, std::move(installed->euicc_response), {}};
  auto result = notifications.report(prepared_.session.credential, std::move(data));
  Status told = notifications.tell(record_, messages::NotificationEventBit::notificationInstall,
                                   prepared_.session.serverAddress);
  if (!result || !told) {
    card_failed_ = true;
    return;
  }
  notifications.finish();
  Memory::erase_one_time_key(t);
  Memory::erase_loading_mark(t);
  card_failed_ = !isdr_.memory.commit(t);
  if (card_failed_) return;
  result_ = std::move(*result);
  decision_.installed = true;
  isdr_.decided(decision_);
}

}  // namespace sealift::euicc
