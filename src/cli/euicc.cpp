// sealift euicc: make a virtual card in a file, look at it, and open a door onto it.
#include <signal.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>

#include "base/files.hpp"
#include "card/file_nvm.hpp"
#include "card/stdio.hpp"
#include "card/tcp.hpp"
#include "card/vpcd.hpp"
#include "cli/trust_files.hpp"
#include "download/activation_code.hpp"
#include "euicc/install_engine.hpp"
#include "lab/eid_register.hpp"
#include "lab/keys_folder.hpp"
#include "lab/virtual_card.hpp"
#include "messages/es10a.hpp"
#include "messages/es10b.hpp"
#include "messages/es10c.hpp"
#include "messages/rat_json.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string file;
  // make
  std::string keys;
  std::vector<std::string> curves;
  std::vector<std::string> certificates, private_keys, eums, cis;
  std::string eid;
  std::string default_dp_address;
  std::string root_ds_address = "localhost";
  uint32_t capacity = 2u << 20;
  bool no_test_profiles = false;
  bool no_policy_rules = false;
  std::string rat;
  std::vector<std::string> test_profile_servers;
  std::string minimum_security_level;
  // serve
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  // run
  std::string door;
  // stdio
  std::vector<std::string> command;
};

/// A card in its file, with what it needs around it.
struct OpenCard {
  std::unique_ptr<card::FileNvm> nvm;
  SystemRandom random;
  euicc::SaipEngine engine;
  std::unique_ptr<euicc::Card> card;

  Status open(const std::string& file) {
    nvm = TRY(card::FileNvm::open(file));
    card = TRY(euicc::Card::open({*nvm, random, engine}));
    return {};
  }
};

/// The given EID, or one drawn at random from the range that the EUM's name constraint allows.
Result<Eid> choose_eid(const std::string& given, const pki::Certificate& eum, Random& random) {
  if (!given.empty()) return Eid::parse(given);
  std::string digits;
  if (const auto& constraints = eum.extensions().name_constraints) {
    for (const auto& name : constraints->value.permitted_directory_names) {
      digits = std::string(name.get(pki::attribute::serial_number).value_or(""));
    }
  }
  constexpr size_t before_check_digits = 30;
  for (uint8_t octet : random.octets<before_check_digits>()) {
    if (digits.size() < before_check_digits) digits += static_cast<char>('0' + octet % 10);
  }
  return Eid::with_check_digits(digits);
}

/// The CIs of the folder that the card belongs to: all in the folder's order, or those of the curves asked
/// for, in the order asked.
Result<std::vector<lab::CardIssuer>> card_issuers(const Options& o) {
  std::vector<lab::CardIssuer> all, out;
  auto sets = TRY(lab::KeysFolder::open_all(o.keys));
  for (const lab::KeysFolder& set : sets) {
    auto eum = TRY(set.identity(pki::Role::eum));
    all.push_back({std::move(eum), TRY(set.certificate(pki::Role::ci))});
  }
  if (o.curves.empty()) return all;
  for (const std::string& wanted : o.curves) {
    const auto curve = wanted == "brainpool" ? crypto::Curve::brainpool_p256r1 : crypto::Curve::p256;
    bool found = false;
    for (lab::CardIssuer& issuer : all) {
      if (issuer.ci.public_key().curve() != curve) continue;
      found = true;
      out.push_back({{issuer.eum.certificate, issuer.eum.key.clone()}, issuer.ci});
    }
    if (!found) {
      return Error{ErrorKind::not_found, "no CI in " + o.keys + " is on curve " + wanted +
                                             ": make one with `sealift pki init " + o.keys +
                                             " --add --curve " + wanted + "`"};
    }
  }
  return out;
}

/// A new key pair, with a certificate by the EUM, below each of the CIs.
Result<euicc::Personalisation> issue_card(const Options& o) {
  SystemRandom random;
  auto issuers = TRY(card_issuers(o));
  Eid eid = TRY(choose_eid(o.eid, issuers.front().eum.certificate, random));
  return lab::make_personalisation(issuers, eid, random);
}

