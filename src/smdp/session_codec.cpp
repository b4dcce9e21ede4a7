#include "smdp/session_codec.hpp"

#include "asn1/schema.hpp"

namespace sealift::smdp {
namespace {

struct StoredEuicc {
  Eid eid;
  Bytes key;  ///< EuiccIdentity::remember
  Bytes serialNumber;
  std::optional<Bytes> eum;  ///< certificate, DER
};
struct StoredInitDone {
  Challenge serverChallenge{};
  crypto::KeyIdentifier ci{};
  uint64_t signers = 0;
};
struct StoredAuthenticated {
  StoredEuicc euicc;
  Iccid iccid;
  Octets<64> smdpSignature2{};
  uint64_t signers = 0;
  Subject subject;
  std::string tenant;                     ///< of the order, as it was read
  std::optional<std::string> matchingId;  ///< the same
};
struct StoredDelivered {
  StoredEuicc euicc;
  Iccid iccid;
  uint64_t signers = 0;
  std::optional<std::string> matchingId;  ///< of the order
};
struct StoredSession {
  std::variant<StoredInitDone, StoredAuthenticated, StoredDelivered> alt;
};

}  // namespace
}  // namespace sealift::smdp

namespace sealift::asn1 {

using smdp::StoredAuthenticated;
using smdp::StoredDelivered;
using smdp::StoredEuicc;
using smdp::StoredInitDone;
using smdp::StoredSession;
using smdp::Subject;

// Tags are in the order of the fields; the whole module is in docs/formats/session.md.
template <>
inline constexpr auto schema<StoredEuicc> = sequence(0x30, field("eid", &StoredEuicc::eid, 0x80),
                                                     field("key", &StoredEuicc::key, 0x81).range(66, 66),
                                                     field("serialNumber", &StoredEuicc::serialNumber, 0x82),
                                                     field("eum", &StoredEuicc::eum, 0x83));
template <>
inline constexpr auto schema<Subject> = sequence(0x30, field("eid", &Subject::eid, 0x80),
                                                 field("eum", &Subject::eum, 0x81),
                                                 field("certificate", &Subject::certificate, 0x82),
                                                 field("firmware", &Subject::firmware, 0x83),
                                                 field("svn", &Subject::svn, 0x84),
                                                 field("tac", &Subject::tac, 0x85),
                                                 field("imei", &Subject::imei, 0x86));
template <>
inline constexpr auto schema<StoredInitDone> =
    sequence(0x30, field("serverChallenge", &StoredInitDone::serverChallenge, 0x80),
             field("ci", &StoredInitDone::ci, 0x81), field("signers", &StoredInitDone::signers, 0x82));
template <>
inline constexpr auto schema<StoredAuthenticated> =
    sequence(0x30, field("euicc", &StoredAuthenticated::euicc, 0xA0),
             field("iccid", &StoredAuthenticated::iccid, 0x81),
             field("smdpSignature2", &StoredAuthenticated::smdpSignature2, 0x82),
             field("signers", &StoredAuthenticated::signers, 0x83),
             field("subject", &StoredAuthenticated::subject, 0xA4),
             field("tenant", &StoredAuthenticated::tenant, 0x85),
             field("matchingId", &StoredAuthenticated::matchingId, 0x86));
template <>
inline constexpr auto schema<StoredDelivered> = sequence(0x30, field("euicc", &StoredDelivered::euicc, 0xA0),
                                                         field("iccid", &StoredDelivered::iccid, 0x81),
                                                         field("signers", &StoredDelivered::signers, 0x82),
                                                         field("matchingId", &StoredDelivered::matchingId,
                                                               0x83));
template <>
inline constexpr auto schema<StoredSession> = choice(0, alternative("initDone", 0xA0),
                                                     alternative("clientAuthenticated", 0xA1),
                                                     alternative("bppDelivered", 0xA2));

}  // namespace sealift::asn1

namespace sealift::smdp {
namespace {

StoredEuicc stored(const auth::EuiccIdentity& euicc) {
  StoredEuicc out{euicc.eid(), euicc.remember(), euicc.serial_number(), std::nullopt};
  if (euicc.eum()) out.eum = to_bytes(euicc.eum()->der());
  return out;
}
std::optional<std::string> stored(const std::optional<MatchingId>& id) {
  return id ? std::optional(id->value()) : std::nullopt;
}
StoredInitDone stored(const InitDone& s) {
  return {s.serverChallenge, s.euiccCiPKIdToBeUsed, s.signers};
}
StoredAuthenticated stored(const ClientAuthenticated& s) {
  return {stored(s.euicc), s.iccid,        s.smdpSignature2,          s.signers,
          s.subject,       s.order.tenant, stored(s.order.matchingId)};
}
StoredDelivered stored(const BppDelivered& s) {
  return {stored(s.euicc), s.iccid, s.signers, stored(s.order.matchingId)};
}

Result<auth::EuiccIdentity> recalled(const StoredEuicc& s) {
  return auth::EuiccIdentity::recall(s.eid, s.key, s.serialNumber, s.eum);
}
/// In state available, in which nothing awaits it: so the next step reads the order as it is then.
Result<Order> recalled(const Iccid& iccid, const std::optional<std::string>& matchingId) {
  Order out{.iccid = iccid};
  if (matchingId) out.matchingId = TRY(MatchingId::parse(*matchingId));
  return out;
}
Result<Session> recalled(const StoredInitDone& s) {
  return InitDone{s.serverChallenge, s.ci, s.signers};
}
Result<Session> recalled(const StoredAuthenticated& s) {
  ClientAuthenticated out{.euicc = TRY(recalled(s.euicc)),
                          .iccid = s.iccid,
                          .smdpSignature2 = s.smdpSignature2,
                          .signers = s.signers,
                          .subject = s.subject};
  out.order = TRY(recalled(s.iccid, s.matchingId));
  out.order.tenant = s.tenant;
  return out;
}
Result<Session> recalled(const StoredDelivered& s) {
  BppDelivered out{.euicc = TRY(recalled(s.euicc)), .iccid = s.iccid, .signers = s.signers};
  out.order = TRY(recalled(s.iccid, s.matchingId));
  return out;
}

}  // namespace

Bytes encode(const Session& session) {
  const StoredSession all{
      std::visit([](const auto& s) -> decltype(StoredSession::alt) { return stored(s); }, session)};
  asn1::Writer w;
  asn1::Codec<StoredSession>::put(w, all, 0, 0);
  return std::move(w).take();
}

Result<Session> decode_session(View octets) {
  auto all = asn1::decode_with_schema<StoredSession>(octets);
  if (!all) return std::move(all.error()).within("session");
  return std::visit([](const auto& s) { return recalled(s); }, all->alt);
}

}  // namespace sealift::smdp
