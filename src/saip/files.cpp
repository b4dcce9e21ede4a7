#include "saip/files.hpp"

#include <algorithm>

#include "saip/layout.hpp"

namespace sealift::saip {

namespace {

/// What the FCP of a file leaves to the template, or to nothing.
constexpr FileTemplate kNoTemplate{"", "", 0, Structure::transparent, 0, 0, 0, 0};

Error wrong(std::string what) {
  return {ErrorKind::invalid, std::move(what)};
}

Status set_structure(ResolvedFile& out, const Fcp& fcp, const FileTemplate& t, bool templated) {
  out.structure = t.structure;
  out.record_length = has_records(t.structure) ? t.size : 0;
  if (!fcp.fileDescriptor) {
    if (!templated) return wrong("createFCP without fileDescriptor");
    return {};
  }
  FileDescriptor d = TRY(parse_file_descriptor(*fcp.fileDescriptor));
  out.shareable = d.shareable;
  if (templated && is_directory(t.structure)) {
    if (d.structure != Structure::df) return wrong("an EF's descriptor for a directory");
    return {};
  }
  if (templated && d.structure == Structure::df) return wrong("a directory's descriptor for an EF");
  out.structure = d.structure;
  if (!templated && d.structure == Structure::df && fcp.dfName) out.structure = Structure::adf;
  if (!has_records(d.structure))
    out.record_length = 0;
  else if (d.record_length != 0)
    out.record_length = d.record_length;
  return {};
}

Status set_size(ResolvedFile& out, const Fcp& fcp, const FileTemplate& t) {
  bool same_type = out.structure == t.structure;
  if (has_records(out.structure) && out.record_length == 0) return wrong("the record length is missing");
  if (fcp.efFileSize) {
    out.size = TRY(parse_size(*fcp.efFileSize));
  } else if (same_type && has_records(t.structure) && t.records != 0) {
    out.size = uint32_t{t.records} * out.record_length;
  } else if (same_type && !has_records(t.structure)) {
    out.size = t.size;
  }
  if (fcp.proprietaryEFInfo && fcp.proprietaryEFInfo->maximumFileSize) {
    out.maximum_size = TRY(parse_size(*fcp.proprietaryEFInfo->maximumFileSize));
  }
  if (out.structure == Structure::ber_tlv && out.maximum_size == 0) out.maximum_size = out.size;
  if (out.size == 0 && out.maximum_size == 0) return wrong("efFileSize is missing");
  if (out.size > kMaxFileSpace)
    return Error{ErrorKind::limit, "a file of " + std::to_string(out.size) + " octets"};
  if (has_records(out.structure)) {
    uint32_t count = out.size / out.record_length;
    if (count * out.record_length != out.size) return wrong("efFileSize is no multiple of the record length");
    if (count > 254) return wrong("more than 254 records");
    out.record_count = static_cast<uint16_t>(count);
  }
  return {};
}

Status set_ef(ResolvedFile& out, const Fcp& fcp, const FileTemplate& t, bool templated) {
  if (fcp.dfName) return wrong("dfName for an EF");
  if (fcp.pinStatusTemplateDO) return wrong("pinStatusTemplateDO for an EF");
  if (fcp.shortEFID) {
    out.sfi = TRY(parse_short_ef_id(*fcp.shortEFID));
  } else {
    // TS 102 222: without the member, a file has the low five bits of its identifier as SFI.
    auto sfi = templated ? t.sfi : static_cast<uint8_t>(out.fid() & 0x1F);
    if (sfi >= 1 && sfi <= 30) out.sfi = sfi;
  }
  if (fcp.proprietaryEFInfo) {
    auto& info = *fcp.proprietaryEFInfo;
    if (info.fillPattern && info.repeatPattern) return wrong("fillPattern and repeatPattern in one file");
    out.special_file_information = info.specialFileInformation.value;
    out.file_details = info.fileDetails.value;
  }
  if (out.link) return {};
  return set_size(out, fcp, t);
}

Status set_directory(ResolvedFile& out, const Fcp& fcp) {
  if (fcp.efFileSize || fcp.shortEFID || fcp.proprietaryEFInfo)
    return wrong("a member of EFs in a directory's FCP");
  if (out.structure == Structure::adf) {
    if (!fcp.dfName) return wrong("an ADF without dfName");
    out.df_name = *fcp.dfName;
  } else if (fcp.dfName) {
    return wrong("dfName for a directory that is no ADF");
  }
  if (fcp.pinStatusTemplateDO) {
    out.pin_status_template = *fcp.pinStatusTemplateDO;
    out.pin_references = TRY(parse_pin_status_template(*fcp.pinStatusTemplateDO));
  }
  return {};
}

/// A file from its FCP and template; its content is laid out but not filled.
Result<ResolvedFile> merge(const Fcp& fcp, const FileTemplate& t, bool templated, const Path& parent) {
  ResolvedFile out;
  out.name = std::string(t.name);
  TRY_VOID(set_structure(out, fcp, t, templated));
  if (out.structure != Structure::mf) {
    if (!fcp.fileID && t.fid == 0) return wrong("fileID is missing");
    out.path = parent;
    out.path.push_back(fcp.fileID ? fcp.fileID->value : t.fid);
  }
  out.lcsi = fcp.lcsi.value;
  bool under_mf = out.path.size() <= 1;
  if (fcp.securityAttributesReferenced) {
    out.access = TRY(parse_access_rules(*fcp.securityAttributesReferenced, under_mf));
  } else if (templated) {
    out.access = TRY(parse_access_rules(Octets<1>{t.arr}, under_mf));
  } else {
    return wrong("securityAttributesReferenced is missing");
  }
  if (fcp.linkPath && !fcp.linkPath->empty()) out.link = TRY(parse_path(*fcp.linkPath));
  if (is_directory(out.structure)) {
    TRY_VOID(set_directory(out, fcp));
    return out;
  }
  TRY_VOID(set_ef(out, fcp, t, templated));
  if (!out.link) {
    out.content = initial_content(out, fcp.proprietaryEFInfo ? &*fcp.proprietaryEFInfo : nullptr, t.content);
  }
  return out;
}

/// Where a fill step writes: a file of this element, or an update of an earlier one.
struct Target {
  ResolvedFile* file = nullptr;
  std::optional<Filler> filler;

