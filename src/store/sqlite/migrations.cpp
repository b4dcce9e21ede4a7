#include "store/sqlite/migrations.hpp"

#include <array>

namespace sealift::store {
namespace {

constexpr int64_t kApplicationId =
    0x5EA11F70;  ///< in the file's header: tells our stores from other databases

// A step that has shipped is never changed; later ones are added below it.
constexpr std::array<const char*, 7> kSteps{
    R"sql(
      CREATE TABLE orders (
        number                INTEGER PRIMARY KEY,
        iccid                 BLOB NOT NULL UNIQUE CHECK (length(iccid) = 10),
        state                 INTEGER NOT NULL,
        matching_id           TEXT,
        eid                   BLOB CHECK (eid IS NULL OR length(eid) = 16),
        confirmation          BLOB CHECK (confirmation IS NULL OR length(confirmation) = 32),
        confirmation_attempts INTEGER NOT NULL,
        download_attempts     INTEGER NOT NULL,
        expires               INTEGER,
        protection            INTEGER NOT NULL,
        needs_major           INTEGER NOT NULL,
        needs_minor           INTEGER NOT NULL,
        needs_size            INTEGER NOT NULL,
        needs_services        INTEGER NOT NULL,
        euicc_otpk            BLOB NOT NULL,
        delivered             BLOB,
        version               INTEGER NOT NULL,
        metadata              BLOB NOT NULL
      );
      CREATE UNIQUE INDEX orders_by_matching_id ON orders (matching_id) WHERE matching_id <> '';
      CREATE INDEX orders_by_eid ON orders (eid) WHERE matching_id = '';
      CREATE TABLE profiles (
        iccid   BLOB PRIMARY KEY,
        keys    BLOB NOT NULL,
        content BLOB NOT NULL
      );
      CREATE TABLE packages (iccid BLOB PRIMARY KEY, package BLOB NOT NULL);
      CREATE TABLE deliveries (
        transaction_id BLOB PRIMARY KEY,
        iccid          BLOB NOT NULL,
        eid            BLOB NOT NULL,
        euicc_key      BLOB NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE notifications (eid BLOB, seq_number INTEGER, PRIMARY KEY (eid, seq_number)) WITHOUT ROWID;
      CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at     INTEGER NOT NULL,
        actor  TEXT NOT NULL,
        action TEXT NOT NULL,
        iccid  BLOB,
        state  INTEGER,
        detail TEXT NOT NULL
      );
    )sql",
    R"sql(
      CREATE TABLE subscribers (
        imsi               TEXT PRIMARY KEY,
        keys               BLOB NOT NULL,
        amf                BLOB NOT NULL,
        rotation_constants BLOB NOT NULL,
        xoring_constants   BLOB NOT NULL,
        issued             INTEGER NOT NULL,
        confirmed          INTEGER NOT NULL,
        last_rand          BLOB NOT NULL,
        suspicions         INTEGER NOT NULL,
        barred             INTEGER NOT NULL
      ) WITHOUT ROWID;
    )sql",
    R"sql(
      ALTER TABLE orders ADD COLUMN eid_ordered        INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE orders ADD COLUMN confirmation_limit INTEGER NOT NULL DEFAULT 3;
      ALTER TABLE orders ADD COLUMN rebind             INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE orders ADD COLUMN reinstall          INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE orders ADD COLUMN uses               INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE orders ADD COLUMN installs           INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE orders ADD COLUMN last_event         INTEGER;
      ALTER TABLE notifications ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE deliveries    ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE restrictions (
        number INTEGER PRIMARY KEY,
        kind   TEXT NOT NULL,
        value  TEXT NOT NULL,
        reason TEXT NOT NULL,
        actor  TEXT NOT NULL,
        at     INTEGER NOT NULL,
        UNIQUE (kind, value)
      );
    )sql",
    R"sql(
      ALTER TABLE orders ADD COLUMN tenant       TEXT NOT NULL DEFAULT 'default';
      ALTER TABLE orders ADD COLUMN profile_type TEXT NOT NULL DEFAULT '';
      ALTER TABLE orders ADD COLUMN smds_address TEXT;
      CREATE INDEX orders_available ON orders (tenant, profile_type, number) WHERE state = 0;
      CREATE TABLE calls (
        requester  TEXT NOT NULL,
        function   TEXT NOT NULL,
        identifier TEXT NOT NULL,
        digest     BLOB NOT NULL,
        answer     BLOB NOT NULL,
        at         INTEGER NOT NULL,
        PRIMARY KEY (requester, function, identifier, digest)
      ) WITHOUT ROWID;
      CREATE TABLE outbox (
        number      INTEGER PRIMARY KEY AUTOINCREMENT,
        lane        INTEGER NOT NULL,
        kind        INTEGER NOT NULL,
        iccid       BLOB NOT NULL,
        tenant      TEXT NOT NULL,
        destination TEXT NOT NULL,
        content     BLOB NOT NULL,
        at          INTEGER NOT NULL,
        due         INTEGER NOT NULL,
        attempts    INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX outbox_by_profile ON outbox (iccid, lane, number);
      CREATE TABLE records (
        kind    TEXT NOT NULL,
        name    TEXT NOT NULL,
        content BLOB NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
      ) WITHOUT ROWID;
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    )sql",
    R"sql(
      ALTER TABLE outbox ADD COLUMN addressee TEXT NOT NULL DEFAULT '';
      UPDATE outbox SET addressee = CASE lane WHEN 0 THEN tenant ELSE destination END;
      CREATE INDEX outbox_by_addressee ON outbox (lane, addressee, due);
      CREATE INDEX orders_by_expiry ON orders (expires) WHERE state IN (3, 4, 5) AND expires IS NOT NULL;
    )sql",
    // A list in an index's condition becomes a table of its own, filled twice in each change of an order.
    R"sql(
      DROP INDEX orders_by_expiry;
      CREATE INDEX orders_by_expiry ON orders (expires)
        WHERE state >= 3 AND state <= 5 AND expires IS NOT NULL;
    )sql",
    R"sql(
      ALTER TABLE deliveries ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE outbox ADD COLUMN refused INTEGER;
      ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT '';
      CREATE INDEX outbox_refused ON outbox (number) WHERE refused IS NOT NULL;
    )sql",
};

