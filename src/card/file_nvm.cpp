#include "card/file_nvm.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sealift::card {

namespace {

Error file_error(std::string_view doing, const std::string& path, int error) {
  ErrorKind kind = error == ENOENT                                       ? ErrorKind::not_found
                   : error == EEXIST                                     ? ErrorKind::exists
                   : error == EACCES || error == EPERM || error == EROFS ? ErrorKind::permission
                                                                         : ErrorKind::io;
  std::string hint = error == ENOENT && doing == "create" ? " (make its folder first)"
                     : error == ENOENT ? " (make a card first: sealift euicc make)"
                     : error == EEXIST ? " (a card is made only once; choose another file or remove this one)"
                     : error == ENOSPC ? " (free some space; the card is as it was before)"
                                       : "";
  return Error{kind,
               "cannot " + std::string(doing) + " card file " + path + ": " + std::strerror(error) + hint};
}

Status write_all(int fd, const std::string& path, View octets, uint64_t offset) {
  while (!octets.empty()) {
    ssize_t n = ::pwrite(fd, octets.data(), octets.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("write", path, errno);
    octets = octets.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

Status sync_directory_of(const std::string& path) {
  size_t slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("open the directory of", path, errno);
  int failed = ::fsync(fd) < 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return file_error("sync the directory of", path, failed);
  return {};
}

/// True where `fd` is still what the path names: a rewrite puts a new file in its place.
bool is_current(int fd, const std::string& path) {
  struct stat mine, theirs;
  return ::fstat(fd, &mine) == 0 && ::stat(path.c_str(), &theirs) == 0 && mine.st_ino == theirs.st_ino &&
         mine.st_dev == theirs.st_dev;
}

Status lock(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return file_error("lock", path, errno);
  return Error{ErrorKind::conflict,
               "card file " + path + " is in use by another program; a card is in one device at a time"};
}

}  // namespace

Result<std::unique_ptr<FileNvm>> FileNvm::open(const std::string& path) {
  constexpr int attempts = 3;  // a rewrite by another program may come between opening and locking
  for (int i = 0; i < attempts; ++i) {
    int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return file_error("open", path, errno);
    std::unique_ptr<FileNvm> nvm(new FileNvm(path, fd, 0));
    TRY_VOID(lock(fd, path));
    if (!is_current(fd, path)) continue;
    struct stat status;
    if (::fstat(fd, &status) < 0) return file_error("look at", path, errno);
    if (!S_ISREG(status.st_mode)) return Error{ErrorKind::invalid, path + " is not a file"};
    if ((status.st_mode & 077) != 0) {
      return Error{
          ErrorKind::permission,
          "card file " + path + " holds keys but others may read it; set its mode: chmod 600 " + path};
    }
    nvm->size_ = static_cast<uint64_t>(status.st_size);
    return nvm;
  }
  return Error{ErrorKind::conflict, "card file " + path + " keeps changing under another program"};
}

Result<std::unique_ptr<FileNvm>> FileNvm::create(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return file_error("create", path, errno);
  std::unique_ptr<FileNvm> nvm(new FileNvm(path, fd, 0));
  TRY_VOID(lock(fd, path));
  TRY_VOID(sync_directory_of(path));
  return nvm;
}

FileNvm::~FileNvm() {
  ::close(fd_);
}

Status FileNvm::read(uint64_t offset, std::span<uint8_t> out) {
  while (!out.empty()) {
    ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("read", path_, errno);
    if (n == 0) return Error{ErrorKind::invalid, "card file " + path_ + " is shorter than it was"};
    out = out.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

Status FileNvm::append(View octets) {
  TRY_VOID(write_all(fd_, path_, octets, size_));
  size_ += octets.size();
  return {};
}

Status FileNvm::sync() {
  if (::fdatasync(fd_) < 0) return file_error("sync", path_, errno);
  return {};
}

Status FileNvm::write_new(const std::string& new_path, int fd, View octets) {
  // Locked before it takes the name, so that nobody else gets hold of it.
  TRY_VOID(lock(fd, new_path));
  TRY_VOID(write_all(fd, new_path, octets, 0));
  if (::fsync(fd) < 0) return file_error("sync", new_path, errno);
  if (::rename(new_path.c_str(), path_.c_str()) < 0) return file_error("rename", new_path, errno);
  return {};
}

Status FileNvm::replace(View octets) {
  std::string new_path = path_ + ".new";
  int fd = ::open(new_path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return file_error("create", new_path, errno);
  Status written = write_new(new_path, fd, octets);
  if (!written) {
    ::unlink(new_path.c_str());
    ::close(fd);
    return written;
  }
  ::close(fd_);
  fd_ = fd;
  size_ = octets.size();
  // Even where this fails the name leads to the new file: the old one is nobody's any more.
  return sync_directory_of(path_);
}

}  // namespace sealift::card
