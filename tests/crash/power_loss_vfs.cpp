#include "tests/crash/power_loss_vfs.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "base/result.hpp"

namespace sealift::crash {

size_t below(Random& random, size_t limit) {
  const auto r = random.octets<4>();
  return limit == 0 ? 0 : (size_t{r[0]} << 24 | size_t{r[1]} << 16 | size_t{r[2]} << 8 | r[3]) % limit;
}

// -- the disk

void Disk::take(const Operation& operation) {
  if (operation.kind == Operation::Kind::sync_folder) {
    for (auto& [path, file] : files_) {
      const auto removed = std::ranges::find(file.pending, Operation::Kind::remove, &Operation::kind);
      if (removed == file.pending.end()) continue;
      file.synced.reset();
      file.pending.erase(file.pending.begin(), removed + 1);
    }
    return;
  }
  File& file = files_[operation.path];
  switch (operation.kind) {
    case Operation::Kind::sync:
      for (const Operation* p : file.pending) apply(file.synced, *p);
      file.pending.clear();
      break;
    case Operation::Kind::remove_durably:
      file = {};
      break;
    default:
      file.pending.push_back(&operation);
  }
}

/// The part of a write that lies in [from, to) of the file.
void Disk::apply(Content& content, const Operation& o, uint64_t from, uint64_t to) {
  if (!content) content.emplace();
  from = std::max(from, o.offset);
  to = std::min<uint64_t>(to, o.offset + o.data.size());
  if (from >= to) return;
  if (content->size() < to) content->resize(to);
  std::copy(o.data.begin() + static_cast<ptrdiff_t>(from - o.offset),
            o.data.begin() + static_cast<ptrdiff_t>(to - o.offset),
            content->begin() + static_cast<ptrdiff_t>(from));
}

void Disk::apply(Content& content, const Operation& o) {
  switch (o.kind) {
    case Operation::Kind::write:
      apply(content, o, 0, UINT64_MAX);
      break;
    case Operation::Kind::truncate:
      if (!content) content.emplace();
      content->resize(o.offset);
      break;
    default:
      content.reset();
  }
}

Disk::Content Disk::after(const File& file, Loss loss, size_t sector, Random& random) {
  Content content = file.synced;
  std::span<const Operation* const> pending(file.pending);
  if (loss == Loss::dropped) return content;
  if (loss == Loss::arrived) {
    for (const Operation* o : pending) apply(content, *o);
    return content;
  }
  if (loss == Loss::torn) {
    const size_t whole = below(random, pending.size() + 1);
    for (const Operation* o : pending.first(whole)) apply(content, *o);
    if (whole < pending.size() && pending[whole]->kind == Operation::Kind::write) {
      const Operation& cut = *pending[whole];
      const uint64_t first = cut.offset / sector;
      const uint64_t sectors = (cut.offset + cut.data.size() + sector - 1) / sector - first;
      apply(content, cut, 0, (first + below(random, sectors + 1)) * sector);
    }
    return content;
  }
  // A removal that was not synced: the name leads to the old file, to none, or to the one made after it.
  const auto removed = std::ranges::find(pending, Operation::Kind::remove, &Operation::kind);
  if (removed != pending.end()) {
    const size_t at = static_cast<size_t>(removed - pending.begin());
    const size_t fate = below(random, 3);
    if (fate == 0) pending = pending.first(at);
    if (fate > 0) content.reset();
    if (fate == 1) return content;
    if (fate == 2) pending = pending.subspan(at + 1);
  }
  for (const Operation* o : pending) {
    if (o->kind != Operation::Kind::write) {
      if (below(random, 2) == 1) apply(content, *o);
      continue;
    }
    for (uint64_t at = o->offset / sector * sector; at < o->offset + o->data.size(); at += sector) {
      if (below(random, 2) == 1) apply(content, *o, at, at + sector);
    }
  }
  return content;
}

std::map<std::string, Bytes> Disk::after_power_loss(Loss loss, size_t sector, Random& random) const {
  std::map<std::string, Bytes> out;
  for (const auto& [path, file] : files_) {
    if (Content content = after(file, loss, sector, random)) out.emplace(path, std::move(*content));
  }
  return out;
}

// -- below SQLite

/// An open file; the file of the real VFS lies behind it in the same piece of memory.
struct Shim {
  sqlite3_file base;
  PowerLossVfs* vfs;
  std::string* path;  ///< null: not recorded
  bool sync_folder;   ///< with the next sync, as SQLite's own VFS does for a journal that it may have made

