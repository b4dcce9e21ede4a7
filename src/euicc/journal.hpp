// The one store of a card: a map from short keys to octets, kept as a log of transactions in the Nvm.
//
// A transaction is one record: magic, length, sequence number, entries, CRC-32 of all of it; it is appended
// and synced before `commit` returns, so that a power loss leaves the state before or after it. Values stay
// in the Nvm; RAM holds the index alone. Superseded records are dropped by an atomic rewrite once they
// outweigh the living ones, and at once where one of them holds a secret that is no more. The Nvm outlives
// the journal. Single thread. Format: docs/formats/euicc-memory.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "euicc/nvm.hpp"

namespace sealift::euicc {

/// Changes that take place together or not at all. Later entries win over earlier ones of the same key.
class Transaction {
 public:
  Transaction() = default;
  Transaction(Transaction&&) = default;
  Transaction& operator=(Transaction&&) = default;
  ~Transaction() {
    for (auto& e : entries_) wipe(e.value);  // values may be keys
  }
  void put(std::string key, Bytes value) {
    entries_.push_back({std::move(key), std::move(value), false, false});
  }
  void erase(std::string key) { entries_.push_back({std::move(key), {}, true, false}); }
  /// The same for keys and what holds them: the earlier value is no longer in the Nvm when `commit` returns.
  void put_secret(std::string key, Bytes value) {
    entries_.push_back({std::move(key), std::move(value), false, true});
  }
  void erase_secret(std::string key) { entries_.push_back({std::move(key), {}, true, true}); }
  bool empty() const { return entries_.empty(); }
  /// Octets of all keys and values that are put.
  uint64_t put_size() const {
    uint64_t size = 0;
    for (const auto& e : entries_) size += e.erased ? 0 : e.key.size() + e.value.size();
    return size;
  }

 private:
  friend class Journal;
  struct Entry {
    std::string key;
    Bytes value;
    bool erased;
    bool secret;
  };
  std::vector<Entry> entries_;
};

class Journal {
 public:
  /// Replays the log. A torn last record is dropped; anything else that does not check is damage (error kind
  /// invalid), never silently passed over. An empty Nvm gives an empty journal.
  static Result<Journal> open(Nvm& nvm);

  /// All of it, durably. After an error nothing of it is visible, and the journal takes no further commits
  /// until it is opened anew, since what reached the memory is unknown. Where only the rewriting fails the
  /// commit stands, and the next one fails.
  Status commit(const Transaction& transaction);

  /// A commit failed, or tidying up after one did.
  bool failed() const { return failed_; }

  bool has(const std::string& key) const { return index_.contains(key); }
  /// Error kind: not_found, io.
  Result<Bytes> get(const std::string& key) const;
  /// All keys that begin with `prefix`, in order.
  std::vector<std::string> keys(std::string_view prefix) const;
  bool empty() const { return index_.empty(); }
  /// Octets of all living keys and values.
  uint64_t live_size() const { return live_; }
  /// The same for the keys that begin with `prefix`.
  uint64_t live_size(std::string_view prefix) const;

 private:
  explicit Journal(Nvm& nvm) : nvm_(&nvm) {}
  struct Place {
    uint64_t offset;
    uint32_t size;
  };
  Status replay();
  Status take_record(View body, uint64_t body_offset);
  Status compact();
  void index_put(std::string key, Place place);
  void index_erase(const std::string& key);

  Nvm* nvm_;
  std::map<std::string, Place> index_;
  uint64_t sequence_ = 0;
  uint64_t live_ = 0;
  bool failed_ = false;
};

}  // namespace sealift::euicc
