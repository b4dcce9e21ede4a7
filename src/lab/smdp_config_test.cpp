// The configuration file of an SM-DP+: what it says, what it may not say, and how it explains itself.
#include "lab/smdp_config.hpp"

#include <gmock/gmock.h>

#include "base/files.hpp"

namespace sealift::lab {
namespace {

using ::testing::HasSubstr;

SmdpConfig parsed(const std::string& text) {
  auto config = SmdpConfig::parse("smdp.toml", text);
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? std::move(*config) : SmdpConfig();
}
std::string problem(const std::string& text) {
  auto config = SmdpConfig::parse("smdp.toml", text);
  EXPECT_FALSE(config);
  return config ? "" : config.error().message;
}

TEST(SmdpConfig, that_names_only_its_folder_is_that_of_the_folder) {
  const SmdpConfig config = parsed("dir = \"/srv/one\"\n");
  EXPECT_EQ(config.site.dir, "/srv/one");
  ASSERT_EQ(config.site.listeners.size(), 2u);
  EXPECT_TRUE(config.site.listeners[0].serves(Interface::es9plus));
  EXPECT_EQ(config.site.listeners[0].server.port, 8443);
  EXPECT_EQ(config.site.listeners[0].host, "localhost");
  EXPECT_TRUE(config.site.listeners[1].serves(Interface::admin));
  EXPECT_EQ(config.site.sessions_per_address, 2000u);
  EXPECT_EQ(config.site.calls_per_principal, 6000u);
  EXPECT_EQ(config.site.drain, std::chrono::seconds(0));
}

TEST(SmdpConfig, names_the_database_that_nodes_share) {
  EXPECT_EQ(parsed("dir = \"/srv/one\"\n").site.store, "");
  const std::string url = "postgresql://sealift@db/sealift?passfile=/etc/sealift/pgpass";
  EXPECT_EQ(parsed("dir = \"/srv/one\"\n[store]\nurl = \"" + url + "\"\n").site.store, url);
}

TEST(SmdpConfig, sample_reads_as_the_defaults_and_every_key_in_it_is_known) {
  const std::string sample = SmdpConfig::sample();
  const SmdpConfig read = parsed(sample), standard = SmdpConfig::of_folder(read.site.dir);
  EXPECT_EQ(read.site.listeners.size(), standard.site.listeners.size());
  for (size_t i = 0; i < read.site.listeners.size(); ++i) {
    const ListenerOptions &a = read.site.listeners[i], &b = standard.site.listeners[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.interfaces, b.interfaces);
    EXPECT_EQ(a.server.address, b.server.address);
    EXPECT_EQ(a.server.port, b.server.port);
    EXPECT_EQ(a.server.workers, b.server.workers);
    EXPECT_EQ(a.server.max_connections, b.server.max_connections);
    EXPECT_EQ(a.server.max_body, b.server.max_body);
    EXPECT_EQ(a.server.idle_timeout, b.server.idle_timeout);
    EXPECT_EQ(a.host, b.host);
  }
  EXPECT_EQ(read.site.settings.lowest_svn, standard.site.settings.lowest_svn);
  EXPECT_EQ(read.site.settings.session_ttl.get(), standard.site.settings.session_ttl.get());
  EXPECT_EQ(read.site.crl_policy, standard.site.crl_policy);
  // What stands as a comment because it has no default is a key as well.
  std::string all = sample;
  for (size_t at = 0; (at = all.find("\n# tls_", at)) != std::string::npos;) all.erase(at + 1, 2);
  EXPECT_NE(all, sample);
  EXPECT_THAT(problem(all), HasSubstr("give both")) << "known, and empty as they stand there";
}

TEST(SmdpConfig, reference_page_is_what_the_program_says) {
  const auto page = read_file("docs/reference/configuration.md", 1 << 20);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(std::string(text(*page)), HasSubstr(SmdpConfig::reference()))
      << "print it anew with `sealift smdp check-config --print-reference`";
}

TEST(SmdpConfig, takes_listeners_with_certificates_of_their_own) {
  const SmdpConfig config = parsed(R"(
dir = "/srv/smdp"
[[listener]]
name = "nist"
host = "smdp.example.com"
port = 443
address = "::"
tls_chain = "tls/fullchain.pem"
tls_key = "/etc/sealift/key.pem"
[[listener]]
name = "brainpool"
port = 8001
public_port = 8001
certificates = "pki-brainpool"
[[listener]]
name = "operators"
interfaces = ["admin", "metrics"]
port = 8444
)");
  ASSERT_EQ(config.site.listeners.size(), 3u);
  const auto& [nist, brainpool, operators] =
      std::tie(config.site.listeners[0], config.site.listeners[1], config.site.listeners[2]);
  EXPECT_EQ(nist.tls->chain, "/srv/smdp/tls/fullchain.pem");
  EXPECT_EQ(nist.tls->key, "/etc/sealift/key.pem");
  EXPECT_EQ(brainpool.certificates, "/srv/smdp/pki-brainpool");
  EXPECT_EQ(brainpool.host, "smdp.example.com") << "that of the first";
  EXPECT_EQ(operators.interfaces, (std::set{Interface::admin, Interface::metrics}));
}

TEST(SmdpConfig, names_a_listener_that_has_no_name_after_what_it_serves) {
  const SmdpConfig config = parsed(R"(
dir = "/srv/smdp"
[[listener]]
[[listener]]
port = 8001
[[listener]]
name = "es9plus-2"
port = 8002
[[listener]]
interfaces = ["metrics", "admin"]
)");
  std::vector<std::string> names;
  for (const ListenerOptions& one : config.site.listeners) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"es9plus", "es9plus-3", "es9plus-2", "admin"}));
}

