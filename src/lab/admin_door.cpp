#include "lab/admin_door.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

namespace sealift::lab {

namespace json = boost::json;

namespace {

constexpr size_t largest_file = 4096;

std::string token_path(const std::string& dir) {
  return dir + "/admin.token";
}
std::string address_path(const std::string& dir) {
  return dir + "/admin.json";
}

Error file_error(const char* doing, const std::string& path) {
  const int error = errno;
  ErrorKind kind = error == ENOENT                                       ? ErrorKind::not_found
                   : error == EACCES || error == EPERM || error == EROFS ? ErrorKind::permission
                                                                         : ErrorKind::io;
  std::string hint = error == EACCES   ? " (check the owner and mode of the file and its folder)"
                     : error == ENOSPC ? " (free some space and start again)"
                                       : "";
  return {kind, std::string("cannot ") + doing + " " + path + ": " + std::strerror(error) + hint};
}

/// An open file that closes itself.
struct File {
  int fd = -1;
  explicit File(int descriptor) : fd(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

Result<std::string> read_all(int fd, const std::string& path) {
  std::string out(largest_file, '\0');
  ssize_t n = ::pread(fd, out.data(), out.size(), 0);
  if (n < 0) return file_error("read", path);
  out.resize(static_cast<size_t>(n));
  return out;
}

Status write_all(int fd, std::string_view contents, const std::string& path) {
  ssize_t n = ::pwrite(fd, contents.data(), contents.size(), 0);
  if (n >= 0 && static_cast<size_t>(n) < contents.size()) errno = ENOSPC;
  if (n != static_cast<ssize_t>(contents.size()) || ::fsync(fd) != 0) return file_error("write", path);
  return {};
}

Result<Secret<32>> token_from(int fd, const std::string& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return file_error("read", path);
  if ((facts.st_mode & 077) != 0) {
    return Error{ErrorKind::permission,
                 path + " is open to others: make it yours alone with `chmod 600 " + path + "`"};
  }
  std::string text = TRY(read_all(fd, path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  auto octets = from_hex(text);
  wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  auto token = octets ? Secret<32>::from(*octets) : Result<Secret<32>>(octets.error());
  if (octets) wipe(*octets);
  if (!token) {
    return Error{
        ErrorKind::invalid,
        path + " does not hold a token, 64 hexadecimal digits; remove it, and the server makes a new one"};
  }
  return token;
}

}  // namespace

Result<Secret<32>> read_admin_token(const std::string& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return file_error("open", path);
  return token_from(file.fd, path);
}

Result<AdminAddress> AdminAddress::find(const std::string& dir) {
  const std::string path = address_path(dir);
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0 && errno == ENOENT) {
    return Error{ErrorKind::not_found,
                 "no SM-DP+ is running in " + dir + ": start it with `sealift smdp serve --dir " + dir + "`"};
  }
  if (file.fd < 0) return file_error("open", path);
  const std::string text = TRY(read_all(file.fd, path));
  json::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  auto member = [&](const char* name) { return object ? object->if_contains(name) : nullptr; };
  const json::value *host = member("host"), *address = member("address"), *port = member("port");
  const bool complete = host && host->is_string() && address && address->is_string() && port &&
                        port->is_int64() && port->get_int64() > 0 && port->get_int64() <= 65535;
  if (!complete)
    return Error{ErrorKind::invalid, path + " is damaged: start the server of this folder again"};
  return AdminAddress{std::string(host->get_string()), std::string(address->get_string()),
                      static_cast<uint16_t>(port->get_int64())};
}

Result<AdminDoor> AdminDoor::open(const std::string& dir, Random& random) {
  const std::string path = token_path(dir);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return file_error("open", path);
  AdminDoor door(dir, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error("lock", path);
    return Error{ErrorKind::conflict,
                 "another process serves " + dir + " already: use that one, or stop it first"};
  }
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return file_error("read", path);
  if (facts.st_size == 0) {  // new, or its making was cut short
    random.fill(door.token_.expose_mutable());
    std::string text = hex(door.token_.expose()) + "\n";
    Status written = write_all(fd, text, path);
    wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
    TRY_VOID(std::move(written));
  } else {
    door.token_ = TRY(token_from(fd, path));
  }
  return door;
}

Status AdminDoor::announce(const AdminAddress& at) {
  const std::string path = address_path(dir_), part = path + ".part";
  const std::string text =
      json::serialize(json::object{{"host", at.host}, {"address", at.address}, {"port", at.port}}) + "\n";
  File file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.fd < 0) return file_error("create", part);
  Status status = write_all(file.fd, text, part);
  if (status && ::rename(part.c_str(), path.c_str()) != 0) status = file_error("write", path);
  if (!status)
    ::unlink(part.c_str());
  else
    announced_ = true;
  return status;
}

AdminDoor::AdminDoor(AdminDoor&& other) noexcept
    : dir_(std::move(other.dir_)),
      lock_(std::exchange(other.lock_, -1)),
      announced_(std::exchange(other.announced_, false)),
      token_(std::move(other.token_)) {}

AdminDoor::~AdminDoor() {
  if (announced_) ::unlink(address_path(dir_).c_str());
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace sealift::lab
