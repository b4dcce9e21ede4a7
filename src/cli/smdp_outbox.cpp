#include "cli/smdp_outbox.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  uint32_t number = 0;
};

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/outbox/refused");
  if (!answer) return out.fail(answer.error());
  auto rows = list_in(*answer, "rows");
  if (!rows) return out.fail(rows.error());
  for (const json::value& row : **rows) {
    if (!row.is_object()) continue;
    const auto* number = row.get_object().if_contains("number");
    if (number) out.line("row " + json::serialize(*number));
    print_columns(row.get_object(), {"kind", "iccid", "addressee", "last", "problem"}, out);
  }
  out.object(std::move(*answer));
  return exit_ok;
}

int drop(const Options& o, Output& out) {
  return post_and_say(o.target, "/admin/v1/outbox/drop", {{"number", o.number}},
                      "Row " + std::to_string(o.number) + " is dropped: it is never sent.", out);
}

}  // namespace

void add_smdp_outbox(CLI::App& smdp, Output& out) {
  auto o = std::make_shared<Options>();
  auto* list_command = smdp.add_subcommand("outbox", "What operators and SM-DSs did not take when it was last tried, with the reason");
  o->target.add_options(list_command);
  list_command->footer("Example:\n  sealift smdp outbox --dir site");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  auto* drop_command = smdp.add_subcommand(
      "outbox-drop", "Never send a row that was tried in vain; later ones of its profile go on");
  o->target.add_options(drop_command);
  drop_command->add_option("number", o->number, "The row, as `sealift smdp outbox` has it")->required();
  drop_command->footer("Example:\n  sealift smdp outbox-drop --dir site 17");
  on_run(drop_command, out, [o](Output& to) { return drop(*o, to); });
}

}  // namespace sealift::cli
