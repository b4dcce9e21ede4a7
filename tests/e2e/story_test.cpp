// From the operator's order to the network's signal: the demonstration in process, the ways a code reaches a
// phone, what a user then does with the profile, and what becomes of the order.
#include "auc/memory_store.hpp"
#include "lab/demo.hpp"
#include "qr/qr.hpp"
#include "saip/package.hpp"
#include "store/memory/orders.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using download::Step;
using smdp::OrderState;
using smdp::Refusal;

// ---- The demonstration.

struct Watcher final : lab::DemoWatcher {
  std::vector<std::string> steps, messages;
  std::string code;
  void done(const lab::DemoStep& s) override { steps.push_back(s.name); }
  void activation_code(const std::string& text) override { code = text; }
  void message(std::string_view, std::string_view name, View) override { messages.emplace_back(name); }
};

lab::DemoReport demo(Watcher& watcher, const std::function<void(lab::DemoOptions&)>& change = {}) {
  TemporaryFolder folder = TemporaryFolder::make().value();
  lab::DemoOptions options;
  options.dir = folder.path();
  if (change) change(options);
  SystemClock clock;
  SystemRandom random;
  return lab::run_demo(std::move(options), clock, random, watcher);
}

TEST(Demo, tells_the_whole_story) {
  Watcher watcher;
  const auto report = demo(watcher);
  ASSERT_TRUE(report.ok()) << *report.failed_step << ": " << report.error.message;
  const std::vector<std::string> story{"pki",
                                       "smdp",
                                       "card",
                                       "profile",
                                       "order",
                                       "scan",
                                       "open_card",
                                       "euicc_info",
                                       "initiate_authentication",
                                       "authenticate_server",
                                       "authenticate_client",
                                       "consent",
                                       "prepare_download",
                                       "get_bound_profile_package",
                                       "load_bound_profile_package",
                                       "notify",
                                       "enable",
                                       "aka",
                                       "installed"};
  EXPECT_EQ(watcher.steps, story);
  EXPECT_TRUE(watcher.code.starts_with("LPA:1$localhost:"));
  double total = 0;
  for (const auto& s : report.steps) total += s.milliseconds;
  EXPECT_LT(total, 60'000) << "a profile is on the phone in under a minute";
}

TEST(Demo, plays_a_profile_of_ones_own) {
  Watcher watcher;
  SystemRandom random;
  const auto report = demo(watcher, [&](lab::DemoOptions& o) {
    o.profile = std::move(must(lab::SubscriberProfile::make_numbered(4711, 64 * 1024, random)).package);
  });
  EXPECT_TRUE(report.ok()) << *report.failed_step << ": " << report.error.message;
}

TEST(Demo, names_the_step_that_fails) {
  SystemRandom random;
  {
    Watcher watcher;
    const auto report = demo(watcher, [](lab::DemoOptions& o) { o.profile.emplace(to_bytes("no profile")); });
    EXPECT_EQ(report.failed_step, "profile");
    EXPECT_FALSE(report.error.message.empty());
    EXPECT_EQ(watcher.steps, (std::vector<std::string>{"pki", "smdp", "card"}));
  }
  {
    World world;  // it listens on the port that the demonstration asks for
    Watcher watcher;
    const auto report = demo(watcher, [&](lab::DemoOptions& o) { o.port = world.site->port(); });
    EXPECT_EQ(report.failed_step, "smdp");
    EXPECT_EQ(report.error.kind, ErrorKind::exists) << report.error.message;
    EXPECT_NE(report.error.message.find(std::to_string(world.site->port())), std::string::npos)
        << report.error.message;
  }
  {
    World world;  // its folder holds a PKI already
    Watcher watcher;
    const auto report = demo(watcher, [&](lab::DemoOptions& o) { o.dir = world.folder.path(); });
    EXPECT_EQ(report.failed_step, "pki");
    EXPECT_EQ(report.error.kind, ErrorKind::exists) << report.error.message;
  }
  {
    Watcher watcher;
    const auto report = demo(watcher, [](lab::DemoOptions& o) { o.dir = "/proc/no-such-place"; });
    EXPECT_EQ(report.failed_step, "pki");
  }
  {
    Watcher watcher;
    const auto report = demo(watcher, [&](lab::DemoOptions& o) {
      auto package = must(saip::decode(must(lab::SubscriberProfile::make_random(random)).package.expose()));
      package.elements.front().edit<saip::ProfileHeader>()->eUICCMandatoryServices.services.push_back(
          saip::Service::multos);
      o.profile.emplace(saip::encode(package));
    });
    EXPECT_EQ(report.failed_step, "authenticate_client");
    EXPECT_NE(report.error.message.find("4.3"), std::string::npos) << report.error.message;
  }
}

// ---- The activation code.

/// All that was said, but for the signatures: their nonces differ from run to run.
std::vector<std::string> without_signatures(const Trace& trace) {
  std::vector<std::string> out;
  const Bytes head{0x5F, 0x37, 0x40};
  for (const auto& m : trace.messages) {
    Bytes der = m.der;
    for (auto at = der.begin(); (at = std::search(at, der.end(), head.begin(), head.end())) != der.end();
         at += 67) {
      if (der.end() - at < 67) break;
      std::fill(at + 3, at + 67, uint8_t{0});
    }
    out.push_back(m.direction + " " + m.name + " " + hex(der));
  }
  return out;
}

enum class Way { scanned, typed, linked };
std::vector<std::string> download_by(Way way) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  const std::string qr_text = product.code.qr_text();
  std::string text;
  switch (way) {
    case Way::scanned:
      text = must(qr::from_image(must(qr::to_png(qr_text))));
      break;
    case Way::typed:
      text = "  " + product.code.text() + "\n";
      break;
    case Way::linked:
      text = "lpa:" + product.code.text();
      break;
  }
  const auto end = phone.download(must(download::ActivationCode::parse(text)));
  EXPECT_TRUE(end) << end.error().error.message;
  return without_signatures(phone.trace);
}

