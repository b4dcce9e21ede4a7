#include "cli/order_reissue.hpp"

#include <boost/json/array.hpp>
#include <optional>

#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  std::string iccid;
  std::optional<std::string> eid, confirmation_code, approval, step_up_issued, step_up_signature;
  bool lost = false;
  bool unavailable = false;
};

int ask(const Options& o, Output& out) {
  json::object body{{"iccid", o.iccid}, {"lost", o.lost}};
  if (o.eid) body["eid"] = *o.eid;
  if (o.approval) body["approval"] = *o.approval;
  if (o.step_up_issued && o.step_up_signature) {
    body["stepUp"] = {{"issued", *o.step_up_issued}, {"signature", *o.step_up_signature}};
  }
  if (o.confirmation_code) {
    auto code = read_secret(*o.confirmation_code);
    if (!code) return out.fail(std::move(code.error()).within("--confirmation-code"));
    body["confirmationCode"] = *code;
  }
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->post("/admin/v1/reissues", body);
  if (!answer) return out.fail(answer.error());
  return awaited_or(o.target, std::move(*answer), out, [&](json::object asked) {
    out.line("Asked for. From " + shown(asked, "earliest") + " on:\n  sealift order complete-reissue" +
             o.target.options_with_token() + " " + o.iccid);
    out.object(std::move(asked));
    return exit_ok;
  });
}

int complete(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto order = admin->post("/admin/v1/reissues/complete", {{"iccid", o.iccid}});
  if (!order) return out.fail(order.error());
  out.line("ICCID " + shown(*order, "iccid") + "\nLPA:" + shown(*order, "activationCode"));
  out.object(std::move(*order));
  return exit_ok;
}

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/reissues");
  if (!answer) return out.fail(answer.error());
  auto all = list_in(*answer, "reissues");
  if (!all) return out.fail(all.error());
  for (const json::value& one : **all) {
    if (one.is_object())
      print_columns(one.get_object(), {"iccid", "state", "earliest", "requester", "replacement"}, out);
  }
  if ((*all)->empty()) out.line("None was asked for of late.");
  out.object(std::move(*answer));
  return exit_ok;
}

void add_ask(CLI::App& order, const std::shared_ptr<Options>& o, Output& out) {
  auto* command = order.add_subcommand(
      "reissue", "Ask for a new activation code for a subscription that had one; takes a second factor");
  o->target.add_options(command);
  command->add_option("iccid", o->iccid, "The profile that the subscriber had")->required();
  command->add_option("--eid", o->eid, "The new device");
  command->add_flag(
      "--lost", o->lost,
      "The device that has the profile is lost for good: another profile of its type takes its place");
  command
      ->add_option("--confirmation-code", o->confirmation_code,
                   "A code that the user has to enter: @FILE, or - for the first line of standard input")
      ->type_name("@FILE|-");
  command->add_option("--approval", o->approval,
                      "Id of a second person's approval, once the first call printed it");
  auto* issued =
      command->add_option("--step-up-issued", o->step_up_issued,
                          "In its place: when the tenant's service signed, such as 2027-01-31T12:00:00Z");
  auto* signature = command->add_option("--step-up-signature", o->step_up_signature,
                                        "What it signed: 128 hexadecimal digits");
  issued->needs(signature);
  signature->needs(issued);
  command->footer("Example:\n  sealift order reissue --dir site 8988211000000000028 --eid EID --lost");
  on_run(command, out, [o](Output& to) { return ask(*o, to); });
}

}  // namespace

void add_order_reissue(CLI::App& order, Output& out) {
  auto o = std::make_shared<Options>();
  add_ask(order, o, out);
  auto* complete_command =
      order.add_subcommand("complete-reissue", "After the cooling-off: the new activation code");
  o->target.add_options(complete_command);
  complete_command->add_option("iccid", o->iccid, "The profile that the subscriber had")->required();
  complete_command->footer("Example:\n  sealift order complete-reissue --dir site 8988211000000000028");
  on_run(complete_command, out, [o](Output& to) { return complete(*o, to); });

  auto* cancel_reissue = order.add_subcommand("cancel-reissue", "Cancel a reissue: the subscriber objected");
  o->target.add_options(cancel_reissue);
  cancel_reissue->add_option("iccid", o->iccid, "The profile that the subscriber had")->required();
  cancel_reissue->footer("Example:\n  sealift order cancel-reissue --dir site 8988211000000000028");
  on_run(cancel_reissue, out, [o](Output& to) {
    return post_and_say(o->target, "/admin/v1/reissues/cancel", {{"iccid", o->iccid}}, "Cancelled.", to);
  });

  auto* list_command = order.add_subcommand("reissues", "Reissues of the last day, and those that wait");
  o->target.add_options(list_command);
  list_command->footer("Example:\n  sealift order reissues --dir site");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  auto* cancel_command = order.add_subcommand("cancel", "Cancel an order that no device has got");
  o->target.add_options(cancel_command);
  cancel_command->add_option("iccid", o->iccid, "ICCID of the profile")->required();
  cancel_command->add_flag("--unavailable", o->unavailable, "The profile is not to be ordered again");
  cancel_command->footer("Example:\n  sealift order cancel --dir site 8988211000000000028");
  on_run(cancel_command, out, [o](Output& to) {
    const char* wanted = o->unavailable ? "unavailable" : "available";
    return post_and_say(o->target, "/admin/v1/orders/cancel",
                        {{"iccid", o->iccid}, {"finalProfileStatus", wanted}}, o->iccid + " is " + wanted,
                        to);
  });
}

}  // namespace sealift::cli
