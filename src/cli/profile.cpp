// sealift profile: make, show, check and personalise profile packages (TCA Profile Package, DER).
#include <boost/json/array.hpp>

#include "base/ports.hpp"
#include "cli/aka_keys.hpp"
#include "cli/command.hpp"
#include "saip/build.hpp"
#include "saip/personalise.hpp"
#include "saip/print.hpp"
#include "saip/validate.hpp"

namespace sealift::cli {

namespace {

struct MakeOptions {
  AkaKeyOptions keys;
  std::string imsi, iccid, spn, msisdn, smsc, name = "Sealift USIM";
  std::string pin, puk, pin2, puk2, adm, ota_kic, ota_kid, ota_kik;
  unsigned mnc_length = 2;
  std::string out;
};

struct FileOptions {
  std::string file, out;
  bool show_secrets = false;
  AkaKeyOptions keys;
  std::string imsi, iccid;
};

Result<Secret<16>> key(std::string_view digits, std::string_view option) {
  auto raw = from_hex(digits);
  if (!raw || raw->size() != 16) {
    return Error{ErrorKind::invalid, std::string(option) + " takes 32 hexadecimal digits"};
  }
  SecretBytes octets(std::move(*raw));
  return Secret<16>::from(octets.expose());
}

Status set_keys(const AkaKeyOptions& o, saip::UsimProfileOptions& p) {
  AkaKeys keys = TRY(aka_keys(o));
  if (o.tuak()) {
    p.tuak = saip::TuakKeys{std::move(keys.k), std::move(keys.operator_key), o.res_bits / 8,
                            static_cast<uint8_t>(o.keccak)};
    return {};
  }
  p.k = TRY(Secret<16>::from(keys.k.expose()));
  p.opc = TRY(Secret<16>::from(keys.operator_key.expose()));
  return {};
}

/// Random decimal digits, each equally likely.
std::string random_digits(Random& random, size_t count) {
  std::string out;
  while (out.size() < count) {
    uint8_t b = random.octets<1>()[0];
    if (b < 250) out += static_cast<char>('0' + b % 10);
  }
  return out;
}

Result<saip::UsimProfileOptions> subscriber_record(const MakeOptions& o) {
  SystemRandom random;
  saip::UsimProfileOptions p;
  p.iccid = TRY(Iccid::parse(o.iccid));
  p.imsi = TRY(Imsi::parse(o.imsi));
  TRY_VOID(set_keys(o.keys, p));
  p.mnc_length = static_cast<uint8_t>(o.mnc_length);
  p.profile_type = o.name;
  p.spn = o.spn;
  p.msisdn = o.msisdn;
  p.smsc = o.smsc;
  p.pin1 = o.pin;
  p.puk1 = o.puk.empty() ? random_digits(random, 8) : o.puk;
  p.pin2 = o.pin2.empty() ? random_digits(random, 4) : o.pin2;
  p.puk2 = o.puk2.empty() ? random_digits(random, 8) : o.puk2;
  p.adm1 = o.adm.empty() ? hex(random.octets<8>()) : o.adm;
  if (o.ota_kic.empty() && o.ota_kid.empty() && o.ota_kik.empty()) return p;
  saip::OtaKeys keys;
  keys.kic = TRY(key(o.ota_kic, "--ota-kic"));
  keys.kid = TRY(key(o.ota_kid, "--ota-kid"));
  keys.kik = TRY(key(o.ota_kik, "--ota-kik"));
  p.ota_keys = std::move(keys);
  return p;
}

Status write_package(const saip::Package& package, const std::string& path) {
  SecretBytes upp(saip::encode(package));
  return write_file(path, text(upp.expose()), true);
}

Result<saip::Package> read_package(const std::string& path) {
  std::string octets = TRY(read_file(path, saip::kMaxPackage));
  auto package = saip::decode(view(octets));
  if (!package) return std::move(package.error()).within(path == "-" ? "standard input" : path);
  return package;
}

boost::json::array to_json(const std::vector<saip::Finding>& findings) {
  boost::json::array out;
  for (auto& f : findings) {
    boost::json::object one{{"severity", f.severity == saip::Finding::Severity::error ? "error" : "warning"},
                            {"rule", f.rule},
                            {"text", f.text}};
    if (f.identification) one["identification"] = *f.identification;
    out.push_back(std::move(one));
  }
  return out;
}

boost::json::value to_json(const saip::Node& node) {
  if (auto* s = std::get_if<std::string>(&node.value)) return boost::json::value(*s);
  if (auto* n = std::get_if<uint64_t>(&node.value)) return boost::json::value(*n);
  if (auto* b = std::get_if<bool>(&node.value)) return boost::json::value(*b);
  auto& children = std::get<std::vector<saip::Node>>(node.value);
  if (node.list) {
    boost::json::array out;
    for (auto& c : children) out.push_back(to_json(c));
    return out;
  }
  boost::json::object out;
  for (auto& c : children) out[c.key] = to_json(c);
  return out;
}

void print(const std::vector<saip::Finding>& findings, Output& out) {
  for (auto& f : findings) {
    std::string line = f.severity == saip::Finding::Severity::error ? "error   " : "warning ";
    line += f.rule;
    if (f.identification) line += " (element " + std::to_string(*f.identification) + ")";
    out.line(line + ": " + f.text);
  }
}

int make(const MakeOptions& o, Output& out) {
  auto record = subscriber_record(o);
  if (!record) return out.fail(record.error());
  auto package = saip::build_usim_profile(*record);
  if (!package) return out.fail(package.error());
  auto written = write_package(*package, o.out);
  if (!written) return out.fail(written.error());
  auto findings = saip::find_faults(*package);
  if (o.out == "-") return exit_ok;
  boost::json::object result{{"file", o.out},
                             {"iccid", record->iccid.digits()},
                             {"octets", saip::encode(*package).size()},
                             {"findings", to_json(findings)}};
  out.object(std::move(result));
  out.line("wrote " + o.out + ": profile " + record->iccid.digits());
  out.line("PUKs, PIN 2 and the administrative key: sealift profile show " + o.out + " --show-secrets");
  print(findings, out);
  return exit_ok;
}

int show(const FileOptions& o, Output& out) {
  auto package = read_package(o.file);
  if (!package) return out.fail(package.error());
  saip::Node tree = saip::describe(*package, o.show_secrets);
  if (out.json)
    out.object(to_json(tree).as_object());
  else
    out.line(saip::to_text(tree));
  return exit_ok;
}

int check_file(const FileOptions& o, Output& out) {
  auto package = read_package(o.file);
  if (!package) return out.fail(package.error());
  auto findings = saip::find_faults(*package);
  bool sound = saip::is_sound(findings);
  out.object({{"ok", sound}, {"elements", package->elements.size()}, {"findings", to_json(findings)}});
  print(findings, out);
  out.line(std::string(sound ? "sound" : "not sound") + ": " + std::to_string(package->elements.size()) +
           " elements, " + std::to_string(findings.size()) + " findings");
  return sound ? exit_ok : exit_failed;
}

Result<saip::Subscriber> changes(const FileOptions& o) {
  saip::Subscriber out;
  if (!o.iccid.empty()) out.iccid = TRY(Iccid::parse(o.iccid));
  if (!o.imsi.empty()) out.imsi = TRY(Imsi::parse(o.imsi));
  if (!o.keys.given()) return out;
  AkaKeys keys = TRY(aka_keys(o.keys));
  out.k = std::move(keys.k);
  out.opc = std::move(keys.operator_key);
  return out;
}

int personalise(const FileOptions& o, Output& out) {
  auto package = read_package(o.file);
  if (!package) return out.fail(package.error());
  auto subscriber = changes(o);
  if (!subscriber) return out.fail(subscriber.error());
  auto changed = saip::personalise(*package, *subscriber);
  if (!changed) return out.fail(changed.error());
  auto written = write_package(*package, o.out);
  if (!written) return out.fail(written.error());
  if (o.out == "-") return exit_ok;
  out.object({{"file", o.out}});
  out.line("wrote " + o.out);
  return exit_ok;
}

void add_make(CLI::App* profile, Output& out) {
  auto o = std::make_shared<MakeOptions>();
  auto* cmd = profile->add_subcommand("make", "Make a USIM profile from a subscriber's record");
  cmd->add_option("--imsi", o->imsi, "IMSI, 6 to 15 digits")->required();
  cmd->add_option("--iccid", o->iccid, "ICCID, 18 to 20 digits")->required();
  add_aka_keys(cmd, o->keys, true);
  cmd->add_option("--out", o->out, "File to write, mode 0600 (- is standard output)")->required();
  cmd->add_option("--spn", o->spn, "Service provider name that the phone shows");
  cmd->add_option("--msisdn", o->msisdn, "Telephone number, + in front for an international one");
  cmd->add_option("--smsc", o->smsc, "Number of the short message service centre");
  cmd->add_option("--mnc-length", o->mnc_length, "Digits of the MNC, 2 or 3")->capture_default_str();
  cmd->add_option("--name", o->name, "Profile type in the header")->capture_default_str();
  cmd->add_option("--pin", o->pin, "PIN 1, 4 to 8 digits (default: 0000, switched off)");
  cmd->add_option("--puk", o->puk, "PUK 1, 8 digits (default: random)");
  cmd->add_option("--pin2", o->pin2, "PIN 2, 4 to 8 digits (default: random)");
  cmd->add_option("--puk2", o->puk2, "PUK 2, 8 digits (default: random)");
  cmd->add_option("--adm", o->adm,
                  "Administrative key, 4 to 8 digits or 16 hexadecimal digits (default: random)");
  cmd->add_option("--ota-kic", o->ota_kic, "Over-the-air ciphering key, AES-128 (default: no keys)");
  cmd->add_option("--ota-kid", o->ota_kid, "Over-the-air integrity key");
  cmd->add_option("--ota-kik", o->ota_kik, "Over-the-air key encryption key");
  cmd->footer(
      "Example:  sealift profile make --imsi 001010000000001 --iccid 8988211000000000010 --k @k.hex --opc @opc.hex \\\n"
      "              --spn 'My Network' --out usim.der");
  on_run(cmd, out, [o](Output& to) { return make(*o, to); });
}

void add_personalise(CLI::App* profile, Output& out) {
  auto o = std::make_shared<FileOptions>();
  auto* cmd = profile->add_subcommand("personalise", "Give a package another subscriber");
  cmd->add_option("file", o->file, "Profile package, DER (- is standard input)")->required();
  cmd->add_option("--out", o->out, "File to write, mode 0600 (- is standard output)")->required();
  cmd->add_option("--iccid", o->iccid, "ICCID, 18 to 20 digits");
  cmd->add_option("--imsi", o->imsi, "IMSI, 6 to 15 digits");
  add_aka_keys(cmd, o->keys, false);
  cmd->footer(
      "Example:  sealift profile personalise usim.der --imsi 001010000000002 --iccid 8988211000000000028 \\\n"
      "              --k @k.hex --opc @opc.hex --out second.der");
  on_run(cmd, out, [o](Output& to) { return personalise(*o, to); });
}

void add(CLI::App& app, Output& out) {
  auto* profile = app.add_subcommand("profile", "Profile packages: make, show, check, personalise");
  profile->require_subcommand(1);
  profile->footer("Example:  sealift profile check usim.der");
  add_make(profile, out);
  auto shown = std::make_shared<FileOptions>();
  auto* show_command = profile->add_subcommand("show", "Print a package as a readable tree");
  show_command->add_option("file", shown->file, "Profile package, DER (- is standard input)")->required();
  show_command->add_flag("--show-secrets", shown->show_secrets, "Print keys and PINs too");
  show_command->footer("Example:  sealift profile show usim.der");
  on_run(show_command, out, [shown](Output& to) { return show(*shown, to); });
  auto checked = std::make_shared<FileOptions>();
  auto* check_command = profile->add_subcommand("check", "Judge a package by the rules of its format");
  check_command->add_option("file", checked->file, "Profile package, DER (- is standard input)")->required();
  check_command->footer("Example:  sealift profile check usim.der\nExit code 1 where it is not sound.");
  on_run(check_command, out, [checked](Output& to) { return check_file(*checked, to); });
  add_personalise(profile, out);
}
SEALIFT_COMMAND(add)

}  // namespace

}  // namespace sealift::cli
