// How a sub-command is made: one source file each, which parses, calls a room, and prints.
//
//   static int show(const Options& o, Output& out) { ... return out.fail(error); ... return exit_ok; }
//   static void add(CLI::App& app, Output& out) {
//     auto* cmd = app.add_subcommand("pki", "Certificates and keys");
//     ...
//     on_run(show_command, out, [options] (Output& o) { return show(*options, o); });
//   }
//   SEALIFT_COMMAND(add)
//
// Exit codes: 0 done, 1 it failed (the message says why), 2 the command line is wrong. With --json exactly
// one JSON object goes to standard output, also where it fails; messages for people go to standard error.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace sealift::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_awaits = 3;  ///< nothing is done yet: others have to approve it first

/// Text of a peer with control characters replaced, fit to be shown on a terminal.
std::string printable(std::string_view text);

/// Where a command's results go.
class Output {
 public:
  bool json = false;   ///< --json was given
  bool quiet = false;  ///< --quiet was given: no progress
  /// A line for people; nothing with --json.
  void line(std::string_view text);
  /// A line of progress on standard error, where it is a terminal and neither --json nor --quiet was given.
  void progress(std::string_view text);
  /// The one JSON object, with --json only; "ok": true is added.
  void object(boost::json::object result);
  /// Says what went wrong and gives the exit code.
  int fail(const Error& error);
};

/// Makes `body` what the command does and `--json`, `--quiet` understood behind it.
void on_run(CLI::App* command, Output& out, std::function<int(Output&)> body);
/// Thrown by on_run's callback to carry the exit code out of CLI11's parser.
struct Exit {
  int code;
};

using AddCommand = void (*)(CLI::App& app, Output& out);
struct Registration {
  Registration(const char* file, AddCommand add);
};
#define SEALIFT_COMMAND(add) static const ::sealift::cli::Registration registration_{__FILE__, add};

/// Reads a whole file of at most `limit` octets. "-" is standard input.
/// Errors: not_found, permission, io, limit, each naming the file.
Result<std::string> read_file(const std::string& path, size_t limit = 16u << 20);
/// A secret that a command line names: `@FILE` is what that file holds, `-` the first line of standard input,
/// each without its line break. What stands there itself is refused, since everybody on the machine can see it
/// (`ps`). Error kinds: invalid, and those of read_file.
Result<std::string> read_secret(const std::string& given);
/// Writes a file whole or not at all, mode 0600 where `secret`. "-" is standard output.
Status write_file(const std::string& path, std::string_view contents, bool secret);

}  // namespace sealift::cli