Status configure(Database& db) {
  // WAL: readers never wait for the writer. FULL: a commit is on the disk before anybody is answered.
  return db.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;");
}

Status step(Database& db, const Schema& schema, size_t number) {
  TRY_VOID(db.execute("BEGIN IMMEDIATE"));
  const std::string marks = "PRAGMA application_id = " + std::to_string(schema.application_id) +
                            "; PRAGMA user_version = " + std::to_string(number + 1);
  Status done = db.execute(schema.steps[number]);
  if (done) done = db.execute(marks.c_str());
  if (done) done = db.execute("COMMIT");
  // A failed rollback leaves nothing either: the connection is given up with the error.
  if (!done) (void)db.execute("ROLLBACK");
  return done;
}

}  // namespace

const Schema& smdp_schema() {
  static const Schema schema{kApplicationId, kSteps};
  return schema;
}

Status migrate(Database& db, const Schema& schema) {
  const int64_t tables = TRY(db.integer("SELECT count(*) FROM sqlite_master"));
  const int64_t application = TRY(db.integer("PRAGMA application_id"));
  const int64_t version = TRY(db.integer("PRAGMA user_version"));
  if (tables > 0 && application != schema.application_id) {
    return Error{ErrorKind::invalid, "the file is a database of something else: choose another path"};
  }
  if (version > static_cast<int64_t>(schema.steps.size())) {
    return Error{ErrorKind::invalid, "the store was written by a newer Sealift: use that one"};
  }
  TRY_VOID(configure(db));
  for (size_t i = static_cast<size_t>(version); i < schema.steps.size(); ++i) TRY_VOID(step(db, schema, i));
  return {};
}

}  // namespace sealift::store
