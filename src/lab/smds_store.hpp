// Where an SM-DS keeps its events: a SQLite file, a PostgreSQL database that several nodes share, or memory;
// with what monitors ask of it.
#pragma once

#include <functional>
#include <memory>

#include "lab/smdp_stores.hpp"
#include "lab/smds_site_options.hpp"

namespace sealift::lab {

struct SmdsStore {
  /// Errors: those of PostgresEvents::open and SqliteEvents::open.
  static Result<SmdsStore> open(const SmdsSiteOptions& options);

  std::unique_ptr<smds::EventStore> events;
  std::function<SmdpStores::Figures()> figures;
  std::function<Status()> probe;  ///< whether a change can be made
};

}  // namespace sealift::lab
