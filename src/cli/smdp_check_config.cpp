#include "cli/smdp_check_config.hpp"

#include <boost/json/array.hpp>

#include "lab/smdp_check.hpp"
#include "lab/smdp_config.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct CheckOptions {
  std::string file;
  bool print_defaults = false;
  bool print_reference = false;
};

std::string_view name(lab::Finding::Level level) {
  switch (level) {
    case lab::Finding::Level::good:
      return "ok";
    case lab::Finding::Level::warning:
      return "warning";
    case lab::Finding::Level::wrong:
      break;
  }
  return "wrong";
}

int check(const CheckOptions& o, Output& out) {
  auto config = lab::SmdpConfig::read(o.file);
  if (!config) return out.fail(config.error());
  SystemClock clock;
  json::array all;
  size_t wrong = 0;
  for (const lab::Finding& finding : lab::check_site(config->site, clock)) {
    wrong += finding.level == lab::Finding::Level::wrong;
    std::string level(name(finding.level));
    all.push_back(json::object{{"level", level}, {"about", finding.about}, {"what", finding.what}});
    level.resize(8, ' ');
    out.line(level + finding.about + ": " + printable(finding.what));
  }
  if (wrong > 0) out.line("The server would not start: see what is wrong above.");
  out.object({{"ok", wrong == 0}, {"findings", std::move(all)}});
  return wrong == 0 ? exit_ok : exit_failed;
}

int run(const CheckOptions& o, Output& out) {
  if (o.print_defaults) out.line(lab::SmdpConfig::sample());
  if (o.print_reference) out.line(lab::SmdpConfig::reference());
  if (o.print_defaults || o.print_reference) return exit_ok;
  if (o.file.empty()) return out.fail({ErrorKind::invalid, "give a configuration file to check"});
  return check(o, out);
}

}  // namespace

void add_smdp_check_config(CLI::App& smdp, Output& out) {
  auto o = std::make_shared<CheckOptions>();
  auto* command = smdp.add_subcommand("check-config",
                                      "Say what is wrong with a configuration and with what it names: keys, "
                                      "certificates, permissions, ports");
  command->add_option("file", o->file, "The configuration, such as /etc/sealift/smdp.toml");
  command->add_flag("--print-defaults", o->print_defaults,
                    "Print a configuration with every default, explained");
  command->add_flag("--print-reference", o->print_reference, "The same as tables of Markdown");
  command->footer(
      "Run it as the user that the server runs as.\nExample:\n  sealift smdp check-config --print-defaults > "
      "smdp.toml\n  sealift smdp check-config smdp.toml");
  on_run(command, out, [o](Output& to) { return run(*o, to); });
}

}  // namespace sealift::cli
