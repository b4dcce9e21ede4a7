#include "lab/smds_store.hpp"

#include "store/memory/events.hpp"
#include "store/postgres/events.hpp"
#include "store/sqlite/events.hpp"

namespace sealift::lab {

Result<SmdsStore> SmdsStore::open(const SmdsSiteOptions& options) {
  SmdsStore out;
  if (options.keep_in_memory) {
    out.events = std::make_unique<store::MemoryEvents>();
    out.figures = [] { return SmdpStores::Figures(); };
    out.probe = [] { return Status(); };
  } else if (store::is_postgres(options.store)) {
    auto events = TRY(store::PostgresEvents::open({.connection_string = options.store}));
    out.figures = [&here = *events] {
      const auto f = here.figures();
      return SmdpStores::Figures{f.changes, f.changes, f.changes > 0 ? 1u : 0u, 0, f.lost_connections};
    };
    out.probe = [&here = *events]() -> Status {
      if (here.reachable()) return {};
      return Error{ErrorKind::io, "the database is out of reach"};
    };
    out.events = std::move(events);
  } else {
    auto events = TRY(store::SqliteEvents::open(options.dir + "/smds.db"));
    out.figures = [&here = *events] {
      const auto f = here.figures();
      return SmdpStores::Figures{f.batches, f.changes, f.largest, f.waiting, 0};
    };
    out.probe = [&here = *events] { return here.probe(); };
    out.events = std::move(events);
  }
  return out;
}

}  // namespace sealift::lab
