// Discovery: what waits for this card, by way of an SM-DS (SGP.22 3.6.2).
//
// A root SM-DS may point to an alternative one, which is asked with the event that led there; what an SM-DP+
// has is left for download_profile. One thread.
#pragma once

#include "download/download.hpp"

namespace sealift::download {

/// One server's events for this card (ES11): all of them, or with a MatchingId that is not empty the one of
/// it.
Result<std::vector<messages::EventEntries>, Failure> get_events(Es10& card, Es9& server, Progress& progress,
                                                                const std::string& smds,
                                                                const MatchingId& eventId,
                                                                const Options& options);

/// A profile that waits at an SM-DP+.
struct Waiting {
  ActivationCode code;           ///< the SM-DP+, and the event as its token
  std::vector<std::string> via;  ///< the SM-DSs that led there, the root first
};
/// A way that ended before an SM-DP+ was reached.
struct Lost {
  std::string server;
  Error error;
};
struct Discovery {
  std::vector<Waiting> waiting;  ///< in the order of the answers
  std::vector<Lost> lost;
};

/// Follows all events of the SM-DS at `root`. Each server that an event names is asked with
/// InitiateAuthentication alone whether it is an SM-DP+ or an SM-DS. At most 64 servers are asked, and at
/// most three SM-DSs one behind the other. Failure: the root could not be asked; further on it is a Lost.
Result<Discovery, Failure> discover(Es10& card, Es9& server, Progress& progress, const std::string& root,
                                    const Options& options);

}  // namespace sealift::download
