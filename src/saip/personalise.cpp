#include "saip/personalise.hpp"

#include "saip/contents.hpp"
#include "saip/templates.hpp"

namespace sealift::saip {

namespace {

/// The File member of that name; null where the element does not list it.
TemplateFile* member(TemplateElement& element, std::string_view name) {
  for (auto& f : element.files) {
    if (newest_template(element.kind)->files[f.index].member == name) return &f;
  }
  return nullptr;
}

/// Keeps the file's FCP and makes `content` all that is filled in.
void refill(TemplateFile& f, View content) {
  std::erase_if(f.file, [](const FileStep& s) {
    return std::holds_alternative<FillFileOffset>(s.alt) || std::holds_alternative<FillFileContent>(s.alt);
  });
  f.file.push_back({FillFileContent{to_bytes(content)}});
}

bool is_usim(const ProfileElement& e) {
  return e.kind() == Kind::usim || e.kind() == Kind::iot;
}

const AlgoParameter* own_algorithm(const ProfileElement& e) {
  auto* aka = e.as<AkaParameter>();
  return aka ? std::get_if<AlgoParameter>(&aka->algoConfiguration.alt) : nullptr;
}

Status check_keys(const Package& package, const Subscriber& s) {
  if (s.k.has_value() != s.opc.has_value()) return Error{ErrorKind::invalid, "K and OPc change together"};
  if (!s.k) return {};
  size_t places = 0;
  for (auto& e : package.elements) {
    auto* algo = own_algorithm(e);
    if (!algo) continue;
    ++places;
    if (algo->key.size() != s.k->size() || algo->opc.size() != s.opc->size()) {
      return Error{ErrorKind::invalid, "the package's algorithm takes a K of " +
                                           std::to_string(algo->key.size()) + " and an OPc of " +
                                           std::to_string(algo->opc.size()) + " octets"};
    }
  }
  if (places == 0) return Error{ErrorKind::not_found, "the package has no akaParameter with keys of its own"};
  return {};
}

bool lists(const ProfileElement& e, std::string_view name) {
  auto* t = e.as<TemplateElement>();
  if (!t) return false;
  for (auto& f : t->files) {
    if (newest_template(t->kind)->files[f.index].member == name) return true;
  }
  return false;
}

Status check_places(const Package& package, const Subscriber& s) {
  bool iccid = false, imsi = false;
  for (auto& e : package.elements) {
    iccid = iccid || lists(e, "ef-iccid");
    imsi = imsi || (is_usim(e) && lists(e, "ef-imsi"));
  }
  if (s.iccid && (!iccid || !package.header()))
    return Error{ErrorKind::not_found, "the package has no EF.ICCID to change"};
  if (s.imsi && !imsi) return Error{ErrorKind::not_found, "the package has no EF.IMSI to change"};
  return check_keys(package, s);
}

}  // namespace

Status personalise(Package& package, const Subscriber& s) {
  TRY_VOID(check_places(package, s));
  for (auto& e : package.elements) {
    if (s.iccid && e.as<ProfileHeader>()) e.edit<ProfileHeader>()->iccid = header_iccid(*s.iccid);
    if (s.iccid && lists(e, "ef-iccid"))
      refill(*member(*e.edit<TemplateElement>(), "ef-iccid"), s.iccid->octets());
    if (s.imsi && is_usim(e) && lists(e, "ef-imsi")) {
      auto& t = *e.edit<TemplateElement>();
      refill(*member(t, "ef-imsi"), s.imsi->ef_imsi());
      if (auto* acc = member(t, "ef-acc")) refill(*acc, ef_acc(*s.imsi));
    }
    if (s.k && own_algorithm(e)) {
      auto& algo = std::get<AlgoParameter>(e.edit<AkaParameter>()->algoConfiguration.alt);
      algo.key = s.k->clone();
      algo.opc = s.opc->clone();
    }
  }
  return {};
}

}  // namespace sealift::saip