TEST(SmdpConfig, says_the_line_the_key_and_what_is_allowed) {
  const std::string dir = "dir = \"/srv/smdp\"\n";
  EXPECT_EQ(problem(dir + "[orders]\nconfirmation_attempts = 11\n"),
            "smdp.toml:3: confirmation_attempts is 11; it has to be a whole number from 1 to 10");
  EXPECT_EQ(problem(dir + "[orders]\nrebind = \"no\"\n"), "smdp.toml:3: rebind has to be true or false");
  EXPECT_THAT(
      problem(dir + "[[listener]]\nprot = 443\n"),
      HasSubstr(
          "smdp.toml:3: there is no key 'prot' in [[listener]]; there are name, interfaces, address, port"));
  EXPECT_THAT(problem(dir + "[[listener]]\ninterfaces = [\"es9\"]\n"),
              HasSubstr("smdp.toml:3: interfaces has \"es9\"; it has to be a list of \"es9plus\""));
  EXPECT_THAT(problem(dir + "[trust]\ncrl = \"maybe\"\n"), HasSubstr("one of \"if-present\", \"required\""));
  EXPECT_THAT(problem(dir + "[orders]\nlowest_svn = \"2.300.0\"\n"), HasSubstr("a version such as"));
  EXPECT_THAT(problem(dir + "[limit]\n"),
              HasSubstr("smdp.toml:2: there is no key 'limit' above the first table"));
  EXPECT_THAT(problem(dir + "listener = 3\n"), HasSubstr("[[listener]]"));
  EXPECT_THAT(problem(dir + "orders = 3\n"), HasSubstr("orders is a table"));
  EXPECT_THAT(problem(dir + "dir = \"again\"\n"), HasSubstr("smdp.toml:2: "));
  EXPECT_THAT(problem("port = \n"), HasSubstr("smdp.toml:1: "));
  EXPECT_THAT(problem(""), HasSubstr("dir is not set"));
}

TEST(SmdpConfig, tells_of_everything_that_is_wrong_at_once) {
  const std::string all = problem("dir = 1\n[limits]\nguesses_per_eid = -1\nguess = 2\n");
  for (const char* line : {"smdp.toml:1: ", "smdp.toml:3: ", "smdp.toml:4: "})
    EXPECT_THAT(all, HasSubstr(line));
}

TEST(SmdpConfig, refuses_listeners_that_do_not_go_together) {
  const std::string dir = "dir = \"/srv/smdp\"\n", admin = "[[listener]]\ninterfaces = [\"admin\"]\n";
  EXPECT_THAT(problem(dir + admin), HasSubstr("no listener serves es9plus"));
  EXPECT_THAT(problem(dir + "[[listener]]\n" + admin + admin),
              HasSubstr("more than one listener serves admin"));
  EXPECT_THAT(problem(dir + "[[listener]]\nname = \"a\"\n[[listener]]\nname = \"a\"\n"),
              HasSubstr("two listeners have the name 'a'"));
  EXPECT_THAT(problem(dir + "[[listener]]\ntls_chain = \"a\"\n"), HasSubstr("give both"));
}

TEST(SmdpConfig, of_any_octets_is_refused_or_read) {
  SeededRandom random(3);
  const std::string sample = SmdpConfig::sample();
  for (int i = 0; i < 2000; ++i) {
    std::string text = sample;
    for (uint8_t octet : random.octets<6>())
      text[(octet * 131u + static_cast<unsigned>(i) * 17u) % text.size()] = static_cast<char>(octet);
    const auto config = SmdpConfig::parse("smdp.toml", text);
    if (config) continue;
    EXPECT_THAT(config.error().message, HasSubstr("smdp.toml")) << text;
  }
}

}  // namespace
}  // namespace sealift::lab
