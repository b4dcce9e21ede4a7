// A disk that can lose power, below SQLite: an sqlite3_vfs that keeps every write, truncation, sync and
// removal of databases and journals, and can say what would be found had power failed before any of them.
//
// What is kept of the octets that were not synced is a choice (Loss): none, a part that ends within a sector,
// any sectors in any order, or all. Nothing is synced in truth: tests on it need no slow disk. SQLite's
// default while it lives; one at a time, and connections close before it goes. Thread safe, but for Disk.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ports.hpp"

namespace sealift::crash {

struct Operation {
  enum class Kind : uint8_t { write, truncate, sync, sync_folder, remove, remove_durably };
  Kind kind{};
  std::string path;
  uint64_t offset = 0;  ///< of a write; the new size of a truncation
  Bytes data;
};

enum class Loss : uint8_t { dropped, torn, reordered, arrived };

/// What was done to a disk so far, and what of it would outlast a power loss.
class Disk {
 public:
  /// `operation` is borrowed.
  void take(const Operation& operation);
  /// The files after power has come back, by path.
  std::map<std::string, Bytes> after_power_loss(Loss loss, size_t sector, Random& random) const;

 private:
  using Content = std::optional<Bytes>;  ///< none: there is no such file
  struct File {
    Content synced;
    std::vector<const Operation*> pending;
  };
  static void apply(Content& content, const Operation& operation, uint64_t from, uint64_t to);
  static void apply(Content& content, const Operation& operation);
  static Content after(const File& file, Loss loss, size_t sector, Random& random);
  std::map<std::string, File> files_;
};

class PowerLossVfs {
 public:
  PowerLossVfs();
  ~PowerLossVfs();
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;

  void record(bool on);
  size_t count();
  /// What was recorded, which must have ended.
  const std::vector<Operation>& operations() const { return operations_; }

 private:
  friend struct Shim;
  void note(Operation operation);
  sqlite3_vfs vfs_;
  sqlite3_vfs* real_;
  std::mutex mutex_;
  bool recording_ = false;
  std::vector<Operation> operations_;
};

/// A number below `limit`.
size_t below(Random& random, size_t limit);

}  // namespace sealift::crash
