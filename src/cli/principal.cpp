// sealift principal: who may administer a running SM-DP+, and as what.
#include <boost/json/array.hpp>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  std::string name, tenant, certificate, save;
  std::vector<std::string> roles;
  std::optional<std::string> expires, approval;
};

/// Where a new token goes: made before it is asked for, since it is told once, and gone where none came.
class TokenFile {
 public:
  /// An empty path: nowhere. Error kinds: exists, and those of files.
  static Result<TokenFile> make(const std::string& path) {
    if (!path.empty()) TRY_VOID(::sealift::write_file(path, {}, Readers::owner, Replace::no));
    return TokenFile(path);
  }
  TokenFile(TokenFile&& o) noexcept : path_(std::exchange(o.path_, "")) {}
  TokenFile& operator=(TokenFile&&) = delete;
  ~TokenFile() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  Status keep(const std::string& token) {
    return write_file(std::exchange(path_, ""), token + "\n", true);
  }

 private:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Posts; writes the new token to a file of mode 0600, or prints it.
int with_token(const Options& o, const char* path, json::object body, Output& out) {
  if (o.approval) body["approval"] = *o.approval;
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto file = TokenFile::make(o.save);
  if (!file) return out.fail(file.error());
  auto answer = admin->post(path, body);
  if (!answer) return out.fail(answer.error());
  return awaited_or(o.target, std::move(*answer), out, [&](json::object said) {
    const std::string token = shown(said, "token");
    if (o.save.empty()) {
      out.line(o.name + " shows who it is with this token, which is never shown again:\n" + token);
    } else {
      const Status saved = file->keep(token);
      if (!saved) {
        return out.fail(Error(saved.error()).within(o.name + " has a new token, which is lost: ask for another one"));
      }
      said.erase("token");
      out.line("The token of " + o.name + " is in " + o.save);
    }
    out.object(std::move(said));
    return exit_ok;
  });
}

int add_one(const Options& o, Output& out) {
  json::object body{{"name", o.name}, {"roles", json::array(o.roles.begin(), o.roles.end())}};
  if (!o.tenant.empty()) body["tenant"] = o.tenant;
  if (!o.certificate.empty()) body["certificate"] = o.certificate;
  if (o.expires) body["expires"] = *o.expires;
  return with_token(o, "/admin/v1/principals", std::move(body), out);
}

int change(const Options& o, json::object body, const std::string& done, Output& out) {
  body["name"] = o.name;
  if (o.approval) body["approval"] = *o.approval;
  return post_and_say(o.target, "/admin/v1/principals/change", std::move(body), done, out);
}

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/principals");
  if (!answer) return out.fail(answer.error());
  auto all = list_in(*answer, "principals");
  if (!all) return out.fail(all.error());
  for (const json::value& one : **all) {
    if (!one.is_object()) continue;
    const json::object& p = one.get_object();
    print_columns(p, {"name", "roles", "tenant", "expires"}, out);
    if (shown(p, "disabled") == "yes") out.line("  disabled");
  }
  if ((*all)->empty()) out.line("Nobody but the bearer of the site's own token.");
  out.object(std::move(*answer));
  return exit_ok;
}

void add_makers(CLI::App* group, Output& out) {
  auto o = std::make_shared<Options>();
  auto* command = group->add_subcommand("add", "Add a principal; prints its token this once");
  o->target.add_options(command);
  command->add_option("name", o->name, "1 to 32 of a-z, 0-9, '.', '_' and '-'")->required();
  command->add_option("--role", o->roles, "What it is (may be repeated)")
      ->required()
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"operator-admin", "tenant-admin", "support", "auditor", "approver"}));
  command->add_option("--tenant", o->tenant, "The only operator whose matters it sees");
  command->add_option("--certificate", o->certificate, "SHA-256 of its client certificate, hexadecimal");
  command->add_option("--expires", o->expires, "Until when, such as 2027-01-31T12:00:00Z");
  command->add_option("--save", o->save, "Write the token to this file, mode 0600");
  command->add_option("--approval", o->approval, "Id of the approval, where one was asked for");
  command->footer("Example:\n  sealift principal add --dir site anna --role approver --save anna.token");
  on_run(command, out, [o](Output& to) { return add_one(*o, to); });

  auto* renew = group->add_subcommand("token", "A new token in place of the old one");
  o->target.add_options(renew);
  renew->add_option("name", o->name, "Of the principal")->required();
  renew->add_option("--save", o->save, "Write the token to this file, mode 0600");
  renew->add_option("--approval", o->approval, "Id of the approval, where one was asked for");
  renew->footer("Example:\n  sealift principal token --dir site anna --save anna.token");
  on_run(renew, out, [o](Output& to) {
    return with_token(*o, "/admin/v1/principals/token", {{"name", o->name}}, to);
  });
}

void add(CLI::App& app, Output& out) {
  auto* group =
      app.add_subcommand("principal", "Who may administer an SM-DP+: people and programs with a role");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift principal list --dir site");
  add_makers(group, out);

  auto o = std::make_shared<Options>();
  auto* list_command = group->add_subcommand("list", "Everybody who may administer it");
  o->target.add_options(list_command);
  list_command->footer("Example:\n  sealift principal list --dir site");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  for (const bool disable : {true, false}) {
    const std::string verb = disable ? "disable" : "enable";
    auto* command =
        group->add_subcommand(verb, disable ? "It may do nothing from now on" : "It may again what it did");
    o->target.add_options(command);
    command->add_option("name", o->name, "Of the principal")->required();
    command->add_option("--approval", o->approval, "Id of the approval, where one was asked for");
    command->footer("Example:\n  sealift principal " + verb + " --dir site anna");
    on_run(command, out, [o, disable, verb](Output& to) {
      return change(*o, {{"disabled", disable}}, o->name + " is " + verb + "d", to);
    });
  }
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