/// Keys and chains that somebody else made, as SGP.26 publishes them for tests.
Result<euicc::Personalisation> card_of_files(const Options& o) {
  if (o.private_keys.size() != o.certificates.size() || o.eums.size() != o.certificates.size() ||
      o.cis.empty()) {
    return Error{ErrorKind::invalid, "each --certificate needs its --key and --eum, and the card a --ci"};
  }
  euicc::Personalisation data;
  for (size_t i = 0; i < o.certificates.size(); ++i) {
    auto certificate = TRY(read_certificate(o.certificates[i]));
    auto eum = TRY(read_certificate(o.eums[i]));
    auto key = TRY(read_private_key(o.private_keys[i]));
    data.credentials.push_back({to_bytes(certificate.der()), to_bytes(eum.der()), key.scalar().clone()});
    auto digits = certificate.subject().get(pki::attribute::serial_number);
    if (!digits) return Error{ErrorKind::invalid, o.certificates[i] + ": it names no EID"};
    data.eid = TRY(Eid::parse(*digits));
  }
  for (const std::string& file : o.cis) {
    data.ci_certificates.push_back(to_bytes(TRY(read_certificate(file)).der()));
  }
  data.rules.push_back(lab::permissive_rule());
  return data;
}

Result<Eid> make_card(const Options& o) {
  auto data = TRY(o.keys.empty() ? card_of_files(o) : issue_card(o));
  Eid eid = data.eid;
  std::optional<lab::EidClaim> claim;
  if (!o.keys.empty()) claim.emplace(TRY(lab::EidClaim::take(o.keys, eid)));
  if (!o.default_dp_address.empty()) {
    // As the LPA will read it.
    auto code = download::ActivationCode::parse("1$" + o.default_dp_address + "$");
    if (!code) return std::move(code.error()).within("--default-dp");
  }
  data.default_dp_address = o.default_dp_address;
  data.root_ds_address = o.root_ds_address;
  data.capacity = o.capacity;
  data.test_profiles = !o.no_test_profiles;
  if (o.no_policy_rules) data.rules.clear();
  if (!o.rat.empty()) {
    auto rules = messages::parse_rat(TRY(read_file(o.rat)));
    if (!rules) return std::move(rules.error()).within(o.rat);
    data.rules = std::move(*rules);
  }
  if (!o.test_profile_servers.empty()) data.test_profile_servers = o.test_profile_servers;
  if (!o.minimum_security_level.empty()) {
    auto level = from_hex(o.minimum_security_level);
    if (!level || level->size() != 1) {
      return Error{ErrorKind::invalid, "--minimum-security-level is one octet in hexadecimal, as 16"};
    }
    data.minimum_security_level = (*level)[0];
  }
  auto nvm = TRY(card::FileNvm::create(o.file));
  TRY_VOID(euicc::Card::personalise(*nvm, std::move(data)));
  if (claim) TRY_VOID(claim->keep());
  return eid;
}

int make(const Options& o, Output& out) {
  auto eid = make_card(o);
  if (!eid) return out.fail(eid.error());
  out.line("card " + o.file + " made, EID " + eid->digits());
  out.object({{"file", o.file}, {"eid", eid->digits()}});
  return exit_ok;
}

/// One ES10 command on the basic channel, where the ISD-R is selected.
template <class Response, class Request>
Result<Response> ask(euicc::Card& card, const Request& request) {
  Bytes octets = asn1::encode(request);
  Bytes apdu{0x80, 0xE2, 0x91, 0x00, static_cast<uint8_t>(octets.size())};
  append(apdu, octets);
  Bytes answer;
  for (;;) {
    Bytes response = card.transmit(apdu);
    append(answer, View(response).first(response.size() - 2));
    uint8_t sw1 = response[response.size() - 2];
    if (sw1 == 0x61) {
      apdu = {0x80, 0xC0, 0x00, 0x00, response.back()};
      continue;
    }
    if (sw1 != 0x90) return Error{ErrorKind::invalid, "the card answers " + hex(View(response).last(2))};
    return asn1::decode<Response>(answer);
  }
}

