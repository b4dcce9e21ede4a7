// What a site does with the mistakes and misfortunes of its operator, its network and its disk: a clear error
// that says what to do, and nothing lost or half written. Requests that are merely malformed are tried one by
// one beside the HTTP room; here they meet a whole server, which has to sell its profile afterwards as if
// nothing had been.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>

#include "lab/admin_door.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

namespace fs = std::filesystem;

const http::HostPort server_name{host, 443};
constexpr const char* authenticate_path = "/gsma/rsp2/es9plus/authenticateClient";
const http::Client::Headers es9_fields{{"Content-Type", "application/json"},
                                       {"X-Admin-Protocol", "gsma/rsp/v2.6.0"}};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const std::string& path, std::string_view what) {
  std::ofstream(path, std::ios::binary) << what;
}

/// A folder with a PKI in it, and a site to open there.
class BadFolder : public testing::Test {
 protected:
  BadFolder() {
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.dp_hosts = {host};
    o.eid = World::eid(1);
    o.not_before = start - std::chrono::days(1);
    (void)must(lab::KeysFolder::create(folder.path() + "/pki", must(pki::make_hierarchy(o, random)), random));
  }
  lab::SmdpSiteOptions options() {
    lab::SmdpSiteOptions o;
    o.dir = folder.path();
    o.es9plus().host = host;
    o.add_admin();
    return o;
  }
  Result<std::unique_ptr<lab::SmdpSite>> open() {
    return lab::SmdpSite::open(options(), clock, random, observer);
  }
  void expect_refused(Result<std::unique_ptr<lab::SmdpSite>> site, ErrorKind kind, std::string_view part) {
    ASSERT_FALSE(site);
    EXPECT_EQ(site.error().kind, kind) << site.error().message;
    EXPECT_NE(site.error().message.find(part), std::string::npos) << site.error().message;
    EXPECT_FALSE(fs::exists(folder.path() + "/admin.json")) << "nothing announces a server that is not up";
  }

  TemporaryFolder folder = TemporaryFolder::make().value();
  ManualClock clock{start};
  SeededRandom random{5};
  smdp::Observer observer;
};

TEST_F(BadFolder, without_a_pki_says_which_command_makes_one) {
  fs::remove_all(folder.path() + "/pki");
  expect_refused(open(), ErrorKind::not_found, "sealift pki init " + folder.path() + "/pki");
  EXPECT_TRUE(fs::is_empty(folder.path())) << "nothing is made beside it";
}

TEST_F(BadFolder, with_a_foreign_database_leaves_it_as_it_is) {
  const std::string path = folder.path() + "/smdp.db";
  std::string noise(20'000, '\0');
  random.fill({reinterpret_cast<uint8_t*>(noise.data()), noise.size()});
  for (const std::string& foreign :
       {noise, std::string("orders;in;a;spread;sheet\n"), contents(folder.path() + "/pki/ci.pem")}) {
    write(path, foreign);
    expect_refused(open(), ErrorKind::invalid, path);
    EXPECT_EQ(contents(path), foreign);
  }
}

TEST_F(BadFolder, with_a_certificate_missing_foreign_or_expired_names_it) {
  const std::string path = folder.path() + "/pki/dp_auth.der", good = contents(path);
  fs::remove(path);
  expect_refused(open(), ErrorKind::not_found, "dp_auth.der");
  write(path, contents(folder.path() + "/pki/dp_pb.der"));
  EXPECT_FALSE(open());
  write(path, good.substr(0, good.size() / 2));
  EXPECT_FALSE(open());
  write(path, good);
  clock.set(start + std::chrono::days(365 * 60));
  expect_refused(open(), ErrorKind::verification, "DPauth");
  clock.set(start);
  EXPECT_TRUE(open());
}

TEST_F(BadFolder, says_which_port_is_in_use_and_gives_way) {
  auto first = must(open());
  TemporaryFolder other = TemporaryFolder::make().value();
  fs::copy(folder.path() + "/pki", other.path() + "/pki", fs::copy_options::recursive);
  for (bool es9 : {true, false}) {
    auto o = options();
    o.dir = other.path();
    o.listeners[es9 ? 0 : 1].server.port = es9 ? first->port() : first->admin_port();
    auto second = lab::SmdpSite::open(o, clock, random, observer);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::exists);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
    EXPECT_FALSE(fs::exists(other.path() + "/admin.json"));
  }
  auto o = options();
  o.dir = other.path();
  EXPECT_TRUE(lab::SmdpSite::open(o, clock, random, observer)) << "once the port is another's";
}

