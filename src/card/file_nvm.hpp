// A card's memory in one file, mode 0600, locked while a program has it open.
//
// Appends are durable after sync (fdatasync); replace writes `path.new` beside it, syncs, renames, syncs the
// directory. Single thread; closes and unlocks with the object.
#pragma once

#include <memory>

#include "euicc/nvm.hpp"

namespace sealift::card {

class FileNvm final : public euicc::Nvm {
 public:
  /// Opens an existing card file. Error kinds: not_found, permission (others may read it, or we may not),
  /// conflict (another program has the card), io.
  static Result<std::unique_ptr<FileNvm>> open(const std::string& path);
  /// Makes an empty one. Error kinds: exists, permission, io.
  static Result<std::unique_ptr<FileNvm>> create(const std::string& path);
  ~FileNvm() override;
  FileNvm(const FileNvm&) = delete;
  FileNvm& operator=(const FileNvm&) = delete;

  uint64_t size() const override { return size_; }
  Status read(uint64_t offset, std::span<uint8_t> out) override;
  Status append(View octets) override;
  Status sync() override;
  Status replace(View octets) override;

 private:
  FileNvm(std::string path, int fd, uint64_t size) : path_(std::move(path)), fd_(fd), size_(size) {}
  Status write_new(const std::string& new_path, int fd, View octets);
  std::string path_;
  int fd_;
  uint64_t size_;
};

}  // namespace sealift::card
