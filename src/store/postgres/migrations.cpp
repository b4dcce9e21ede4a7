#include "store/postgres/migrations.hpp"

#include <iterator>

namespace sealift::store::postgres {
namespace {

// A step that has shipped is never changed; later ones are added below it. All integers are BIGINT:
// parameters are sent as such. Nodes of the version before go on running while a step is made, so a step only
// adds.
constexpr const char* kSteps[] = {
    R"sql(
      -- Ends the transaction of a change that found no row in the version it was made for.
      CREATE FUNCTION sealift_must_change(rows BIGINT, otherwise TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
      BEGIN
        IF rows <> 1 THEN RAISE EXCEPTION '%', otherwise USING ERRCODE = 'SL409'; END IF;
        RETURN rows;
      END $$;
      CREATE TABLE orders (
        number                BIGINT GENERATED ALWAYS AS IDENTITY,
        iccid                 BYTEA PRIMARY KEY CHECK (length(iccid) = 10),
        state                 BIGINT NOT NULL,
        matching_id           BYTEA,
        eid                   BYTEA CHECK (length(eid) = 16),
        confirmation          BYTEA CHECK (length(confirmation) = 32),
        confirmation_attempts BIGINT NOT NULL,
        download_attempts     BIGINT NOT NULL,
        expires               BIGINT,
        protection            BIGINT NOT NULL,
        needs_major           BIGINT NOT NULL,
        needs_minor           BIGINT NOT NULL,
        needs_size            BIGINT NOT NULL,
        needs_services        BIGINT NOT NULL,
        euicc_otpk            BYTEA NOT NULL,
        delivered             BYTEA,
        version               BIGINT NOT NULL,
        metadata              BYTEA NOT NULL,
        eid_ordered           BIGINT NOT NULL,
        confirmation_limit    BIGINT NOT NULL,
        rebind                BIGINT NOT NULL,
        reinstall             BIGINT NOT NULL,
        uses                  BIGINT NOT NULL,
        installs              BIGINT NOT NULL,
        last_event            BIGINT,
        tenant                TEXT COLLATE "C" NOT NULL,
        profile_type          TEXT COLLATE "C" NOT NULL,
        smds_address          TEXT
      );
      CREATE UNIQUE INDEX orders_by_matching_id ON orders (matching_id) WHERE matching_id <> '';
      CREATE INDEX orders_by_eid ON orders (eid) WHERE matching_id = '';
      CREATE INDEX orders_available ON orders (tenant, profile_type, number) WHERE state = 0;
      CREATE TABLE profiles (iccid BYTEA PRIMARY KEY, keys BYTEA NOT NULL, content BYTEA NOT NULL);
      -- Encrypted octets do not compress.
      ALTER TABLE profiles ALTER COLUMN content SET STORAGE EXTERNAL;
      CREATE TABLE packages (iccid BYTEA PRIMARY KEY, package BYTEA NOT NULL);
      CREATE TABLE deliveries (
        transaction_id BYTEA PRIMARY KEY,
        iccid          BYTEA NOT NULL,
        eid            BYTEA NOT NULL,
        euicc_key      BYTEA NOT NULL,
        at             BIGINT NOT NULL
      );
      CREATE TABLE notifications (
        eid        BYTEA NOT NULL,
        seq_number BIGINT NOT NULL,
        at         BIGINT NOT NULL,
        PRIMARY KEY (eid, seq_number)
      );
      CREATE TABLE calls (
        requester  TEXT NOT NULL,
        function   TEXT NOT NULL,
        identifier TEXT NOT NULL,
        digest     BYTEA NOT NULL,
        answer     BYTEA NOT NULL,
        at         BIGINT NOT NULL,
        number     BIGINT GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (requester, function, identifier, digest)
      );
      CREATE TABLE outbox (
        number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lane        BIGINT NOT NULL,
        kind        BIGINT NOT NULL,
        iccid       BYTEA NOT NULL,
        tenant      TEXT NOT NULL,
        destination TEXT NOT NULL,
        content     BYTEA NOT NULL,
        at          BIGINT NOT NULL,
        due         BIGINT NOT NULL,
        attempts    BIGINT NOT NULL DEFAULT 0
      );
      CREATE INDEX outbox_by_profile ON outbox (iccid, lane, number);
      CREATE TABLE audit (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at     BIGINT NOT NULL,
        actor  TEXT NOT NULL,
        action TEXT NOT NULL,
        iccid  BYTEA,
        state  BIGINT,
        detail TEXT NOT NULL
      );
      CREATE TABLE restrictions (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind   TEXT NOT NULL,
        value  TEXT NOT NULL,
        reason TEXT NOT NULL,
        actor  TEXT NOT NULL,
        at     BIGINT NOT NULL,
        UNIQUE (kind, value)
      );
      CREATE TABLE records (
        kind    TEXT COLLATE "C" NOT NULL,
        name    TEXT COLLATE "C" NOT NULL,
        content BYTEA NOT NULL,
        version BIGINT NOT NULL,
        PRIMARY KEY (kind, name)
      );
      CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
      -- Open sessions: gone after a crash of the database, and phones begin anew. No fsync waits for them.
      CREATE UNLOGGED TABLE sessions (
        transaction_id BYTEA PRIMARY KEY,
        rank           BIGINT NOT NULL,
        content        BYTEA NOT NULL,
        expires        TIMESTAMPTZ NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
      CREATE INDEX sessions_by_rank ON sessions (rank, expires);
    )sql",
    R"sql(
      ALTER TABLE outbox ADD COLUMN addressee TEXT NOT NULL
        GENERATED ALWAYS AS (CASE lane WHEN 0 THEN tenant ELSE destination END) STORED;
      CREATE INDEX outbox_by_addressee ON outbox (lane, addressee, due, number);
      CREATE INDEX orders_by_expiry ON orders (expires) WHERE state IN (3, 4, 5) AND expires IS NOT NULL;
    )sql",
    R"sql(
      ALTER TABLE deliveries ADD COLUMN superseded BIGINT NOT NULL DEFAULT 0;
      ALTER TABLE outbox ADD COLUMN refused BIGINT;
      ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT '';
      CREATE INDEX outbox_refused ON outbox (number) WHERE refused IS NOT NULL;
    )sql",
};

/// Two nodes that start at once make the tables one after the other.
constexpr const char* kLock = "SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(1587158896)";

/// How many steps the database has had.
Result<size_t> version_of(Link& link, const Schema& schema) {
  const std::string table = schema.version_table, first = schema.first_table;
  const Rows there = TRY(link.ask(
      ("SELECT to_regclass('" + table + "') IS NOT NULL, to_regclass('" + first + "') IS NOT NULL").c_str()));
  if (there.integer(0, 0) == 0) {
    if (there.integer(0, 1) == 0) return size_t{0};
    return Error{ErrorKind::invalid, "the database holds tables of something else: give it one of its own"};
  }
  const Rows version = TRY(link.ask(("SELECT version FROM " + table).c_str()));
  return static_cast<size_t>(version.integer(0, 0));
}

Status make_step(Link& link, const Schema& schema, size_t number) {
  const std::string table = schema.version_table;
  if (number == 0) {
    TRY_VOID(link.execute(("CREATE TABLE " + table + " (version BIGINT NOT NULL)").c_str()));
    TRY_VOID(link.execute(("INSERT INTO " + table + " VALUES (0)").c_str()));
  }
  TRY_VOID(link.execute(schema.steps[number]));
  return link.execute(("UPDATE " + table + " SET version = " + std::to_string(number + 1)).c_str());
}

/// The next step, if there is one; gives the version that the database has then.
Result<size_t> step(Link& link, const Schema& schema) {
  TRY_VOID(link.execute("BEGIN"));
  TRY_VOID(link.execute(kLock));
  const size_t version = TRY(version_of(link, schema));
  if (version < schema.steps.size()) TRY_VOID(make_step(link, schema, version));
  TRY_VOID(link.execute("COMMIT"));
  return version < schema.steps.size() ? version + 1 : version;
}

Status must_be_fit(Link& link) {
  const Rows rows =
      TRY(link.ask("SELECT current_setting('fsync'), current_setting('full_page_writes'), "
                   "current_setting('server_encoding')"));
  if (rows.text(0, 0) != "on" || rows.text(0, 1) != "on") {
    return Error{ErrorKind::invalid,
                 "the database runs with fsync or full_page_writes off, and may forget orders that it has "
                 "confirmed: set both on"};
  }
  if (rows.text(0, 2) != "UTF8") {
    return Error{ErrorKind::invalid,
                 "the database is not one of UTF-8: create it with ENCODING 'UTF8' TEMPLATE template0"};
  }
  return {};
}

}  // namespace

const Schema& smdp_schema() {
  static const Schema schema{"sealift_store", "orders", kSteps};
  return schema;
}

Status migrate(Link& link, const Schema& schema) {
  TRY_VOID(must_be_fit(link));
  // Each look at the version is under the lock: another node may be half way.
  size_t version = 0;
  do {
    auto next = step(link, schema);
    if (!next) {
      (void)link.execute("ROLLBACK");
      return next.error();
    }
    version = *next;
  } while (version < schema.steps.size());
  if (version == schema.steps.size()) return {};
  return Error{ErrorKind::invalid, "the database was written by a newer Sealift: use that one"};
}

}  // namespace sealift::store::postgres
