// Connections for reading, lent to one thread at a time and kept for the next.
//
// Thread safe. As many connections are opened as threads read at once.
#pragma once

#include <mutex>
#include <vector>

#include "store/sqlite/database.hpp"

namespace sealift::store {

class Readers {
 public:
  Readers(std::string path, std::chrono::milliseconds patience)
      : path_(std::move(path)), patience_(patience) {}

  /// Calls `read(Database&)` with a connection and gives its Result.
  template <class Read>
  auto read(Read&& read) -> decltype(read(std::declval<Database&>())) {
    Database db = TRY(lend());
    auto result = read(db);
    give_back(std::move(db));
    return result;
  }

 private:
  Result<Database> lend();
  void give_back(Database db);

  const std::string path_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::vector<Database> idle_;
};

}  // namespace sealift::store