  void open(ResolvedFile& f) {
    file = &f;
    bool grows = f.structure == Structure::ber_tlv;
    filler.emplace(f.content, grows, grows ? f.maximum_size : 0);
  }
  Status write(View content) {
    if (file == nullptr || is_directory(file->structure)) return wrong("fill content without an EF");
    if (file->link) return wrong("fill content for a link");
    return filler->write(content);
  }
};

/// The files one File member describes: each further fileDescriptor starts another file of the same row.
Result<std::vector<ResolvedFile>> files_of(const File& steps, const FileTemplate& row, const Path& parent,
                                           bool of_mf) {
  std::vector<ResolvedFile> out;
  out.reserve(steps.size() + 1);  // Target keeps pointers into it
  Target target;
  auto start = [&](const Fcp& fcp) -> Status {
    out.push_back(TRY(merge(fcp, row, true, parent)));
    target.open(out.back());
    return {};
  };
  for (auto& step : steps) {
    // The MF and its files are always made, so the flag says nothing there (PEDefinitions, File).
    if (std::holds_alternative<DoNotCreate>(step.alt)) {
      if (!of_mf) return std::vector<ResolvedFile>{};
    } else if (auto* fcp = std::get_if<Fcp>(&step.alt)) {
      TRY_VOID(start(*fcp));
    } else {
      if (out.empty()) TRY_VOID(start(Fcp{}));
      if (auto* offset = std::get_if<FillFileOffset>(&step.alt))
        target.filler->skip(offset->skip);
      else
        TRY_VOID(target.write(std::get<FillFileContent>(step.alt).content));
    }
  }
  if (out.empty()) TRY_VOID(start(Fcp{}));
  return out;
}

}  // namespace

std::string to_string(const Path& path) {
  std::string out = "MF";
  for (uint16_t fid : path) {
    out += "/" + hex(Octets<2>{static_cast<uint8_t>(fid >> 8), static_cast<uint8_t>(fid)});
  }
  return out;
}

Result<Path> parse_path(View octets) {
  if (octets.size() % 2 != 0) return wrong("a path with half a file identifier");
  Path out;
  for (size_t i = 0; i < octets.size(); i += 2)
    out.push_back(static_cast<uint16_t>(octets[i] << 8 | octets[i + 1]));
  if (!out.empty() && out.front() == 0x3F00) out.erase(out.begin());
  return out;
}

Result<std::vector<ResolvedFile>> FileResolver::resolve(const ProfileElement& element) {
  if (auto* t = element.as<TemplateElement>()) return resolve_template(*t);
  if (auto* g = element.as<GenericFileManagement>()) return resolve_generic(*g);
  return Files{};
}

const ResolvedFile* FileResolver::find(const Path& path) const {
  auto at = made_.find(canonical(path));
  return at == made_.end() ? nullptr : &at->second;
}

Path FileResolver::canonical(const Path& path) const {
  Path out;
  for (uint16_t fid : path) {
    // Links do not point at links below themselves, but a made-up package might: a few turns are enough.
    for (int turns = 0; turns < 4; ++turns) {
      auto at = made_.find(out);
      if (at == made_.end() || !at->second.link || !is_directory(at->second.structure)) break;
      out = *at->second.link;
    }
    out.push_back(fid);
  }
  return out;
}

Status FileResolver::place(const ResolvedFile& file) {
  if (file.structure != Structure::mf) {
    const ResolvedFile* parent = find(file.parent());
    if (parent == nullptr) return Error{ErrorKind::not_found, "no directory " + to_string(file.parent())};
    if (!is_directory(parent->structure)) return wrong(to_string(file.parent()) + " is no directory");
  }
  if (made_.contains(file.path)) return wrong("made twice");
  if (file.link && find(*file.link) == nullptr) {
    return Error{ErrorKind::not_found, "a link to nothing: " + to_string(*file.link)};
  }
  constexpr uint64_t kBookkeeping = 64;
  space_ += file.content.size() + kBookkeeping;
  if (space_ > kMaxFileSpace)
    return Error{ErrorKind::limit, "the profile's files take more than there is room for"};
  ResolvedFile kept = file;
  kept.content.clear();
  made_.emplace(file.path, std::move(kept));
  return {};
}

void FileResolver::follow_link(ResolvedFile& file) const {
  if (!file.link) return;
  const ResolvedFile* target = find(*file.link);
  if (target == nullptr) return;  // place() refuses it
  file.structure = target->structure;
  file.size = target->size;
  file.record_length = target->record_length;
  file.record_count = target->record_count;
  file.maximum_size = target->maximum_size;
}

Result<Path> FileResolver::directory_of(const TemplateElement& element, const Template& t) const {
  if (t.base == Kind::mf) return Path{};
  // A phonebook, GSM access or EAP directory belongs to the application made last; the others to theirs.
  bool any = element.kind == Kind::phonebook || element.kind == Kind::gsm_access || element.kind == Kind::eap;
  if (any && application_) return *application_;
  auto at = adfs_.find(t.base);
  if (at == adfs_.end()) {
    return Error{ErrorKind::not_found,
                 std::string(name(element.kind)) + " before an application it could belong to"};
  }
  return at->second;
}

/// Remembers where a template's row ended up; `base` is the row whose directory holds the others.
void FileResolver::enter(const TemplateElement& element, const ResolvedFile& f, bool base) {
  if (base) current_ = f.path;
  if (f.structure != Structure::adf) return;
  application_ = current_ = f.path;
  adfs_[element.kind] = f.path;
  // An IoT minimal profile's ADF is a USIM to later elements.
  if (element.kind == Kind::iot) adfs_[Kind::usim] = f.path;
}

Result<std::vector<ResolvedFile>> FileResolver::resolve_template(const TemplateElement& element) {
  const Template* t = find_template(element.kind, element.templateID);
  if (t == nullptr)
    return Error{ErrorKind::unsupported, std::string(name(element.kind)) + ": unknown template"};
  Path outside = TRY(directory_of(element, *t));
  std::vector<Path> directories(t->files.size(), outside);
  Files out;
  auto given = element.files.begin();
  for (size_t i = 0; i < t->files.size(); ++i) {
    const FileTemplate& row = t->files[i];
    static const File kDefaults;
    bool base = i == 0 && t->own_directory;
    bool listed = given != element.files.end() && given->index == i;
    bool needed = t->created_by_default ? row.by_default : base;
    if (!listed && !needed) continue;
    const File& steps = listed ? (given++)->file : kDefaults;
    auto files = files_of(steps, row, base ? outside : directories[row.parent], element.kind == Kind::mf);
    if (!files) return std::move(files.error()).within(row.name);
    for (auto& f : *files) {
      follow_link(f);
      auto placed = place(f);
      if (!placed)
        return std::move(placed.error()).within(std::string(row.name) + " (" + to_string(f.path) + ")");
      enter(element, f, base);
      if (base) std::fill(directories.begin(), directories.end(), f.path);
      if (is_directory(f.structure)) directories[i] = f.path;
      out.push_back(std::move(f));
    }
  }
  if (given != element.files.end()) {
    return wrong(std::string(name(element.kind)) + ": a file that its template version does not have");
  }
  return out;
}

/// Where generic file management stands: its directory, and the file that fill steps write to.
struct FileResolver::Walk {
  Path directory;
  Files out;  // reserved for all steps: `target` points into it
  Target target;
  const ResolvedFile* existing = nullptr;  // an EF made earlier, selected by its path
  size_t position = 0;                     // in `existing`

