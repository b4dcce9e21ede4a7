// sealift demo: from the operator's order to the network's signal, on this machine alone.
#include "lab/demo.hpp"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <csignal>
#include <cstdio>

#include "base/temporary_folder.hpp"
#include "cli/command.hpp"
#include "messages/trace.hpp"
#include "qr/qr.hpp"

namespace sealift::cli {

namespace {

struct DemoArguments {
  std::string dir;
  std::string profile;
  bool serve = false;
  bool trace = false;
  std::string curve = "p256";
  bool tuak = false;
  uint16_t port = 0;
};

class Teller final : public lab::DemoWatcher {
 public:
  Teller(Output& out, const DemoArguments& arguments, const std::string& dir)
      : out_(out), arguments_(arguments), dir_(dir) {}

  void done(const lab::DemoStep& step) override {
    char time[32];
    std::snprintf(time, sizeof time, "%8.1f ms  ", step.milliseconds);
    out_.line(time + step.text);
    if (!picture_.empty()) out_.line(std::exchange(picture_, ""));
  }
  void activation_code(const std::string& text) override {
    code_ = text;
    if (auto picture = qr::to_terminal(text, ::isatty(1))) picture_ = "\n" + *picture + "  " + text + "\n";
  }
  void message(std::string_view direction, std::string_view name, View der) override {
    if (!arguments_.trace) return;
    auto context = direction == "card>LPA" ? messages::TraceContext::es10_response
                                           : messages::TraceContext::es10_command;
    std::fprintf(stderr, "%.*s %.*s\n%s", static_cast<int>(direction.size()), direction.data(),
                 static_cast<int>(name.size()), name.data(), messages::trace(der, context).c_str());
  }
  void until_stopped(const std::string& address) override {
    out_.line("\nThe SM-DP+ is up at https://" + address + "; everything is in " + dir_ +
              ". Try, in another terminal:\n");
    out_.line("  sealift lpa list --card " + dir_ + "/card.euicc");
    out_.line("  sealift lpa info --card " + dir_ + "/card.euicc");
    out_.line("  sealift order list --dir " + dir_);
    out_.line(
        "  sealift profile make --imsi 001010000000002 --iccid 8988211000000000028 --k $(openssl rand -hex "
        "16) \\\n"
        "      --opc $(openssl rand -hex 16) --out " +
        dir_ + "/second.der");
    out_.line("  sealift order create --dir " + dir_ + " --profile " + dir_ + "/second.der --spn Second");
    out_.line("  sealift lpa download --card " + dir_ + "/card.euicc --ci " + dir_ + "/pki/ci.der 'LPA:1$" +
              address + "$...'");
    out_.line("\nCtrl-C ends it.");
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    int caught = 0;
    sigwait(&stop, &caught);
  }
  const std::string& code() const { return code_; }

 private:
  Output& out_;
  const DemoArguments& arguments_;
  const std::string& dir_;
  std::string picture_, code_;
};

int demo(const DemoArguments& arguments, Output& out) {
  // Blocked before any thread starts, so that only until_stopped sees them.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  if (arguments.serve) pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  lab::DemoOptions options;
  if (!arguments.profile.empty()) {
    auto file = read_file(arguments.profile, 1u << 20);
    if (!file) return out.fail(file.error());
    options.profile.emplace(to_bytes(*file));
  }
  std::optional<TemporaryFolder> temporary;
  std::string dir = arguments.dir;
  if (dir.empty()) {
    auto made = TemporaryFolder::make();
    if (!made) return out.fail(made.error());
    dir = temporary.emplace(std::move(*made)).path();
  }
  options.dir = dir;
  options.tuak = arguments.tuak;
  if (arguments.curve == "brainpool") options.curves = {crypto::Curve::brainpool_p256r1};
  if (arguments.curve == "both") options.curves = {crypto::Curve::p256, crypto::Curve::brainpool_p256r1};
  options.serve = arguments.serve;
  options.port = arguments.port;
  SystemClock clock;
  SystemRandom random;
  Teller teller(out, arguments, dir);
  lab::DemoReport report = lab::run_demo(std::move(options), clock, random, teller);

  boost::json::array steps;
  double total = 0;
  for (const auto& s : report.steps) {
    steps.push_back({{"name", s.name}, {"milliseconds", s.milliseconds}});
    total += s.milliseconds;
  }
  boost::json::object result{{"ok", report.ok()}, {"failed_step", nullptr}, {"steps", std::move(steps)}};
  if (report.ok()) {
    char text[64];
    std::snprintf(text, sizeof text, "\nFrom order to signal in %.0f ms.", total);
    out.line(text);
    out.object(std::move(result));
    return exit_ok;
  }
  result["failed_step"] = *report.failed_step;
  result["error"] = {{"kind", name(report.error.kind)}, {"message", report.error.message}};
  out.object(std::move(result));
  std::fprintf(stderr, "sealift: step %s failed: %s\n", report.failed_step->c_str(),
               report.error.message.c_str());
  return exit_failed;
}

void add(CLI::App& app, Output& out) {
  auto arguments = std::make_shared<DemoArguments>();
  auto* command =
      app.add_subcommand("demo", "The whole story: order, QR code, download, enable, authenticate");
  command->add_option("--dir", arguments->dir,
                      "Folder to put everything in (default: a temporary one, removed afterwards)");
  command->add_option("--profile", arguments->profile,
                      "A profile package (DER) instead of one made for the occasion");
  command->add_option("--curve", arguments->curve,
                      "Curve of all certificates, TLS included; both: two CIs, and the card prefers P-256's")
      ->check(CLI::IsMember({"p256", "brainpool", "both"}))
      ->capture_default_str();
  command->add_flag("--tuak", arguments->tuak, "Authenticate with TUAK in place of Milenage");
  command->add_option("--port", arguments->port, "Port of the SM-DP+ (default: any free one)");
  command->add_flag("--serve", arguments->serve, "Leave the SM-DP+ up afterwards, and say what to try next");
  command->add_flag("--trace", arguments->trace, "Print every message to standard error");
  command->footer("Example:\n  sealift demo --serve --dir /tmp/my-first-esim");
  on_run(command, out, [arguments](Output& o) { return demo(*arguments, o); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
