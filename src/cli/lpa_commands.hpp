// What the files of `sealift lpa` share.
#pragma once

#include "cli/lpa_device.hpp"

namespace sealift::cli {

void add_lpa_download(CLI::App& app, Output& out);
void add_lpa_discover(CLI::App& app, Output& out);
void add_lpa_notifications(CLI::App& app, Output& out);
void add_lpa_readers(CLI::App& app, Output& out);

/// Tells of notifications that wait on the card, and gives their number.
size_t tell_waiting(lpa::Lpa& lpa, Output& out);

}  // namespace sealift::cli
