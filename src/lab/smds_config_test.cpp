// The configuration file of an SM-DS.
#include "lab/smds_config.hpp"

#include <gmock/gmock.h>

namespace sealift::lab {
namespace {

using ::testing::HasSubstr;

TEST(SmdsConfig, sample_reads_as_the_defaults) {
  const auto read = SmdsConfig::parse("smds.toml", SmdsConfig::sample());
  ASSERT_TRUE(read) << read.error().message;
  const SmdsConfig standard = SmdsConfig::of_folder(read->site.dir);
  EXPECT_EQ(read->site.server.port, standard.site.server.port);
  EXPECT_EQ(read->site.settings.event_ttl.get(), standard.site.settings.event_ttl.get());
  EXPECT_EQ(read->site.settings.limits.for_eid.get(), standard.site.settings.limits.for_eid.get());
  EXPECT_EQ(read->site.es12_port, standard.site.es12_port);
  EXPECT_EQ(read->site.sessions_per_address, standard.site.sessions_per_address);
}

TEST(SmdsConfig, takes_what_a_file_says_and_tells_what_is_wrong) {
  const auto read = SmdsConfig::parse("smds.toml", R"(
dir = "/srv/smds"
[listener]
host = "smds.example.com"
port = 443
es12_port = 8446
[events]
days = 30
audit_days = 365
[root]
address = "root.example.com"
connect_to = ["root.example.com:443:192.0.2.1:8443"]
)");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->site.host, "smds.example.com");
  EXPECT_EQ(read->site.es12_port, 8446);
  EXPECT_EQ(read->site.settings.event_ttl.get(), std::chrono::hours(24 * 30));
  EXPECT_EQ(read->site.settings.keep_audit.get(), std::chrono::hours(24 * 365));
  EXPECT_EQ(read->site.connect_to.size(), 1u);
  const auto problem = [](const std::string& text) {
    const auto config = SmdsConfig::parse("smds.toml", text);
    return config ? std::string() : config.error().message;
  };
  EXPECT_THAT(problem("dir = \"/srv\"\n[events]\ndays = 0\n"), HasSubstr("smds.toml:3: days is 0"));
  EXPECT_THAT(problem("dir = \"/srv\"\n[root]\nconnect_to = [\"x\"]\n"), HasSubstr("root.connect_to"));
  EXPECT_THAT(problem("[log]\n"), HasSubstr("dir is not set"));
  EXPECT_THAT(problem("dir = \"/srv\"\n[trust]\nfurther_cis = [\"none.der\"]\n"), HasSubstr("/srv/none.der"));
}

}  // namespace
}  // namespace sealift::lab
