#include "card/stdio.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>

#include "card/lines.hpp"

extern char** environ;

namespace sealift::card {

namespace {

namespace json = boost::json;

constexpr size_t max_line = 64u << 10;

struct Answer {
  int ecode = 0;
  std::optional<Bytes> data;
};

bool is_ok(const Bytes& response) {
  if (response.size() < 2) return false;
  uint8_t sw1 = response[response.size() - 2];
  return sw1 == 0x90 || sw1 == 0x91 || sw1 == 0x61;
}

/// MANAGE CHANNEL and SELECT; the channel's number, or -1.
int open_channel(euicc::Card& card, View aid) {
  Bytes opened = card.transmit(Bytes{0x00, 0x70, 0x00, 0x00, 0x01});
  if (!is_ok(opened) || opened.size() != 3) return -1;
  uint8_t channel = opened[0];
  uint8_t cla = channel < 4 ? channel : static_cast<uint8_t>(0x40 | (channel - 4));
  Bytes select{cla, 0xA4, 0x04, 0x00, static_cast<uint8_t>(aid.size())};
  append(select, aid);
  if (is_ok(card.transmit(select))) return channel;
  card.transmit(Bytes{0x00, 0x70, 0x80, channel});
  return -1;
}

Answer run(euicc::Card& card, std::string_view func, View param) {
  if (func == "connect") {
    card.reset();
    // What a terminal that has an LPAd says once after reset (SGP.22 5.7.1).
    card.transmit(*from_hex("80AA000005A903830107"));
    return {};
  }
  if (func == "disconnect") {
    card.reset();
    return {};
  }
  if (func == "logic_channel_open") return {param.size() > 16 ? -1 : open_channel(card, param), {}};
  if (func == "logic_channel_close" && param.size() == 1) {
    return {is_ok(card.transmit(Bytes{0x00, 0x70, 0x80, param[0]})) ? 0 : -1, {}};
  }
  if (func == "transmit" && !param.empty()) return {0, card.transmit(param)};
  return {-1, {}};
}

std::string to_line(const Answer& answer) {
  json::object payload{{"ecode", answer.ecode}};
  if (answer.data) payload["data"] = hex(*answer.data);
  return json::serialize(json::object{{"type", "apdu"}, {"payload", std::move(payload)}});
}

/// A pair of connected descriptors, for one stream of the child.
struct Pipe {
  int ours = -1, theirs = -1;
  ~Pipe() {
    if (ours >= 0) ::close(ours);
    if (theirs >= 0) ::close(theirs);
  }
  Status make() {
    int fds[2];
    // Sockets rather than pipes, since writing to them can be asked not to raise SIGPIPE.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
      return Error{ErrorKind::io, std::string("cannot make a pipe: ") + std::strerror(errno)};
    }
    ours = fds[0];
    theirs = fds[1];
    return {};
  }
  void close_theirs() {
    ::close(theirs);
    theirs = -1;
  }
  void close_ours() {
    ::close(ours);
    ours = -1;
  }
};

Result<pid_t> spawn(const std::vector<std::string>& command, int in, int out) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  pid_t child = 0;
  int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return child;
  ErrorKind kind = failed == ENOENT   ? ErrorKind::not_found
                   : failed == EACCES ? ErrorKind::permission
                                      : ErrorKind::io;
  return Error{kind, "cannot run " + command[0] + ": " + std::strerror(failed)};
}

}  // namespace

std::optional<std::string> answer_stdio_line(euicc::Card& card, std::string_view line) {
  boost::system::error_code bad;
  json::value request = json::parse(line, bad);
  if (bad || !request.is_object()) return std::nullopt;
  const auto* type = request.as_object().if_contains("type");
  if (!type || !type->is_string() || type->as_string() != "apdu") return std::nullopt;
  const auto* payload = request.as_object().if_contains("payload");
  const auto* func = payload && payload->is_object() ? payload->as_object().if_contains("func") : nullptr;
  const auto* param = payload && payload->is_object() ? payload->as_object().if_contains("param") : nullptr;
  if (!func || !func->is_string()) return to_line({-1, {}});
  Result<Bytes> octets = Bytes{};
  if (param && param->is_string()) octets = from_hex(std::string_view(param->as_string()));
  if (!octets) return to_line({-1, {}});
  return to_line(run(card, std::string_view(func->as_string()), *octets));
}

Status serve_stdio(euicc::Card& card, int in, int out) {
  LineReader lines(in, max_line);
  for (;;) {
    auto line = TRY(lines.next());
    if (!line) return {};
    if (line->empty()) continue;
    auto answer = answer_stdio_line(card, *line);
    if (!answer) return Error{ErrorKind::invalid, "a line that is no APDU request of lpac's stdio driver"};
    TRY_VOID(write_all(out, *answer + "\n"));
  }
}

Result<int> run_child(euicc::Card& card, const std::vector<std::string>& command, int out) {
  if (command.empty()) return Error{ErrorKind::invalid, "no command to run"};
  Pipe to_child, from_child;
  TRY_VOID(to_child.make());
  TRY_VOID(from_child.make());
  pid_t child = TRY(spawn(command, to_child.theirs, from_child.theirs));
  to_child.close_theirs();
  from_child.close_theirs();

  Status served;
  LineReader lines(from_child.ours, 16u << 20);  // the LPA's own output may hold icons
  for (;;) {
    auto line = lines.next();
    if (!line) served = std::move(line.error());
    if (!line || !*line) break;
    auto answer = answer_stdio_line(card, **line);
    // A child that no longer listens is on its way out; its exit status says why.
    if (answer) (void)write_all(to_child.ours, *answer + "\n");
    if (!answer) served = write_all(out, **line + "\n");
    if (!served) break;
  }
  to_child.close_ours();
  from_child.close_ours();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!served) return std::move(served.error());
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace sealift::card