struct Info {
  messages::EuiccConfiguredAddressesResponse addresses;
  std::vector<messages::ProfileInfo> profiles;
  std::vector<messages::ProfilePolicyAuthorisationRule> rules;
  size_t notifications = 0;
};

Result<Info> look(euicc::Card& card) {
  card.reset();
  card.transmit(*from_hex("00A4040C10A0000005591010FFFFFFFF8900000100"));
  Info info;
  info.addresses =
      TRY(ask<messages::EuiccConfiguredAddressesResponse>(card, messages::EuiccConfiguredAddressesRequest{}));
  auto profiles = TRY(ask<messages::ProfileInfoListResponse>(card, messages::ProfileInfoListRequest{}));
  if (auto* list = std::get_if<std::vector<messages::ProfileInfo>>(&profiles.alt))
    info.profiles = std::move(*list);
  auto pending = TRY(ask<messages::ListNotificationResponse>(card, messages::ListNotificationRequest{}));
  if (auto* list = std::get_if<std::vector<messages::NotificationMetadata>>(&pending.alt)) {
    info.notifications = list->size();
  }
  info.rules = TRY(ask<messages::GetRatResponse>(card, messages::GetRatRequest{})).rat;
  return info;
}

int info(const Options& o, Output& out) {
  OpenCard opened;
  if (auto done = opened.open(o.file); !done) return out.fail(done.error());
  auto found = look(*opened.card);
  if (!found) return out.fail(found.error());
  json::array profiles;
  out.line("EID            " + opened.card->eid().digits());
  out.line("free memory    " + std::to_string(opened.card->free_nvm()) + " octets");
  out.line("default SM-DP+ " + found->addresses.defaultDpAddress.value_or("none"));
  out.line("root SM-DS     " + found->addresses.rootDsAddress);
  out.line("notifications  " + std::to_string(found->notifications));
  json::array rules;
  for (const std::string& entry : messages::rat_entries(found->rules)) {
    out.line("policy rules   " + entry);
    rules.push_back(json::parse(entry));
  }
  for (const auto& p : found->profiles) {
    bool enabled = p.profileState == messages::ProfileState::enabled;
    std::string iccid = p.iccid ? p.iccid->digits() : "";
    out.line("profile        " + iccid + (enabled ? "  enabled   " : "  disabled  ") +
             p.profileName.value_or(""));
    profiles.push_back(json::object{
        {"iccid", iccid}, {"state", enabled ? "enabled" : "disabled"}, {"name", p.profileName.value_or("")}});
  }
  out.object({{"eid", opened.card->eid().digits()},
              {"free_memory", opened.card->free_nvm()},
              {"default_dp_address", found->addresses.defaultDpAddress.value_or("")},
              {"root_ds_address", found->addresses.rootDsAddress},
              {"notifications", found->notifications},
              {"rat", std::move(rules)},
              {"profiles", std::move(profiles)}});
  return exit_ok;
}

/// Ctrl-C and a polite kill end the door.
template <class Door>
void stop_by_signal(Door& door) {
  static Door* stopped;
  stopped = &door;
  for (int signal_number : {SIGINT, SIGTERM}) ::signal(signal_number, [](int) { stopped->stop(); });
}

