#include "cli/admin_client.hpp"

#include <array>
#include <boost/json.hpp>
#include <thread>

#include "lab/admin_door.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

namespace json = boost::json;

void AdminTarget::add_options(CLI::App* command) {
  auto* folder =
      command->add_option("--dir", dir, "Folder of an SM-DP+ that runs on this machine (sealift smdp serve)");
  auto* url =
      command->add_option("--server", server, "Administration of an SM-DP+ elsewhere: https://NAME:PORT");
  auto* token_file = command->add_option(
      "--token", token,
      "File with the token of a principal (default: DIR/admin.token, the site's own administrator)");
  auto* ci_file = command->add_option(
      "--ci", ci, "With --server: certificate of the CI that its TLS certificate is under");
  auto* which = command->add_option_group("Which SM-DP+ (one of)");
  which->add_options(folder, url);
  which->require_option(1);
  url->needs(token_file)->needs(ci_file);
  ci_file->needs(url);
}

namespace {

/// As a shell takes it for one word.
std::string word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string AdminTarget::options() const {
  if (!dir.empty()) return " --dir " + word(dir);
  return " --server " + word(server) + " --ci " + word(ci);
}

std::string AdminTarget::options_with_token() const {
  return options() + (token.empty() ? "" : " --token " + word(token));
}

namespace {

struct Way {
  http::HostPort server;
  std::vector<http::ConnectTo> connect_to;
  std::string token_file;
  std::string ci_file;
};

Result<Way> way_to(const AdminTarget& target) {
  if (!target.dir.empty()) {
    const auto at = TRY(lab::AdminAddress::find(target.dir));
    const http::HostPort name{at.host, at.port};
    const std::string address =
        at.address.find(':') == std::string::npos ? at.address : "[" + at.address + "]";
    return Way{name,
               {{name, address, at.port}},
               target.token.empty() ? target.dir + "/admin.token" : target.token,
               target.dir + "/pki/ci.der"};
  }
  auto name = http::HostPort::parse_url(target.server);
  if (!name) return std::move(name.error()).within("--server");
  return Way{std::move(*name), {}, target.token, target.ci};
}

ErrorKind kind_of(std::string_view text) {
  for (auto kind : {ErrorKind::invalid, ErrorKind::truncated, ErrorKind::limit, ErrorKind::not_found,
                    ErrorKind::exists, ErrorKind::permission, ErrorKind::conflict, ErrorKind::io,
                    ErrorKind::verification, ErrorKind::unsupported, ErrorKind::timeout}) {
    if (name(kind) == text) return kind;
  }
  return ErrorKind::internal;
}

/// What a server said that did not do as it was asked.
Error refusal_in(const http::Response& response, const std::string& server) {
  json::error_code error;
  const json::value body = json::parse(response.body, error);
  const json::object* object = error ? nullptr : body.if_object();
  const json::value* given = object ? object->if_contains("error") : nullptr;
  const json::object* members = given ? given->if_object() : nullptr;
  const json::value* kind = members ? members->if_contains("kind") : nullptr;
  const json::value* message = members ? members->if_contains("message") : nullptr;
  if (kind && kind->is_string() && message && message->is_string()) {
    return {kind_of(kind->get_string()), std::string(message->get_string())};
  }
  std::string what = server + " answered with HTTP status " + std::to_string(response.status);
  if (response.status == 404) what += "; is this the address of an administration, not of ES9+?";
  if (response.status == 413) what += ": too large";
  if (response.status >= 500) what += "; try again later, and look at the server's log";
  return {response.status == 413 ? ErrorKind::limit : ErrorKind::io, std::move(what)};
}

}  // namespace

Result<AdminClient> AdminClient::open(const AdminTarget& target) {
  const Way way = TRY(way_to(target));
  const std::string ci = TRY(read_file(way.ci_file, 1u << 20));
  http::ClientOptions options;
  auto certificates = pki::certificates_from_file_octets(view(ci));
  if (!certificates) return std::move(certificates.error()).within(way.ci_file);
  for (const auto& certificate : *certificates) options.trusted_ci.push_back(to_bytes(certificate.der()));
  options.connect_to = way.connect_to;
  options.user_agent = "sealift/" SEALIFT_VERSION;
  options.max_response = 16u << 20;
  auto clock = std::make_unique<SystemClock>();
  auto client = TRY(http::Client::make(std::move(options), *clock));
  AdminClient out(std::move(client), std::move(clock));
  out.server_ = way.server;
  out.token_file_ = way.token_file;
  out.why_ = target.token.empty()
                 ? ": is it the admin.token of the server that runs there?"
                 : ": it is no principal's of that server, or an old one (`sealift principal "
                   "token` makes a new one), or the principal is disabled or has expired";
  out.authorization_ = "Bearer " + hex(TRY(lab::read_admin_token(way.token_file)).expose());
  out.dir_ = target.dir;
  return out;
}

Result<http::Response> AdminClient::patient(const std::function<Result<http::Response>()>& ask) const {
  constexpr int patience = 60;  // seconds, as the server counts calls by the minute
  for (int waited = 0;; ++waited) {
    auto response = ask();
    if (!response || response->status != 429 || waited == patience) return response;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

Result<json::object> AdminClient::answer_of(Result<http::Response> response) const {
  if (!response) {
    if (dir_.empty() || response.error().kind != ErrorKind::io) return std::move(response.error());
    return Error{ErrorKind::io, "the SM-DP+ of " + dir_ + " does not answer (" + response.error().message +
                                    "): start it with `sealift smdp serve --dir " + dir_ + "`"};
  }
  if (response->status == 401) {
    return Error{ErrorKind::permission, server_.text() + " does not take the token of " + token_file_ + why_};
  }
  if (response->status / 100 != 2) return refusal_in(*response, server_.text());
  json::error_code error;
  json::value body = json::parse(response->body, error);
  if (error || !body.is_object())
    return Error{ErrorKind::invalid, server_.text() + " answered with something else than JSON"};
  return std::move(body.get_object());
}

Result<json::object> AdminClient::get(const std::string& path) {
  return answer_of(patient([&] { return client_.get(server_, path, {{"Authorization", authorization_}}); }));
}

Result<json::object> AdminClient::post(const std::string& path, const json::object& body) {
  const std::string text = json::serialize(body);
  return answer_of(patient([&] {
    return client_.post(server_, path,
                        {{"Authorization", authorization_}, {"Content-Type", "application/json"}}, text);
  }));
}

}  // namespace sealift::cli
