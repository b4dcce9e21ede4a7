#include "lab/demo.hpp"

#include <chrono>
#include <mutex>

#include "auc/memory_store.hpp"
#include "card/file_nvm.hpp"
#include "euicc/install_engine.hpp"
#include "http/es9_client.hpp"
#include "lab/handset.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_site.hpp"
#include "lab/subscriber_profile.hpp"
#include "lab/virtual_card.hpp"
#include "lpa/lpa.hpp"
#include "qr/qr.hpp"
#include "reader/loopback.hpp"

namespace sealift::lab {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Says yes to everything that the user of a demonstration has asked for by starting it.
class Agreeable final : public lpa::UserInterface {
 public:
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    return download::Answer::yes;
  }
  std::optional<std::string> confirmation_code() override { return std::nullopt; }
  download::Answer enable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer disable(const messages::ProfileInfo&) override { return download::Answer::yes; }
  download::Answer remove(const messages::ProfileInfo&) override { return download::Answer::yes; }
};

/// Keeps what went wrong inside the server, which its peers are not told.
class ServerTroubles final : public smdp::Observer {
 public:
  void failed(smdp::Function, const Error& error) override {
    std::lock_guard lock(mutex_);
    last_ = error.message;
  }
  std::string last() {
    std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::string last_;
};

/// What people and programs call a step of the download.
struct StepName {
  const char* name;
  const char* text;
};
StepName step_name(download::Step step) {
  using download::Step;
  switch (step) {
    case Step::get_euicc_info:
      return {"euicc_info", "the card tells its version, its CIs and a challenge"};
    case Step::initiate_authentication:
      return {"initiate_authentication", "the server signs the card's challenge"};
    case Step::authenticate_server:
      return {"authenticate_server", "right server? the card verifies it, then shows itself"};
    case Step::authenticate_client:
      return {"authenticate_client", "right chip? the server verifies the card and offers the profile"};
    case Step::consent:
      return {"consent", "the user agrees"};
    case Step::prepare_download:
      return {"prepare_download", "the card makes a one-time key"};
    case Step::get_bound_profile_package:
      return {"get_bound_profile_package", "for this chip only: the server binds the package to that key"};
    case Step::load_bound_profile_package:
      return {"load_bound_profile_package", "the card opens, checks and installs the profile"};
    case Step::notify:
      return {"notify", "the card's signed result reaches the server"};
    case Step::open_card:
    case Step::done:
      break;
  }
  return {"", ""};
}

class Demo final : public download::Progress {
 public:
  Demo(DemoOptions options, Clock& clock, Random& random, DemoWatcher& watcher)
      : options_(std::move(options)), clock_(clock), random_(random), watcher_(watcher) {}

  DemoReport run() {
    Status status = story();
    if (!status) {
      report_.failed_step = name_;
      report_.error = std::move(status.error());
      if (auto trouble = observer_.last(); !trouble.empty())
        report_.error.message += " (inside the server: " + trouble + ")";
    }
    return std::move(report_);
  }

  void step(download::Step step) override {
    StepName s = step_name(step);
    if (*s.name)
      begin(s.name, s.text);
    else
      finish();
  }
  void message(std::string_view direction, std::string_view name, View der) override {
    watcher_.message(direction, name, der);
  }

 private:
  void begin(const char* name, std::string text) {
    finish();
    name_ = name;
    text_ = std::move(text);
    since_ = SteadyClock::now();
  }
  /// The step under way has succeeded.
  void finish() {
    if (name_.empty()) return;
    double ms = std::chrono::duration<double, std::milli>(SteadyClock::now() - since_).count();
    report_.steps.push_back({name_, text_, ms});
    watcher_.done(report_.steps.back());
    name_.clear();
  }

  Status story();
  Status make_pki();
  Status open_site();
  Status make_card();
  Status make_profile();
  Status make_order();
  Status scan();
  Status provision();
  Status enable();
  Status register_with_network();
  Status check_order();

