// sealift auc: an authentication centre on the command line: subscribers in a store, vectors, responses,
// resynchronisation, and what looks like a clone.
#include "auc/auc.hpp"

#include <boost/json/array.hpp>

#include "cli/aka_keys.hpp"
#include "cli/command.hpp"
#include "lab/keys_folder.hpp"
#include "lab/subscriber_profile.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

/// The answer is good, and a second holder of the subscriber's K is suspected.
constexpr int exit_suspected = 3;

struct StoreOptions {
  std::string directory = ".";
  std::string database;
};

/// The store and the sealed keys' key, open.
struct Centre {
  SystemRandom random;
  std::unique_ptr<store::SqliteStore> database;
  std::unique_ptr<auc::SubscriberStore> subscribers;
  auc::Ports ports() { return {*subscribers, random}; }
};

Result<std::unique_ptr<Centre>> open(const StoreOptions& o) {
  auto centre = std::make_unique<Centre>();
  lab::KeysFolder folder = TRY(lab::KeysFolder::open(o.directory + "/pki"));
  Secret<32> key = TRY(folder.data_key("auc", centre->random));
  centre->database = TRY(store::SqliteStore::open(o.database.empty() ? o.directory + "/auc.db" : o.database));
  centre->subscribers = centre->database->subscribers(key, centre->random);
  return centre;
}

/// The options that every command has.
void add_store(CLI::App* cmd, StoreOptions& o) {
  cmd->add_option("--dir", o.directory, "Folder of the site: DIR/pki has the key that seals subscriber keys, DIR/auc.db the subscribers")
      ->type_name("DIR")
      ->capture_default_str();
  cmd->add_option("--db", o.database, "Subscriber store; DIR/auc.db where absent")->type_name("FILE");
}

struct SubscriberOptions {
  StoreOptions store;
  std::string imsi;
};

void add_subscriber(CLI::App* cmd, SubscriberOptions& o) {
  add_store(cmd, o.store);
  cmd->add_option("--imsi", o.imsi, "Whose, 6 to 15 digits")->required()->type_name("DIGITS");
}

/// Names the option in what is wrong with its value.
template <size_t N>
Result<Octets<N>> hex_option(const char* option, const std::string& digits) {
  auto value = octets_from_hex<N>(digits);
  if (!value) return std::move(value.error()).within(option);
  return value;
}

json::object suspicion_object(const auc::CloneSuspected& s) {
  return {{"why", auc::name(s.why)},
          {"sqnOfCard", hex(s.of_card.octets())},
          {"sqnIssued", hex(s.issued.octets())},
          {"sqnConfirmed", hex(s.confirmed.octets())}};
}

/// Puts the suspicion into the result and says it to people. The exit code says it to scripts.
int finish(Output& out, json::object result, const std::optional<auc::CloneSuspected>& suspected) {
  result["cloneSuspected"] = suspected.has_value();
  if (suspected) {
    result["suspicion"] = suspicion_object(*suspected);
    std::string card = hex(suspected->of_card.octets());
    out.line(suspected->why == auc::Suspicion::never_issued
                 ? "CLONE SUSPECTED: the card holds number " + card + ", which this centre did not hand out;"
                 : "CLONE SUSPECTED: the card is at number " + card + ", behind one that was answered already;");
    out.line("somebody else may hold this subscriber's K. To stop service: sealift auc bar --imsi " +
             suspected->imsi.digits());
  }
  out.object(std::move(result));
  return suspected ? exit_suspected : exit_ok;
}

// ---- auc add ----

struct AddOptions : SubscriberOptions {
  AkaKeyOptions keys;
  std::string amf = "8000", sqn;
};

Status add_to_store(const AddOptions& o) {
  auc::Subscriber subscriber;
  subscriber.imsi = TRY(Imsi::parse(o.imsi));
  AkaKeys keys = TRY(aka_keys(o.keys));
  if (o.keys.tuak()) {
    subscriber.tuak = auc::TuakKeys{std::move(keys.k), std::move(keys.operator_key),
                                    static_cast<uint8_t>(o.keys.res_bits / 8),
                                    static_cast<uint8_t>(o.keys.keccak)};
  } else {
    subscriber.k = TRY(Secret<16>::from(keys.k.expose()));
    subscriber.opc = TRY(Secret<16>::from(keys.operator_key.expose()));
  }
  subscriber.amf = TRY(hex_option<2>("--amf", o.amf));
  if (!o.sqn.empty()) {
    Octets<6> sqn = TRY(hex_option<6>("--sqn", o.sqn));
    subscriber.state.issued = auc::Sqn::from_octets(sqn);
  }
  auto centre = TRY(open(o.store));
  return centre->subscribers->add(subscriber);
}

