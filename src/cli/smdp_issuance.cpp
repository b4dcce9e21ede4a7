#include "cli/smdp_issuance.hpp"

#include <optional>

#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  std::string reason;
  std::optional<std::string> approval;
};

int stop(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->post("/admin/v1/issuance/stop", {{"reason", o.reason}});
  if (!answer) return out.fail(answer.error());
  if (has(*answer, "later")) {
    out.line("Issuance was stopped already, at " + shown(*answer, "at") + " by " + shown(*answer, "by") +
             ": " + shown(*answer, "reason"));
    out.line("Your reason is kept beside that one; whoever wants to reopen it has to ask for approval anew.");
  } else {
    out.line("Issuance is stopped: within seconds no node releases an order or gives a profile out.");
  }
  out.object(std::move(*answer));
  return exit_ok;
}

int reopen(const Options& o, Output& out) {
  json::object body;
  if (o.approval) body["approval"] = *o.approval;
  return post_and_say(o.target, "/admin/v1/issuance/reopen", std::move(body), "Issuance is open.", out);
}

int status(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/issuance");
  if (!answer) return out.fail(answer.error());
  static constexpr Titled rows[] = {{"Stopped", "stopped"}, {"Reason", "reason"}, {"By", "by"}, {"At", "at"}};
  print_members(*answer, rows, out);
  if (has(*answer, "later")) {
    static constexpr Titled later[] = {{"Stopped again for", "reason"}, {"By", "by"}, {"At", "at"}};
    print_members(answer->at("later").as_object(), later, out);
  }
  out.object(std::move(*answer));
  return exit_ok;
}

}  // namespace

void add_smdp_issuance(CLI::App& smdp, Output& out) {
  auto o = std::make_shared<Options>();
  auto* stop_command = smdp.add_subcommand(
      "stop-issuance", "The big red button: release no order and give no profile out, on every node");
  o->target.add_options(stop_command);
  stop_command->add_option("--reason", o->reason, "For people")->required();
  stop_command->footer(
      "Example:\n  sealift smdp stop-issuance --dir site --reason 'a signing key may be lost'");
  on_run(stop_command, out, [o](Output& to) { return stop(*o, to); });

  auto* reopen_command = smdp.add_subcommand(
      "reopen-issuance", "Reopen it, once two other people have approved (sealift approval)");
  o->target.add_options(reopen_command);
  reopen_command->add_option("--approval", o->approval, "Id of the approval that the first call printed");
  reopen_command->footer("Example:\n  sealift smdp reopen-issuance --dir site");
  on_run(reopen_command, out, [o](Output& to) { return reopen(*o, to); });

  auto* status_command = smdp.add_subcommand("issuance", "Whether issuance is stopped, by whom and why");
  o->target.add_options(status_command);
  status_command->footer("Example:\n  sealift smdp issuance --dir site");
  on_run(status_command, out, [o](Output& to) { return status(*o, to); });
}

}  // namespace sealift::cli
