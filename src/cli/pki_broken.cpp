// sealift pki broken: certificates that are wrong in one way each, for trying the checks of others and ours.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/keys_folder.hpp"
#include "pki/broken.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct BrokenOptions {
  std::string directory, pki, at;
  std::string curve = "p256";
  std::vector<std::string> hosts = {"localhost"};
};

Result<pki::Hierarchy> read_hierarchy(const std::string& directory) {
  auto folder = TRY(lab::KeysFolder::open(directory));
  pki::Hierarchy out;
  for (const pki::RoleRules& r : pki::role_table()) out.identities.push_back(TRY(folder.identity(r.role)));
  return out;
}

Result<pki::Hierarchy> new_hierarchy(const BrokenOptions& o, Time now) {
  pki::HierarchyOptions h;
  h.curve = curve_from_name(o.curve);
  h.organization = "Sealift broken certificates";
  h.eid = TRY(Eid::with_check_digits(h.iin + std::string(30 - h.iin.size(), '0')));
  h.dp_hosts = h.ds_hosts = o.hosts;
  h.not_before = now - std::chrono::days(2);
  h.crl_uris = {"http://ci.example.com/crl.der"};
  SystemRandom random;
  return pki::make_hierarchy(h, random);
}

json::object index_entry(const pki::BrokenVariant& v) {
  json::object places;
  for (const pki::ExpectedRefusal& p : v.places) places[pki::name(p.place)] = p.answer;
  json::object out{
      {"name", v.name}, {"role", pki::name(v.role)}, {"what", v.what}, {"file", v.name + ".der"}};
  if (v.role != pki::Role::eum && v.key) out["key"] = v.name + ".key.pem";
  if (v.role == pki::Role::eum) out["leaf"] = "euicc.der";
  if (v.role == pki::Role::euicc) out["eum"] = v.eum ? v.name + ".eum.der" : "eum.der";
  if (v.error) {
    out["verify"] = {{"error", pki::name(*v.error)}, {"certificate", pki::name(v.link)}};
    if (v.only_with_clock) out["onlyWithClock"] = true;
  }
  out["places"] = std::move(places);
  return out;
}

Status write_variant(const std::string& directory, const pki::BrokenVariant& v) {
  const std::string base = directory + "/" + v.name;
  TRY_VOID(write_file(base + ".der", text(v.certificate), false));
  if (v.eum) TRY_VOID(write_file(base + ".eum.der", text(*v.eum), false));
  // an EUM's key would make good eUICC certificates: it stays where it is
  if (v.role == pki::Role::eum || !v.key) return {};
  return write_file(base + ".key.pem", text(pki::private_key_to_pem(*v.key).expose()), true);
}

Result<size_t> make(const BrokenOptions& o) {
  std::error_code problem;
  if (std::filesystem::exists(o.directory + "/keys", problem)) {
    return Error{ErrorKind::exists, o.directory + " holds a hierarchy, whose certificates would be overwritten: "
                                                  "choose another folder, and give this one with --pki"};
  }
  Time now = SystemClock().now();
  if (!o.at.empty()) now = TRY(asn1::parse_rfc3339(o.at));
  pki::Hierarchy hierarchy = o.pki.empty() ? TRY(new_hierarchy(o, now)) : TRY(read_hierarchy(o.pki));
  SystemRandom random;
  std::vector<pki::BrokenVariant> variants = TRY(pki::make_broken(hierarchy, now, random));
  std::filesystem::create_directories(o.directory, problem);
  if (problem)
    return Error{ErrorKind::io, "cannot make the folder " + o.directory + ": " + problem.message()};
  for (pki::Role role : {pki::Role::ci, pki::Role::eum, pki::Role::euicc}) {
    TRY_VOID(write_file(o.directory + "/" + std::string(pki::name(role)) + ".der",
                        text(hierarchy.certificate(role).der()), false));
  }
  json::array all;
  for (const pki::BrokenVariant& v : variants) {
    TRY_VOID(write_variant(o.directory, v));
    all.emplace_back(index_entry(v));
  }
  json::object index{{"at", asn1::rfc3339(now)}, {"ci", "ci.der"}, {"variants", std::move(all)}};
  TRY_VOID(write_file(o.directory + "/index.json", json::serialize(index) + "\n", false));
  return variants.size();
}

int broken(const BrokenOptions& o, Output& out) {
  auto made = make(o);
  if (!made) return out.fail(made.error());
  out.line(std::to_string(*made) + " certificates in " + o.directory +
           "; what each place must answer is in " + o.directory + "/index.json");
  out.object({{"directory", o.directory}, {"index", o.directory + "/index.json"}, {"variants", *made}});
  return exit_ok;
}

}  // namespace

void add_pki_broken(CLI::App& pki, Output& out) {
  auto o = std::make_shared<BrokenOptions>();
  auto* cmd = pki.add_subcommand("broken", "Make certificates that are wrong in one way each, with an index");
  cmd->add_option("directory", o->directory, "Where to; made where it is absent")
      ->required()
      ->type_name("DIR");
  auto* below =
      cmd->add_option("--pki", o->pki, "Below the CI and EUM of this folder; below new ones where absent")
          ->type_name("DIR");
  cmd->add_option("--curve", o->curve, "Curve of the new ones")
      ->check(CLI::IsMember({"p256", "brainpool"}))
      ->capture_default_str()
      ->excludes(below);
  cmd->add_option("--host", o->hosts, "Host of the TLS certificates; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->capture_default_str()
      ->excludes(below);
  cmd->add_option("--at", o->at, "Instant that they are valid at, as 2026-01-01T00:00:00Z; now where absent")
      ->type_name("TIME");
  cmd->footer("Example:  sealift pki broken ./broken --host localhost");
  on_run(cmd, out, [o](Output& output) { return broken(*o, output); });
}

}  // namespace sealift::cli