int serve(const Options& o, Output& out) {
  OpenCard opened;
  if (auto done = opened.open(o.file); !done) return out.fail(done.error());
  auto door = card::TcpDoor::listen(o.address, o.port);
  if (!door) return out.fail(door.error());
  stop_by_signal(*door);
  out.line("card at " + o.address + ":" + std::to_string(door->port()) + "; stop with Ctrl-C");
  out.object({{"address", o.address}, {"port", door->port()}});
  for (;;) {
    auto served = door->serve_one(*opened.card);
    if (!served) return out.fail(served.error());
    if (!*served) return exit_ok;
  }
}

/// "vpcd[:HOST[:PORT]]".
Result<card::VpcdDoor> vpcd_door(const std::string& door) {
  std::string rest = door == "vpcd" ? "" : door.substr(5);
  size_t colon = rest.rfind(':');
  std::string host = rest.substr(0, colon);
  uint16_t port = card::VpcdDoor::default_port;
  if (colon != std::string::npos) {
    const char* begin = rest.c_str() + colon + 1;
    const char* end = rest.c_str() + rest.size();
    auto [stopped, code] = std::from_chars(begin, end, port);
    if (code != std::errc() || stopped != end || port == 0) {
      return Error{ErrorKind::invalid, std::string("'") + begin + "' is no port"};
    }
  }
  return card::VpcdDoor::make(host.empty() ? "127.0.0.1" : host, port);
}

std::string check_door(const std::string& door) {
  bool fits = door == "vpcd" || door.starts_with("vpcd:");
  return fits ? "" : "'" + door + "' is no door: give vpcd, vpcd:HOST or vpcd:HOST:PORT";
}

int run_door(const Options& o, Output& out) {
  OpenCard opened;
  if (auto done = opened.open(o.file); !done) return out.fail(done.error());
  auto door = vpcd_door(o.door);
  if (!door) return out.fail(door.error());
  stop_by_signal(*door);
  using Event = card::VpcdDoor::Event;
  bool told = false;
  auto done = door->serve(*opened.card, [&](Event event) {
    out.line(event == Event::waiting    ? "waiting for vpcd; is pcscd running with it?"
             : event == Event::inserted ? "card in the reader; stop with Ctrl-C"
                                        : "card out of the reader");
    if (event == Event::inserted && !std::exchange(told, true)) out.object({{"door", o.door}});
  });
  return done ? exit_ok : out.fail(done.error());
}

int stdio(const Options& o, Output& out) {
  OpenCard opened;
  if (auto done = opened.open(o.file); !done) return out.fail(done.error());
  if (o.command.empty()) {
    auto served = card::serve_stdio(*opened.card, 0, 1);
    return served ? exit_ok : out.fail(served.error());
  }
  auto status = card::run_child(*opened.card, o.command, 1);
  return status ? *status : out.fail(status.error());
}