TEST(ActivationPaths, scanning_typing_and_a_link_are_the_same) {
  const auto scanned = download_by(Way::scanned);
  EXPECT_GT(scanned.size(), 15u);
  for (Way way : {Way::typed, Way::linked}) {
    const auto other = download_by(way);
    ASSERT_EQ(other.size(), scanned.size());
    for (size_t i = 0; i < scanned.size(); ++i) ASSERT_EQ(other[i], scanned[i]);
  }
}

TEST(ActivationPaths, a_code_has_no_secret_and_changes_no_chip) {
  World world;
  Phone phone(world, 1);
  const Bytes before = phone.memory();
  Product product = world.order(1, {.eid = World::eid(1)});
  EXPECT_EQ(phone.memory(), before);
  const std::string text = must(qr::from_image(must(qr::to_png(product.code.qr_text()))));
  EXPECT_EQ(text, "LPA:1$" + host + "$" + product.order.matchingId->value() + "$2.999.10");
  EXPECT_LT(text.size(), 255u);
  EXPECT_TRUE(product.order.matchingId->keeps_grammar());
  const auto subscriber = *product.profile.subscriber();
  for (const std::string& secret :
       {hex(subscriber.k.expose()), hex(subscriber.opc.expose()), subscriber.imsi.digits(),
        product.order.iccid.digits(), World::eid(1).digits()}) {
    EXPECT_EQ(text.find(secret), std::string::npos);
  }
}

// ---- The download.

TEST(Journey, ends_with_the_phone_on_the_network) {
  World world;
  Product product = world.order(1, {.eid = World::eid(1)});
  Phone phone(world, 1);
  lab::Handset handset(phone.contacts);
  EXPECT_EQ(phone.profile_count(), 0u);
  auto unregistered = handset.read_imsi();
  ASSERT_FALSE(unregistered);
  EXPECT_EQ(unregistered.error().kind, ErrorKind::not_found);

  ASSERT_TRUE(phone.download(product.code));
  EXPECT_EQ(phone.pending(), 0u) << "the result was acknowledged and removed";
  EXPECT_EQ(world.log.states(),
            (std::vector{OrderState::released, OrderState::downloaded, OrderState::installed}));
  EXPECT_FALSE(handset.read_imsi()) << "installed is not enabled";
  must(phone.lpa->enable(product.order.iccid.digits()));

  auc::MemorySubscribers subscribers;
  must(subscribers.add(*product.profile.subscriber()));
  const auto attach = must(handset.attach({subscribers, world.random}));
  EXPECT_EQ(attach.imsi, product.profile.subscriber()->imsi);
  EXPECT_TRUE(attach.suspicions.empty());
  // Another network, which has another K for this IMSI, is not believed.
  auto stranger = *product.profile.subscriber();
  stranger.k = Secret<16>(std::span<const uint8_t, 16>(Octets<16>{1}));
  auc::MemorySubscribers fakes;
  must(fakes.add(stranger));
  EXPECT_FALSE(handset.attach({fakes, world.random}));
}