int add(const AddOptions& o, Output& out) {
  Status added = add_to_store(o);
  if (!added) return out.fail(added.error());
  out.line("Added " + o.imsi + ".");
  out.object({{"imsi", o.imsi}});
  return exit_ok;
}

// ---- auc import ----

struct ImportOptions {
  StoreOptions store;
  std::string profile;
};

Result<Imsi> import_from_profile(const ImportOptions& o) {
  SecretBytes package(to_bytes(TRY(read_file(o.profile, 1u << 20))));
  auto profile = lab::SubscriberProfile::from_package(std::move(package));
  if (!profile) return std::move(profile.error()).within(o.profile);
  auto subscriber = profile->subscriber();
  if (!subscriber) {
    return Error{ErrorKind::unsupported,
                 o.profile + ": it has no USIM that authenticates with Milenage or TUAK and keys of its own"};
  }
  auto centre = TRY(open(o.store));
  TRY_VOID(centre->subscribers->add(*subscriber));
  return subscriber->imsi;
}

int import_profile(const ImportOptions& o, Output& out) {
  auto imsi = import_from_profile(o);
  if (!imsi) return out.fail(imsi.error());
  out.line("Added " + imsi->digits() + ".");
  out.object({{"imsi", imsi->digits()}});
  return exit_ok;
}

// ---- auc vector ----

Result<auc::Vector> make_vector(const SubscriberOptions& o) {
  Imsi imsi = TRY(Imsi::parse(o.imsi));
  auto centre = TRY(open(o.store));
  return auc::generate_vector(centre->ports(), imsi);
}

int vector(const SubscriberOptions& o, Output& out) {
  auto made = make_vector(o);
  if (!made) return out.fail(made.error());
  // Shown in clear because that is the command's purpose: a serving network is given exactly this.
  json::object result{{"imsi", o.imsi},
                      {"rand", hex(made->rand)},
                      {"autn", hex(made->autn)},
                      {"xres", hex(made->xres.expose())},
                      {"ck", hex(made->ck.expose())},
                      {"ik", hex(made->ik.expose())},
                      {"sqn", hex(made->sqn.octets())}};
  for (auto [key, label] : {std::pair{"rand", "RAND  "}, {"autn", "AUTN  "}, {"xres", "XRES  "}, {"ck", "CK    "},
                            {"ik", "IK    "}, {"sqn", "SQN   "}}) {
    out.line(label + std::string(result[key].as_string()));
  }
  out.object(std::move(result));
  return exit_ok;
}

// ---- auc check, auc resync ----

struct ChallengeOptions : SubscriberOptions {
  std::string rand, autn, res, auts;
};

Result<auc::Confirmation> check_answer(const ChallengeOptions& o) {
  Imsi imsi = TRY(Imsi::parse(o.imsi));
  Octets<16> rand = TRY(hex_option<16>("--rand", o.rand));
  Octets<16> autn = TRY(hex_option<16>("--autn", o.autn));
  auto res = from_hex(o.res);
  if (!res) return std::move(res.error()).within("--res");
  auto centre = TRY(open(o.store));
  return auc::check_response(centre->ports(), imsi, rand, autn, *res);
}

int check_response(const ChallengeOptions& o, Output& out) {
  auto confirmed = check_answer(o);
  if (!confirmed) return out.fail(confirmed.error());
  out.line("RES is right: the card holds this subscriber's key. SQN " + hex(confirmed->sqn.octets()));
  return finish(out, {{"imsi", o.imsi}, {"sqn", hex(confirmed->sqn.octets())}}, confirmed->suspected);
}

Result<auc::Resynchronisation> take_auts(const ChallengeOptions& o) {
  Imsi imsi = TRY(Imsi::parse(o.imsi));
  Octets<16> rand = TRY(hex_option<16>("--rand", o.rand));
  Octets<14> auts = TRY(hex_option<14>("--auts", o.auts));
  auto centre = TRY(open(o.store));
  return auc::resynchronise(centre->ports(), imsi, rand, auts);
}

