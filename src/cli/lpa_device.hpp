// The device of `sealift lpa`: the card that the options name, the way to servers, and the LPA between them.
//
// A Device is made for one command and lives as long as it. One thread.
#pragma once

#include "cli/lpa_terminal.hpp"

namespace sealift::cli {

/// What every `lpa` command is told.
struct DeviceOptions {
  std::string card;  ///< file of a virtual card
  std::string tcp;   ///< HOST:PORT of a card's door
  std::string reader;  ///< "pcsc" or "pcsc:NAME"
  std::vector<std::string> ci;
  std::vector<std::string> crls;  ///< files
  bool fetch_crls = false;
  std::vector<std::string> connect_to;
  std::string binding = "json";  ///< of ES9+: json or asn1
  unsigned block = 255;
  bool yes = false;
  bool trace = false;

  bool has_server() const { return !ci.empty(); }
};

/// --card, --tcp or --reader, --block and --trace.
void add_card_options(CLI::App* cmd, DeviceOptions& options);
/// --ci, --crl, --fetch-crls, --connect-to and --binding.
void add_server_options(CLI::App* cmd, DeviceOptions& options, bool required);
void add_yes(CLI::App* cmd, DeviceOptions& options);

class Device {
 public:
  /// Opens the card. Without a --ci every call to a server is an error that says to give one.
  /// `out` outlives the device. Errors: those of the card's file or door, of its ISD-R, and of the --ci files.
  static Result<std::unique_ptr<Device>> open(const DeviceOptions& options, Output& out);
  virtual ~Device() = default;

  virtual lpa::Lpa& lpa() = 0;
  /// Judges servers' certificates by time and CRLs; null where no --ci was given.
  virtual download::ServerTrust* trust() = 0;
  virtual TerminalProgress& progress() = 0;
};

}  // namespace sealift::cli
