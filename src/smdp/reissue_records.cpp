#include "smdp/reissue_records.hpp"

#include <algorithm>
#include <array>

#include "access/schema_time.hpp"

namespace sealift::asn1 {

using smdp::Reissue;

// Reissue ::= SEQUENCE { iccid [0], tenant [1], state [2], requester [3], at [4], earliest [5], lost [6], eid
// [7],
//   confirmation [8], secondFactor [9], replacement [10], matchingId [11], steppedUp [12], ... }: ours alone
template <>
inline constexpr auto schema<Reissue> = extensible(
    0x30, &Reissue::more, field("iccid", &Reissue::iccid, 0x80), field("tenant", &Reissue::tenant, 0x81),
    field("state", &Reissue::state, 0x82).range(0, 2), field("requester", &Reissue::requester, 0x83),
    field("at", &Reissue::at, 0x84), field("earliest", &Reissue::earliest, 0x85),
    field("lost", &Reissue::lost, 0x86), field("eid", &Reissue::eid, 0x87),
    field("confirmation", &Reissue::confirmation, 0x88), field("secondFactor", &Reissue::second_factor, 0x89),
    field("replacement", &Reissue::replacement, 0x8A), field("matchingId", &Reissue::matchingId, 0x8B),
    field("steppedUp", &Reissue::stepped_up, 0x8C));
ASN1_MESSAGE(Reissue)

}  // namespace sealift::asn1

namespace sealift::smdp {
namespace {

constexpr std::array<std::string_view, 3> kStates{"waiting", "done", "cancelled"};
constexpr std::chrono::hours kDay{24}, kKeptWaiting{24 * 30};

Result<KeptReissue> decoded(access::Record record) {
  auto reissue = asn1::decode<Reissue>(record.content);
  if (!reissue) return std::move(reissue.error()).within("a record of a reissue");
  return KeptReissue{std::move(record), std::move(*reissue)};
}

}  // namespace

std::string_view name(ReissueState state) {
  return kStates[static_cast<size_t>(state)];
}

Result<KeptReissue> find_reissue(access::Office& office, const Principal& who, const Iccid& iccid) {
  auto record = TRY(office.records().find(reissue_kind, iccid.digits()));
  if (record) {
    KeptReissue kept = TRY(decoded(std::move(*record)));
    if (access::sees(who, kept.reissue.tenant)) return kept;
  }
  return Error{ErrorKind::not_found, "no reissue of " + iccid.digits() + " was asked for"};
}

Result<std::vector<KeptReissue>> all_reissues(access::Office& office) {
  auto records = TRY(office.records().list(reissue_kind));
  std::vector<KeptReissue> out;
  for (access::Record& one : records) out.push_back(TRY(decoded(std::move(one))));
  return out;
}

Status keep(access::Office& office, KeptReissue& kept, const Audit& audit) {
  kept.record.content = asn1::encode(kept.reissue);
  TRY_VOID(office.records().put(kept.record, audit));
  ++kept.record.version;
  return {};
}

Status forget_old_reissues(access::Office& office) {
  const Time now = office.clock.now();
  const auto all = TRY(all_reissues(office));
  for (const KeptReissue& one : all) {
    const bool waits = one.reissue.state == ReissueState::waiting;
    if (std::max(one.reissue.at, one.reissue.earliest) + (waits ? kKeptWaiting : kDay) > now) continue;
    const Status gone =
        office.records().remove(one.record, {now, "server", "forget_reissue", "", one.reissue.iccid});
    if (!gone && gone.error().kind != ErrorKind::conflict) return gone;
  }
  return {};
}

}  // namespace sealift::smdp
