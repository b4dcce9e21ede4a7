#include "store/sqlite/readers.hpp"

namespace sealift::store {

Result<Database> Readers::lend() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Database db = std::move(idle_.back());
      idle_.pop_back();
      return db;
    }
  }
  return Database::open(path_, Database::Mode::read, patience_);
}

void Readers::give_back(Database db) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(db));
}

}  // namespace sealift::store
