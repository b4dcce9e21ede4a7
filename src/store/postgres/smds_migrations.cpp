#include "store/postgres/migrations.hpp"

namespace sealift::store::postgres {
namespace {

// As in migrations.cpp. States: 0 pending, 1 live, 2 deleted.
constexpr const char* kSteps[] = {
    R"sql(
      CREATE FUNCTION sealift_must_change(rows BIGINT, otherwise TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
      BEGIN
        IF rows <> 1 THEN RAISE EXCEPTION '%', otherwise USING ERRCODE = 'SL409'; END IF;
        RETURN rows;
      END $$;
      CREATE FUNCTION sealift_must_hold(holds BOOLEAN, otherwise TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT holds THEN RAISE EXCEPTION '%', otherwise USING ERRCODE = 'SL429'; END IF;
        RETURN holds;
      END $$;
      CREATE TABLE events (
        number             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        eid                BYTEA NOT NULL CHECK (length(eid) = 16),
        event_id           TEXT NOT NULL,
        rsp_server_address TEXT NOT NULL,
        owner              TEXT NOT NULL,
        registered_by_call TEXT NOT NULL,
        state              BIGINT NOT NULL,
        root_event_id      TEXT NOT NULL,
        root_told          BIGINT NOT NULL,
        registered         BIGINT NOT NULL,
        expires            BIGINT NOT NULL,
        deleted_by_call    TEXT NOT NULL,
        changed            BIGINT NOT NULL
      );
      CREATE UNIQUE INDEX events_by_event_id ON events (eid, event_id) WHERE state <> 2;
      CREATE INDEX events_deleted_by_event_id ON events (eid, event_id) WHERE state = 2;
      CREATE INDEX events_by_expiry ON events (expires) WHERE state = 1;
      CREATE INDEX events_pending ON events (changed) WHERE state = 0;
      CREATE INDEX events_untold ON events (number) WHERE state = 2 AND root_told = 0 AND root_event_id <> '';
      CREATE INDEX events_deleted ON events (changed) WHERE state = 2;
      CREATE TABLE owners (owner TEXT PRIMARY KEY, events BIGINT NOT NULL);
      CREATE TABLE audit (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at     BIGINT NOT NULL,
        actor  TEXT NOT NULL,
        action TEXT NOT NULL,
        event  BIGINT NOT NULL
      );
    )sql",
    // What is over is counted too, and rows of the audit have an end.
    R"sql(
      ALTER TABLE owners ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0;
      INSERT INTO owners (owner, events)
        SELECT DISTINCT owner, 0 FROM events WHERE true ON CONFLICT (owner) DO NOTHING;
      UPDATE owners SET deleted = (SELECT count(*) FROM events WHERE events.owner = owners.owner AND state = 2);
      CREATE INDEX audit_by_time ON audit (at);
    )sql",
};

}  // namespace

const Schema& smds_schema() {
  static const Schema schema{"sealift_smds", "audit", kSteps};
  return schema;
}

}  // namespace sealift::store::postgres
