#include "hsm/remote/server.hpp"

#include <grp.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hsm/remote/frames.hpp"
#include "hsm/remote/socket.hpp"

namespace sealift::hsm {
namespace {

Error trouble(const std::filesystem::path& socket, const char* what) {
  const ErrorKind kind = errno == EACCES || errno == EPERM ? ErrorKind::permission : ErrorKind::io;
  return {kind, std::string(what) + " " + socket.string() + ": " + std::strerror(errno)};
}

/// Takes away what a keyd that was killed left; not what somebody answers at, and no other file.
Status make_room(const std::filesystem::path& socket, const sockaddr_un& address) {
  struct stat there {};
  if (::lstat(socket.c_str(), &there) != 0) return {};
  if (!S_ISSOCK(there.st_mode)) {
    return Error{ErrorKind::exists, socket.string() + " is there and is no socket; name another place"};
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (probe.get() >= 0 &&
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return Error{ErrorKind::exists, "another key holder serves " + socket.string()};
  }
  return ::unlink(socket.c_str()) == 0 ? Status() : trouble(socket, "cannot remove");
}

std::chrono::milliseconds now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

struct KeyServer::Connection {
  Descriptor socket;
  std::atomic<unsigned> serving{0};
  std::vector<std::thread> threads;
};

KeyServer::KeyServer(Options options, OpenSession open, Tell tell) noexcept
    : options_(std::move(options)), open_(std::move(open)), tell_(std::move(tell)) {}

Result<std::unique_ptr<KeyServer>> KeyServer::start(Options options, OpenSession open, Tell tell) {
  std::unique_ptr<KeyServer> server(new KeyServer(std::move(options), std::move(open), std::move(tell)));
  auto session = server->open_();
  for (const std::string& label : server->options_.labels) {
    auto key = session->find(label);
    if (!key) return std::move(key.error()).within("key '" + label + "'");
    server->tell_("serves key '" + label + "', " + std::string(name(key->curve())) + ", identifier " +
                  hex(key->key_identifier()));
  }
  server->give_back(std::move(session));
  TRY_VOID(server->listen());
  server->acceptor_ = std::thread([raw = server.get()] { raw->accept(); });
  return server;
}

Status KeyServer::listen() {
  const sockaddr_un address = TRY(address_of(options_.socket));
  TRY_VOID(make_room(options_.socket, address));
  listener_ = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // Nobody can connect before the mode is right: the socket does not listen yet.
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(options_.socket.c_str(), options_.group ? 0660 : 0600) != 0 ||
      (options_.group &&
       ::chown(options_.socket.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(*options_.group)) != 0) ||
      ::listen(listener_, 16) != 0) {
    return trouble(options_.socket, "cannot serve");
  }
  return {};
}

KeyServer::~KeyServer() {
  stop_ = true;
  if (acceptor_.joinable()) acceptor_.join();
  if (listener_ >= 0) {
    ::close(listener_);
    ::unlink(options_.socket.c_str());
  }
  reap(true);
}

/// Joins the threads of connections that ended; with `all` it ends the others first.
void KeyServer::reap(bool all) {
  std::list<std::shared_ptr<Connection>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto i = connections_.begin(); i != connections_.end();) {
      const auto next = std::next(i);
      if (all) ::shutdown((*i)->socket.get(), SHUT_RDWR);
      if (all || (*i)->serving == 0) ended.splice(ended.end(), connections_, i);
      i = next;
    }
  }
  for (const auto& connection : ended) {
    for (std::thread& thread : connection->threads) thread.join();
  }
}

bool KeyServer::welcome(int fd) {
  const auto peer = peer_of(fd);
  if (!peer) return false;
  const bool known =
      peer->uid == ::geteuid() || std::count(options_.users.begin(), options_.users.end(), peer->uid);
  if (!known) {
    tell_("refused process " + std::to_string(peer->pid) + " of user " + std::to_string(peer->uid) +
          ": it is not one of --user");
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (connections_.size() < options_.most_connections) return true;
  tell_("refused a connection: " + std::to_string(connections_.size()) + " are open, or hang in the module");
  return false;
}

void KeyServer::accept() {
  while (!stop_) {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) continue;
    Descriptor fd(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    reap(false);
    if (fd.get() < 0 || !welcome(fd.get())) continue;
    auto connection = std::make_shared<Connection>(std::move(fd));
    connection->serving = options_.sessions;
    for (unsigned i = 0; i < options_.sessions; ++i) {
      connection->threads.emplace_back([this, connection] { serve(connection); });
    }
    const std::lock_guard lock(mutex_);
    connections_.push_back(std::move(connection));
  }
}

std::unique_ptr<KeySession> KeyServer::take_session() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return open_();
  auto session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

void KeyServer::give_back(std::unique_ptr<KeySession> session) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < options_.sessions) idle_.push_back(std::move(session));
}

void KeyServer::serve(const std::shared_ptr<Connection>& connection) {
  auto session = take_session();
  const int fd = connection->socket.get();
  const auto allowed = [&](const std::string& label) {
    return std::find(options_.labels.begin(), options_.labels.end(), label) != options_.labels.end();
  };
  const auto work = [&](const Request& request) -> Result<Answer> {
    const auto* find = std::get_if<FindCall>(&request.ask);
    const auto* sign = std::get_if<SignCall>(&request.ask);
    if ((find && !allowed(find->label)) || (sign && !allowed(sign->label))) {
      return Error{ErrorKind::not_found, "sealift-keyd does not serve this key: start it with --key " +
                                             (find ? find->label : sign->label)};
    }
    if (!find && request.until <= now()) return Error{ErrorKind::timeout, "nobody waits for this any longer"};
    return hsm::answer(*session, request.ask);
  };
  // The kernel gives each message to one of the threads that wait for one.
  for (Octets<max_frame + 1> octets; !stop_;) {
    const ssize_t n = ::recv(fd, octets.data(), octets.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    auto request = read_request(std::span(octets).first(static_cast<size_t>(n)));
    if (!request) {
      tell_("ended a connection: " + request.error().message);
      break;
    }
    const Reply reply{request->number, work(*request)};
    Frame frame;
    write_frame(frame, reply);
    ++answered_;
    if (::send(fd, frame.view().data(), frame.view().size(), MSG_NOSIGNAL) < 0) break;
  }
  ::shutdown(fd, SHUT_RDWR);  // for the other threads of this connection
  give_back(std::move(session));
  --connection->serving;
}

}  // namespace sealift::hsm
