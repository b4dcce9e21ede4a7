// From profile elements to files: template defaults, FCP overrides and fill steps merged into a flat
// description of each file to create, in creation order.
//
// FileResolver is fed the elements of one package in order and keeps what later elements refer to: the
// applications' temporary identifiers, the current directory, and each created file. One per installation.
// TCA Profile Package 8.3, 9; TS 102 222 6.3.
#pragma once

#include <map>

#include "saip/fcp.hpp"
#include "saip/package.hpp"
#include "saip/templates.hpp"

namespace sealift::saip {

/// A profile's files together take no more than this.
inline constexpr uint64_t kMaxFileSpace = uint64_t{4} << 20;

/// File identifiers from below the MF (empty is the MF itself); an ADF is named by its temporary identifier.
using Path = std::vector<uint16_t>;
/// "MF/7FD0/6F07"
std::string to_string(const Path& path);
/// Reads a filePath or linkPath: whole file identifiers. Error kind: invalid.
Result<Path> parse_path(View octets);

struct ResolvedFile {
  enum class Act : uint8_t {
    create,  ///< make the file with `content`
    update,  ///< a generic file management fill of a file made earlier: write `content` at `offset`
  };
  Act act = Act::create;
  /// "EF.IMSI", from the template; empty for generic file management.
  std::string name;
  /// The whole path, the file's own identifier last; empty for the MF.
  Path path;
  Structure structure = Structure::transparent;
  std::optional<uint8_t> sfi;
  uint8_t lcsi = 0x05;
  AccessRules access;
  /// ADF: its AID.
  Bytes df_name;
  /// MF, DF, ADF: content of the PIN status template, and the key references read from it.
  Bytes pin_status_template;
  std::vector<uint8_t> pin_references;

  /// EF: octets of body; for record files record_length * record_count.
  uint32_t size = 0;
  uint16_t record_length = 0;
  uint16_t record_count = 0;
  /// BER-TLV: the upper limit of growth; `size` is what is reserved.
  uint32_t maximum_size = 0;
  uint8_t special_file_information = 0;  // bit 8: high update activity
  uint8_t file_details = 0x01;           // BER-TLV
  bool shareable = true;
  /// Exactly `size` octets, patterns laid out; a BER-TLV file holds its objects only. Empty for links.
  Bytes content;
  uint32_t offset = 0;
  /// A link: the path of the file or directory it stands for. Structure and sizes are the target's where
  /// the target was created earlier in the package.
  std::optional<Path> link;

  uint16_t fid() const { return path.empty() ? 0x3F00 : path.back(); }
  Path parent() const { return path.empty() ? Path{} : Path(path.begin(), path.end() - 1); }
};

class FileResolver {
 public:
  /// The files of the next element, none for elements without files. Errors say which file and member is
  /// wrong; kinds: invalid (the package breaks a rule), unsupported (a template or file type this version
  /// does not have), not_found (a path to nothing), limit.
  Result<std::vector<ResolvedFile>> resolve(const ProfileElement& element);

  /// The directory PIN codes apply to: the MF, DF or ADF created last (8.4).
  const Path& current_directory() const { return current_; }
  /// The application AKA, CDMA and EAP parameters apply to: the ADF created last; null before the first.
  const Path* current_application() const { return application_ ? &*application_ : nullptr; }
  /// A file made so far; null where there is none.
  const ResolvedFile* find(const Path& path) const;

 private:
  using Files = std::vector<ResolvedFile>;
  Result<Files> resolve_template(const TemplateElement& element);
  Result<Files> resolve_generic(const GenericFileManagement& element);
  struct Walk;
  Status select(const FilePath& path, Walk& walk) const;
  Status create(const Fcp& fcp, Walk& walk);
  Status fill(View content, Walk& walk);
  void enter(const TemplateElement& element, const ResolvedFile& file, bool base);
  Result<Path> directory_of(const TemplateElement& element, const Template& t) const;
  /// Checks a file against what exists and remembers it.
  Status place(const ResolvedFile& file);
  /// Takes structure and sizes of a link from its target.
  void follow_link(ResolvedFile& file) const;
  /// The path with links replaced by what they stand for.
  Path canonical(const Path& path) const;

  Path current_;
  std::optional<Path> application_;
  std::map<Kind, Path> adfs_;          // the last ADF of each kind of application
  std::map<Path, ResolvedFile> made_;  // contents left out
  uint64_t space_ = 0;                 // octets of all bodies so far
};

}  // namespace sealift::saip
