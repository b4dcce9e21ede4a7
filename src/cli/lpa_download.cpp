// sealift lpa download: from an activation code, typed, linked or photographed, to an installed profile.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <cerrno>
#include <filesystem>
#include <iostream>

#include "base/files.hpp"
#include "cli/lpa_commands.hpp"
#include "messages/names.hpp"
#include "qr/qr.hpp"

namespace sealift::cli {

namespace json = boost::json;
using download::Failure;
using download::Outcome;

namespace {

struct DownloadOptions : DeviceOptions {
  std::string code, qr, transcript;
  std::optional<std::string> confirmation_code;
  bool default_address = false;
  bool enable = false;
};

/// However it was given, the code takes one path from here on.
Result<download::ActivationCode> activation_code(const DownloadOptions& o, lpa::Lpa& lpa) {
  if (!o.default_address) {
    return download::ActivationCode::parse(o.qr.empty() ? o.code : TRY(qr::from_image_file(o.qr)));
  }
  lpa::CardInfo info = TRY(lpa.info());
  if (!info.addresses.defaultDpAddress || info.addresses.defaultDpAddress->empty()) {
    return Error{ErrorKind::not_found, "the card has no default SM-DP+ address: give an activation code"};
  }
  return download::ActivationCode::parse("1$" + *info.addresses.defaultDpAddress + "$");
}

json::array steps(const TerminalProgress& progress) {
  json::array out;
  for (const TerminalProgress::Timed& t : progress.steps()) {
    if (t.step == download::Step::done) continue;
    out.push_back({{"step", name(t.step)}, {"ms", static_cast<double>(t.took.count()) / 1000}});
  }
  return out;
}

/// What a program needs of a failure, beside the words.
int fail(const Failure& f, TerminalProgress& progress, Output& out) {
  std::string where = "stopped at " + std::string(name(f.step)) + ": " + printable(f.error.message);
  if (f.errorReason) where += " [" + std::string(messages::to_name(*f.errorReason)) + "]";
  if (f.authenticateError) where += " [" + std::string(messages::to_name(*f.authenticateError)) + "]";
  if (f.downloadError) where += " [" + std::string(messages::to_name(*f.downloadError)) + "]";
  if (f.cancelled) where += " (session cancelled: " + std::string(messages::to_name(*f.cancelled)) + ")";
  if (!out.json) return out.fail(Error{f.error.kind, where});
  std::cerr << "sealift: " << where << '\n';
  json::object error{{"kind", name(f.error.kind)}, {"message", f.error.message}, {"step", name(f.step)}};
  if (f.status) {
    error["subjectCode"] = f.status->subjectCode;
    error["reasonCode"] = f.status->reasonCode;
  }
  if (f.errorReason) error["errorReason"] = messages::to_name(*f.errorReason);
  if (f.authenticateError) error["authenticateErrorCode"] = messages::to_name(*f.authenticateError);
  if (f.downloadError) error["downloadErrorCode"] = messages::to_name(*f.downloadError);
  if (f.cancelled) error["cancelSessionReason"] = messages::to_name(*f.cancelled);
  out.object({{"ok", false}, {"error", error}, {"steps", steps(progress)}});
  return exit_failed;
}

/// The profile is on the card; what follows may fail without taking it back.
int installed(const DownloadOptions& o, const Outcome& done, Device& device, Output& out) {
  const auto& m = done.metadata;
  const std::string iccid = m.iccid.digits();
  out.line("Installed '" + printable(m.profileName) + "' of " + printable(m.serviceProviderName) + ", ICCID " + iccid);
  json::object result{{"iccid", iccid},
                      {"isdpAid", hex(done.isdpAid.octets())},
                      {"profileName", m.profileName},
                      {"serviceProviderName", m.serviceProviderName},
                      {"seqNumber", done.seqNumber},
                      {"enabled", false}};
  if (o.enable) {
    Status enabled = device.lpa().enable(iccid);
    if (!enabled) return out.fail(std::move(enabled.error()).within("installed, and not enabled"));
    result["enabled"] = true;
    out.line("Enabled.");
    (void)device.lpa().deliver_notifications();  // what stays is told next
  } else {
    out.line("To use it: sealift lpa enable " + iccid);
  }
  result["notificationsWaiting"] = tell_waiting(device.lpa(), out);
  result["steps"] = steps(device.progress());
  out.object(std::move(result));
  return exit_ok;
}

/// Asked before the download: afterwards there is nothing to write a transcript from again.
Status can_be_written(const std::string& file) {
  if (file.empty() || file == "-") return {};
  std::error_code none;
  if (std::filesystem::is_directory(file, none)) return file_error("cannot write", file, EISDIR);
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return {};
  return file_error("cannot write", file, errno);
}

int run(const DownloadOptions& o, Output& out) {
  if (auto writable = can_be_written(o.transcript); !writable) {
    return out.fail(std::move(writable.error()).within("--transcript"));
  }
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto code = activation_code(o, (*device)->lpa());
  if (!code) return out.fail(code.error());
  std::optional<std::string> confirmation_code;
  if (o.confirmation_code) {
    auto secret = read_secret(*o.confirmation_code);
    if (!secret) return out.fail(std::move(secret.error()).within("--confirmation-code"));
    confirmation_code = std::move(*secret);
  }
  std::optional<messages::Transcript> transcript;
  download::Options options{download::default_device_info(), confirmation_code,
                            o.transcript.empty() ? nullptr : &transcript, (*device)->trust()};
  auto done = (*device)->lpa().download(*code, options);
  (*device)->progress().finish();
  if (transcript) {
    // It names the chip and the profile: for its owner's eyes.
    Status kept = write_file(o.transcript, text(transcript->encode()), true);
    if (!kept) return out.fail(std::move(kept.error()).within(done ? "installed, but the transcript is lost" : "the transcript"));
  }
  if (!done) return fail(done.error(), (*device)->progress(), out);
  return installed(o, *done, **device, out);
}

}  // namespace

void add_lpa_download(CLI::App& app, Output& out) {
  auto o = std::make_shared<DownloadOptions>();
  auto* cmd = app.add_subcommand("download", "Download and install a profile");
  auto* code = cmd->add_option_group("activation code")->require_option(1);
  code->add_option("code", o->code, "Activation code or link, with or without LPA:")->type_name("CODE");
  code->add_option("--qr", o->qr, "Its QR code, PNG or JPEG")->type_name("IMAGE");
  code->add_flag("--default-smdp", o->default_address, "None: ask the card's default SM-DP+ for what it has");
  add_card_options(cmd, *o);
  add_server_options(cmd, *o, true);
  cmd->add_option("--confirmation-code", o->confirmation_code, "What the operator handed over: @FILE, or - for standard input; asked for where absent")
      ->type_name("@FILE|-");
  cmd->add_option("--transcript", o->transcript,
                  "Keep what both sides signed, also of a download that fails; see: sealift verify-transcript --help")
      ->type_name("FILE");
  cmd->add_flag("--enable", o->enable, "Enable the profile once it is installed");
  add_yes(cmd, *o);
  cmd->footer(
      "Example:  sealift lpa download --card card.bin --ci site/ci.pem 'LPA:1$localhost:8443$K7M2-ABCD' --enable\n"
      "Exit codes: 0 installed, 1 it failed or was declined, 2 the command line is wrong");
  on_run(cmd, out, [o](Output& output) { return run(*o, output); });
}

}  // namespace sealift::cli