  void leave_file() {
    target = {};
    existing = nullptr;
    position = 0;
  }
};

Status FileResolver::select(const FilePath& path, Walk& walk) const {
  Path to = TRY(parse_path(path.path));
  const ResolvedFile* found = find(to);
  if (found == nullptr) return Error{ErrorKind::not_found, "filePath to nothing: " + to_string(to)};
  walk.leave_file();
  if (is_directory(found->structure)) {
    walk.directory = canonical(to);
  } else {
    walk.existing = found;
    walk.directory = found->parent();
  }
  return {};
}

Status FileResolver::create(const Fcp& fcp, Walk& walk) {
  auto file = merge(fcp, kNoTemplate, false, fcp.dfName ? Path{} : walk.directory);
  if (!file) return std::move(file.error()).within("createFCP in " + to_string(walk.directory));
  follow_link(*file);
  auto placed = place(*file);
  if (!placed) return std::move(placed.error()).within("createFCP " + to_string(file->path));
  // TS 102 222 6.3.1: a directory just created is the current one.
  if (is_directory(file->structure)) walk.directory = current_ = file->path;
  if (file->structure == Structure::adf) application_ = file->path;
  walk.leave_file();
  walk.out.push_back(std::move(*file));
  walk.target.open(walk.out.back());
  return {};
}

Status FileResolver::fill(View content, Walk& walk) {
  if (walk.existing == nullptr) return walk.target.write(content);
  ResolvedFile update = *walk.existing;
  if (update.link) return wrong("fill content for a link");
  if (walk.position + content.size() > std::max(update.size, update.maximum_size)) {
    return wrong("fill content beyond the file's end");
  }
  space_ += content.size();
  if (space_ > kMaxFileSpace)
    return Error{ErrorKind::limit, "the profile's files take more than there is room for"};
  update.act = ResolvedFile::Act::update;
  update.content = to_bytes(content);
  update.offset = static_cast<uint32_t>(walk.position);
  walk.position += content.size();
  walk.out.push_back(std::move(update));
  return {};
}

Result<std::vector<ResolvedFile>> FileResolver::resolve_generic(const GenericFileManagement& element) {
  Walk walk;
  walk.directory = current_;
  size_t steps = 0;
  for (auto& command : element.fileManagementCMD) steps += command.size();
  walk.out.reserve(steps);
  for (auto& command : element.fileManagementCMD) {
    walk.leave_file();
    for (auto& step : command) {
      if (auto* path = std::get_if<FilePath>(&step.alt)) {
        TRY_VOID(select(*path, walk));
      } else if (auto* fcp = std::get_if<Fcp>(&step.alt)) {
        TRY_VOID(create(*fcp, walk));
      } else if (auto* offset = std::get_if<FillFileOffset>(&step.alt)) {
        if (walk.target.filler) walk.target.filler->skip(offset->skip);
        walk.position += offset->skip;
      } else {
        auto filled = fill(std::get<FillFileContent>(step.alt).content, walk);
        if (filled) continue;
        auto* file = walk.existing ? walk.existing : walk.target.file;
        return std::move(filled.error()).within(to_string(file ? file->path : walk.directory));
      }
    }
  }
  return std::move(walk.out);
}

}  // namespace sealift::saip
