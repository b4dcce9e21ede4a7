// sealift lpa readers: the PC/SC readers of this machine.
#include <boost/json/array.hpp>

#include "cli/lpa_commands.hpp"
#include "reader/pcsc.hpp"

namespace sealift::cli {

namespace json = boost::json;

static int readers(Output& out) {
  auto slots = reader::PcscReader::list();
  if (!slots) return out.fail(slots.error());
  if (slots->empty()) out.line("no readers");
  json::array list;
  for (const auto& slot : *slots) {
    out.line(printable(slot.name) + (slot.has_card ? "  card " + hex(slot.atr) : "  empty"));
    list.push_back(json::object{{"name", slot.name}, {"card", slot.has_card}, {"atr", hex(slot.atr)}});
  }
  out.object({{"readers", std::move(list)}});
  return exit_ok;
}

void add_lpa_readers(CLI::App& app, Output& out) {
  auto* cmd = app.add_subcommand("readers", "List the PC/SC readers, for --reader pcsc:NAME");
  cmd->footer("Example:  sealift lpa readers");
  on_run(cmd, out, readers);
}

}  // namespace sealift::cli
