#include "download/discover.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "download/authentication.hpp"

namespace sealift::download {

using namespace messages;

namespace {

constexpr size_t max_asked = 64;
constexpr size_t max_depth = 3;

/// Events of the server that a session was begun with.
Result<std::vector<EventEntries>, Failure> events_of(Authentication& session, Es9& server,
                                                     const std::string& smds,
                                                     InitiateAuthenticationOkEs9 begun,
                                                     const MatchingId& eventId) {
  if (session.role() != pki::Role::ds_auth) {
    return session.fail(
        Error{ErrorKind::conflict, smds + " is not an SM-DS: its certificate is of another role"});
  }
  const TransactionId id = begun.transactionId;
  auto answer = TRY(session.authenticate_server(std::move(begun), eventId));
  session.enter(Step::authenticate_client);
  auto ok = TRY(session.of(server.authenticate_client_es11(smds, {id, std::move(answer), std::nullopt, {}})));
  if (ok.transactionId != id) {
    return session.fail(Error{ErrorKind::verification, "the SM-DS answers for another transactionId"});
  }
  return std::move(ok.eventEntries);
}

/// A place still to be looked at.
struct Place {
  std::string server;
  MatchingId eventId;
  std::vector<std::string> via;
};

class Search {
 public:
  Search(Es10& card, Es9& server, Progress& progress, const Options& options)
      : card_(card), server_(server), progress_(progress), options_(options) {}

  Result<Discovery, Failure> from(const std::string& root) {
    add(TRY(get_events(card_, server_, progress_, root, MatchingId(), options_)), {root});
    while (!places_.empty()) {
      Place place = std::move(places_.front());
      places_.pop_front();
      if (seen_.size() >= max_asked) {
        lose(place.server, {ErrorKind::limit, "too many events at once; fetch these first, then ask again"});
        break;
      }
      if (seen_.emplace(place.server, place.eventId).second) {
        look_at(place);
      } else if (std::ranges::find(place.via, place.server) != place.via.end()) {
        lose(place.server, {ErrorKind::conflict, "the SM-DSs send one another in a circle"});
      }
    }
    return std::move(found_);
  }

 private:
  void lose(const std::string& server, Error why) { found_.lost.push_back({server, std::move(why)}); }

  void add(const std::vector<EventEntries>& entries, const std::vector<std::string>& via) {
    for (const EventEntries& entry : entries) {
      auto eventId = MatchingId::parse(entry.eventId);
      if (!is_server_address(entry.rspServerAddress) || !eventId) {
        lose(entry.rspServerAddress, {ErrorKind::invalid, via.back() + " names no server that can be asked"});
        continue;
      }
      places_.push_back({entry.rspServerAddress, std::move(*eventId), via});
    }
  }

  void look_at(Place& place) {
    Authentication session(card_, server_, progress_, place.server, std::nullopt, options_);
    auto begun = session.initiate();
    if (!begun) return lose(place.server, begun.error().error);
    if (session.role() != pki::Role::ds_auth) {
      found_.waiting.push_back(
          {{place.server, std::move(place.eventId), std::nullopt, false}, std::move(place.via)});
      return;
    }
    if (place.via.size() >= max_depth) {
      return lose(place.server, {ErrorKind::limit, "too many SM-DSs one behind the other"});
    }
    auto events = events_of(session, server_, place.server, std::move(*begun), place.eventId);
    if (!events) return lose(place.server, events.error().error);
    place.via.push_back(place.server);
    add(*events, place.via);
  }

  Es10& card_;
  Es9& server_;
  Progress& progress_;
  const Options& options_;
  std::deque<Place> places_;
  std::set<std::pair<std::string, MatchingId>> seen_;
  Discovery found_;
};

}  // namespace

Result<std::vector<EventEntries>, Failure> get_events(Es10& card, Es9& server, Progress& progress,
                                                      const std::string& smds, const MatchingId& eventId,
                                                      const Options& options) {
  Authentication session(card, server, progress, smds, std::nullopt, options);
  auto begun = TRY(session.initiate());
  return events_of(session, server, smds, std::move(begun), eventId);
}

Result<Discovery, Failure> discover(Es10& card, Es9& server, Progress& progress, const std::string& root,
                                    const Options& options) {
  card.set_tracer(&progress);
  auto found = Search(card, server, progress, options).from(root);
  card.set_tracer(nullptr);
  return found;
}

}  // namespace sealift::download