TEST(Journey, moves_nothing_sensitive_before_both_sides_have_proved_themselves) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  std::vector<std::string> order;
  for (const auto& m : phone.trace.messages) {
    if (m.direction == "card>LPA" || m.direction == "LPA>server") order.push_back(m.name);
  }
  const std::vector<std::string> expected{
      "ES10b.GetEUICCInfo1",         "ES10b.GetEUICCChallenge",         "ES9+.InitiateAuthentication",
      "ES10b.AuthenticateServer",    "ES9+.AuthenticateClient",         "ES10b.PrepareDownload",
      "ES9+.GetBoundProfilePackage", "ES10b.LoadBoundProfilePackage",   "ES10b.RetrieveNotificationsList",
      "ES9+.HandleNotification",     "ES10b.RemoveNotificationFromList"};
  EXPECT_EQ(order, expected);
  // On the contacts: no BF36 before the card's answer to BF21.
  const Bytes prepare{0xBF, 0x21}, package{0xBF, 0x36};
  const Bytes& sent = phone.contacts.sent;
  const auto prepared = std::search(sent.begin(), sent.end(), prepare.begin(), prepare.end());
  const auto loaded = std::search(sent.begin(), sent.end(), package.begin(), package.end());
  ASSERT_NE(loaded, sent.end());
  EXPECT_LT(prepared, loaded);
}

TEST(Journey, asks_the_user_and_cancels_by_the_answer) {
  using download::Answer;
  using messages::CancelSessionReason;
  struct Case {
    Answer answer;
    CancelSessionReason reason;
    OrderState after;
  };
  for (const Case& c : {Case{Answer::no, CancelSessionReason::endUserRejection, OrderState::error},
                        Case{Answer::postponed, CancelSessionReason::postponed, OrderState::released},
                        Case{Answer::timed_out, CancelSessionReason::timeout, OrderState::released}}) {
    World world;
    Product product = world.order(1);
    Phone phone(world, 1);
    phone.user.answer = c.answer;
    const auto end = phone.download(product.code);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().step, Step::consent);
    EXPECT_EQ(end.error().cancelled, c.reason);
    EXPECT_EQ(phone.user.asked, 1u);
    EXPECT_EQ(phone.profile_count(), 0u);
    EXPECT_FALSE(phone.wire.package) << "no package left the server";
    EXPECT_EQ(world.now(product.order).state, c.after);
  }
}

// ---- The profiles on the card.

size_t rows(World& world, std::string_view action) {
  const auto audit = dynamic_cast<store::MemoryOrders&>(world.site->ports().orders).audit();
  return static_cast<size_t>(
      std::count_if(audit.begin(), audit.end(), [&](const auto& a) { return a.action == action; }));
}

std::string enabled(Phone& phone) {
  std::string out;
  for (const auto& p : must(phone.lpa->profiles())) {
    if (p.profileState == messages::ProfileState::enabled) out += p.iccid->digits();
  }
  return out;
}

TEST(Profiles, are_switched_disabled_named_and_deleted_and_the_server_hears_of_each_once) {
  World world;
  Product a = world.order(1), b = world.order(2);
  Phone phone(world, 1);
  lab::Handset handset(phone.contacts);
  ASSERT_TRUE(phone.download(a.code));
  ASSERT_TRUE(phone.download(b.code));
  const std::string first = a.order.iccid.digits(), second = b.order.iccid.digits();

  must(phone.lpa->enable(first));
  EXPECT_EQ(enabled(phone), first);
  EXPECT_EQ(must(handset.read_imsi()), a.profile.subscriber()->imsi);
  must(phone.lpa->enable(second));
  EXPECT_EQ(enabled(phone), second);
  EXPECT_EQ(must(handset.read_imsi()), b.profile.subscriber()->imsi);
  EXPECT_EQ(phone.lpa->enable(second).error().kind, ErrorKind::conflict);
  EXPECT_EQ(phone.lpa->remove(second).error().kind, ErrorKind::conflict)
      << "an enabled profile is not deleted";
  must(phone.lpa->disable(second));
  EXPECT_EQ(enabled(phone), "");
  EXPECT_FALSE(handset.read_imsi());
  must(phone.lpa->set_nickname(first, "Holiday"));
  const auto named = must(phone.lpa->profiles());
  EXPECT_EQ(
      std::count_if(named.begin(), named.end(), [](const auto& p) { return p.profileNickname == "Holiday"; }),
      1);
  must(phone.lpa->remove(first));
  EXPECT_EQ(phone.profile_count(), 1u);
  EXPECT_EQ(phone.lpa->enable(first).error().kind, ErrorKind::not_found);

  EXPECT_EQ(phone.pending(), 5u);  // enable a; disable a, enable b; disable b; delete a
  for (int again = 0; again < 2; ++again) {
    for (const auto& d : must(phone.lpa->deliver_notifications()))
      EXPECT_TRUE(d.status) << d.status.error().message;
  }
  EXPECT_EQ(phone.pending(), 0u);
  EXPECT_EQ(rows(world, "profile_enabled"), 2u);
  EXPECT_EQ(rows(world, "profile_disabled"), 2u);
  EXPECT_EQ(rows(world, "profile_deleted"), 1u);
  EXPECT_EQ(rows(world, "installation_result"), 2u);
  EXPECT_EQ(phone.wire.notifications.size(), 7u);
  EXPECT_TRUE(world.log.ignored().empty());

  // A notification that is sent again, by whomever, is acknowledged and changes nothing.
  const auto replayed = phone.wire.notifications;
  const auto states = world.log.states();
  for (int round = 0; round < 2; ++round) {
    for (const auto& n : replayed) EXPECT_TRUE(phone.server.handle_notification(host, n));
  }
  // An installation result is taken by its delivery, not by its number: told again, it is noted once.
  EXPECT_EQ(world.log.ignored().size(), 2 * replayed.size() - 2);
  EXPECT_EQ(world.log.states(), states);
  EXPECT_EQ(rows(world, "profile_enabled"), 2u);
  EXPECT_EQ(rows(world, "profile_deleted"), 1u);
}

