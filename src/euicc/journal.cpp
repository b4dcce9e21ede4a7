#include "euicc/journal.hpp"

#include <algorithm>

namespace sealift::euicc {

namespace {

// record: magic(4) body length(4) sequence(8) body CRC-32(4); numbers big-endian.
// body:   entries of flag(1: 0 put, 1 erase) key length(1) key, for put: value length(4) value.
constexpr Octets<4> magic{'S', 'L', 'J', '1'};
constexpr size_t header_size = 16;
constexpr size_t trailer_size = 4;
constexpr uint32_t max_body = 64u << 20;
constexpr uint64_t compaction_slack = 64u << 10;

constexpr std::array<uint32_t, 256> crc_table = [] {
  std::array<uint32_t, 256> t{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    t[i] = c;
  }
  return t;
}();

uint32_t crc32(View octets) {
  uint32_t c = 0xFFFFFFFFu;
  for (uint8_t b : octets) c = crc_table[(c ^ b) & 0xFF] ^ (c >> 8);
  return c ^ 0xFFFFFFFFu;
}

template <class T>
void put_number(Bytes& out, T n) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(n >> shift));
  }
}

template <class T>
T number_at(View from, size_t at) {
  T n = 0;
  for (size_t i = 0; i < sizeof(T); ++i) n = static_cast<T>(n << 8) | from[at + i];
  return n;
}

void put_entry(Bytes& body, const std::string& key, View value) {
  body.push_back(0);
  body.push_back(static_cast<uint8_t>(key.size()));
  append(body, view(key));
  put_number(body, static_cast<uint32_t>(value.size()));
  append(body, value);
}

void put_erasure(Bytes& body, const std::string& key) {
  body.push_back(1);
  body.push_back(static_cast<uint8_t>(key.size()));
  append(body, view(key));
}

/// Writes the header where `record` kept room for it, and the trailer.
void seal(Bytes& record, uint64_t sequence) {
  Bytes header(magic.begin(), magic.end());
  put_number(header, static_cast<uint32_t>(record.size() - header_size));
  put_number(header, sequence);
  std::copy(header.begin(), header.end(), record.begin());
  put_number(record, crc32(record));
}

/// Size of the valid record at the start of `log`, or 0.
size_t record_size(View log, uint64_t sequence_at_least) {
  if (log.size() < header_size + trailer_size || !equal(log.first(magic.size()), magic)) return 0;
  uint32_t body = number_at<uint32_t>(log, 4);
  if (body > max_body || body > log.size() - header_size - trailer_size) return 0;
  if (number_at<uint64_t>(log, 8) < sequence_at_least) return 0;
  if (crc32(log.first(header_size + body)) != number_at<uint32_t>(log, header_size + body)) return 0;
  return header_size + body + trailer_size;
}

/// A record after `log` began to be unreadable means damage: power loss only ever hurts the last one.
bool holds_later_record(View log, uint64_t sequence) {
  for (size_t at = 1; at + header_size + trailer_size <= log.size(); ++at) {
    if (log[at] == magic[0] && record_size(log.subspan(at), sequence) != 0) return true;
  }
  return false;
}

}  // namespace

Result<Journal> Journal::open(Nvm& nvm) {
  Journal journal(nvm);
  TRY_VOID(journal.replay());
  return journal;
}

Status Journal::replay() {
  Bytes log(nvm_->size());
  TRY_VOID(nvm_->read(0, log));
  size_t at = 0;
  Status bad;
  while (at < log.size()) {
    View rest = View(log).subspan(at);
    size_t size = record_size(rest, sequence_ + 1);
    if (size == 0) break;
    uint64_t sequence = number_at<uint64_t>(rest, 8);
    // A rewritten log starts at any number; after that there are no gaps.
    if (at != 0 && sequence != sequence_ + 1) break;
    bad = take_record(rest.subspan(header_size, size - header_size - trailer_size), at + header_size);
    if (!bad) break;
    sequence_ = sequence;
    at += size;
  }
  Status result;
  if (!bad) {
    result = std::move(bad);
  } else if (at < log.size()) {
    if (holds_later_record(View(log).subspan(at), sequence_ + 1) || at == 0) {
      result = Error{ErrorKind::invalid, "the card memory is damaged at octet " + std::to_string(at) +
                                             " or is no card memory; restore it from a copy"};
    } else {
      result = nvm_->replace(View(log).first(at));
    }
  }
  wipe(log);
  return result;
}

