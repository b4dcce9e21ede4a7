// sealift-keyd: holds a PKCS#11 module, and so the keys of a server, in a process of its own. It links no
// code of the servers and none of the network; docs/reference/keyd.md.
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <mutex>

#include "hsm/pkcs11/token.hpp"
#include "hsm/remote/server.hpp"
#include "keyd/sandbox.hpp"

namespace sealift::keyd {
namespace {

constexpr unsigned stop_seconds = 5;  ///< for calls that hang in the module

struct Options {
  hsm::pkcs11::TokenOptions token;
  hsm::KeyServer::Options server;
  std::vector<std::string> users;
  std::string group;
  std::string second_token;
  bool network = false;
};

/// One line an event, on standard error: no key, no PIN, no digest.
void tell(std::string_view line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::fprintf(stderr, "sealift-keyd: %.*s\n", static_cast<int>(line.size()), line.data());
}

int fail(const Error& error) {
  tell("error: " + error.message);
  return 1;
}

Status find_people(Options& o) {
  for (const std::string& user : o.users) {
    const passwd* known = ::getpwnam(user.c_str());
    if (!known) return Error{ErrorKind::not_found, "--user: there is no user '" + user + "'"};
    o.server.users.push_back(known->pw_uid);
  }
  if (o.group.empty()) return {};
  const group* known = ::getgrnam(o.group.c_str());
  if (!known) return Error{ErrorKind::not_found, "--group: there is no group '" + o.group + "'"};
  o.server.group = known->gr_gid;
  return {};
}

/// A key that exists once can be lost with its token: it has to be on a second one too, as well kept.
Status check_second_token(const Options& o, hsm::pkcs11::Token& first) {
  if (o.second_token.empty()) {
    tell("warning: no --second-token is named: a key that exists once can be lost");
    return {};
  }
  hsm::pkcs11::TokenOptions options = o.token;
  options.token = o.second_token;
  const auto second = TRY(hsm::pkcs11::Token::open(std::move(options)))->session();
  const auto session = first.session();
  for (const std::string& label : o.server.labels) {
    const std::string where = "key '" + label + "' on token '" + o.second_token + "'";
    auto copy = second->find(label);
    if (!copy) return std::move(copy.error()).within(where);
    if (*copy != TRY(session->find(label))) {
      return Error{ErrorKind::verification, where + " is another key than that on '" + o.token.token + "'"};
    }
  }
  return {};
}

int serve(Options o) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  if (Status found = find_people(o); !found) return fail(found.error());
  if (const std::string missing = close_memory(); !missing.empty()) tell("warning: " + missing);
  if (Status closed = close_system_calls(o.network); !closed) return fail(closed.error());

  auto token = hsm::pkcs11::Token::open(o.token);
  if (!token) return fail(token.error());
  if (Status twice = check_second_token(o, **token); !twice) return fail(twice.error());
  const auto open = [token = *token] { return token->session(); };
  auto server = hsm::KeyServer::start(o.server, open, tell);
  if (!server) return fail(server.error());
  tell("ready at " + o.server.socket.string());
  int caught = 0;
  sigwait(&stop, &caught);
  ::alarm(stop_seconds);  // ends the process whatever hangs
  tell("stopping after " + std::to_string((*server)->answered()) + " calls");
  server->reset();
  return 0;
}

}  // namespace
}  // namespace sealift::keyd

int main(int argc, char** argv) {
  sealift::keyd::Options o;
  CLI::App app("Holds signing keys of a PKCS#11 token for servers of this machine, behind a Unix socket");
  app.set_version_flag("--version", SEALIFT_VERSION);
  app.add_option("--socket", o.server.socket, "Where to listen; mode 0600")->required()->type_name("PATH");
  app.add_option("--module", o.token.module, "The PKCS#11 module")->required()->type_name("FILE");
  app.add_option("--token", o.token.token, "Label of the token")->required()->type_name("LABEL");
  app.add_option("--pin-file", o.token.pin_file, "File of mode 0600 with the user PIN")
      ->required()
      ->type_name("FILE");
  app.add_option("--key", o.server.labels, "Label of a key that may sign, or id.HEX (may be repeated)")
      ->required()
      ->allow_extra_args(false)
      ->type_name("LABEL");
  app.add_option("--user", o.users, "User who may connect, beside the one it runs as (may be repeated)")
      ->allow_extra_args(false)
      ->type_name("NAME");
  app.add_option("--group", o.group, "Group of the socket, mode 0660; --user still says who may connect")
      ->type_name("NAME");
  app.add_option("--sessions", o.server.sessions, "Calls at once for each connection")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str();
  app.add_option("--second-token", o.second_token,
                 "Label of another token of the module, with the same PIN, that has to have the same keys")
      ->type_name("LABEL");
  app.add_flag("--allow-network", o.network, "For a module that reaches its HSM over the network");
  app.footer(
      "Example:\n  sealift-keyd --socket /run/sealift-keyd/socket --module /usr/lib/softhsm/libsofthsm2.so "
      "\\\n"
      "    --token sealift --pin-file /etc/sealift/pin --key dp_auth --key dp_pb --user sealift");
  CLI11_PARSE(app, argc, argv);
  return sealift::keyd::serve(std::move(o));
}
