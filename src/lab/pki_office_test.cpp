#include "lab/pki_office.hpp"

#include <gtest/gtest.h>

#include "asn1/time.hpp"
#include "base/files.hpp"
#include "base/temporary_folder.hpp"
#include "lab/eid_register.hpp"
#include "pki/chain.hpp"

namespace sealift::lab {
namespace {

using pki::Role;
using std::chrono::days;
namespace fs = std::filesystem;

const Time noon = *asn1::parse_rfc3339("2026-06-01T12:00:00Z");

class PkiOffice : public ::testing::TestWithParam<crypto::Curve> {
 protected:
  void SetUp() override {
    pki::HierarchyOptions o;
    o.curve = GetParam();
    o.eid = eid(0);
    o.not_before = noon - days(2);
    o.dp_hosts = o.ds_hosts = {"smdp.example.com", "127.0.0.1"};
    o.crl_uris = {"http://ci.example.com/crl.der"};
    hierarchy_.emplace(pki::make_hierarchy(o, random_).value());
    folder_.emplace(KeysFolder::create(dir_, *hierarchy_, random_).value());
  }
  static Eid eid(int n) {
    return *Eid::with_check_digits("8904903200000000000000000000" + std::string(n < 10 ? "0" : "") +
                                   std::to_string(n));
  }
  Result<pki::Certificate> issue(IssueOptions o) { return issue_certificate(*folder_, o, noon, random_); }
  pki::TrustStore trust(pki::CrlPolicy policy = pki::CrlPolicy::if_present) {
    pki::TrustStore out(policy);
    EXPECT_TRUE(out.add(*folder_->certificate(Role::ci)));
    return out;
  }
  Result<pki::VerifiedChain, pki::ChainFailure> verify(Role role, const pki::Certificate& c,
                                                       const pki::TrustStore& trust, Time when = noon) {
    const pki::Certificate eum = *folder_->certificate(Role::eum);
    return pki::verify_chain(role, c, {&eum, 1}, trust, when);
  }
  SeededRandom random_{5};
  const TemporaryFolder temporary_ = TemporaryFolder::make().value();
  const std::string dir_ = temporary_.path() + "/pki";
  std::optional<pki::Hierarchy> hierarchy_;
  std::optional<KeysFolder> folder_;
};

TEST_P(PkiOffice, issues_one_more_certificate_of_every_role) {
  for (const pki::RoleRules& r : pki::role_table()) {
    IssueOptions o;
    o.role = r.role;
    o.label = std::string(r.name) + "_2";
    if (r.role == Role::euicc) o.eid = eid(1);
    if (r.tls) o.hosts = {"b.example.com"};
    auto made = issue(o);
    ASSERT_TRUE(made) << r.name << ": " << made.error().message;
    EXPECT_EQ(folder_->keys.private_key(o.label)->public_key(), made->public_key()) << r.name;
    if (r.role == Role::ci) continue;
    auto chain = verify(r.role, *made, trust());
    ASSERT_TRUE(chain) << r.name << ": " << chain.error().message();
    EXPECT_EQ(made->names_host("b.example.com"), r.tls) << r.name;
    EXPECT_EQ(made->registered_id(), hierarchy_->certificate(r.role).registered_id()) << r.name;
    EXPECT_EQ(issue(o).error().kind, ErrorKind::exists) << r.name;
  }
}

TEST_P(PkiOffice, gives_no_eid_a_second_certificate) {
  IssueOptions o;
  o.role = Role::euicc;
  o.label = "card_a";
  o.eid = eid(1);
  auto first = issue(o);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(verify(Role::euicc, *first, trust())->eid(), eid(1)) << "the certificate binds key and EID";
  o.label = "card_b";
  EXPECT_EQ(issue(o).error().kind, ErrorKind::exists);
  EXPECT_FALSE(fs::exists(dir_ + "/card_b.der"));
  o.eid = eid(2);
  auto second = issue(o);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(first->public_key(), second->public_key()) << "every chip has a key of its own";
}

TEST_P(PkiOffice, gives_no_eid_a_second_certificate_where_the_first_was_written_in_part) {
  IssueOptions o;
  o.role = Role::euicc;
  o.label = "card_a";
  o.eid = eid(3);
  ASSERT_TRUE(fs::create_directory(dir_ + "/card_a.pem"));
  EXPECT_FALSE(issue(o));
  EXPECT_TRUE(fs::exists(dir_ + "/card_a.der")) << "else this tries nothing";
  o.label = "card_b";
  EXPECT_EQ(issue(o).error().kind, ErrorKind::exists);
}

TEST_P(PkiOffice, gives_an_eid_back_that_was_not_kept) {
  { auto claim = EidClaim::take(dir_, eid(7)).value(); }
  { ASSERT_TRUE(EidClaim::take(dir_, eid(7)).value().keep()); }
  EXPECT_EQ(EidClaim::take(dir_, eid(7)).error().kind, ErrorKind::exists);
  // a last line that a power loss cut off counts as none, and does not spoil the next
  std::string torn =
      std::string(text(*read_file(dir_ + "/issued.eids", 4096))) + eid(8).digits().substr(0, 20);
  ASSERT_TRUE(write_file(dir_ + "/issued.eids", view(torn), Readers::owner, Replace::yes));
  ASSERT_TRUE(EidClaim::take(dir_, eid(8)).value().keep());
  EXPECT_EQ(EidClaim::take(dir_, eid(8)).error().kind, ErrorKind::exists);
  EXPECT_EQ(EidClaim::take(dir_, eid(7)).error().kind, ErrorKind::exists);
}

TEST_P(PkiOffice, refuses_what_a_peer_would_refuse) {
  IssueOptions o;
  o.role = Role::euicc;
  o.label = "other_range";
  o.eid = *Eid::with_check_digits("890490330000000000000000000001");
  EXPECT_EQ(issue(o).error().kind, ErrorKind::verification);
  o.eid.reset();
  EXPECT_EQ(issue(o).error().kind, ErrorKind::invalid);
  o.role = Role::dp_auth;
  o.hosts = {"a.example.com"};
  EXPECT_EQ(issue(o).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(fs::exists(dir_ + "/other_range.der"));
}

TEST_P(PkiOffice, renews_what_is_due_and_nothing_else) {
  const Time late = hierarchy_->certificate(Role::dp_tls).not_after() - days(10);
  auto not_due = renew_certificate(*folder_, "dp_auth", days(30), false, late, random_);
  ASSERT_TRUE(not_due) << not_due.error().message;
  EXPECT_FALSE(not_due->has_value());
  auto due = renew_certificate(*folder_, "dp_tls", days(30), false, late, random_);
  ASSERT_TRUE(due) << due.error().message;
  ASSERT_TRUE(due->has_value());
  const pki::Certificate now = *folder_->certificate(Role::dp_tls);
  EXPECT_TRUE(now == (*due)->after);
  EXPECT_TRUE((*due)->before == hierarchy_->certificate(Role::dp_tls));
  EXPECT_EQ(now.public_key(), (*due)->before.public_key());
  EXPECT_FALSE(equal(now.serial_number(), (*due)->before.serial_number()));
  EXPECT_TRUE(now.names_host("127.0.0.1"));
  EXPECT_TRUE(verify(Role::dp_tls, now, trust(), late + days(300)));
  EXPECT_EQ(*read_file(dir_ + "/dp_tls.old.der", 8192), to_bytes((*due)->before.der()));
  for (const char* label : {"ci", "euicc"}) {
    EXPECT_EQ(renew_certificate(*folder_, label, {}, false, late, random_).error().kind,
              ErrorKind::unsupported);
  }
}

TEST_P(PkiOffice, renews_with_a_new_key_and_finishes_what_a_crash_cut_off) {
  for (const char* label : {"dp_pb", "eum"}) {
    auto done = renew_certificate(*folder_, label, {}, true, noon, random_);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_NE((*done)->after.public_key(), (*done)->before.public_key());
    EXPECT_EQ(folder_->keys.private_key(label)->public_key(), (*done)->after.public_key());
    EXPECT_FALSE(fs::exists(dir_ + "/" + label + ".next.der"));
    EXPECT_FALSE(folder_->keys.private_key(std::string(label) + ".next"));
  }
  // as if the power had gone when the new key was in place and the certificate was not
  const pki::Certificate before = *folder_->certificate(Role::dp_auth);
  ASSERT_TRUE(*renew_certificate(*folder_, "dp_auth", {}, true, noon, random_));
  const pki::Certificate after = *folder_->certificate(Role::dp_auth);
  auto new_key = folder_->keys.private_key("dp_auth").value();
  ASSERT_TRUE(folder_->keys.add("dp_auth.next", new_key, random_));
  ASSERT_TRUE(write_file(dir_ + "/dp_auth.next.der", after.der(), Readers::everybody, Replace::yes));
  ASSERT_TRUE(write_file(dir_ + "/dp_auth.der", before.der(), Readers::everybody, Replace::yes));
  auto again = renew_certificate(*folder_, "dp_auth", days(30), true, noon, random_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->has_value()) << "what was begun is finished, and then nothing is due";
  EXPECT_TRUE(*folder_->certificate(Role::dp_auth) == after);
  EXPECT_FALSE(fs::exists(dir_ + "/dp_auth.next.der"));
}

TEST_P(PkiOffice, revokes_a_server_and_from_then_on_its_chain_is_refused) {
  const pki::Certificate dp = *folder_->certificate(Role::dp_auth);
  pki::CrlSpec spec;
  spec.number = 0;
  spec.this_update = noon - days(1);
  spec.next_update = noon + days(6);
  pki::Crl empty = publish_crl(*folder_, spec).value();
  EXPECT_EQ(empty.size(), 0u);
  pki::TrustStore strict = trust(pki::CrlPolicy::required);
  EXPECT_EQ(verify(Role::dp_auth, dp, strict).error().error, pki::ChainError::revocation_unknown);
  ASSERT_TRUE(strict.add_crl(empty));
  EXPECT_TRUE(verify(Role::dp_auth, dp, strict));

  const auto why = pki::RevocationReason::key_compromise;
  ASSERT_TRUE(revoke_certificate(*folder_, dp, why, noon, "dp_auth"));
  EXPECT_EQ(revoke_certificate(*folder_, dp, why, noon, "dp_auth").error().kind, ErrorKind::exists);
  EXPECT_EQ(revoke_certificate(*folder_, *folder_->certificate(Role::euicc), why, noon, "").error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(revoke_certificate(*folder_, *folder_->certificate(Role::ci), why, noon, "").error().kind,
            ErrorKind::invalid);
  spec.this_update = noon;
  pki::Crl list = publish_crl(*folder_, spec).value();
  EXPECT_EQ(hex(list.number()), "02");
  spec.number = 2;
  EXPECT_EQ(publish_crl(*folder_, spec).error().kind, ErrorKind::invalid) << "a number is given out once";
  EXPECT_EQ(*read_file(dir_ + "/ci.crl", 4096), to_bytes(list.der()));
  ASSERT_TRUE(list.find(dp.serial_number()));
  EXPECT_EQ(list.find(dp.serial_number())->reason, why);
  ASSERT_TRUE(strict.add_crl(list));
  EXPECT_EQ(verify(Role::dp_auth, dp, strict).error().error, pki::ChainError::revoked);
  EXPECT_TRUE(verify(Role::dp_pb, *folder_->certificate(Role::dp_pb), strict));
  // its successor is trusted
  ASSERT_TRUE(*renew_certificate(*folder_, "dp_auth", {}, true, noon, random_));
  EXPECT_TRUE(verify(Role::dp_auth, *folder_->certificate(Role::dp_auth), strict));
}

TEST_P(PkiOffice, reads_its_record_strictly) {
  ASSERT_TRUE(revocations(*folder_)->empty());
  for (const char* bad :
       {"XX 2026-01-01T00:00:00Z unspecified a\n", "01 today unspecified a\n",
        "01 2026-01-01T00:00:00Z because a\n", "\n", "8000 2026-01-01T00:00:00Z unspecified \n"}) {
    ASSERT_TRUE(write_file(dir_ + "/revoked", view(std::string_view(bad)), Readers::everybody, Replace::yes));
    EXPECT_FALSE(revocations(*folder_)) << bad;
  }
}

TEST_P(PkiOffice, takes_in_what_a_server_needs_of_another_ci_and_no_more) {
  const std::string other = dir_ + "-imported";
  auto folder = KeysFolder::open_or_make(other, random_).value();
  const auto import = [&](Role role, Role key, bool with_key = true, bool replace = false) {
    ImportOptions o{.role = role, .replace = replace};
    if (with_key) o.key = (*hierarchy_)[key].key.clone();
    const Status done = import_certificate(folder, hierarchy_->certificate(role), o, noon, random_);
    return done ? std::string() : std::string(name(done.error().kind));
  };
  EXPECT_EQ(import(Role::dp_auth, Role::dp_auth), "not_found") << "its CI is not there yet";
  EXPECT_EQ(import(Role::ci, Role::ci, false), "") << "its key stays where it is";
  EXPECT_EQ(import(Role::dp_auth, Role::dp_auth, false), "not_found") << "a server signs";
  EXPECT_EQ(import(Role::dp_auth, Role::dp_pb), "invalid") << "with another key";
  EXPECT_FALSE(fs::exists(other + "/dp_auth.der"));
  for (Role role : {Role::dp_auth, Role::dp_pb, Role::dp_tls}) EXPECT_EQ(import(role, role), "");
  EXPECT_EQ(import(Role::dp_pb, Role::dp_pb), "exists");
  EXPECT_EQ(import(Role::dp_pb, Role::dp_pb, false, true), "")
      << "a renewed certificate for the key that is there";
  const auto again = KeysFolder::open_or_make(other, random_).value();
  EXPECT_EQ(again.signer(Role::dp_auth).value()->public_key(), (*hierarchy_)[Role::dp_auth].key.public_key());
  EXPECT_EQ(again.keys.private_key("ci").error().kind, ErrorKind::not_found);
}

TEST_P(PkiOffice, takes_in_nothing_that_a_peer_would_refuse) {
  auto folder = KeysFolder::open_or_make(dir_ + "-imported", random_).value();
  ASSERT_TRUE(
      import_certificate(folder, hierarchy_->certificate(Role::ci), {.role = Role::ci}, noon, random_));
  const auto as = [&](Role role, Role what, Time when) {
    ImportOptions o{.role = role, .key = (*hierarchy_)[what].key.clone()};
    return import_certificate(folder, hierarchy_->certificate(what), o, when, random_);
  };
  EXPECT_EQ(as(Role::dp_auth, Role::dp_pb, noon).error().kind, ErrorKind::verification) << "of another role";
  EXPECT_EQ(as(Role::dp_tls, Role::dp_tls, noon + days(4000)).error().kind, ErrorKind::verification)
      << "expired";
  EXPECT_TRUE(as(Role::dp_tls, Role::dp_tls, noon));
}

INSTANTIATE_TEST_SUITE_P(BothCurves, PkiOffice,
                         ::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& i) { return i.param == crypto::Curve::p256 ? "p256" : "brainpool"; });

}  // namespace
}  // namespace sealift::lab
