// sealift load: how many phones a server provisions, and at what cost.
#include "lab/load.hpp"

#include <cstdio>

#include "cli/command.hpp"

namespace sealift::cli {

namespace {

int load(const lab::LoadTest& test, Output& out) {
  out.progress("making " + std::to_string(test.downloads + test.warm_up) +
               " orders, then downloading them ...");
  auto report = lab::run_load_test(test);
  if (!report) return out.fail(report.error());
  uint64_t failed = 0;
  boost::json::object failures;
  for (const auto& [reason, count] : report->phones.failures) {
    failures[reason] = count;
    failed += count;
  }
  char text[512];
  std::snprintf(text, sizeof text,
                "%llu downloads, %llu failed; %.0f a second; %.1f ms median, %.1f ms p99\n"
                "server: %.0f us of CPU a download, %.1f changes a commit, %llu MB resident\n"
                "phones: %.0f us of CPU a download (card, TLS and JSON)",
                static_cast<unsigned long long>(report->phones.downloads),
                static_cast<unsigned long long>(failed), report->phones.downloads_per_second,
                report->phones.p50_ms, report->phones.p99_ms, report->server_cpu_us_per_download,
                report->mean_commit_group, static_cast<unsigned long long>(report->server_resident_kb / 1024),
                report->phones.client_cpu_us_per_download);
  out.line(text);
  for (const auto& [reason, count] : report->phones.failures)
    out.line("  " + std::to_string(count) + " x " + reason);
  out.object({{"ok", failed == 0},
              {"downloads", report->phones.downloads},
              {"failures", std::move(failures)},
              {"downloads_per_second", report->phones.downloads_per_second},
              {"p50_ms", report->phones.p50_ms},
              {"p99_ms", report->phones.p99_ms},
              {"server_cpu_us_per_download", report->server_cpu_us_per_download},
              {"keyd_cpu_us_per_download", report->keyd_cpu_us_per_download},
              {"client_cpu_us_per_download", report->phones.client_cpu_us_per_download},
              {"mean_commit_group", report->mean_commit_group},
              {"server_resident_kb", report->server_resident_kb}});
  return failed == 0 ? exit_ok : exit_failed;
}

void add(CLI::App& app, Output& out) {
  auto test = std::make_shared<lab::LoadTest>();
  auto* command = app.add_subcommand("load", "Measure an SM-DP+ under many phones at once");
  command->add_option("--phones", test->phones, "Phones at once")
      ->check(CLI::Range(1u, 1024u))
      ->capture_default_str();
  command->add_option("--downloads", test->downloads, "Downloads to measure")
      ->check(CLI::Range(1u, 1000000u))
      ->capture_default_str();
  command->add_option("--warm-up", test->warm_up, "Downloads before, not measured")->capture_default_str();
  command->add_option("--profile-size", test->profile_size, "Octets of each profile, at least")
      ->check(CLI::Range(0u, 200000u))
      ->capture_default_str();
  command->add_option("--server-cpu", test->server_cpu, "Processor of the server, -1 for any")
      ->capture_default_str();
  command->add_option("--client-cpu", test->client_cpu, "Processor of the phones, -1 for any")
      ->capture_default_str();
  auto token = std::make_shared<hsm::pkcs11::TokenOptions>();
  auto* module = command->add_option("--hsm-module", token->module,
                                     "Keys of the server in a token of this PKCS#11 module, made there for the test");
  module->type_name("FILE");
  command->add_option("--hsm-token", token->token, "Label of the token")->needs(module)->type_name("LABEL");
  command->add_option("--hsm-pin-file", token->pin_file, "File with its PIN")->needs(module)->type_name("FILE");
  command->add_option("--keyd", test->keyd, "The program sealift-keyd, to hold the module; its CPU is told apart")
      ->needs(module)
      ->type_name("FILE");
  command->add_option("--hsm-sessions", test->hsm_sessions, "Calls of the HSM at once")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str();
  command->add_flag("--memory", test->keep_in_memory, "No database at the server");
  command->footer("Example:\n  sealift load --phones 32 --downloads 5000 --json");
  on_run(command, out, [test, token](Output& o) {
    if (!token->module.empty()) test->hsm = *token;
    return load(*test, o);
  });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
