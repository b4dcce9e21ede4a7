#include "hsm/remote/client.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "hsm/remote/frames.hpp"
#include "hsm/remote/socket.hpp"

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;

constexpr auto connect_every = 200ms;  ///< after a connection failed

Error away(const std::filesystem::path& socket, const std::string& why) {
  return {ErrorKind::timeout,
          "cannot reach sealift-keyd at " + socket.string() + ": " + why + "; is it running?"};
}

/// That nobody but the owner of the socket can have put it there, and that it is he who answers.
Status check_place(const std::filesystem::path& socket, int fd) {
  struct stat folder {
  }, file{};
  const std::filesystem::path parent = socket.has_parent_path() ? socket.parent_path() : ".";
  if (::stat(parent.c_str(), &folder) != 0 || ::lstat(socket.c_str(), &file) != 0) {
    return away(socket, std::strerror(errno));
  }
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (folder.st_mode & S_ISVTX) == 0) {
    return Error{ErrorKind::permission, "others can write to " + parent.string() +
                                            ", where the key holder's socket is; do: chmod go-w " +
                                            parent.string()};
  }
  const ucred peer = TRY(peer_of(fd));
  if (peer.uid == file.st_uid || peer.uid == 0) return {};
  return Error{ErrorKind::permission, "whoever answers at " + socket.string() + " is not its owner"};
}

Result<int> connected_socket(const std::filesystem::path& socket) {
  const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) return away(socket, std::strerror(errno));
  Descriptor held(fd);
  const sockaddr_un address = TRY(address_of(socket));
  // Waits for nobody: where keyd accepts no more, that is an error like another.
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return away(socket, std::strerror(errno));
  }
  ::fcntl(fd, F_SETFL, 0);
  TRY_VOID(check_place(socket, fd));
  return held.release();
}

std::chrono::milliseconds since_boot(MonotonicTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
}

}  // namespace

RemoteHolder::RemoteHolder(std::filesystem::path socket)
    : socket_(std::move(socket)), reader_([this] { read(); }) {}

RemoteHolder::~RemoteHolder() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
  }
  wake_.notify_one();
  reader_.join();
}

Status RemoteHolder::connect() {
  if (fd_ >= 0 && !ended_) return {};
  if (fd_ >= 0) return away(socket_, "the connection is being made anew");
  const MonotonicTime now = std::chrono::steady_clock::now();
  if (now - tried_ < connect_every && !problem_.message.empty()) return problem_;
  tried_ = now;
  auto made = connected_socket(socket_);
  if (!made) {
    problem_ = std::move(made.error());
    return problem_;
  }
  problem_ = {};
  fd_ = *made;
  wake_.notify_one();
  return {};
}

void RemoteHolder::begin(std::shared_ptr<Call> call) {
  Status sent;
  {
    const std::lock_guard lock(mutex_);
    sent = connect();
    if (sent) {
      const Request request{++number_, since_boot(call->deadline), call->ask};
      Frame frame;
      write_frame(frame, request);
      // Before it is sent, since the answer may come before this goes on.
      calls_[number_] = call;
      if (::send(fd_, frame.view().data(), frame.view().size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        calls_.erase(number_);
        sent = away(socket_, errno == EAGAIN ? "it has more to do than it can" : std::strerror(errno));
      }
    }
  }
  if (!sent) call->settle(std::move(sent.error()));
}

void RemoteHolder::start_anew() {
  const std::lock_guard lock(mutex_);
  if (fd_ < 0 || ended_) return;
  ended_ = true;
  ::shutdown(fd_, SHUT_RDWR);
}

void RemoteHolder::read() {
  for (;;) {
    int fd = -1;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || fd_ >= 0; });
      if (fd_ < 0) return;
      fd = fd_;
    }
    read_until_end(fd);
    end_connection(away(socket_, "the connection ended"));
  }
}

void RemoteHolder::read_until_end(int fd) {
  Octets<max_frame + 1> octets;
  for (;;) {
    const ssize_t n = ::recv(fd, octets.data(), octets.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    const auto got = std::span(octets).first(static_cast<size_t>(n));
    auto reply = read_reply(got);
    wipe(got);
    if (!reply) return;  // not to be trusted with the next one either
    std::shared_ptr<Call> call;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(reply->number);
      if (found == calls_.end()) continue;
      call = std::move(found->second);
      calls_.erase(found);
    }
    if (reply->answer && reply->answer->index() != call->ask.index()) {
      call->settle(Error{ErrorKind::internal, "sealift-keyd answered something else than was asked"});
      return;
    }
    call->settle(std::move(reply->answer));
  }
}

void RemoteHolder::end_connection(const Error& why) {
  std::unordered_map<uint32_t, std::shared_ptr<Call>> calls;
  {
    const std::lock_guard lock(mutex_);
    ::close(fd_);
    fd_ = -1;
    ended_ = false;
    calls.swap(calls_);
  }
  for (auto& [number, call] : calls) call->settle(why);
}

}  // namespace sealift::hsm
