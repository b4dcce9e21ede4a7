// sealift audit: who did what at a running SM-DP+.
#include <boost/json/array.hpp>

#include "cli/admin_show.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  uint64_t after = 0;
};

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  json::array all;
  std::string after = std::to_string(o.after);
  for (;;) {
    auto page = admin->get("/admin/v1/audit?limit=1000&after=" + after);
    if (!page) return out.fail(page.error());
    auto rows = list_in(*page, "rows");
    if (!rows) return out.fail(rows.error());
    for (const json::value& one : **rows) {
      if (one.is_object())
        print_columns(one.get_object(), {"number", "at", "actor", "action", "iccid", "detail"}, out);
      if (out.json) all.push_back(one);
    }
    if (!has(*page, "next")) break;
    after = shown(*page, "next");
  }
  out.object({{"rows", std::move(all)}});
  return exit_ok;
}

void add(CLI::App& app, Output& out) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("audit", "Who did what at a running SM-DP+, for its auditor");
  o->target.add_options(command);
  command->add_option("--after", o->after, "Only rows after this number");
  command->footer("Example:\n  sealift audit --dir site --token audit.token");
  on_run(command, out, [o](Output& to) { return list(*o, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
