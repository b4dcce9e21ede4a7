// The end user of `sealift lpa`: asks on the terminal, shows progress and messages as they pass.
//
// Questions go to standard error and answers come from standard input, so that standard output stays for results.
// One thread.
#pragma once

#include <chrono>

#include "cli/command.hpp"
#include "lpa/lpa.hpp"

namespace sealift::cli {

/// "cannot be disabled, cannot be deleted", empty where there is no rule.
std::string describe_rules(const messages::PprIds& rules);

class Terminal final : public lpa::UserInterface {
 public:
  /// `yes`: do not ask, everything is agreed to.
  explicit Terminal(bool yes) : yes_(yes) {}

  download::Answer download(const messages::StoreMetadataRequest& metadata, const messages::PprIds& policies) override;
  std::optional<std::string> confirmation_code() override;
  download::Answer enable(const messages::ProfileInfo& profile) override;
  download::Answer disable(const messages::ProfileInfo& profile) override;
  download::Answer remove(const messages::ProfileInfo& profile) override;

 private:
  download::Answer ask(const std::string& question, bool may_postpone);
  download::Answer ask_about(const char* what, const messages::ProfileInfo& profile);
  bool yes_;
};

/// Steps with their times on a terminal, and every message with `trace`.
class TerminalProgress final : public download::Progress {
 public:
  TerminalProgress(Output& out, bool trace) : out_(out), trace_(trace) {}

  void step(download::Step step) override;
  void loaded(size_t octets, size_t of) override;
  void message(std::string_view direction, std::string_view name, View der) override;
  /// A message that is no ES10 message, already in readable form.
  void message_text(std::string_view direction, std::string_view name, std::string_view text);
  bool traces() const { return trace_; }
  /// Ends the step under way.
  void finish();

  struct Timed {
    download::Step step;
    std::chrono::microseconds took{};
  };
  const std::vector<Timed>& steps() const { return steps_; }

 private:
  Output& out_;
  bool trace_;
  std::vector<Timed> steps_;
  std::chrono::steady_clock::time_point began_;
  size_t loaded_ = 0;
  bool under_way_ = false;
};

}  // namespace sealift::cli
