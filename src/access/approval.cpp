#include "access/approval.hpp"

#include <algorithm>

#include "access/schema_time.hpp"
#include "crypto/hash.hpp"

namespace sealift::asn1 {

using access::Approval;
using access::Vote;

// Vote ::= SEQUENCE { principal [0] UTF8String, at [1] INTEGER }
template <>
inline constexpr auto schema<Vote> = sequence(0x30, field("principal", &Vote::principal, 0x80),
                                              field("at", &Vote::at, 0x81));

// Approval ::= SEQUENCE { id [0], action [1], tenant [2], summary [3] UTF8String, digest [4] OCTET STRING
// (SIZE(32)),
//   requester [5] UTF8String, at [6], needed [7] INTEGER, votes [8] SEQUENCE OF Vote, spent [9] BOOLEAN, ...
//   }
template <>
inline constexpr auto schema<Approval> = extensible(
    0x30, &Approval::more, field("id", &Approval::id, 0x80), field("action", &Approval::action, 0x81),
    field("tenant", &Approval::tenant, 0x82), field("summary", &Approval::summary, 0x83),
    field("digest", &Approval::digest, 0x84), field("requester", &Approval::requester, 0x85),
    field("at", &Approval::at, 0x86), field("needed", &Approval::needed, 0x87),
    field("votes", &Approval::votes, 0xA8), field("spent", &Approval::spent, 0x89));
ASN1_MESSAGE(Approval)

}  // namespace sealift::asn1

