// The program `sealift`: the sub-commands are in the files beside this one.
#include <csignal>
#include <iostream>
#include <map>

#include "cli/command.hpp"

namespace sealift::cli {

static std::map<std::string, AddCommand>& commands() {
  static std::map<std::string, AddCommand> all;
  return all;
}

Registration::Registration(const char* file, AddCommand add) {
  commands()[file] = add;
}

static int run(int argc, char** argv) {
  CLI::App app{"Sealift: eSIM provisioning, from the operator's order to the phone's signal", "sealift"};
  app.set_version_flag("--version", SEALIFT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Example:\n  sealift demo\nEach sub-command explains itself, with an example:  sealift lpa download "
      "--help");
  app.get_formatter()->column_width(34);
  Output out;
  for (auto& [file, add] : commands()) add(app, out);
  auto named = [&](const CLI::App* sub) { return sub->get_name() == argv[1]; };
  auto subs = app.get_subcommands([](const CLI::App*) { return true; });
  if (argc > 1 && argv[1][0] != '-' && std::none_of(subs.begin(), subs.end(), named)) {
    std::cerr << "sealift: there is no sub-command '" << argv[1] << "'; `sealift --help` lists those there are\n";
    return exit_usage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForAllHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return exit_usage;
  } catch (const Exit& e) {
    return e.code;
  }
  return exit_ok;
}

}  // namespace sealift::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return sealift::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::cerr << "sealift: out of memory\n";
  } catch (const std::exception& e) {
    std::cerr << "sealift: internal error: " << e.what() << '\n';
  }
  return sealift::cli::exit_failed;
}
