#include <array>

#include "store/sqlite/migrations.hpp"

namespace sealift::store {
namespace {

// A step that has shipped is never changed; later ones are added below it. States: 0 pending, 1 live, 2
// deleted.
constexpr std::array<const char*, 2> kSteps{
    R"sql(
      CREATE TABLE events (
        number             INTEGER PRIMARY KEY AUTOINCREMENT,
        eid                BLOB NOT NULL CHECK (length(eid) = 16),
        event_id           TEXT NOT NULL,
        rsp_server_address TEXT NOT NULL,
        owner              TEXT NOT NULL,
        registered_by_call TEXT NOT NULL,
        state              INTEGER NOT NULL,
        root_event_id      TEXT NOT NULL,
        root_told          INTEGER NOT NULL,
        registered         INTEGER NOT NULL,
        expires            INTEGER NOT NULL,
        deleted_by_call    TEXT NOT NULL,
        changed            INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX events_by_event_id ON events (eid, event_id) WHERE state <> 2;
      CREATE INDEX events_deleted_by_event_id ON events (eid, event_id) WHERE state = 2;
      CREATE INDEX events_by_expiry ON events (expires) WHERE state = 1;
      CREATE INDEX events_pending ON events (changed) WHERE state = 0;
      CREATE INDEX events_untold ON events (number) WHERE state = 2 AND root_told = 0 AND root_event_id <> '';
      CREATE INDEX events_deleted ON events (changed) WHERE state = 2;
      CREATE TABLE owners (
        owner  TEXT PRIMARY KEY,
        events INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at     INTEGER NOT NULL,
        actor  TEXT NOT NULL,
        action TEXT NOT NULL,
        event  INTEGER NOT NULL
      );
    )sql",
    // What is over is counted too, and rows of the audit have an end.
    R"sql(
      ALTER TABLE owners ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
      INSERT INTO owners (owner, events)
        SELECT DISTINCT owner, 0 FROM events WHERE true ON CONFLICT (owner) DO NOTHING;
      UPDATE owners SET deleted = (SELECT count(*) FROM events WHERE events.owner = owners.owner AND state = 2);
      CREATE INDEX audit_by_time ON audit (at);
    )sql",
};

}  // namespace

const Schema& smds_schema() {
  constexpr int64_t application_id = 0x5EA11FD5;
  static const Schema schema{application_id, kSteps};
  return schema;
}

}  // namespace sealift::store