  DemoOptions options_;
  Clock& clock_;
  Random& random_;
  DemoWatcher& watcher_;
  DemoReport report_;
  std::string name_, text_;
  SteadyClock::time_point since_;

  ServerTroubles observer_;
  std::unique_ptr<SmdpSite> site_;
  euicc::SaipEngine engine_;
  std::unique_ptr<card::FileNvm> nvm_;
  std::unique_ptr<euicc::Card> card_;
  std::optional<reader::Loopback> transport_;
  std::optional<http::Client> client_;
  std::optional<download::Es10> es10_;
  std::optional<SubscriberProfile> profile_;
  auc::MemorySubscribers subscribers_;
  Iccid iccid_;
  std::string qr_text_;
  download::ActivationCode code_;
};

Status Demo::make_pki() {
  begin("pki", "a certificate issuer, an eUICC manufacturer and a server get keys and certificates");
  pki::HierarchyOptions h;
  h.eid = TRY(eid_number(h.iin, 1));
  h.not_before = clock_.now() - std::chrono::hours(1);
  for (const crypto::Curve& curve : options_.curves) {
    h.curve = h.tls_curve = curve;
    auto hierarchy = TRY(pki::make_hierarchy(h, random_));
    const bool first = &curve == &options_.curves.front();
    (void)TRY(first ? KeysFolder::create(options_.dir + "/pki", hierarchy, random_)
                    : KeysFolder::add(options_.dir + "/pki", hierarchy, random_));
    text_ += (first ? " on " : " and on ") + std::string(crypto::name(curve));
  }
  return {};
}

Status Demo::open_site() {
  begin("smdp", "an SM-DP+ listens on TLS");
  SmdpSiteOptions o;
  o.dir = options_.dir;
  o.es9plus().server.port = options_.port;
  if (options_.serve) o.add_admin();
  site_ = TRY(SmdpSite::open(std::move(o), clock_, random_, observer_));
  text_ += ": https://" + site_->smdp_address();
  return {};
}

Status Demo::make_card() {
  const bool one = options_.curves.size() == 1;
  begin("card", std::string("an eUICC is made: EID, key, certificates, and trust in ") +
                    (one ? "one issuer" : "each issuer"));
  std::vector<CardIssuer> issuers;
  auto sets = TRY(KeysFolder::open_all(options_.dir + "/pki"));
  for (const KeysFolder& set : sets) {
    auto eum = TRY(set.identity(pki::Role::eum));
    issuers.push_back({std::move(eum), TRY(set.certificate(pki::Role::ci))});
  }
  Eid eid = TRY(eid_number("89049032", 1));
  nvm_ = TRY(card::FileNvm::create(options_.dir + "/card.euicc"));
  auto data = TRY(make_personalisation(issuers, eid, random_));
  TRY_VOID(euicc::Card::personalise(*nvm_, std::move(data)));
  card_ = TRY(euicc::Card::open({*nvm_, random_, engine_, nullptr}));
  transport_.emplace(*card_);
  text_ += " (EID " + eid.digits() + ")";
  return {};
}

Status Demo::make_profile() {
  if (options_.profile) {
    begin("profile", "the operator's profile is read");
    profile_ = TRY(SubscriberProfile::from_package(std::move(*options_.profile)));
  } else {
    begin("profile", options_.tuak ? "the operator makes a USIM profile from IMSI, K and TOPc"
                                   : "the operator makes a USIM profile from IMSI, K and OPc");
    profile_ = TRY(SubscriberProfile::make_random(random_, options_.tuak));
  }
  return {};
}

Status Demo::make_order() {
  begin("order", "the profile goes into stock, sealed, and an order for it is released");
  smdp::ImportProfile import;
  import.upp = profile_->package.clone();
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Demonstration";
  messages::NotificationConfigurationInformation notify;
  notify.profileManagementOperation = {messages::NotificationEventBit::notificationEnable,
                                       messages::NotificationEventBit::notificationDisable,
                                       messages::NotificationEventBit::notificationDelete};
  notify.notificationAddress = site_->smdp_address();
  import.metadata.notificationConfigurationInfo = std::vector{notify};
  smdp::Order stock =
      TRY(smdp::import_profile(site_->ports(), access::administrator("demo"), std::move(import)));
  smdp::CreateOrder order;
  order.iccid = iccid_ = stock.iccid;
  smdp::Order released = TRY(smdp::create_order(site_->ports(), access::administrator("demo"), order));
  qr_text_ = "LPA:" + TRY(smdp::activation_code(site_->ports(), released));
  watcher_.activation_code(qr_text_);
  return {};
}

Status Demo::scan() {
  begin("scan", "the activation code becomes a QR code, and the phone reads it");
  Bytes picture = TRY(qr::to_png(qr_text_));
  std::string scanned = TRY(qr::from_image(picture));
  code_ = TRY(download::ActivationCode::parse(scanned));
  return {};
}

Status Demo::provision() {
  begin("open_card", "the phone opens a channel to the card's ISD-R");
  http::ClientOptions o;
  o.trusted_ci = site_->ci_certificates();
  auto host = TRY(http::HostPort::parse(site_->smdp_address()));
  o.connect_to = {{host, "127.0.0.1", site_->port()}};
  client_.emplace(TRY(http::Client::make(std::move(o), clock_)));
  TRY_VOID(Handset(*transport_).start());
  es10_.emplace(TRY(download::Es10::open(*transport_)));
  http::Es9Client es9(*client_);
  Agreeable user;
  lpa::Lpa lpa(*es10_, es9, user, *this);
  download::Options options;
  options.deviceInfo = download::default_device_info();
  auto outcome = lpa.download(code_, options);
  if (!outcome) {
    name_ = step_name(outcome.error().step).name;
    return std::move(outcome.error().error);
  }
  finish();
  return {};
}

Status Demo::enable() {
  begin("enable", "the user enables the profile");
  http::Es9Client es9(*client_);
  Agreeable user;
  Progress quiet;
  lpa::Lpa lpa(*es10_, es9, user, quiet);
  TRY_VOID(lpa.enable(iccid_.digits()));
  for (auto& d : TRY(lpa.deliver_notifications())) TRY_VOID(std::move(d.status));
  es10_->set_tracer(nullptr);
  return {};
}

Status Demo::register_with_network() {
  auto subscriber = profile_->subscriber();
  if (!subscriber) {
    begin("read_usim", "the phone reads the USIM (neither Milenage nor TUAK: no authentication)");
    text_ += ": IMSI " + TRY(Handset(*transport_).read_imsi()).digits();
    return {};
  }
  begin("aka", "the network challenges the USIM, and both prove that they know K");
  TRY_VOID(subscribers_.add(*subscriber));
  Attach attach = TRY(Handset(*transport_).attach({subscribers_, random_}));
  text_ += ": IMSI " + attach.imsi.digits() + " is registered";
  return {};
}

Status Demo::check_order() {
  begin("installed", "the operator's order says installed");
  auto order = TRY(smdp::show_order(site_->ports(), access::administrator(), iccid_));
  if (order.state == smdp::OrderState::installed) return {};
  return Error{ErrorKind::conflict, "the order is in state " + std::string(smdp::name(order.state))};
}

Status Demo::story() {
  TRY_VOID(make_pki());
  TRY_VOID(open_site());
  TRY_VOID(make_card());
  TRY_VOID(make_profile());
  TRY_VOID(make_order());
  TRY_VOID(scan());
  TRY_VOID(provision());
  TRY_VOID(enable());
  TRY_VOID(register_with_network());
  TRY_VOID(check_order());
  finish();
  es10_.reset();
  if (options_.serve) {
    card_.reset();  // so that other programs can open the card's file
    nvm_.reset();
    watcher_.until_stopped(site_->smdp_address());
  }
  return {};
}

}  // namespace

DemoReport run_demo(DemoOptions options, Clock& clock, Random& random, DemoWatcher& watcher) {
  return Demo(std::move(options), clock, random, watcher).run();
}

}  // namespace sealift::lab
