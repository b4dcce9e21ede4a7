// What a virtual card costs: CPU time of an installation, and memory while it waits.
//
//   bench_card [--json] [--installs N] [--cards N]
//
// Downloads run in this thread, against the functions of an SM-DP+ in this process: what is metered is the
// card's share alone, the time inside Card::transmit (CLOCK_THREAD_CPUTIME_ID). Memory is that of cards which
// hold one profile of 15 KB, were powered on and asked for their profiles, and are then left alone.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/cpu_time.hpp"
#include "base/temporary_folder.hpp"
#include "download/download.hpp"
#include "euicc/install_engine.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_site.hpp"
#include "lab/subscriber_profile.hpp"
#include "lab/virtual_card.hpp"
#include "reader/loopback.hpp"

namespace {

using namespace sealift;

constexpr size_t profile_size = 15 * 1024;

/// ES9+ without a network: the SM-DP+'s functions, called.
class CalledEs9 final : public download::Es9 {
 public:
  explicit CalledEs9(lab::SmdpSite& site, asn1::Oid oid) : site_(site), oid_(std::move(oid)) {}
  download::Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string&, const messages::InitiateAuthenticationRequest& request) override {
    return told(smdp::initiate_authentication(site_.ports(), request));
  }
  download::Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string&, const messages::AuthenticateClientRequest& request) override {
    return told(smdp::authenticate_client(site_.ports(), request));
  }
  download::Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string&, const messages::GetBoundProfilePackageRequest& request) override {
    return told(smdp::get_bound_profile_package(site_.ports(), request));
  }
  download::Es9Result<void> handle_notification(const std::string&,
                                                const messages::HandleNotification& request) override {
    smdp::handle_notification(site_.ports(), request);
    return {};
  }
  download::Es9Result<void> cancel_session(const std::string&,
                                           const messages::CancelSessionRequestEs9& request) override {
    return told(smdp::cancel_session(site_.ports(), request));
  }
  std::vector<asn1::Oid> peer_oids() const override { return {oid_}; }

 private:
  template <class T>
  static download::Es9Result<T> told(Result<T, smdp::Refusal> result) {
    if (result) {
      if constexpr (std::is_void_v<T>) {
        return {};
      } else {
        return std::move(*result);
      }
    }
    return download::Es9Failure{std::nullopt,
                                {ErrorKind::conflict, std::string(smdp::row_of(result.error()).message)}};
  }
  lab::SmdpSite& site_;
  asn1::Oid oid_;
};

/// Counts the card's CPU time by the step of the download it falls into.
class Meter final : public download::ApduTransport, public download::Progress {
 public:
  explicit Meter(euicc::Card& card) : card_(card) {}
  Result<Bytes> transmit(View command) override {
    const double before = thread_cpu_us();
    Bytes response = card_.transmit(command);
    const double spent = thread_cpu_us() - before;
    whole_us += spent;
    if (step_ == download::Step::load_bound_profile_package) install_us += spent;
    return response;
  }
  void step(download::Step now) override { step_ = now; }
  double whole_us = 0, install_us = 0;

 private:
  euicc::Card& card_;
  download::Step step_ = download::Step::open_card;
};

class SaysYes final : public download::Consent {
 public:
  download::Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    return download::Answer::yes;
  }
  std::optional<std::string> confirmation_code() override { return std::nullopt; }
};

struct Figures {
  double install_us = 0, download_us = 0;
  double kb_per_card = 0, kb_in_nvm = 0;
};

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double resident_kb() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1024;
}

/// A PKI, an SM-DP+ and an EUM, in a folder that goes with them.
struct World {
  SystemClock clock;
  SystemRandom random;
  smdp::Observer observer;
  std::optional<TemporaryFolder> folder;
  std::optional<pki::Hierarchy> hierarchy;
  std::unique_ptr<lab::SmdpSite> site;

  Status open() {
    folder.emplace(TRY(TemporaryFolder::make()));
    const std::string& dir = folder->path();
    pki::HierarchyOptions options;
    options.not_before = clock.now() - std::chrono::hours(1);
    options.eid = TRY(lab::eid_number(options.iin, 1));
    hierarchy = TRY(pki::make_hierarchy(options, random));
    (void)TRY(lab::KeysFolder::create(dir + "/pki", *hierarchy, random));
    lab::SmdpSiteOptions site_options;
    site_options.dir = dir;
    site_options.keep_in_memory = true;
    site = TRY(lab::SmdpSite::open(std::move(site_options), clock, random, observer));
    return {};
  }
};

Result<std::string> order(World& world, uint64_t number) {
  smdp::ImportProfile import;
  import.upp = TRY(lab::SubscriberProfile::make_numbered(number, profile_size, world.random)).package.clone();
  import.metadata.serviceProviderName = "Bench";
  import.metadata.profileName = "Bench";
  smdp::CreateOrder create;
  create.iccid =
      TRY(smdp::import_profile(world.site->ports(), access::administrator("bench"), std::move(import))).iccid;
  return smdp::activation_code(
      world.site->ports(),
      TRY(smdp::create_order(world.site->ports(), access::administrator("bench"), create)));
}