int resync(const ChallengeOptions& o, Output& out) {
  auto done = take_auts(o);
  if (!done) return out.fail(done.error());
  const std::string of_card = hex(done->of_card.octets()), before = hex(done->before.octets()),
                    after = hex(done->after.octets());
  out.line("The card is at SQN " + of_card + ".");
  out.line(done->before == done->after ? "Kept " + after + ": nothing to take over."
                                       : "Went from " + before + " to " + after + ".");
  return finish(out, {{"imsi", o.imsi}, {"sqnOfCard", of_card}, {"sqnBefore", before}, {"sqnAfter", after}},
                done->suspected);
}

// ---- auc show ----

json::object describe(const auc::Subscriber& s) {
  return {{"imsi", s.imsi.digits()},
          {"sqnIssued", hex(s.state.issued.octets())},
          {"sqnConfirmed", hex(s.state.confirmed.octets())},
          {"amf", hex(s.amf)},
          {"algorithm", s.tuak ? "tuak" : "milenage"},
          {"suspicions", s.state.suspicions},
          {"barred", s.state.barred}};
}

Result<json::array> describe_all(const SubscriberOptions& o) {
  constexpr size_t page = 1000;
  json::array out;
  auto centre = TRY(open(o.store));
  if (!o.imsi.empty()) {
    Imsi imsi = TRY(Imsi::parse(o.imsi));
    auto one = TRY(centre->subscribers->find(imsi));
    out.emplace_back(describe(one));
    return out;
  }
  std::optional<Imsi> after;
  for (;;) {
    std::vector<Imsi> some = TRY(centre->subscribers->list(after, page));
    for (const Imsi& imsi : some) {
      auto one = TRY(centre->subscribers->find(imsi));
      out.emplace_back(describe(one));
    }
    if (some.size() < page) return out;
    after = some.back();
  }
}

int show(const SubscriberOptions& o, Output& out) {
  auto all = describe_all(o);
  if (!all) return out.fail(all.error());
  out.line(all->empty() ? "No subscribers. Add one: sealift auc add --help"
                        : "IMSI             SQN issued    confirmed     AMF   clones suspected");
  for (const json::value& v : *all) {
    const json::object& s = v.as_object();
    auto text = [&s](const char* key) { return std::string(s.at(key).as_string()); };
    std::string imsi = text("imsi");
    imsi.resize(17, ' ');
    out.line(imsi + text("sqnIssued") + "  " + text("sqnConfirmed") + "  " + text("amf") + "  " +
             std::to_string(s.at("suspicions").to_number<uint64_t>()) + (s.at("barred").as_bool() ? "  BARRED" : ""));
  }
  out.object({{"subscribers", std::move(*all)}});
  return exit_ok;
}

// ---- auc bar, auc unbar ----

Status set_barred(const SubscriberOptions& o, bool barred) {
  Imsi imsi = TRY(Imsi::parse(o.imsi));
  auto centre = TRY(open(o.store));
  return auc::set_barred(centre->ports(), imsi, barred);
}

int bar(const SubscriberOptions& o, bool barred, Output& out) {
  Status done = set_barred(o, barred);
  if (!done) return out.fail(done.error());
  out.line(o.imsi + (barred ? " gets no vectors until unbarred." : " is served again."));
  out.object({{"imsi", o.imsi}, {"barred", barred}});
  return exit_ok;
}

// ---- the command line ----

constexpr const char* exit_codes =
    "\nExit codes: 0 good, 1 it failed, 2 the command line is wrong, 3 good, but a cloned subscriber is suspected";

void add_add(CLI::App& app, Output& out) {
  auto o = std::make_shared<AddOptions>();
  auto* cmd = app.add_subcommand("add", "Add a subscriber: the same K and OPc as in the profile");
  add_subscriber(cmd, *o);
  add_aka_keys(cmd, o->keys, true);
  cmd->add_option("--amf", o->amf, "Authentication management field")->type_name("HEX")->capture_default_str();
  cmd->add_option("--sqn", o->sqn, "Last sequence number handed out, 12 hexadecimal digits; 0 where absent")
      ->type_name("HEX");
  cmd->footer("Example:  sealift auc add --dir ./site --imsi 001010000000001 --k @k.hex --opc @opc.hex");
  on_run(cmd, out, [o](Output& output) { return add(*o, output); });
}

