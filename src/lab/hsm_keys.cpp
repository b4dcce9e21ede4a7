#include "lab/hsm_keys.hpp"

#include <charconv>
#include <mutex>

#include "base/files.hpp"
#include "hsm/remote/client.hpp"
#include "hsm/session_threads.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_file = 16 * 1024;
constexpr size_t max_keys = 64;
constexpr unsigned max_sessions = 64;

fs::path file_of(const std::string& dir) {
  return fs::path(dir) / "hsm";
}

fs::path resolved(const std::string& dir, const fs::path& path) {
  return path.is_absolute() ? path : fs::path(dir) / path;
}

/// The text up to the next blank, taken off the front with it.
std::string_view take_word(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

Status take_line(HsmKeys& out, std::string_view line) {
  const std::string_view word = take_word(line);
  if (line.empty()) return Error{ErrorKind::invalid, "'" + std::string(word) + "' wants a value behind it"};
  const auto once = [&](bool first) -> Status {
    if (first) return {};
    return Error{ErrorKind::invalid, "'" + std::string(word) + "' is there twice"};
  };
  if (word == "socket") {
    TRY_VOID(once(out.socket.empty()));
    out.socket = line;
  } else if (word == "module") {
    TRY_VOID(once(out.token.module.empty()));
    out.token.module = line;
  } else if (word == "token") {
    TRY_VOID(once(out.token.token.empty()));
    out.token.token = line;
  } else if (word == "pin-file") {
    TRY_VOID(once(out.token.pin_file.empty()));
    out.token.pin_file = line;
  } else if (word == "sessions") {
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), out.sessions);
    if (problem != std::errc() || end != line.data() + line.size() || out.sessions == 0 ||
        out.sessions > max_sessions)
      return Error{ErrorKind::invalid, "'sessions' wants a number from 1 to 64"};
  } else if (word == "key") {
    const std::string name(take_word(line));
    if (!hsm::is_key_label(name) || !hsm::is_key_label(line))
      return Error{ErrorKind::invalid, "'key' wants a role and the label of a key behind it"};
    if (out.keys.size() == max_keys) return Error{ErrorKind::limit, "more than 64 keys"};
    TRY_VOID(once(out.keys.emplace(name, line).second));
  } else {
    return Error{ErrorKind::invalid,
                 "'" + std::string(word) + "' is none of socket, module, token, pin-file, sessions, key"};
  }
  return {};
}

Status check_place(const HsmKeys& keys) {
  const auto& t = keys.token;
  const bool any = !t.module.empty() || !t.token.empty() || !t.pin_file.empty();
  const bool all = !t.module.empty() && !t.token.empty() && !t.pin_file.empty();
  if (keys.is_remote() ? !any : all) return {};
  return Error{
      ErrorKind::invalid,
      "say where the HSM is: either 'socket' (of sealift-keyd), or 'module', 'token' and 'pin-file'"};
}

}  // namespace

Result<std::shared_ptr<HsmKeys>> HsmKeys::parse(const std::string& dir, std::string_view text) {
  auto out = std::make_shared<HsmKeys>();
  out->dir = dir;
  for (unsigned number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    if (Status taken = take_line(*out, line); !taken) {
      return std::move(taken.error()).within(file_of(dir).string() + ", line " + std::to_string(number));
    }
  }
  if (Status place = check_place(*out); !place) return std::move(place.error()).within(file_of(dir).string());
  return out;
}

Result<std::shared_ptr<HsmKeys>> HsmKeys::read(const std::string& dir) {
  const Bytes octets = TRY(read_file(file_of(dir), max_file));
  return parse(dir, text(octets));
}

Status HsmKeys::write() const {
  std::string out = "# The keys of this folder that are in an HSM, and where that is.\n";
  const auto line = [&](const char* word, const std::string& value) {
    out += std::string(word) + " " + value + "\n";
  };
  if (is_remote()) {
    line("socket", socket);
  } else {
    line("module", token.module.string());
    line("token", token.token);
    line("pin-file", token.pin_file.string());
    line("sessions", std::to_string(sessions));
  }
  for (const auto& [name, label] : keys) line("key", name + " " + label);
  return write_file(file_of(dir), view(out), Readers::everybody, Replace::yes);
}

Result<std::shared_ptr<hsm::Desk>> HsmKeys::desk() {
  if (desk_) return desk_;
  // One for each place in a process: folders that are read anew go on with the connection that there is.
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<hsm::Desk>> open;
  const std::string place = is_remote() ? resolved(dir, socket).string()
                                        : resolved(dir, token.module).string() + "\n" + token.token;
  const std::lock_guard lock(mutex);
  desk_ = open[place].lock();
  if (desk_) return desk_;
  std::unique_ptr<hsm::KeyHolder> holder;
  if (is_remote()) {
    holder = std::make_unique<hsm::RemoteHolder>(resolved(dir, socket));
  } else {
    auto options = token;
    options.module = resolved(dir, options.module);
    options.pin_file = resolved(dir, options.pin_file);
    auto opened = TRY(hsm::pkcs11::Token::open(std::move(options)));
    holder = std::make_unique<hsm::SessionThreads>([opened] { return opened->session(); },
                                                   hsm::SessionThreads::Limits{.sessions = sessions});
  }
  desk_ = hsm::Desk::open(std::move(holder), {}, changed);
  open[place] = desk_;
  return desk_;
}

Result<std::shared_ptr<crypto::Signer>> HsmKeys::signer(std::string_view name) {
  const auto found = keys.find(name);
  if (found == keys.end()) {
    return Error{ErrorKind::not_found, file_of(dir).string() + " names no key for " + std::string(name)};
  }
  // The key of a server's hello signs for whoever says hello first.
  return TRY(desk())->signer(found->second, name.ends_with("_auth") ? hsm::For::anybody : hsm::For::peers);
}

Result<std::shared_ptr<crypto::KeyAgreement>> HsmKeys::key_agreement() {
  return TRY(desk())->key_agreement();
}

}  // namespace sealift::lab