/// One download into a new card; its memory afterwards.
Result<Bytes> install(World& world, uint64_t number, std::vector<double>& installs,
                      std::vector<double>& downloads) {
  const pki::Identity& eum = (*world.hierarchy)[pki::Role::eum];
  const Eid eid = TRY(lab::eid_number("89049032", 1000 + number));
  auto data =
      TRY(lab::make_personalisation(eum, world.hierarchy->certificate(pki::Role::ci), eid, world.random));
  auto card = TRY(lab::VirtualCard::make(std::move(data), world.random));
  Meter meter(card.card());
  std::string text = TRY(order(world, number));
  auto code = TRY(download::ActivationCode::parse(text));
  auto es10 = TRY(download::Es10::open(meter));
  CalledEs9 server(*world.site, world.site->ports().signers[0].dpAuth.oid);
  SaysYes consent;
  download::Options options;
  options.deviceInfo = download::default_device_info();
  auto outcome = download::download_profile(es10, server, consent, meter, code, options);
  if (!outcome) return outcome.error().error;
  for (const auto& delivered : TRY(download::deliver_notifications(es10, server, meter)))
    TRY_VOID(delivered.status);
  installs.push_back(meter.install_us);
  downloads.push_back(meter.whole_us);
  return card.nvm().content();
}

/// Memory of `count` cards that were powered on with this content.
Result<double> kb_per_idle_card(const Bytes& content, unsigned count, Random& random) {
  struct Held {
    std::unique_ptr<euicc::MemoryNvm> nvm;
    std::unique_ptr<euicc::Card> card;
  };
  const euicc::SaipEngine engine;
  euicc::TrustCache trust;
  std::vector<Held> cards;
  cards.reserve(count);
  auto add = [&]() -> Status {
    Held held{std::make_unique<euicc::MemoryNvm>(Bytes(content)), nullptr};
    held.card = TRY(euicc::Card::open({*held.nvm, random, engine, nullptr, &trust}));
    reader::Loopback transport(*held.card);
    auto es10 = TRY(download::Es10::open(transport));
    const auto profiles = TRY(es10.profiles());
    if (profiles.size() != 1) return Error{ErrorKind::internal, "the card does not hold its profile"};
    cards.push_back(std::move(held));
    return {};
  };
  for (unsigned i = 0; i < 10; ++i) TRY_VOID(add());  // what is made once does not count
  malloc_trim(0);  // what was freed before must not pass for room that cards do not need
  const double before = resident_kb();
  for (unsigned i = 0; i < count; ++i) TRY_VOID(add());
  return (resident_kb() - before) / count;
}

Result<Figures> measure(unsigned installs, unsigned cards) {
  Figures figures;
  Bytes content;
  SystemRandom random;
  {
    World world;
    TRY_VOID(world.open());
    std::vector<double> install_us, download_us;
    for (unsigned i = 0; i < installs + 3; ++i) {  // the first ones fill caches
      if (i == 3) install_us.clear(), download_us.clear();
      content = TRY(install(world, i, install_us, download_us));
    }
    figures.install_us = median(install_us);
    figures.download_us = median(download_us);
  }
  figures.kb_in_nvm = static_cast<double>(content.size()) / 1024;
  figures.kb_per_card = TRY(kb_per_idle_card(content, cards, random));
  return figures;
}

}  // namespace

int main(int count, char** arguments) {
  bool json = false;
  unsigned installs = 100, cards = 500;
  for (int i = 1; i < count; ++i) {
    auto number = [&](unsigned& into) {
      into = static_cast<unsigned>(std::clamp(std::atoi(arguments[++i]), 1, 100'000));
    };
    if (std::strcmp(arguments[i], "--json") == 0) {
      json = true;
    } else if (std::strcmp(arguments[i], "--installs") == 0 && i + 1 < count) {
      number(installs);
    } else if (std::strcmp(arguments[i], "--cards") == 0 && i + 1 < count) {
      number(cards);
    } else {
      std::fprintf(stderr, "usage: bench_card [--json] [--installs N] [--cards N]\n");
      return 2;
    }
  }
  auto figures = measure(installs, cards);
  if (!figures) {
    std::fprintf(stderr, "bench_card: %s\n", figures.error().message.c_str());
    return 1;
  }
  if (json) {
    std::printf(
        "{\"install_cpu_us\": %.0f, \"download_cpu_us\": %.0f, \"kb_per_idle_card\": %.1f, \"nvm_kb\": "
        "%.1f}\n",
        figures->install_us, figures->download_us, figures->kb_per_card, figures->kb_in_nvm);
    return 0;
  }
  std::printf("%8.0f us  LoadBoundProfilePackage of %zu octets\n", figures->install_us, profile_size);
  std::printf("%8.0f us  all that a card does in a download\n", figures->download_us);
  std::printf(
      "%8.1f KB  of memory for an idle card with that profile, %.1f KB of it its non-volatile memory\n",
      figures->kb_per_card, figures->kb_in_nvm);
}
