// sealift approval: the second and third person of acts that take more than one.
#include <boost/json/array.hpp>

#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  std::string id, digest;
};

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/approvals");
  if (!answer) return out.fail(answer.error());
  auto all = list_in(*answer, "approvals");
  if (!all) return out.fail(all.error());
  static constexpr Titled rows[] = {{"Id", "id"},
                                    {"What", "summary"},
                                    {"Asked by", "requester"},
                                    {"Until", "expires"},
                                    {"State", "state"},
                                    {"Approvals needed", "needed"},
                                    {"Given by", "approvedBy"},
                                    {"Digest", "digest"}};
  for (const json::value& one : **all) {
    if (!one.is_object()) continue;
    print_members(one.get_object(), rows, out);
    out.line("");
  }
  if ((*all)->empty()) out.line("Nobody has asked for an approval of late.");
  out.object(std::move(*answer));
  return exit_ok;
}

int approve(const Options& o, Output& out) {
  return post_and_say(o.target, "/admin/v1/approvals/approve", {{"id", o.id}, {"digest", o.digest}},
                      "Approved.", out);
}

void add(CLI::App& app, Output& out) {
  auto* group =
      app.add_subcommand("approval", "Acts that take two people: see what is asked for, approve it");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift approval list --dir site --token anna.token");
  auto o = std::make_shared<Options>();
  auto* list_command = group->add_subcommand("list", "What was asked for of late, and who approved");
  o->target.add_options(list_command);
  list_command->footer("Example:\n  sealift approval list --dir site --token anna.token");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  auto* approve_command = group->add_subcommand("approve", "Approve what somebody else asked for");
  o->target.add_options(approve_command);
  approve_command->add_option("--id", o->id, "Of the approval")->required();
  approve_command->add_option("--digest", o->digest, "Of what you approve, as you saw it in the list")
      ->required();
  approve_command->footer(
      "Example:\n  sealift approval approve --dir site --token anna.token --id ID --digest DIGEST");
  on_run(approve_command, out, [o](Output& to) { return approve(*o, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
