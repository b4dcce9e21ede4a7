#include "cli/command.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <iostream>
#include <iterator>

#include "base/files.hpp"

namespace sealift::cli {

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are C2 80 to C2 9F in UTF-8; terminals obey some of them.
    bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c < 0x20 || c == 0x7F || c1 ? '?' : text[i];
  }
  return out;
}

void Output::line(std::string_view text) {
  if (!json) std::cout << text << '\n' << std::flush;
}

void Output::progress(std::string_view text) {
  if (!json && !quiet && ::isatty(2)) std::cerr << text << '\n';
}

void Output::object(boost::json::object result) {
  if (!json) return;
  if (!result.contains("ok")) result["ok"] = true;
  std::cout << boost::json::serialize(result) << '\n' << std::flush;
}

int Output::fail(const Error& error) {
  std::cerr << "sealift: " << printable(error.message) << '\n';
  if (json) {
    std::cout << boost::json::serialize(boost::json::object{
                     {"ok", false}, {"error", {{"kind", name(error.kind)}, {"message", error.message}}}})
              << '\n';
  }
  return exit_failed;
}

void on_run(CLI::App* command, Output& out, std::function<int(Output&)> body) {
  command->add_flag("--json", out.json, "One JSON object on standard output");
  command->add_flag("--quiet", out.quiet, "No progress");
  command->callback([&out, body = std::move(body)] { throw Exit{body(out)}; });
}

static Result<std::string> read_standard_input(size_t limit) {
  std::string out{std::istreambuf_iterator<char>(std::cin), {}};
  if (out.size() > limit) return Error{ErrorKind::limit, "standard input is longer than " + std::to_string(limit) + " octets"};
  return out;
}

Result<std::string> read_file(const std::string& path, size_t limit) {
  if (path == "-") return read_standard_input(limit);
  return std::string(text(TRY(::sealift::read_file(path, limit))));
}

Result<std::string> read_secret(const std::string& given) {
  constexpr size_t longest = 4096;
  std::string out;
  if (given == "-") {
    std::getline(std::cin, out);
    if (out.size() > longest) return Error{ErrorKind::limit, "standard input: the line is too long"};
  } else if (given.starts_with('@')) {
    out = TRY(read_file(given.substr(1), longest));
  } else {
    return Error{ErrorKind::invalid,
                 "a secret on the command line can be seen by everybody on this machine: give @FILE, or - for "
                 "standard input"};
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
  return out;
}

Status write_file(const std::string& path, std::string_view contents, bool secret) {
  if (path != "-") {
    return ::sealift::write_file(path, view(contents), secret ? Readers::owner : Readers::everybody, Replace::yes);
  }
  std::cout << contents << std::flush;
  if (std::cout) return {};
  return Error{ErrorKind::io, "cannot write to standard output"};
}

}  // namespace sealift::cli