Status Journal::take_record(View body, uint64_t body_offset) {
  size_t at = 0;
  auto left = [&] { return body.size() - at; };
  while (left() > 0) {
    if (left() < 2 || body[at] > 1) return Error{ErrorKind::invalid, "card memory: malformed entry"};
    bool erased = body[at] == 1;
    size_t key_size = body[at + 1];
    at += 2;
    if (left() < key_size) return Error{ErrorKind::invalid, "card memory: malformed key"};
    std::string key(text(body.subspan(at, key_size)));
    at += key_size;
    if (erased) {
      index_erase(key);
      continue;
    }
    if (left() < 4) return Error{ErrorKind::invalid, "card memory: malformed value"};
    uint32_t size = number_at<uint32_t>(body, at);
    at += 4;
    if (left() < size) return Error{ErrorKind::invalid, "card memory: malformed value"};
    index_put(std::move(key), {body_offset + at, size});
    at += size;
  }
  return {};
}

void Journal::index_put(std::string key, Place place) {
  index_erase(key);
  live_ += key.size() + place.size;
  index_.insert_or_assign(std::move(key), place);
}

void Journal::index_erase(const std::string& key) {
  auto it = index_.find(key);
  if (it == index_.end()) return;
  live_ -= key.size() + it->second.size;
  index_.erase(it);
}

Status Journal::commit(const Transaction& transaction) {
  if (failed_) return Error{ErrorKind::io, "the card memory failed before; reset the card"};
  if (transaction.empty()) return {};
  Bytes record(header_size);
  size_t room = header_size + trailer_size;
  for (const auto& e : transaction.entries_) room += 6 + e.key.size() + e.value.size();
  record.reserve(room);  // a record that grows would leave copies of keys behind
  bool destroys = false;
  for (const auto& e : transaction.entries_) {
    destroys |= e.secret && has(e.key);
    check(e.key.size() <= 255, "journal keys have at most 255 octets");
    if (e.erased) {
      put_erasure(record, e.key);
    } else {
      put_entry(record, e.key, e.value);
    }
  }
  if (record.size() - header_size > max_body) return Error{ErrorKind::limit, "a transaction of over 64 MiB"};
  seal(record, sequence_ + 1);
  uint64_t offset = nvm_->size();
  // The first record is written atomically, so that an unreadable start always means a foreign or damaged
  // file.
  Status written = offset == 0 ? nvm_->replace(record) : nvm_->append(record);
  if (written && offset != 0) written = nvm_->sync();
  if (!written) {
    failed_ = true;
    wipe(record);
    return written;
  }
  ++sequence_;
  check(bool(take_record(View(record).subspan(header_size, record.size() - header_size - trailer_size),
                         offset + header_size)),
        "a record we wrote reads back");
  wipe(record);
  if (destroys || nvm_->size() > 2 * live_ + compaction_slack) {
    // The commit itself is durable already: failing to tidy up is not its failure, but stops the next one.
    failed_ = !compact();
  }
  return {};
}

Status Journal::compact() {
  Bytes record(header_size);
  record.reserve(header_size + trailer_size + live_ + 6 * index_.size());
  for (const auto& [key, place] : index_) {
    Bytes value(place.size);
    TRY_VOID(nvm_->read(place.offset, value));
    put_entry(record, key, value);
    wipe(value);
  }
  seal(record, sequence_ + 1);
  Status done = nvm_->replace(record);
  if (done) {
    ++sequence_;
    index_.clear();
    live_ = 0;
    done = take_record(View(record).subspan(header_size, record.size() - header_size - trailer_size),
                       header_size);
  }
  wipe(record);
  return done;
}

Result<Bytes> Journal::get(const std::string& key) const {
  auto it = index_.find(key);
  if (it == index_.end()) return Error{ErrorKind::not_found, "nothing stored under '" + key + "'"};
  Bytes value(it->second.size);
  TRY_VOID(nvm_->read(it->second.offset, value));
  return value;
}

std::vector<std::string> Journal::keys(std::string_view prefix) const {
  std::vector<std::string> found;
  for (auto it = index_.lower_bound(std::string(prefix)); it != index_.end() && it->first.starts_with(prefix);
       ++it) {
    found.push_back(it->first);
  }
  return found;
}

uint64_t Journal::live_size(std::string_view prefix) const {
  uint64_t sum = 0;
  for (auto it = index_.lower_bound(std::string(prefix)); it != index_.end() && it->first.starts_with(prefix);
       ++it) {
    sum += it->first.size() + it->second.size;
  }
  return sum;
}

}  // namespace sealift::euicc
