#include "base/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sealift {

static std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

Error file_error(std::string_view what, const std::filesystem::path& path, int code) {
  const std::string message = std::string(what) + " " + quoted(path) + ": " + std::strerror(code);
  switch (code) {
    case ENOENT:
      return {ErrorKind::not_found, message};
    case EEXIST:
      return {ErrorKind::exists, message};
    case EACCES:
    case EPERM:
    case EROFS:
      return {ErrorKind::permission, message + " (check the owner and mode of the file and its folder)"};
    case ELOOP:
      return {ErrorKind::permission,
              quoted(path) + " is a symbolic link where a file must be"};
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::io, message + "; nothing was changed: free some space and try again"};
    default:
      return {ErrorKind::io, message};
  }
}

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Status sync_directory(const std::filesystem::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || ::fsync(fd.get()) != 0) return file_error("cannot sync", path, errno);
  return {};
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

bool trusted_owner(uid_t owner) {
  return owner == ::geteuid() || owner == 0;
}

/// Reads until the room is full or the file ends.
Result<size_t> read_up_to(int fd, std::span<uint8_t> room, const std::filesystem::path& path) {
  size_t size = 0;
  while (size < room.size()) {
    const ssize_t n = ::read(fd, room.data() + size, room.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("cannot read", path, errno);
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  return size;
}

Status write_all(int fd, View content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return file_error("cannot write", path, n < 0 ? errno : ENOSPC);
    content = content.subspan(static_cast<size_t>(n));
  }
  if (::fsync(fd) != 0) return file_error("cannot sync", path, errno);
  return {};
}

Status write_temporary(const std::filesystem::path& temporary, View content, Readers readers) {
  const mode_t mode = readers == Readers::owner ? 0600 : 0644;
  const Descriptor fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd.ok()) return file_error("cannot create", temporary, errno);
  return write_all(fd.get(), content, temporary);
}

Status put_in_place(const std::filesystem::path& temporary, const std::filesystem::path& path,
                    Replace replace) {
  if (replace == Replace::yes) {
    if (::rename(temporary.c_str(), path.c_str()) != 0) return file_error("cannot replace", path, errno);
    return {};
  }
  // Fails where the target is there. File systems that cannot do so in one call can do it by a second name.
  int done = ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
  if (done != 0 && (errno == EINVAL || errno == ENOSYS)) {
    done = ::link(temporary.c_str(), path.c_str());
    if (done == 0) ::unlink(temporary.c_str());
  }
  if (done == 0) return {};
  if (errno == EEXIST) return Error{ErrorKind::exists, quoted(path) + " exists already"};
  return file_error("cannot create", path, errno);
}

}  // namespace

static Error too_large(const std::filesystem::path& path, size_t most) {
  return {ErrorKind::limit, quoted(path) + " is larger than " + std::to_string(most) + " octets"};
}

Result<Bytes> read_file(const std::filesystem::path& path, size_t most) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.ok()) return file_error("cannot open", path, errno);
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return file_error("cannot read", path, errno);
  if (S_ISREG(about.st_mode) && static_cast<uint64_t>(about.st_size) > most) return too_large(path, most);
  Bytes out(S_ISREG(about.st_mode) ? static_cast<size_t>(about.st_size) + 1 : most + 1);
  out.resize(TRY(read_up_to(fd.get(), out, path)));
  if (out.size() > most) return too_large(path, most);
  return out;
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, size_t most) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.ok()) return file_error("cannot open", path, errno);
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return file_error("cannot read", path, errno);
  if (!S_ISREG(about.st_mode)) return Error{ErrorKind::invalid, quoted(path) + " is not a file"};
  if (!trusted_owner(about.st_uid)) {
    return Error{ErrorKind::permission,
                 quoted(path) + " belongs to another user; secret files must be your own"};
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{
        ErrorKind::permission,
        quoted(path) + " is open to other users; if they cannot have copied it: chmod 600 " + path.string()};
  }
  Bytes room(most + 1);
  const Result<size_t> size = read_up_to(fd.get(), room, path);
  const SecretBytes held(std::move(room));
  if (!size) return size.error();
  if (*size > most) return too_large(path, most);
  return SecretBytes(to_bytes(held.expose().first(*size)));
}

Status write_file(const std::filesystem::path& path, View content, Readers readers, Replace replace) {
  const std::filesystem::path directory = parent_of(path);
  const std::filesystem::path temporary = directory / ("." + path.filename().string() + ".new");
  // One writer at a time, so that the temporary is ours, and one found there was left by a crash.
  const Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.ok() || ::flock(lock.get(), LOCK_EX) != 0) return file_error("cannot open", directory, errno);
  ::unlink(temporary.c_str());
  Status done = write_temporary(temporary, content, readers);
  if (done) done = put_in_place(temporary, path, replace);
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  return sync_directory(directory);
}

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0) return file_error("cannot remove", path, errno);
  return sync_directory(parent_of(path));
}

Status check_directory(const std::filesystem::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return file_error("cannot open", path, errno);
  if (!S_ISDIR(about.st_mode)) return Error{ErrorKind::invalid, quoted(path) + " is not a directory"};
  if (!trusted_owner(about.st_uid)) {
    return Error{ErrorKind::permission, quoted(path) + " belongs to another user"};
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{ErrorKind::permission,
                 quoted(path) + " can be changed by other users; do: chmod 700 " + path.string()};
  }
  return {};
}

Status make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), S_IRWXU) == 0) return sync_directory(parent_of(path));
  if (errno != EEXIST) return file_error("cannot make directory", path, errno);
  return check_directory(path);
}

}  // namespace sealift