void add_import(CLI::App& app, Output& out) {
  auto o = std::make_shared<ImportOptions>();
  auto* cmd = app.add_subcommand("import", "Add the subscriber of a profile package, keys and algorithm included");
  add_store(cmd, o->store);
  cmd->add_option("profile", o->profile, "Profile package, DER (- is standard input)")->required()->type_name("FILE");
  cmd->footer("Example:  sealift auc import --dir ./site profile.der");
  on_run(cmd, out, [o](Output& output) { return import_profile(*o, output); });
}

void add_vector(CLI::App& app, Output& out) {
  auto o = std::make_shared<SubscriberOptions>();
  auto* cmd = app.add_subcommand("vector", "Make an authentication vector (TS 33.102 6.3.2)");
  add_subscriber(cmd, *o);
  cmd->footer("Example:  sealift auc vector --dir ./site --imsi 001010000000001");
  on_run(cmd, out, [o](Output& output) { return vector(*o, output); });
}

void add_check(CLI::App& app, Output& out) {
  auto o = std::make_shared<ChallengeOptions>();
  auto* cmd = app.add_subcommand("check", "Judge a card's answer to a vector (TS 33.102 6.3.3)");
  add_subscriber(cmd, *o);
  cmd->add_option("--rand", o->rand, "The challenge")->required()->type_name("HEX");
  cmd->add_option("--autn", o->autn, "What was sent with it")->required()->type_name("HEX");
  cmd->add_option("--res", o->res, "The card's answer")->required()->type_name("HEX");
  cmd->footer(std::string("Example:  sealift auc check --imsi 001010000000001 --rand HEX --autn HEX --res HEX") +
              exit_codes);
  on_run(cmd, out, [o](Output& output) { return check_response(*o, output); });
}

void add_resync(CLI::App& app, Output& out) {
  auto o = std::make_shared<ChallengeOptions>();
  auto* cmd = app.add_subcommand("resync", "Take up a card's AUTS (TS 33.102 6.3.5)");
  add_subscriber(cmd, *o);
  cmd->add_option("--rand", o->rand, "The challenge that the card refused")->required()->type_name("HEX");
  cmd->add_option("--auts", o->auts, "What the card answered, 28 hexadecimal digits")->required()->type_name("HEX");
  cmd->footer(std::string("Example:  sealift auc resync --imsi 001010000000001 --rand HEX --auts HEX") + exit_codes);
  on_run(cmd, out, [o](Output& output) { return resync(*o, output); });
}

void add_show(CLI::App& app, Output& out) {
  auto o = std::make_shared<SubscriberOptions>();
  auto* cmd = app.add_subcommand("show", "Show subscribers and their sequence numbers; never a key");
  add_store(cmd, o->store);
  cmd->add_option("--imsi", o->imsi, "One of them; all where absent")->type_name("DIGITS");
  cmd->footer("Example:  sealift auc show --dir ./site");
  on_run(cmd, out, [o](Output& output) { return show(*o, output); });
}

void add_bar(CLI::App& app, Output& out, const char* name, const char* description, bool barred) {
  auto o = std::make_shared<SubscriberOptions>();
  auto* cmd = app.add_subcommand(name, description);
  add_subscriber(cmd, *o);
  cmd->footer(std::string("Example:  sealift auc ") + name + " --dir ./site --imsi 001010000000001");
  on_run(cmd, out, [o, barred](Output& output) { return bar(*o, barred, output); });
}

void add_auc(CLI::App& app, Output& out) {
  auto* cmd = app.add_subcommand("auc", "Authentication centre: subscribers, vectors, responses, clones");
  cmd->require_subcommand(1);
  cmd->footer("Example:  sealift auc vector --dir ./site --imsi 001010000000001");
  add_add(*cmd, out);
  add_import(*cmd, out);
  add_vector(*cmd, out);
  add_check(*cmd, out);
  add_resync(*cmd, out);
  add_show(*cmd, out);
  add_bar(*cmd, out, "bar", "Stop service to a subscriber, as after a suspected clone", true);
  add_bar(*cmd, out, "unbar", "Serve a barred subscriber again", false);
}

}  // namespace

SEALIFT_COMMAND(add_auc)

}  // namespace sealift::cli
