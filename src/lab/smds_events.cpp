#include "lab/smds_events.hpp"

#include <filesystem>

#include "store/postgres/events.hpp"
#include "store/sqlite/events.hpp"

namespace sealift::lab {

static Result<std::unique_ptr<smds::EventStore>> open_events(const std::string& dir, const std::string& store) {
  if (store::is_postgres(store))
    return std::unique_ptr<smds::EventStore>(TRY(store::PostgresEvents::open({.connection_string = store})));
  const std::string file = dir + "/smds.db";
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) {
    return Error{ErrorKind::not_found, "there are no events in " + dir + ": it has no smds.db, which `sealift smds "
                                           "serve --dir " + dir + "` makes"};
  }
  return std::unique_ptr<smds::EventStore>(TRY(store::SqliteEvents::open(file)));
}

Status each_smds_event(const std::string& dir, const std::string& store, const SmdsEventQuery& query,
                       const std::function<void(const smds::Event&)>& tell) {
  constexpr size_t page = 500;
  const auto events = TRY(open_events(dir, store));
  uint64_t after = query.after;
  for (size_t told = 0; told < query.most;) {
    const std::vector<smds::Event> some = TRY(events->list(after, page));
    if (some.empty()) break;
    for (const smds::Event& event : some) {
      after = event.number;
      if (query.eid && event.eid != *query.eid) continue;
      if (!query.deleted && event.state == smds::EventState::deleted) continue;
      if (told++ == query.most) return {};
      tell(event);
    }
  }
  return {};
}

}  // namespace sealift::lab
