#include "lab/admin_door.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>

#include "base/files.hpp"

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

Status write_all(int fd, std::string_view contents, const std::string& path) {
  ssize_t n = ::pwrite(fd, contents.data(), contents.size(), 0);
  if (n >= 0 && static_cast<size_t>(n) < contents.size()) errno = ENOSPC;
  if (n != static_cast<ssize_t>(contents.size()) || ::fsync(fd) != 0) return file_error("cannot write", path, errno);
  return {};
}

}  // namespace

Result<Secret<32>> read_admin_token(const std::string& path) {
  const SecretBytes file = TRY(read_secret_file(path, largest_file));
  std::string_view digits = text(file.expose());
  while (digits.ends_with('\n') || digits.ends_with('\r')) digits.remove_suffix(1);
  auto octets = from_hex(digits);
  auto token = octets ? Secret<32>::from(*octets) : Result<Secret<32>>(octets.error());
  if (octets) wipe(*octets);
  if (!token) {
    return Error{
        ErrorKind::invalid,
        path + " does not hold a token, 64 hexadecimal digits; remove it, and the server makes a new one"};
  }
  return token;
}

Result<AdminAddress> AdminAddress::find(const std::string& dir) {
  const std::string path = address_path(dir);
  auto file = read_file(path, largest_file);
  if (!file && file.error().kind == ErrorKind::not_found) {
    return Error{ErrorKind::not_found,
                 "no SM-DP+ is running in " + dir + ": start it with `sealift smdp serve --dir " + dir + "`"};
  }
  if (!file) return std::move(file.error());
  const std::string_view text = sealift::text(*file);
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

/// True where the file is new, or a crash cut its making short: it holds nothing but the first digits of a token,
/// which nobody was told.
static bool is_cut_short(const std::string& path, off_t size) {
  constexpr off_t whole = 64;
  if (size == 0 || size >= whole) return size == 0;
  const auto found = read_secret_file(path, largest_file);
  const auto is_digit = [](uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return found && std::ranges::all_of(found->expose(), is_digit);
}

Result<AdminDoor> AdminDoor::open(const std::string& dir, Random& random) {
  const std::string path = token_path(dir);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return file_error("cannot open", path, errno);
  AdminDoor door(dir, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error("cannot lock", path, errno);
    return Error{ErrorKind::conflict,
                 "another process serves " + dir + " already: use that one, or stop it first"};
  }
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return file_error("cannot read", path, errno);
  if (is_cut_short(path, facts.st_size)) {
    random.fill(door.token_.expose_mutable());
    std::string text = hex(door.token_.expose()) + "\n";
    Status written = write_all(fd, text, path);
    wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
    TRY_VOID(std::move(written));
  } else {
    door.token_ = TRY(read_admin_token(path));
  }
  return door;
}

Status AdminDoor::announce(const AdminAddress& at) {
  const std::string text =
      json::serialize(json::object{{"host", at.host}, {"address", at.address}, {"port", at.port}}) + "\n";
  TRY_VOID(write_file(address_path(dir_), view(text), Readers::everybody, Replace::yes));
  announced_ = true;
  return {};
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
