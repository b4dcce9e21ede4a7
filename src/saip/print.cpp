#include "saip/print.hpp"

#include <algorithm>

#include "saip/contents.hpp"
#include "saip/files.hpp"

namespace sealift::saip {

namespace {

using Nodes = std::vector<Node>;

Node object(std::string key, Nodes children) {
  return {std::move(key), std::move(children), false, {}};
}
Node list(std::string key, Nodes children) {
  return {std::move(key), std::move(children), true, {}};
}
Node text_node(std::string key, std::string value) {
  return {std::move(key), std::move(value), false, {}};
}
Node number(std::string key, uint64_t value) {
  return {std::move(key), value, false, {}};
}

std::string dotted(View oid) {
  std::string out;
  uint64_t arc = 0;
  for (uint8_t b : oid) {
    arc = arc << 7 | (b & 0x7F);
    if (b & 0x80) continue;
    if (out.empty()) {
      uint64_t first = arc < 80 ? arc / 40 : 2;
      out = std::to_string(first) + "." + std::to_string(arc - first * 40);
    } else {
      out += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return out;
}

/// Readable content of the files people look for; empty for others.
std::string meaning(const ResolvedFile& f) {
  auto first_record = [&] {
    return View(f.content).first(std::min<size_t>(f.record_length, f.content.size()));
  };
  if (f.name == "EF.ICCID") {
    auto iccid = Iccid::from_octets(f.content);
    return iccid ? iccid->digits() : "";
  }
  if (f.name == "EF.IMSI") {
    auto imsi = Imsi::from_ef_imsi(f.content);
    return imsi ? imsi->digits() : "";
  }
  if (f.name == "EF.SPN" && f.content.size() > 1) return from_alpha_identifier(View(f.content).subspan(1));
  if (f.name == "EF.MSISDN" && f.record_length >= 14)
    return dialled_number(first_record(), f.record_length - 14u);
  if (f.name == "EF.SMSP" && f.record_length >= 28)
    return dialled_number(first_record(), f.record_length - 15u);
  if (f.name == "EF.AD" && f.content.size() >= 4)
    return "MNC of " + std::to_string(f.content[3] & 0x0F) + " digits";
  if (f.name == "EF.UST") {
    std::string out;
    for (auto& s : ust_services(f.content)) out += (out.empty() ? "" : ", ") + s;
    return out;
  }
  return {};
}

bool holds_keys(const ResolvedFile& f) {
  static constexpr std::string_view kNames[] = {
      "EF.Keys", "EF.KeysPS", "EF.5GAUTHKEYS", "EF.EPSNSC", "EF.5GS3GPPNSC", "EF.5GSN3GPPNSC",
      "EF.Kc",   "EF.KcGPRS", "EF.EAPKEYS",    "EF.MSK",    "EF.MUK",        "EF.HiddenKey"};
  return std::find(std::begin(kNames), std::end(kNames), f.name) != std::end(kNames);
}

std::string shorten(std::string digits) {
  constexpr size_t kShown = 48;
  return digits.size() <= kShown ? digits : digits.substr(0, kShown) + "...";
}

std::string file_size(const ResolvedFile& f) {
  if (f.link) return "link to " + to_string(*f.link);
  if (is_directory(f.structure)) return f.df_name.empty() ? "" : "AID " + hex(f.df_name);
  std::string out(name(f.structure));
  if (has_records(f.structure))
    return out + " " + std::to_string(f.record_count) + " x " + std::to_string(f.record_length);
  return out + " " + std::to_string(f.size);
}

class Describer {
 public:
  explicit Describer(bool show_secrets) : secrets_(show_secrets) {}

  Node element(const ProfileElement& e) {
    auto kind = e.kind();
    Nodes out;
    out.push_back(
        text_node("element", kind ? std::string(name(*kind)) : "unknown " + std::to_string(e.tag())));
    if (auto* h = e.header()) {
      out.push_back(number("identification", h->identification));
      out.push_back({"mandated", h->mandated.has_value(), false, {}});
    }
    std::visit([&](const auto& body) { show(body, out); }, e.body());
    files(e, out);
    Node node = object("", std::move(out));
    return node;
  }

 private:
  std::string secret(View octets) const { return secrets_ ? hex(octets) : "(hidden)"; }
  /// A PIN as its digits where it is digits.
  std::string pin(View octets) const {
    if (!secrets_) return "(hidden)";
    std::string digits;
    for (uint8_t b : octets) {
      if (b >= '0' && b <= '9')
        digits += static_cast<char>(b);
      else if (b != 0xFF)
        return hex(octets);
    }
    return digits;
  }

  template <class T>
  void show(const T&, Nodes&) {}

  void show(const ProfileHeader& h, Nodes& out) {
    out.push_back(
        text_node("version", std::to_string(h.majorVersion) + "." + std::to_string(h.minorVersion)));
    if (h.profileType) out.push_back(text_node("profileType", *h.profileType));
    auto iccid = iccid_of_header(h.iccid);
    out.push_back(text_node("iccid", iccid ? iccid->digits() : hex(h.iccid)));
    Nodes services, templates;
    for (auto s : h.eUICCMandatoryServices.services) services.push_back(text_node("", name(s)));
    for (auto& oid : h.eUICCMandatoryGfsteList) templates.push_back(text_node("", dotted(oid)));
    out.push_back(list("mandatoryServices", std::move(services)));
    out.push_back(list("mandatoryTemplates", std::move(templates)));
  }

  void show(const TemplateElement& t, Nodes& out) {
    out.push_back(text_node("template", dotted(t.templateID)));
  }

  void show(const PinCodes& codes, Nodes& out) {
    out.push_back(text_node("for", to_string(resolver_.current_directory())));
    if (auto* shared = std::get_if<FilePath>(&codes.pinCodes.alt)) {
      out.push_back(text_node("sharedWith", hex(shared->path)));
      return;
    }
    Nodes pins;
    for (auto& p : std::get<0>(codes.pinCodes.alt)) {
      Nodes one{number("reference", p.keyReference),
                text_node("value", pin(p.pinValue.expose())),
                {"enabled", (p.pinAttributes.value & 1) != 0, false, {}},
                number("attempts", p.maxNumOfAttempsRetryNumLeft.value & 0x0F)};
      if (p.unblockingPINReference) one.push_back(number("unblockedBy", *p.unblockingPINReference));
      pins.push_back(object("", std::move(one)));
    }
    out.push_back(list("pins", std::move(pins)));
  }

  void show(const PukCodes& codes, Nodes& out) {
    Nodes puks;
    for (auto& p : codes.pukCodes) {
      puks.push_back(
          object("", {number("reference", p.keyReference), text_node("value", pin(p.pukValue.expose())),
                      number("attempts", p.maxNumOfAttempsRetryNumLeft.value & 0x0F)}));
    }
    out.push_back(list("puks", std::move(puks)));
  }

  void show(const AkaParameter& aka, Nodes& out) {
    if (auto* mapping = std::get_if<MappingParameter>(&aka.algoConfiguration.alt)) {
      out.push_back(text_node("mappedTo", hex(mapping->mappingSource)));
      return;
    }
    auto& algo = std::get<AlgoParameter>(aka.algoConfiguration.alt);
    std::string_view names[] = {"", "Milenage", "TUAK", "USIM test algorithm"};
    out.push_back(text_node("algorithm", std::string(names[static_cast<size_t>(algo.algorithmID) & 3])));
    out.push_back(text_node("k", secret(algo.key.expose())));
    const bool tuak = algo.algorithmID == Algorithm::tuak;
    out.push_back(text_node(tuak ? "topc" : "opc", secret(algo.opc.expose())));
    if (!tuak) return;
    out.push_back(text_node("algorithmOptions", hex(View(&algo.algorithmOptions.value, 1))));
    out.push_back(text_node("numberOfKeccak", std::to_string(algo.numberOfKeccak.value)));
  }

  void show(const CdmaParameter& c, Nodes& out) {
    out.push_back(text_node("aKey", secret(c.authenticationKey.expose())));
  }

  void show(const SecurityDomain& sd, Nodes& out) {
    out.push_back(text_node("aid", hex(sd.instance.instanceAID)));
    out.push_back(text_node("privileges", hex(sd.instance.applicationPrivileges)));
    if (!sd.keyList) return;
    Nodes keys;
    for (auto& k : *sd.keyList) {
      Nodes one{number("version", k.keyVersionNumber), number("identifier", k.keyIdentifier)};
      for (auto& c : k.keyComponents) {
        one.push_back(text_node("type", hex(c.keyType)));
        one.push_back(text_node("value", secret(c.keyData.expose())));
        break;  // symmetric keys have one component; the others are parameters of asymmetric ones
      }
      keys.push_back(object("", std::move(one)));
    }
    out.push_back(list("keys", std::move(keys)));
  }

  void show(const Rfm& r, Nodes& out) {
    out.push_back(text_node("aid", hex(r.instanceAID)));
    Nodes tars;
    if (r.tarList) {
      for (auto& tar : *r.tarList) tars.push_back(text_node("", hex(tar)));
    }
    out.push_back(list("tars", std::move(tars)));
    out.push_back(text_node("minimumSecurityLevel", hex(Octets<1>{r.minimumSecurityLevel})));
    if (r.adfRFMAccess) out.push_back(text_node("adf", hex(r.adfRFMAccess->adfAID)));
  }

  void show(const Application& a, Nodes& out) {
    if (a.loadBlock) {
      out.push_back(text_node("loadPackage", hex(a.loadBlock->loadPackageAID)));
      out.push_back(number("loadBlockSize", a.loadBlock->loadBlockObject.size()));
    }
    Nodes instances;
    if (a.instanceList) {
      for (auto& i : *a.instanceList) instances.push_back(text_node("", hex(i.instanceAID)));
    }
    out.push_back(list("instances", std::move(instances)));
  }

  void show(const NonStandard& n, Nodes& out) {
    out.push_back(text_node("issuer", dotted(n.issuerID)));
    out.push_back(number("size", n.content.size()));
  }

  void files(const ProfileElement& e, Nodes& out) {
    if (!e.as<TemplateElement>() && !e.as<GenericFileManagement>()) return;
    auto resolved = resolver_.resolve(e);
    if (!resolved) {
      out.push_back(text_node("filesUnreadable", resolved.error().message));
      return;
    }
    Nodes all;
    for (auto& f : *resolved) all.push_back(file(f));
    out.push_back(list("files", std::move(all)));
  }

  Node file(const ResolvedFile& f) const {
    bool masked = !secrets_ && holds_keys(f);
    bool update = f.act == ResolvedFile::Act::update;
    std::string means = masked ? "" : meaning(f);
    Nodes out;
    if (!f.name.empty()) out.push_back(text_node("name", f.name));
    out.push_back(text_node("path", to_string(f.path)));
    out.push_back(text_node("structure", std::string(name(f.structure))));
    if (f.link) out.push_back(text_node("link", to_string(*f.link)));
    if (!f.df_name.empty()) out.push_back(text_node("aid", hex(f.df_name)));
    if (!is_directory(f.structure)) out.push_back(number("size", f.size));
    if (has_records(f.structure)) {
      out.push_back(number("records", f.record_count));
      out.push_back(number("recordLength", f.record_length));
    }
    if (f.sfi) out.push_back(number("sfi", *f.sfi));
    out.push_back(text_node("access", hex(Octets<2>{static_cast<uint8_t>(f.access.arr_file >> 8),
                                                    static_cast<uint8_t>(f.access.arr_file)}) +
                                          " record " + std::to_string(f.access.arr_record)));
    if (update) out.push_back(number("updateAt", f.offset));
    if (!f.content.empty()) out.push_back(text_node("content", masked ? "(hidden)" : hex(f.content)));
    if (!means.empty()) out.push_back(text_node("value", means));
    Node node = object("", std::move(out));
    node.line = to_string(f.path);
    for (auto& part : {f.name, update ? "update at " + std::to_string(f.offset) : file_size(f)}) {
      if (!part.empty() && part != node.line) node.line += "  " + part;
    }
    if (!means.empty())
      node.line += "  = " + means;
    else if (!f.content.empty())
      node.line += "  " + (masked ? "(hidden)" : shorten(hex(f.content)));
    return node;
  }

  bool secrets_;
  FileResolver resolver_;
};

void draw(std::string& out, const Node& node, size_t depth) {
  std::string indent(depth * 2, ' ');
  auto* children = std::get_if<Nodes>(&node.value);
  if (!node.line.empty()) {
    out += indent + node.line + "\n";
  } else if (children) {
    if (!node.key.empty()) out += indent + node.key + (children->empty() ? ": none" : ":") + "\n";
    for (size_t i = 0; i < children->size(); ++i) {
      const Node& child = (*children)[i];
      // An object in a list is led by its first value; the others stand below it.
      bool leads = node.key.empty() && i == 0 && !std::holds_alternative<Nodes>(child.value);
      draw(out, child, node.key.empty() ? (leads ? depth : depth + 1) : depth + 1);
    }
  } else {
    out += indent + (node.key.empty() ? "" : node.key + ": ");
    if (auto* s = std::get_if<std::string>(&node.value))
      out += *s;
    else if (auto* n = std::get_if<uint64_t>(&node.value))
      out += std::to_string(*n);
    else
      out += std::get<bool>(node.value) ? "yes" : "no";
    out += "\n";
  }
}

}  // namespace

Node describe(const Package& package, bool show_secrets) {
  Describer d(show_secrets);
  Nodes elements;
  for (auto& e : package.elements) elements.push_back(d.element(e));
  return object("profile", {list("elements", std::move(elements))});
}

std::string to_text(const Node& node) {
  std::string out;
  draw(out, node, 0);
  return out;
}

}  // namespace sealift::saip
