#include "cli/command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <iostream>

namespace sealift::cli {

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
  std::cerr << "sealift: " << error.message << '\n';
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

static Error file_error(const char* doing, const std::string& path, int error) {
  ErrorKind kind = error == ENOENT                     ? ErrorKind::not_found
                   : error == EACCES || error == EPERM ? ErrorKind::permission
                                                       : ErrorKind::io;
  std::string hint = error == ENOENT   ? " (is the path right?)"
                     : error == EACCES ? " (check the owner and mode of the file and its folder)"
                     : error == ENOSPC ? " (free some space and run it again)"
                                       : "";
  return Error{kind, std::string("cannot ") + doing + " " + path + ": " + std::strerror(error) + hint};
}

Result<std::string> read_file(const std::string& path, size_t limit) {
  int fd = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path, errno);
  std::string out;
  char buffer[65536];
  Status status;
  while (status) {
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n == 0) break;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      status = file_error("read", path, errno);
    else
      out.append(buffer, static_cast<size_t>(n));
    if (out.size() > limit) {
      status = Error{ErrorKind::limit, path + " is larger than " + std::to_string(limit) + " octets"};
    }
  }
  if (fd != 0) ::close(fd);
  TRY_VOID(std::move(status));
  return out;
}

static Status write_all(int fd, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("write", path, errno);
    rest.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Status write_file(const std::string& path, std::string_view contents, bool secret) {
  if (path == "-") return write_all(1, contents, "standard output");
  std::string temporary = path + ".part";
  int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0644);
  if (fd < 0) return file_error("create", temporary, errno);
  Status status = write_all(fd, contents, temporary);
  if (status && ::fsync(fd) != 0) status = file_error("write", temporary, errno);
  ::close(fd);
  if (status && ::rename(temporary.c_str(), path.c_str()) != 0) status = file_error("write", path, errno);
  if (!status) ::unlink(temporary.c_str());
  return status;
}

}  // namespace sealift::cli
