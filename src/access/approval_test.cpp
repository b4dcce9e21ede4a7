// G-DUA-1: an act that takes two people is done by nobody alone, in whatever way it is tried.
#include "access/approval.hpp"

#include <functional>

#include "access/test_office.hpp"

namespace sealift::access {
namespace {

using namespace testing;

Act act() {
  return {.action = "open the vault", .tenant = "", .parameters = Bytes{1, 2, 3}, .summary = "open vault 3"};
}

class Approvals : public ::testing::Test, public OfficeWorld {
 protected:
  Approval asked() { return **pass(office, requester, act(), std::nullopt); }
  Status vote(const Principal& who, const Approval& on) {
    const auto done = approve(office, who, on.id, on.digest);
    if (done) return {};
    return done.error();
  }
  /// True where the act would be done.
  bool done(const Principal& who, const Approval& with, const Act& what = act()) {
    const auto passed = pass(office, who, what, with.id);
    return passed && !*passed;
  }

  Principal requester = person("rita", Role::operator_admin), other = person("olaf", Role::operator_admin);
  Principal anna = person("anna", Role::approver), ben = person("ben", Role::approver);
  Principal north = person("nora", Role::approver, "north");
};

TEST_F(Approvals, of_two_other_people_let_an_act_pass_once) {
  const Approval a = asked();
  EXPECT_FALSE(done(requester, a));
  ASSERT_TRUE(vote(anna, a));
  EXPECT_FALSE(done(requester, a)) << "one is not two";
  ASSERT_TRUE(vote(ben, a));
  EXPECT_TRUE(done(requester, a));
  EXPECT_FALSE(done(requester, a)) << "replayed";
  EXPECT_EQ(vote(ben, a).error().kind, ErrorKind::conflict);
}

TEST_F(Approvals, are_worth_nothing_in_any_other_combination) {
  using Try = std::function<bool(const Approval&)>;
  const auto both = [&](const Approval& a) { EXPECT_TRUE(vote(anna, a) && vote(ben, a)); };
  const std::pair<const char*, Try> tries[] = {
      {"nobody approved", [&](const Approval& a) { return done(requester, a); }},
      {"the same person twice",
       [&](const Approval& a) {
         EXPECT_TRUE(vote(anna, a));
         EXPECT_FALSE(vote(anna, a));
         return done(requester, a);
       }},
      {"the requester approves", [&](const Approval& a) { return vote(requester, a) || done(requester, a); }},
      {"who may not approve", [&](const Approval& a) { return vote(other, a) || vote(local, a); }},
      {"an approver of one tenant, on the whole server's matter",
       [&](const Approval& a) { return vote(north, a) || done(requester, a); }},
      {"altered parameters",
       [&](const Approval& a) {
         both(a);
         Act altered = act();
         altered.parameters.back() ^= 1;
         return done(requester, a, altered);
       }},
      {"another action",
       [&](const Approval& a) {
         both(a);
         Act altered = act();
         altered.action = "close the vault";
         return done(requester, a, altered);
       }},
      {"another tenant's",
       [&](const Approval& a) {
         both(a);
         Act altered = act();
         altered.tenant = "north";
         return done(requester, a, altered);
       }},
      {"used by somebody else",
       [&](const Approval& a) {
         both(a);
         return done(other, a) || done(anna, a) || done(local, a);
       }},
      {"the digest of something else was approved",
       [&](const Approval& a) {
         Octets<32> digest = a.digest;
         digest[31] ^= 1;
         return bool(approve(office, anna, a.id, digest)) || done(requester, a);
       }},
      {"expired",
       [&](const Approval& a) {
         both(a);
         clock.advance(approval_lifetime);
         return done(requester, a);
       }},
      {"approved too late",
       [&](const Approval& a) {
         EXPECT_TRUE(vote(anna, a));
         clock.advance(approval_lifetime);
         return vote(ben, a) || done(requester, a);
       }},
      {"an approver was disabled since",
       [&](const Approval& a) {
         both(a);
         alter("ben", [](Principal& p) { p.disabled = true; });
         return done(requester, a);
       }},
      {"an approver is none any more",
       [&](const Approval& a) {
         both(a);
         alter("ben", [](Principal& p) { p.roles = {Role::auditor}; });
         return done(requester, a);
       }},
      {"an approver became the requester's namesake",
       [&](const Approval& a) {
         both(a);
         Record record = **records.find("approval", a.id);
         Approval forged = *asn1::decode<Approval>(record.content);
         forged.votes[1].principal = "rita";
         record.content = asn1::encode(forged);
         EXPECT_TRUE(records.put(record, {}));
         return done(requester, a);
       }},
      {"fewer are asked for in the record",
       [&](const Approval& a) {
         Record record = **records.find("approval", a.id);
         Approval forged = *asn1::decode<Approval>(record.content);
         forged.needed = 0;
         record.content = asn1::encode(forged);
         EXPECT_TRUE(records.put(record, {}));
         return done(requester, a);
       }},
      {"it was never asked for",
       [&](const Approval&) {
         return bool(pass(office, requester, act(), std::string(32, '0'))) ||
                bool(pass(office, requester, act(), "x")) || bool(pass(office, requester, act(), ""));
       }},
  };
  for (const auto& [what, attempt] : tries) {
    OfficeWorld fresh;
    const Approval a = asked();
    EXPECT_FALSE(attempt(a)) << what;
    alter("ben", [](Principal& p) { p.disabled = false, p.roles = {Role::approver}; });
    ASSERT_TRUE(directory->refresh());
  }
}

TEST_F(Approvals, made_of_anything_else_pass_nothing) {
  const Approval a = asked();
  ASSERT_TRUE(vote(anna, a));
  const Record record = **records.find("approval", a.id);
  int passed = 0;
  for (int i = 0; i < 2000; ++i) {
    Record forged = **records.find("approval", a.id);
    forged.content = record.content;
    const Octets<3> draw = random.octets<3>();
    forged.content[(draw[0] << 8 | draw[1]) % forged.content.size()] ^= static_cast<uint8_t>(draw[2] | 1);
    ASSERT_TRUE(records.put(forged, {}));
    passed += done(requester, a);
  }
  EXPECT_EQ(passed, 0);
}

TEST_F(Approvals, leave_a_row_for_each_step_and_are_seen_by_whom_they_concern) {
  const size_t before = records.audit().size();
  const Approval a = asked();
  ASSERT_TRUE(vote(anna, a) && vote(ben, a));
  ASSERT_TRUE(done(requester, a));
  std::vector<std::string> rows;
  const auto audit = records.audit();
  for (size_t i = before; i < audit.size(); ++i) {
    rows.push_back(audit[i].actor + " " + audit[i].action);
    EXPECT_EQ(audit[i].detail, "open the vault, approval " + a.id + ", digest " + hex(digest_of(act())));
  }
  EXPECT_EQ(rows, (std::vector<std::string>{"rita ask_approval", "anna approve", "ben approve",
                                            "rita use_approval"}));
  EXPECT_EQ(list_approvals(office, anna)->size(), 1u);
  EXPECT_TRUE(list_approvals(office, north)->empty());
  EXPECT_FALSE(list_approvals(office, person("sam", Role::support)));
}

TEST_F(Approvals, are_forgotten_after_a_day_and_never_pile_up) {
  for (int i = 0; i < 200; ++i) {
    const Principal one = administrator("person" + std::to_string(i / 20));
    ASSERT_TRUE(pass(office, one, act(), std::nullopt)) << i;
  }
  EXPECT_EQ(pass(office, requester, act(), std::nullopt).error().kind, ErrorKind::limit);
  clock.advance(std::chrono::hours(24));
  EXPECT_TRUE(pass(office, requester, act(), std::nullopt));
  EXPECT_EQ(records.list("approval")->size(), 1u);
}

TEST_F(Approvals, of_one_requester_or_of_tenants_leave_room_for_those_of_others_and_of_the_server) {
  Act reissue = act();
  reissue.tenant = "north";
  const auto ask = [&](const Principal& who, const Act& what) {
    return pass(office, who, what, std::nullopt);
  };
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(ask(requester, reissue)) << i;
  EXPECT_EQ(ask(requester, reissue).error().kind, ErrorKind::limit);
  EXPECT_TRUE(ask(other, reissue));
  EXPECT_TRUE(ask(requester, act())) << "of the whole server";
  for (int i = 21; i < 200; ++i) {
    ASSERT_TRUE(ask(administrator("person" + std::to_string(i / 20)), reissue)) << i;
  }
  EXPECT_EQ(ask(other, reissue).error().kind, ErrorKind::limit);
  EXPECT_TRUE(ask(other, act())) << "of the whole server";
  clock.advance(approval_lifetime);
  EXPECT_TRUE(ask(requester, reissue)) << "those that have expired count no more";
}

}  // namespace
}  // namespace sealift::access
