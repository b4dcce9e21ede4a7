// A store put back from a backup: what was given out after it is not given out again (G-BKP-1).
#include "access/directory.hpp"
#include "lab/smdp_backup.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

/// As two people open issuance again.
void open_issuance(World& world) {
  access::Directory& directory = *world.site->ports().directory;
  access::Record record = *must(directory.records().find(access::switch_kind, access::issuance_name));
  record.content = asn1::encode(access::Issuance{});
  must(directory.records().put(record, {}));
  must(directory.refresh());
}

TEST(Restore, gives_out_nothing_until_people_have_looked_and_what_was_given_out_since_to_nobody_else) {
  World world({.keep_in_memory = false});
  const Product given = world.order(1), waiting = world.order(2);
  Phone first(world, 1);
  const std::string backup = world.folder.path() + "/backup";
  must(store::back_up(world.folder.path() + "/smdp.db", backup));
  ASSERT_TRUE(first.download(given.code));

  world.site.reset();
  const auto facts = must(lab::restore_site(world.folder.path(), backup, true, world.clock));
  EXPECT_EQ(facts.orders, 2u);
  EXPECT_EQ(facts.open, 2u);
  world.site = must(lab::SmdpSite::open(world.site_options, world.clock, world.random, world.log));
  EXPECT_EQ(world.now(given.order).state, smdp::OrderState::released) << "the backup does not know";

  Phone second(world, 2);
  EXPECT_FALSE(second.download(given.code));
  EXPECT_FALSE(second.download(waiting.code));
  EXPECT_EQ(second.profile_count(), 0u);
  EXPECT_FALSE(smdp::release_order(world.site->ports(), access::administrator("tester"), given.order.iccid));

  must(smdp::cancel_order(world.site->ports(), access::administrator("tester"), given.order.iccid, false));
  open_issuance(world);
  EXPECT_FALSE(second.download(given.code));
  ASSERT_TRUE(second.download(waiting.code));
  EXPECT_EQ(second.profile_count(), 1u);
}

}  // namespace
}  // namespace sealift::e2e
