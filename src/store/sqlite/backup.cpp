#include "store/sqlite/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/files.hpp"
#include "store/sqlite/audit.hpp"
#include "store/sqlite/migrations.hpp"

namespace sealift::store {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char* kParts[] = {"", "-wal", "-shm"};  ///< the files of a store

Error is_there(const std::string& path) {
  return {ErrorKind::exists, "'" + path + "' is there already: choose another name, or move it away"};
}

Status rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error("cannot rename", from, errno);
  return {};
}

Status sync_directory_of(const std::string& path) {
  const std::string parent = fs::absolute(path).parent_path();
  const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!synced) return file_error("cannot sync", parent, why);
  return {};
}

void remove_parts(const std::string& path) {
  std::error_code ignored;
  for (const char* part : kParts) fs::remove(path + part, ignored);
}

Result<BackupFacts> facts_of(Database& db) {
  Query sound = TRY(db.query("PRAGMA quick_check(1)"));
  TRY(sound.step());
  if (sound.text(0) != "ok")
    return Error{ErrorKind::invalid, "it is damaged (" + std::string(sound.text(0)) + ")"};
  BackupFacts out;
  out.orders = static_cast<uint64_t>(TRY(db.integer("SELECT count(*) FROM orders")));
  static_assert(static_cast<int>(smdp::OrderState::released) == 4 &&
                static_cast<int>(smdp::OrderState::downloaded) == 5);
  out.open = static_cast<uint64_t>(TRY(db.integer("SELECT count(*) FROM orders WHERE state IN (4, 5)")));
  out.last_change = Time(std::chrono::seconds(
      TRY(db.integer("SELECT coalesce((SELECT at FROM audit ORDER BY number DESC LIMIT 1), 0)"))));
  return out;
}

/// A copy beside the target, checked; gone again where it is not sound.
Result<BackupFacts> copy_checked(Database& from, const std::string& to) {
  remove_parts(to);
  Status copied = from.copy_to(to);
  Result<BackupFacts> facts = copied ? BackupFacts{} : Result<BackupFacts>(copied.error());
  if (facts) {
    auto copy = Database::open(to, Database::Mode::read, 5s);
    facts = copy ? facts_of(*copy) : Result<BackupFacts>(copy.error());
  }
  if (!facts) remove_parts(to);
  return facts;
}

/// In WAL mode every open connection holds a lock that this one does not get beside it.
Status must_be_unused(const std::string& store) {
  auto db = TRY(Database::open(store, Database::Mode::write, 0ms));
  Status alone = db.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK");
  if (!alone && alone.error().kind == ErrorKind::timeout)
    return Error{ErrorKind::conflict, "a server uses '" + store + "': stop it first"};
  return alone;
}

Status put_mark(Database& db, const access::Record& mark, const access::Audit& audit) {
  TRY_VOID(db.execute("BEGIN IMMEDIATE"));
  Query q =
      TRY(db.query("INSERT INTO records (kind, name, content, version) VALUES (?1, ?2, ?3, 1) ON CONFLICT "
                   "(kind, name) DO UPDATE SET content = ?3, version = version + 1"));
  TRY_VOID(q.bind_text(mark.kind).bind_text(mark.name).bind(View(mark.content)).run());
  Query counted =
      TRY(db.query("INSERT INTO counters (name, value) VALUES ('records', 1) "
                   "ON CONFLICT (name) DO UPDATE SET value = value + 1"));
  TRY_VOID(counted.run());
  TRY_VOID(insert_audit(db, audit, nullptr, nullptr));
  return db.execute("COMMIT");
}

/// Migrates it to this version, so that the mark has its table, and leaves no journal beside it.
Status prepare(const std::string& path, const access::Record& mark, const access::Audit& audit) {
  auto db = TRY(Database::open(path, Database::Mode::write, 5s));
  TRY_VOID(migrate(db));
  TRY_VOID(put_mark(db, mark, audit));
  return db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Status move_away(const std::string& store) {
  TRY_VOID(must_be_unused(store));
  const std::string kept = store + ".before-restore";
  for (const char* part : kParts) {
    if (fs::exists(kept + part)) return is_there(kept + part);
  }
  // The journals first: one that is left beside another database would be taken for its own.
  for (const char* part : {"-shm", "-wal", ""}) {
    if (fs::exists(store + part)) TRY_VOID(rename_file(store + part, kept + part));
  }
  return sync_directory_of(store);
}

}  // namespace

Result<BackupFacts> back_up(const std::string& store, const std::string& file) {
  if (!fs::exists(store)) return Error{ErrorKind::not_found, "there is no store '" + store + "'"};
  if (fs::exists(file)) return is_there(file);
  auto db = TRY(Database::open(store, Database::Mode::read, 5s));
  const std::string beside = file + ".part";
  auto facts = copy_checked(db, beside);
  if (!facts) return std::move(facts.error()).within("the backup");
  remove_parts(beside + "-journal");
  TRY_VOID(rename_file(beside, file));
  TRY_VOID(sync_directory_of(file));
  return facts;
}

Result<BackupFacts> restore(const std::string& file, const std::string& store, bool replace,
                            const access::Record& mark, const access::Audit& audit) {
  if (!fs::exists(file)) return Error{ErrorKind::not_found, "there is no backup '" + file + "'"};
  if (fs::exists(store) && !replace) return is_there(store);
  const std::string beside = store + ".part";
  auto db = TRY(Database::open(file, Database::Mode::read, 5s));
  auto facts = copy_checked(db, beside);
  if (!facts) return std::move(facts.error()).within("the backup '" + file + "'");
  Status ready = prepare(beside, mark, audit);
  if (ready && fs::exists(store)) ready = move_away(store);
  if (!ready) {
    remove_parts(beside);
    return ready.error();
  }
  for (const char* part : {"-wal", "-shm"}) {
    std::error_code ignored;
    fs::remove(beside + part, ignored);
    if (fs::exists(store + part)) return is_there(store + part);
  }
  TRY_VOID(rename_file(beside, store));
  TRY_VOID(sync_directory_of(store));
  return facts;
}

}  // namespace sealift::store
