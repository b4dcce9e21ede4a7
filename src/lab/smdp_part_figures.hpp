// Figures of what an SM-DP+ is put together from: its store, its outbox, its HSMs.
#pragma once

#include "hsm/desk.hpp"
#include "http/metrics.hpp"
#include "lab/smdp_stores.hpp"

namespace sealift::lab {

void write_store_figures(http::MetricsPage& page, const SmdpStores::Figures& figures);
void write_hsm_figures(http::MetricsPage& page, const std::vector<hsm::DeskFigures>& hsms);

}  // namespace sealift::lab
