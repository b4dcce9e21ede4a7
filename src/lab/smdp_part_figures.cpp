#include "lab/smdp_part_figures.hpp"

namespace sealift::lab {

void write_store_figures(http::MetricsPage& page, const SmdpStores::Figures& figures) {
  page.counter("sealift_store_commits_total", "Commits of the store: one fsync each.", "", figures.commits);
  page.counter("sealift_store_changes_total", "Changes in them; by commits, the size of a commit group.", "",
               figures.changes);
  page.gauge("sealift_store_largest_group", "The most changes that one commit had.", "",
             static_cast<double>(figures.largest));
  page.gauge("sealift_store_waiting", "Changes that wait for the next commit.", "",
             static_cast<double>(figures.waiting));
  page.counter("sealift_store_lost_connections_total", "Connections to the database that were lost.", "",
               figures.lost_connections);
}

void write_hsm_figures(http::MetricsPage& page, const std::vector<hsm::DeskFigures>& hsms) {
  for (size_t i = 0; i < hsms.size(); ++i) {
    const std::string labels = http::label("hsm", std::to_string(i + 1));
    const hsm::DeskFigures& one = hsms[i];
    page.gauge("sealift_hsm_away", "1 while an HSM is taken for out of reach.", labels, one.away);
    page.gauge("sealift_hsm_waiting", "Calls under way.", labels, static_cast<double>(one.waiting));
    page.counter("sealift_hsm_calls_total", "Calls begun.", labels, one.calls);
    page.counter("sealift_hsm_failed_total", "Of those, answered by an error.", labels, one.failed);
    page.counter("sealift_hsm_overdue_total", "Of those, not answered in time.", labels, one.overdue);
    page.counter("sealift_hsm_refused_total", "Not begun: too many at once, or the HSM was away.", labels,
                 one.refused);
    page.counter("sealift_hsm_wrong_total", "Signatures and agreements that were wrong, and not used.",
                 labels, one.wrong);
  }
}

}  // namespace sealift::lab
