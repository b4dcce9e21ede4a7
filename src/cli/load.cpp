// sealift load: how many phones a server provisions, and at what cost.
#include "lab/load.hpp"

#include <cstdio>

#include "cli/command.hpp"

namespace sealift::cli {

namespace {

/// [downloads, worst milliseconds] of each second.
boost::json::array timeline(const std::vector<http::Second>& all) {
  boost::json::array out;
  for (const http::Second& one : all) out.push_back(boost::json::array{one.downloads, one.worst_ms});
  return out;
}

/// [seconds, KiB resident, open files], some hundred of them.
boost::json::array samples(const std::vector<lab::ServerSample>& all) {
  boost::json::array out;
  const size_t step = std::max<size_t>(1, all.size() / 200);
  for (size_t i = 0; i < all.size(); i += step) {
    out.push_back(boost::json::array{all[i].seconds, all[i].resident_kb, all[i].files});
  }
  return out;
}

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
  boost::json::object requests;
  for (const auto& [function, latency] : report->phones.requests) {
    char row[160];
    std::snprintf(row, sizeof row, "  %-24s %8.1f ms median, %8.1f ms p99, %8.1f ms worst", function.c_str(),
                  latency.p50_ms, latency.p99_ms, latency.worst_ms);
    out.line(row);
    requests[function] = {
        {"p50_ms", latency.p50_ms}, {"p99_ms", latency.p99_ms}, {"worst_ms", latency.worst_ms}};
  }
  if (test.flood > 0)
    out.line("flood: " + std::to_string(report->flood_answered) + " requests were answered");
  boost::json::object flood_failures(report->flood_failures.begin(), report->flood_failures.end());
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
              {"server_resident_kb", report->server_resident_kb},
              {"seconds", report->phones.seconds},
              {"requests", std::move(requests)},
              {"samples", samples(report->samples)},
              {"timeline", timeline(report->phones.timeline)},
              {"flood_answered", report->flood_answered},
              {"flood_failures", std::move(flood_failures)}});
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
  command
      ->add_option("--rate", test->rate,
                   "Downloads begun per second, whatever the server does; 0: each phone after its last one")
      ->check(CLI::Range(0.0, 100'000.0))
      ->capture_default_str();
  command
      ->add_option("--lean-cards", test->lean_cards,
                   "Phones that cost less than the server, with so many cards that download again and again; "
                   "0: a whole card for each download")
      ->check(CLI::Range(0u, 1000000u))
      ->capture_default_str();
  command
      ->add_option("--flood", test->flood,
                   "InitiateAuthentication a second that nobody goes on with, beside the downloads (with "
                   "--rate and --lean-cards)")
      ->check(CLI::Range(0.0, 1'000'000.0))
      ->capture_default_str();
  command->add_option("--flood-share", test->flood_share, "Of the time, how much of it the flood lasts")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--store", test->store,
                      "A store with orders of its own: a file (bench_stock makes one), or postgresql://...");
  command->add_option("--first", test->first, "Number of the first profile, in a store that had runs before");
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