namespace sealift::access {
namespace {

constexpr const char* kind = "approval";
// Those of tenants and those of the whole server are counted apart, so that no tenant's people keep the
// server's from being asked for; nor does one requester keep others from asking.
constexpr size_t kMostOpen = 200, kMostOpenOfOne = 20;
constexpr std::chrono::hours kKept{24};

Octets<4> size_of(View part) {
  const auto n = static_cast<uint32_t>(part.size());
  return {static_cast<uint8_t>(n >> 24), static_cast<uint8_t>(n >> 16), static_cast<uint8_t>(n >> 8),
          static_cast<uint8_t>(n)};
}

Status check_open(const Approval& approval, Time now) {
  if (approval.spent) return Error{ErrorKind::conflict, "this approval was used already; ask for another"};
  if (!is_open(approval, now)) {
    return Error{ErrorKind::conflict, "this approval has expired: they hold for 15 minutes; ask for another"};
  }
  return {};
}

/// Those of its votes that still count: of different active approvers, none of whom asked.
size_t valid_votes(const Approval& approval, const Snapshot& now_known, Time now) {
  std::vector<std::string> counted;
  for (const Vote& vote : approval.votes) {
    const auto& all = now_known.principals;
    const auto who =
        std::find_if(all.begin(), all.end(), [&](const Principal& p) { return p.name == vote.principal; });
    if (who == all.end() || !is_active(*who, now) || !may(*who, Permission::approve)) continue;
    if (!sees(*who, approval.tenant) || who->name == approval.requester) continue;
    if (std::find(counted.begin(), counted.end(), who->name) != counted.end()) continue;
    counted.push_back(who->name);
  }
  return counted.size();
}

Result<std::vector<Approval>> all_approvals(Office& office) {
  std::vector<Approval> out;
  const auto records = TRY(office.records().list(kind));
  for (const Record& record : records) out.push_back(TRY(asn1::decode<Approval>(record.content)));
  return out;
}

/// For an audit row: which one it is, and of what. Its summary may name an EID, so that is not in it.
std::string detail_of(const Approval& approval) {
  return approval.action + ", approval " + approval.id + ", digest " + hex(approval.digest);
}

/// Forgets what nobody asks for any more; says whether there is room for one more.
Status make_room(Office& office, const Principal& who, const Act& act) {
  const auto records = TRY(office.records().list(kind));
  const Time now = office.clock.now();
  size_t open = 0, own = 0;
  for (const Record& record : records) {
    const auto approval = TRY(asn1::decode<Approval>(record.content));
    if (is_open(approval, now) && approval.tenant.empty() == act.tenant.empty()) {
      ++open;
      if (approval.requester == who.name) ++own;
    }
    if (approval.at + kKept > now) continue;
    const Audit audit{now, "server", "forget_approval", detail_of(approval)};
    const Status gone = office.records().remove(record, audit);
    if (!gone && gone.error().kind != ErrorKind::conflict) return gone;
  }
  if (own >= kMostOpenOfOne) {
    return Error{ErrorKind::limit, "20 of your requests for approval are open; wait until some have expired"};
  }
  if (open < kMostOpen) return {};
  return Error{ErrorKind::limit, "too many requests for approval are open; wait until some have expired"};
}

Result<Approval> file(Office& office, const Principal& who, const Act& act) {
  TRY_VOID(make_room(office, who, act));
  Approval out{.id = hex(office.random.octets<16>()),
               .action = act.action,
               .tenant = act.tenant,
               .summary = act.summary,
               .digest = digest_of(act),
               .requester = who.name,
               .at = office.clock.now(),
               .needed = act.needed};
  TRY_VOID(office.records().put({kind, out.id, asn1::encode(out)},
                                audit_of(office, who, "ask_approval", detail_of(out))));
  return out;
}

/// Hexadecimal digits alone name an approval; anything else is not looked for.
Status check_id(const std::string& id) {
  if (octets_from_hex<16>(id)) return {};
  return Error{ErrorKind::invalid, "approval: 32 hexadecimal digits"};
}

}  // namespace

Octets<32> digest_of(const Act& act) {
  const Octets<4> action = size_of(view(act.action)), tenant = size_of(view(act.tenant)),
                  all = size_of(act.parameters);
  return crypto::sha256(
      {View(action), view(act.action), View(tenant), view(act.tenant), View(all), View(act.parameters)});
}

bool is_open(const Approval& approval, Time now) {
  return !approval.spent && now >= approval.at && now < approval.at + approval_lifetime;
}

Result<std::optional<Approval>> pass(Office& office, const Principal& who, const Act& act,
                                     const std::optional<std::string>& id) {
  if (!id) return std::optional(TRY(file(office, who, act)));
  TRY_VOID(check_id(*id));
  TRY_VOID(office.directory.refresh());  // an approver disabled on another node counts no more
  const auto known = office.directory.current();
  const Time now = office.clock.now();
  Audit audit = audit_of(office, who, "use_approval");
  auto spend = [&](Approval& approval) -> Status {
    if (approval.requester != who.name) {
      return Error{ErrorKind::permission, "this approval was asked for by somebody else"};
    }
    TRY_VOID(check_open(approval, now));
    if (approval.digest != digest_of(act)) {
      return Error{ErrorKind::verification, "this approval is of another act: " + approval.summary};
    }
    const size_t votes = valid_votes(approval, *known, now);
    if (votes < std::max(approval.needed, act.needed)) {
      return Error{ErrorKind::permission, "approved by " + std::to_string(votes) + " of " +
                                              std::to_string(std::max(approval.needed, act.needed)) +
                                              " people: not yet enough"};
    }
    approval.spent = true;
    audit.detail = detail_of(approval);
    return {};
  };
  auto done = change_record<Approval>(office, kind, *id, audit, spend);
  if (!done) return std::move(done.error());
  return std::optional<Approval>();
}

Result<Approval> approve(Office& office, const Principal& who, const std::string& id,
                         const Octets<32>& digest) {
  TRY_VOID(permit(who, Permission::approve));
  TRY_VOID(check_id(id));
  const Time now = office.clock.now();
  Audit audit = audit_of(office, who, "approve");
  auto vote = [&](Approval& approval) -> Status {
    if (!sees(who, approval.tenant)) return Error{ErrorKind::not_found, "there is no approval " + id};
    TRY_VOID(check_open(approval, now));
    if (approval.requester == who.name) {
      return Error{ErrorKind::permission, "who asked cannot approve: another person has to"};
    }
    const auto same = [&](const Vote& v) { return v.principal == who.name; };
    if (std::any_of(approval.votes.begin(), approval.votes.end(), same)) {
      return Error{ErrorKind::permission, "you have approved this already: another person has to"};
    }
    if (!equal_constant_time(approval.digest, digest)) {
      return Error{ErrorKind::verification, "the digest is of something else than what was asked for"};
    }
    approval.votes.push_back({who.name, now});
    audit.detail = detail_of(approval);
    return {};
  };
  return change_record<Approval>(office, kind, id, audit, vote);
}

Result<std::vector<Approval>> list_approvals(Office& office, const Principal& who) {
  TRY_VOID(permit(who, Permission::read_approvals));
  auto all = TRY(all_approvals(office));
  std::erase_if(all, [&](const Approval& one) { return !sees(who, one.tenant); });
  std::sort(all.begin(), all.end(), [](const Approval& a, const Approval& b) { return a.at < b.at; });
  return all;
}

}  // namespace sealift::access