TEST_F(BadFolder, is_served_by_one_process_at_a_time) {
  auto first = must(open());
  auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(lab::AdminAddress::find(folder.path())) << "the first goes on";
  first.reset();
  EXPECT_EQ(lab::AdminAddress::find(folder.path()).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(open());
}

TEST_F(BadFolder, keeps_its_token_and_shows_it_to_nobody_else) {
  (void)must(open());
  const std::string path = folder.path() + "/admin.token", token = contents(path);
  EXPECT_EQ(token.size(), 65u);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  (void)must(open());
  EXPECT_EQ(contents(path), token) << "commands that know it go on working";
  fs::permissions(path, fs::perms::others_read, fs::perm_options::add);
  expect_refused(open(), ErrorKind::permission, "chmod 600");
  fs::permissions(path, fs::perms::others_read, fs::perm_options::remove);
  write(path, "no token");
  expect_refused(open(), ErrorKind::invalid, path);
  write(path, "");  // its making was cut short
  EXPECT_TRUE(open());
}

/// What `body` says when it runs as a user who owns nothing here.
template <class Body>
std::string as_nobody(Body body) {
  std::array<int, 2> pipe_ends{};
  if (::pipe(pipe_ends.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    const bool dropped = ::geteuid() != 0 || (::setgid(nobody) == 0 && ::setuid(nobody) == 0);
    const std::string said = dropped ? body() : "cannot become another user";
    ssize_t written = ::write(pipe_ends[1], said.data(), said.size());
    ::_exit(written < 0);
  }
  ::close(pipe_ends[1]);
  std::string said;
  std::array<char, 512> buffer{};
  for (ssize_t n; (n = ::read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
    said.append(buffer.data(), static_cast<size_t>(n));
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  return said;
}

TEST_F(BadFolder, of_somebody_else_says_so) {
  fs::permissions(folder.path(), fs::perms::none);
  if (::geteuid() != 0) GTEST_LOG_(INFO) << "run as the folder's owner, without the right to it";
  const std::string said = as_nobody([&] {
    auto site = open();
    return site ? std::string("opened") : std::string(name(site.error().kind)) + ": " + site.error().message;
  });
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_TRUE(said.starts_with("permission: ")) << said;
  EXPECT_NE(said.find(folder.path()), std::string::npos) << said;
}

/// No file of this process may grow beyond `octets`, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t octets) {
    before_ = ::signal(SIGXFSZ, SIG_IGN);  // which would end the process; a full disk sends nothing
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit full{octets, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, before_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit old_{};
  sighandler_t before_;
};

/// Nothing more fits into the store's journal.
rlim_t full_at(const World& world) {
  return fs::file_size(world.folder.path() + "/smdp.db-wal");
}

TEST(FullDisk, sells_nothing_and_loses_nothing) {
  World world({.keep_in_memory = false});
  const Product product = world.order(1);
  Phone phone(world, 1);
  {
    FullDisk disk(full_at(world));
    auto outcome = phone.download(product.code);
    ASSERT_FALSE(outcome) << "a package must not leave that the server cannot remember";
    EXPECT_EQ(world.log.refusals().back(), smdp::Refusal::server_failed);
    EXPECT_FALSE(world.log.failures().empty()) << "people are told why";
    EXPECT_EQ(world.now(product.order), product.order);
  }
  EXPECT_EQ(phone.profile_count(), 0u);
  auto outcome = phone.download(product.code);
  ASSERT_TRUE(outcome) << outcome.error().error.message;
  EXPECT_EQ(phone.profile_count(), 1u);
}

TEST(FullDisk, takes_no_half_order) {
  World world({.keep_in_memory = false});
  const Product kept = world.order(1);
  auto profile = must(lab::SubscriberProfile::make_numbered(2, 0, world.random));
  auto import = [&] {
    smdp::ImportProfile request;
    request.upp = profile.package.clone();
    request.metadata.serviceProviderName = "Sealift";
    request.metadata.profileName = "Test";
    return smdp::import_profile(world.site->ports(), access::administrator("tester"), std::move(request));
  };
  {
    FullDisk disk(full_at(world));
    auto refused = import();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::io) << refused.error().message;
    EXPECT_EQ(must(smdp::list_orders(world.site->ports(), access::administrator(), {}, {}, 10)),
              std::vector{kept.order});
  }
  const smdp::Order stocked = must(import());
  {
    FullDisk disk(full_at(world));
    EXPECT_FALSE(
        smdp::create_order(world.site->ports(), access::administrator("tester"), {.iccid = stocked.iccid}));
    EXPECT_EQ(world.now(stocked), stocked);
  }
  EXPECT_TRUE(
      smdp::create_order(world.site->ports(), access::administrator("tester"), {.iccid = stocked.iccid}));
}

class BadRequests : public testing::Test {
 protected:
  http::Client client(const std::function<void(http::ClientOptions&)>& change = {}) {
    http::ClientOptions o;
    o.trusted_ci = world.site->ci_certificates();
    o.connect_to = {{server_name, "127.0.0.1", world.site->port()}};
    if (change) change(o);
    return must(http::Client::make(std::move(o), clock));
  }
  World world;
  ManualClock clock{start};
};

TEST_F(BadRequests, do_not_keep_the_server_from_its_work) {
  const Product product = world.order(1);
  auto sender = client();
  auto status = [&](std::string_view path, std::string_view body) {
    auto response = sender.post(server_name, path, es9_fields, body);
    return response ? response->status : 0;
  };
  for (const char* body : {"", "{", "[]", "{\"transactionId\":\"00\"}",
                           "{\"transactionId\":\"zz\",\"authenticateServerResponse\":\"*\"}",
                           "{\"transactionId\":\"01020304\",\"authenticateServerResponse\":\"vzgDAgEF\"}"}) {
    auto response = must(sender.post(server_name, authenticate_path, es9_fields, body));
    EXPECT_EQ(response.status, 200u) << body;
    EXPECT_NE(response.body.find("\"Failed\""), std::string::npos) << response.body;
  }
  EXPECT_EQ(status("/gsma/rsp2/es9plus/handleNotification", "{\"pendingNotification\":\"AAAA\"}"), 204u)
      << "taken, or it would come for ever";
  EXPECT_EQ(status("/gsma/rsp2/es9plus/nothing", "{}"), 404u);
  EXPECT_EQ(status("/admin/v1/orders", "{}"), 404u) << "the administration is not at the phones' door";
  EXPECT_EQ(must(sender.get(server_name, authenticate_path)).status, 405u);
  const unsigned oversized = status(authenticate_path, std::string(3u << 20, 'x'));
  EXPECT_TRUE(oversized == 413 || oversized == 0) << oversized;  // 0: it closed while the body was on its way

  EXPECT_EQ(world.now(product.order), product.order);
  Phone phone(world, 1);
  auto outcome = phone.download(product.code);
  EXPECT_TRUE(outcome) << outcome.error().error.message;
}

TEST_F(BadRequests, are_not_sent_to_a_server_that_is_not_the_right_one) {
  auto refused = [&](http::Client from, const http::HostPort& to) {
    auto response = from.post(to, authenticate_path, es9_fields, "{}");
    EXPECT_FALSE(response);
    return response ? Error{} : response.error();
  };
  const http::HostPort other{"other.example.com", 443};
  Error name = refused(client([&](auto& o) {
                         o.connect_to = {{other, "127.0.0.1", world.site->port()}};
                       }),
                       other);
  EXPECT_EQ(name.kind, ErrorKind::verification) << name.message;
  clock.set(start + std::chrono::days(365 * 60));
  Error expired = refused(client(), server_name);
  EXPECT_EQ(expired.kind, ErrorKind::verification) << expired.message;
  EXPECT_NE(expired.message.find("expired"), std::string::npos) << expired.message;
  EXPECT_EQ(world.site->stats().requests, 0u) << "nothing was said to it";
}

}  // namespace
}  // namespace sealift::e2e