  static Shim* of(sqlite3_file* file) { return reinterpret_cast<Shim*>(file); }
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(Shim));
  }
  static PowerLossVfs* owner(sqlite3_vfs* vfs) { return static_cast<PowerLossVfs*>(vfs->pAppData); }
  static void note(sqlite3_file* file, Operation::Kind kind, uint64_t offset, View data) {
    Shim* me = of(file);
    if (me->path) me->vfs->note({kind, *me->path, offset, to_bytes(data)});
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    sqlite3_vfs* below_us = owner(vfs)->real_;
    Shim* me = new (file) Shim{{nullptr}, owner(vfs), nullptr, false};
    const int code = below_us->xOpen(below_us, name, real(file), flags, out_flags);
    if (code != SQLITE_OK) return code;
    constexpr int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    if (name && (flags & kept) != 0) me->path = new std::string(name);
    constexpr int journals = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    me->sync_folder = (flags & journals) != 0 && (flags & SQLITE_OPEN_CREATE) != 0;
    me->base.pMethods = &methods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    sqlite3_vfs* below_us = owner(vfs)->real_;
    const int code = below_us->xDelete(below_us, name, 0);
    const auto kind = sync_directory ? Operation::Kind::remove_durably : Operation::Kind::remove;
    if (code == SQLITE_OK) owner(vfs)->note({kind, name, 0, {}});
    return code;
  }
  static int close(sqlite3_file* f) {
    delete of(f)->path;
    return real(f)->pMethods->xClose(real(f));
  }
  static int read(sqlite3_file* f, void* out, int size, sqlite3_int64 at) {
    return real(f)->pMethods->xRead(real(f), out, size, at);
  }
  static int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
    note(f, Operation::Kind::write, static_cast<uint64_t>(at),
         {static_cast<const uint8_t*>(data), static_cast<size_t>(size)});
    return real(f)->pMethods->xWrite(real(f), data, size, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    note(f, Operation::Kind::truncate, static_cast<uint64_t>(size), {});
    return real(f)->pMethods->xTruncate(real(f), size);
  }
  static int sync(sqlite3_file* f, int) {
    note(f, Operation::Kind::sync, 0, {});
    if (std::exchange(of(f)->sync_folder, false)) note(f, Operation::Kind::sync_folder, 0, {});
    return SQLITE_OK;
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) { return real(f)->pMethods->xFileSize(real(f), out); }
  static int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
  static int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
  static int reserved(sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
  }
  static int control(sqlite3_file* f, int op, void* arg) {
    return real(f)->pMethods->xFileControl(real(f), op, arg);
  }
  static int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
  static int traits(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int at, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), at, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

  static constexpr sqlite3_io_methods methods{
      2,       close,  read,   write,   truncate, sync,        size,      lock,    unlock, reserved,
      control, sector, traits, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};
};

PowerLossVfs::PowerLossVfs() : real_(sqlite3_vfs_find(nullptr)) {
  check(real_ != nullptr, "SQLite has a VFS");
  vfs_ = *real_;
  vfs_.zName = "power-loss";
  vfs_.szOsFile = static_cast<int>(sizeof(Shim)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = Shim::open;
  vfs_.xDelete = Shim::remove;
  sqlite3_vfs_register(&vfs_, 1);
}

PowerLossVfs::~PowerLossVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void PowerLossVfs::record(bool on) {
  std::lock_guard lock(mutex_);
  recording_ = on;
}

size_t PowerLossVfs::count() {
  std::lock_guard lock(mutex_);
  return operations_.size();
}

void PowerLossVfs::note(Operation operation) {
  std::lock_guard lock(mutex_);
  if (recording_) operations_.push_back(std::move(operation));
}

}  // namespace sealift::crash