TEST(Profiles, change_nothing_of_the_eid) {
  World world;
  Product a = world.order(1), b = world.order(2);
  Phone phone(world, 7);
  const Eid eid = World::eid(7);
  EXPECT_EQ(eid.digits().size(), 32u);
  EXPECT_EQ(must(phone.lpa->eid()), eid);
  ASSERT_TRUE(phone.download(a.code));
  ASSERT_TRUE(phone.download(b.code));
  EXPECT_EQ(must(phone.lpa->eid()), eid);
  must(phone.lpa->remove(a.order.iccid.digits()));
  EXPECT_EQ(must(phone.lpa->eid()), eid);

  messages::EuiccMemoryResetRequest reset;
  reset.resetOptions = {messages::ResetOption::deleteOperationalProfiles,
                        messages::ResetOption::deleteFieldLoadedTestProfiles,
                        messages::ResetOption::resetDefaultSmdpAddress};
  auto done = must(phone.es10->call<messages::EuiccMemoryResetResponse>("ES10c.eUICCMemoryReset", reset));
  EXPECT_EQ(done.resetResult, messages::ResetResult::ok);
  EXPECT_EQ(phone.profile_count(), 0u);
  EXPECT_EQ(must(phone.lpa->eid()), eid);
  must(phone.card.restart());
  EXPECT_EQ(phone.card.card().eid(), eid);
}

// ---- The order.

std::string code_of(const Result<download::Outcome, download::Failure>& end) {
  if (end) return "installed";
  if (!end.error().status) return end.error().error.message;
  return end.error().status->subjectCode + "/" + end.error().status->reasonCode;
}

TEST(Orders, answer_by_their_state) {
  World world;
  Product product = world.order(1);
  Phone owner(world, 1), other(world, 2);
  EXPECT_EQ(world.now(product.order).state, OrderState::released);

  owner.wire.cut = true;  // the package is made and delivered, and lost on the way
  EXPECT_FALSE(owner.download(product.code));
  EXPECT_EQ(world.now(product.order).state, OrderState::downloaded);
  EXPECT_EQ(world.now(product.order).eid, World::eid(1));
  EXPECT_EQ(code_of(other.download(product.code)), "8.1.1/3.8") << "it is bound to the first now";

  owner.wire.cut = false;
  EXPECT_EQ(code_of(owner.download(product.code)), "installed") << "the first may try again";
  EXPECT_EQ(world.now(product.order).state, OrderState::installed);
  EXPECT_EQ(code_of(owner.download(product.code)), "8.2/1.2") << "the code is spent";
  EXPECT_EQ(code_of(other.download(product.code)), "8.1.1/3.8");
  must(owner.lpa->remove(product.order.iccid.digits()));
  (void)must(owner.lpa->deliver_notifications());
  EXPECT_EQ(code_of(owner.download(product.code)), "8.2/1.2") << "and stays so when the profile is deleted";

  Product refused = world.order(2);
  owner.user.answer = download::Answer::no;
  EXPECT_FALSE(owner.download(refused.code));
  EXPECT_EQ(world.now(refused.order).state, OrderState::error);
  owner.user.answer = download::Answer::yes;
  EXPECT_EQ(code_of(owner.download(refused.code)), "8.2/1.2");

  download::ActivationCode unknown = refused.code;
  unknown.acToken = *MatchingId::parse("NO-SUCH-CODE");
  EXPECT_EQ(code_of(owner.download(unknown)), "8.2.6/3.8");
}

}  // namespace
}  // namespace sealift::e2e
