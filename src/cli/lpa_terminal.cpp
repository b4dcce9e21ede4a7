#include "cli/lpa_terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <iostream>

#include "messages/names.hpp"
#include "messages/trace.hpp"

namespace sealift::cli {

using download::Answer;

/// Servers give up a session some minutes after its last step.
static constexpr int patience_ms = 120'000;

std::string describe_rules(const messages::PprIds& rules) {
  std::string out;
  if (rules.contains(messages::PprId::ppr1)) out = "cannot be disabled";
  if (rules.contains(messages::PprId::ppr2)) out += std::string(out.empty() ? "" : ", ") + "cannot be deleted";
  return out;
}

namespace {

enum class Input : uint8_t { line, end, timed_out };

/// One line of standard input, unbuffered, so that a script may answer several questions.
Input read_line(std::string& line) {
  constexpr size_t max_line = 1024;
  for (;;) {
    pollfd in{0, POLLIN, 0};
    int ready = ::poll(&in, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Input::timed_out;
    char c;
    ssize_t n = ready < 0 ? ready : ::read(0, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || line.size() > max_line) return Input::end;
    if (c == '\n') return Input::line;
    line.push_back(c);
  }
}

}  // namespace

Answer Terminal::ask(const std::string& question, bool may_postpone) {
  if (yes_) return Answer::yes;
  std::cerr << question << (may_postpone ? " [y/N/later] " : " [y/N] ") << std::flush;
  std::string line;
  Input input = read_line(line);
  if (input != Input::line) {
    // Nobody said no, so an order on a server is not to end by it.
    std::cerr << "no answer; scripts say --yes\n";
    return Answer::timed_out;
  }
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.pop_back();
  for (char& c : line) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (line == "y" || line == "yes") return Answer::yes;
  if (may_postpone && (line == "l" || line == "later")) return Answer::postponed;
  return Answer::no;
}

Answer Terminal::download(const messages::StoreMetadataRequest& m, const messages::PprIds& policies) {
  std::string text = "Profile    " + printable(m.profileName) + "\nProvider   " + printable(m.serviceProviderName) +
                     "\nICCID      " + m.iccid.digits() + "\nClass      " + std::string(messages::to_name(m.profileClass.value)) + "\n";
  if (m.profilePolicyRules && !describe_rules(*m.profilePolicyRules).empty()) {
    text += "Rules      the profile " + describe_rules(*m.profilePolicyRules) + "\n";
  }
  std::cerr << text;
  if (policies.any()) {
    std::cerr << "Once it is installed only the operator can lift these rules. Be sure that you want them.\n";
  }
  return ask("Download this profile?", true);
}

std::optional<std::string> Terminal::confirmation_code() {
  if (yes_) return std::nullopt;  // a script gives it beforehand
  std::cerr << "Confirmation code, as the operator handed it over: " << std::flush;
  std::string line;
  if (read_line(line) != Input::line) return std::nullopt;
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.pop_back();
  if (line.empty()) return std::nullopt;
  return line;
}

Answer Terminal::ask_about(const char* what, const messages::ProfileInfo& p) {
  std::string name = p.profileNickname && !p.profileNickname->empty() ? *p.profileNickname : p.profileName.value_or("");
  std::string text = std::string(what) + " '" + printable(name) + "'";
  if (p.serviceProviderName && !p.serviceProviderName->empty()) text += " of " + printable(*p.serviceProviderName);
  if (p.iccid) text += ", ICCID " + p.iccid->digits();
  if (p.profilePolicyRules && !describe_rules(*p.profilePolicyRules).empty()) {
    text += " (it " + describe_rules(*p.profilePolicyRules) + ")";
  }
  return ask(text + "?", false);
}

Answer Terminal::enable(const messages::ProfileInfo& profile) {
  return ask_about("Enable", profile);
}
Answer Terminal::disable(const messages::ProfileInfo& profile) { return ask_about("Disable", profile); }
Answer Terminal::remove(const messages::ProfileInfo& profile) {
  return ask_about("Delete for good", profile);
}

void TerminalProgress::step(download::Step step) {
  finish();
  steps_.push_back({step});
  began_ = std::chrono::steady_clock::now();
  under_way_ = true;
}

void TerminalProgress::finish() {
  if (!under_way_) return;
  under_way_ = false;
  Timed& last = steps_.back();
  last.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
  if (last.step == download::Step::done) return;
  char time[24];
  std::snprintf(time, sizeof time, "%8.1f ms  ", static_cast<double>(last.took.count()) / 1000);
  std::string line = time + std::string(name(last.step));
  if (last.step == download::Step::load_bound_profile_package && loaded_) line += ", " + std::to_string(loaded_) + " octets";
  out_.progress(line);
}

void TerminalProgress::loaded(size_t octets, size_t) { loaded_ = octets; }

void TerminalProgress::message(std::string_view direction, std::string_view name, View der) {
  if (!trace_) return;
  auto context = direction.starts_with("card") ? messages::TraceContext::es10_response : messages::TraceContext::es10_command;
  message_text(direction, name, messages::trace(der, context));
}

void TerminalProgress::message_text(std::string_view direction, std::string_view name, std::string_view text) {
  if (!trace_) return;
  std::string out = "-- " + std::string(direction) + "  " + std::string(name) + "\n";
  while (!text.empty()) {
    size_t end = text.find('\n');
    out += "   " + printable(text.substr(0, end)) + "\n";
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  std::cerr << out;
}

}  // namespace sealift::cli