void add_make(CLI::App* euicc, Output& out, const std::shared_ptr<Options>& options) {
  auto* make_it =
      euicc->add_subcommand("make", "Make a card: keys and certificates under the EUM of a PKI folder");
  make_it->add_option("file", options->file, "Card file to make")->required();
  auto* keys = make_it->add_option_group("keys", "Where keys and certificates come from")->require_option();
  auto* folder = keys->add_option("--pki", options->keys, "Folder made by 'sealift pki init'");
  auto given = [&](const char* name, std::vector<std::string>& files, const char* what) {
    keys->add_option(name, files, what)->allow_extra_args(false)->type_name("FILE")->excludes(folder);
  };
  given("--certificate", options->certificates,
        "The eUICC's certificate, DER or PEM, its keys made elsewhere; may be repeated, one for each CI");
  given("--key", options->private_keys, "Its private key, SEC 1 or PKCS #8; as often");
  given("--eum", options->eums, "The EUM's certificate above it; as often");
  given("--ci", options->cis, "CI certificate whose servers the card accepts; may be repeated");
  make_it->add_option("--eid", options->eid, "EID, 32 digits; drawn from the EUM's range where absent")
      ->needs(folder);
  make_it->add_option("--curve", options->curves,
                      "CIs of this curve only; repeated: in this order of priority (all in the folder where absent)")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"p256", "brainpool"}));
  make_it->add_option("--default-dp", options->default_dp_address, "Default SM-DP+ address");
  make_it->add_option("--root-ds", options->root_ds_address, "Root SM-DS address");
  make_it->add_option("--capacity", options->capacity, "Octets for profiles")
      ->check(CLI::Range(1u << 16, 64u << 20));
  make_it->add_flag("--no-test-profiles", options->no_test_profiles,
                    "Refuse Test Profiles, as cards in the field do");
  make_it->add_flag("--no-policy-rules", options->no_policy_rules,
                    "Let no operator set profile policy rules");
  make_it
      ->add_option("--rat", options->rat,
                   "Rules authorisation table: who may set which policy rule (docs/formats/rat.md); any "
                   "operator with the user's consent where absent")
      ->excludes("--no-policy-rules");
  make_it->add_option("--test-profile-server", options->test_profile_servers,
                      "Take Test Profiles from this SM-DP+ address only; may be repeated")
      ->allow_extra_args(false);
  make_it->add_option("--minimum-security-level", options->minimum_security_level,
                      "Refuse profiles that open to remote management below this SPI1 octet, in hexadecimal");
  make_it->footer(
      "Example:  sealift euicc make card.euicc --pki site/pki\n"
      "          sealift euicc make card.euicc --certificate euicc.pem --key euicc.key --eum eum.pem --ci ci.pem");
  on_run(make_it, out, [options](Output& o) { return make(*options, o); });
}

void add(CLI::App& app, Output& out) {
  auto options = std::make_shared<Options>();
  auto* euicc = app.add_subcommand("euicc", "A virtual eUICC in a file");
  euicc->require_subcommand(1);
  euicc->footer(
      "Example:  sealift euicc make card.euicc --pki ./site\n"
      "          sealift euicc stdio card.euicc -- lpac chip info");

  add_make(euicc, out, options);

  auto* info_of = euicc->add_subcommand("info", "What is on a card");
  info_of->add_option("file", options->file, "Card file")->required();
  info_of->footer("Example:  sealift euicc info card.euicc");
  on_run(info_of, out, [options](Output& o) { return info(*options, o); });

  auto* serve_at =
      euicc->add_subcommand("serve", "Open the card to LPAs at a TCP port (docs/formats/card-doors.md)");
  serve_at->add_option("file", options->file, "Card file")->required();
  serve_at->add_option("--address", options->address, "IPv4 address to listen on");
  serve_at->add_option("--port", options->port, "Port; 0 takes a free one");
  serve_at->footer("Example:  sealift euicc serve card.euicc --port 7816   (then: sealift lpa list --tcp 127.0.0.1:7816)");
  on_run(serve_at, out, [options](Output& o) { return serve(*options, o); });

  auto* run_at = euicc->add_subcommand("run", "Put the card in a PC/SC reader, through vsmartcard's vpcd");
  run_at->add_option("file", options->file, "Card file")->required();
  run_at->add_option("--door", options->door, "vpcd at 127.0.0.1 and port 35963 unless told otherwise")
      ->required()
      ->check(check_door)
      ->type_name("vpcd[:HOST[:PORT]]");
  run_at->footer("Example:  sealift euicc run card.euicc --door vpcd   (then: sealift lpa list --reader pcsc)");
  on_run(run_at, out, [options](Output& o) { return run_door(*options, o); });

  auto* stdio_to =
      euicc->add_subcommand("stdio", "Run an LPA that speaks lpac's stdio driver: stdio FILE -- COMMAND");
  stdio_to->add_option("file", options->file, "Card file")->required();
  stdio_to->add_option("command", options->command,
                       "The LPA and its arguments; none: speak on our own streams");
  stdio_to->footer("Example:  sealift euicc stdio card.euicc -- lpac chip info");
  on_run(stdio_to, out, [options](Output& o) { return stdio(*options, o); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
