#include "saip/validate.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "saip/contents.hpp"
#include "saip/files.hpp"
#include "saip/templates.hpp"
#include "saip/tuak.hpp"

namespace sealift::saip {

namespace {

using Severity = Finding::Severity;

bool is_application(Kind k) {
  return k == Kind::usim || k == Kind::isim || k == Kind::csim || k == Kind::iot;
}

/// Goes through the package once, keeping what later elements refer to.
class Checker {
 public:
  explicit Checker(const Package& package) : package_(package) {}

  std::vector<Finding> run() {
    check_ends();
    for (at_ = 0; at_ < package_.elements.size(); ++at_) {
      element_ = &package_.elements[at_];
      auto kind = element_->kind();
      if (!kind) {
        report(Severity::warning, "known-elements", "an element that version 3.3 does not have");
        continue;
      }
      kind_ = *kind;
      check_number();
      check_order();
      std::visit([this](const auto& body) { look(body); }, element_->body());
      check_files();
      seen_[kind_]++;
    }
    element_ = nullptr;
    check_services();
    return std::move(findings_);
  }

 private:
  void report(Severity severity, std::string rule, std::string text) {
    auto* header = element_ ? element_->header() : nullptr;
    findings_.push_back({severity, std::move(rule), std::move(text),
                         header ? std::optional<uint16_t>(header->identification) : std::nullopt});
  }
  void error(std::string rule, std::string text) {
    report(Severity::error, std::move(rule), std::move(text));
  }
  bool seen(Kind k) const { return seen_.contains(k); }

  void check_ends() {
    auto& all = package_.elements;
    if (all.empty() || !all.front().as<ProfileHeader>())
      error("header-first", "the package does not start with a header");
    if (all.empty() || !all.back().as<End>())
      error("end-last", "the package does not finish with the end element");
    if (all.size() < 2) return;
    auto second = all[1].kind();
    if (second != Kind::mf && second != Kind::genericFileManagement && second != Kind::iot) {
      error("mf-second", "the element after the header does not make the MF");
    }
  }

  void check_number() {
    auto* header = element_->header();
    if (header && !numbers_.insert(header->identification).second) {
      error("identification-unique",
            "identification " + std::to_string(header->identification) + " is used twice");
    }
  }

  void check_order() {
    static constexpr Kind kOnce[] = {Kind::header, Kind::end,     Kind::mf,      Kind::pukCodes,
                                     Kind::cd,     Kind::telecom, Kind::opt_iot, Kind::iot};
    if (seen(kind_) && std::find(std::begin(kOnce), std::end(kOnce), kind_) != std::end(kOnce)) {
      error("once", std::string(name(kind_)) + " occurs more than once");
    }
    bool has_mf = seen(Kind::mf) || seen(Kind::iot) || seen(Kind::genericFileManagement);
    bool below_mf = kind_ == Kind::cd || kind_ == Kind::telecom || kind_ == Kind::usim ||
                    kind_ == Kind::isim || kind_ == Kind::csim || kind_ == Kind::pukCodes;
    if (below_mf && !has_mf) error("after-mf", std::string(name(kind_)) + " before the MF");
    if (kind_ == Kind::pukCodes && at_ > 0 && package_.elements[at_ - 1].kind() != Kind::mf &&
        package_.elements[at_ - 1].kind() != Kind::iot) {
      error("puk-after-mf", "pukCodes does not follow the MF at once");
    }
    bool needs_application = kind_ == Kind::akaParameter || kind_ == Kind::phonebook ||
                             kind_ == Kind::gsm_access || kind_ == Kind::eap;
    if (needs_application && !resolver_.current_application()) {
      error("after-application", std::string(name(kind_)) + " before any application");
    }
    if (kind_ == Kind::cdmaParameter && !seen(Kind::csim))
      error("after-application", "cdmaParameter before csim");
    bool needs_domain = kind_ == Kind::rfm || kind_ == Kind::application;
    if (needs_domain && !seen(Kind::securityDomain)) {
      error("mno-sd-first", std::string(name(kind_)) + " before the MNO security domain");
    }
    if (is_application(kind_)) of_application_.clear();
    static constexpr Kind kOnceEach[] = {Kind::opt_usim, Kind::opt_isim, Kind::opt_csim,   Kind::df_5gs,
                                         Kind::df_saip,  Kind::df_snpn,  Kind::df_5gprose, Kind::gsm_access};
    bool once = std::find(std::begin(kOnceEach), std::end(kOnceEach), kind_) != std::end(kOnceEach);
    if (once && !of_application_.insert(kind_).second) {
      error("once-each", std::string(name(kind_)) + " twice for one application");
    }
  }

  template <class T>
  void look(const T&) {}

  void look(const ProfileHeader& h) {
    if (h.majorVersion < 2 || h.majorVersion > 3) {
      error("version", "major version " + std::to_string(h.majorVersion) + " is none that eUICCs read");
    }
    if (!iccid_of_header(h.iccid)) error("iccid", "the header's ICCID is not digits followed by F");
  }

  void look(const PukCodes& codes) {
    for (auto& puk : codes.pukCodes) {
      if (!puks_.insert(puk.keyReference).second) {
        error("puk-once", "PUK reference " + std::to_string(puk.keyReference) + " twice");
      }
    }
  }

  void look(const PinCodes& codes) {
    const Path& where = resolver_.current_directory();
    if (!pin_contexts_.insert(where).second) error("pin-context", "PIN codes twice for " + to_string(where));
    auto* list = std::get_if<std::vector<PinConfiguration>>(&codes.pinCodes.alt);
    if (!list) return;
    std::set<uint8_t> here;
    for (auto& pin : *list) {
      std::string which = "PIN reference " + std::to_string(pin.keyReference);
      if (!here.insert(pin.keyReference).second) error("pin-once", which + " twice");
      bool local = pin.keyReference >= 129 && pin.keyReference <= 136;
      if (local == where.empty()) {
        error("pin-context",
              which + (local ? " is local, but stands at the MF" : " is global, but stands below the MF"));
      }
      if (pin.unblockingPINReference && !puks_.contains(*pin.unblockingPINReference)) {
        error("pin-unblocking", which + " is unblocked by PUK " +
                                    std::to_string(*pin.unblockingPINReference) + ", which does not exist");
      }
      bool administrative = (pin.keyReference & 0x7F) >= 10;
      if (administrative && is_known_key(pin.pinValue.expose())) {
        report(Severity::warning, "known-key", which + " is easily guessed");
      }
    }
  }

  void look(const AkaParameter& aka) {
    auto* algo = std::get_if<AlgoParameter>(&aka.algoConfiguration.alt);
    if (!algo) return;
    algorithms_.insert({algo->algorithmID, algo->key.size()});
    bool tuak = algo->algorithmID == Algorithm::tuak;
    if (algo->key.size() != 16 && !(tuak && algo->key.size() == 32)) {
      error("aka-key-size", "K has " + std::to_string(algo->key.size()) + " octets");
    }
    if (algo->algorithmID != Algorithm::usim_test_algorithm && algo->opc.size() != (tuak ? 32u : 16u)) {
      error("aka-key-size",
            std::string(tuak ? "TOPc" : "OPc") + " has " + std::to_string(algo->opc.size()) + " octets");
    }
    if (tuak) {
      auto parameters = tuak_parameters(*algo);
      if (!parameters)
        error("tuak-options", parameters.error().message);
      else if (auto fits = fits_umts(*parameters); !fits)
        error("tuak-options", fits.error().message);
    }
    if (algo->algorithmID == Algorithm::usim_test_algorithm) {
      report(Severity::warning, "test-algorithm", "the USIM test algorithm protects nothing");
    }
    if (is_known_key(algo->key.expose()))
      report(Severity::warning, "known-key", "K is published or easily guessed");
  }

  void look(const SecurityDomain& sd) {
    bool first = !seen(Kind::securityDomain);
    if (first && (seen(Kind::rfm) || seen(Kind::application)))
      error("mno-sd-first", "the MNO security domain comes late");
    if (first && sd.instance.extraditeSecurityDomainAID) {
      error("mno-sd-extradition", "the MNO security domain names a domain to extradite it to");
    }
    if (!first && (sd.openPersoData || sd.catTpParameters)) {
      error("mno-sd-only", "openPersoData or catTpParameters outside the MNO security domain");
    }
    std::set<std::pair<uint8_t, uint8_t>> keys;
    static const std::vector<KeyObject> kNone;
    for (auto& key : sd.keyList ? *sd.keyList : kNone) {
      if (!keys.insert({key.keyIdentifier, key.keyVersionNumber}).second) {
        error("key-once", "key " + std::to_string(key.keyIdentifier) + " of version " +
                              std::to_string(key.keyVersionNumber) + " twice");
      }
      std::set<Bytes> types;
      for (auto& c : key.keyComponents) {
        if (!types.insert(c.keyType).second) error("key-type-once", "a key with two components of one type");
        if (is_known_key(c.keyData.expose())) {
          report(Severity::warning, "known-key",
                 "key " + std::to_string(key.keyIdentifier) + " of version " +
                     std::to_string(key.keyVersionNumber) +
                     " is published or easily guessed: whoever knows it can load applications");
        }
      }
    }
  }

  void look(const TemplateElement& t) {
    const Template* known = find_template(t.kind, t.templateID);
    if (!known) return;  // the resolver says so
    for (size_t i = 0; i < known->files.size(); ++i) {
      std::string_view member = known->files[i].member;
      bool listed = std::any_of(t.files.begin(), t.files.end(), [&](auto& f) { return f.index == i; });
      if (!listed && is_mandatory(t.kind, member)) {
        error("mandatory-files", std::string(name(t.kind)) + " lacks " + std::string(member));
      }
    }
  }

  static bool is_mandatory(Kind kind, std::string_view member) {
    static const std::map<Kind, std::set<std::string_view>> kMandatory{
        {Kind::mf, {"mf", "ef-iccid", "ef-dir", "ef-arr"}},
        {Kind::cd, {"df-cd"}},
        {Kind::telecom, {"df-telecom"}},
        {Kind::usim, {"adf-usim", "ef-imsi", "ef-arr", "ef-ust", "ef-spn", "ef-est", "ef-acc", "ef-ecc"}},
        {Kind::isim, {"adf-isim", "ef-impi", "ef-impu", "ef-domain", "ef-ist", "ef-arr"}},
        {Kind::phonebook, {"df-phonebook"}},
        {Kind::gsm_access, {"df-gsm-access"}},
        {Kind::df_5gs, {"df-df-5gs"}},
        {Kind::df_saip, {"df-df-saip"}},
        {Kind::df_snpn, {"df-df-snpn"}},
        {Kind::df_5gprose, {"df-df-5g-prose"}},
        {Kind::eap, {"df-eap", "ef-eapstatus"}},
        {Kind::iot, {"ef-imsi", "ef-acc"}}};
    if (kind == Kind::csim) return true;
    auto at = kMandatory.find(kind);
    return at != kMandatory.end() && at->second.contains(member);
  }

  void check_files() {
    auto files = resolver_.resolve(*element_);
    if (!files) {
      error("files", files.error().message);
      return;
    }
    for (auto& f : *files) {
      if (f.path == Path{0x2FE2}) check_iccid(f);
      if (f.name == "EF.IMSI" && !Imsi::from_ef_imsi(f.content)) error("imsi", "EF.IMSI holds no IMSI");
    }
  }

  void check_iccid(const ResolvedFile& f) {
    auto* header = package_.header();
    if (!header) return;
    auto in_header = iccid_of_header(header->iccid);
    auto in_file = Iccid::from_octets(f.content);
    if (!in_file || (in_header && *in_header != *in_file)) {
      error("iccid", "EF.ICCID and the header do not hold the same ICCID");
    }
  }

  void check_services() {
    auto* header = package_.header();
    if (!header) return;
    auto& wanted = header->eUICCMandatoryServices;
    auto need = [&](Service s, bool there) {
      if (wanted.has(s) && !there)
        error("mandatory-services", name(s) + " is demanded, but nothing in the package uses it");
    };
    need(Service::usim, seen(Kind::usim) || seen(Kind::iot));
    need(Service::isim, seen(Kind::isim));
    need(Service::csim, seen(Kind::csim));
    need(Service::milenage, has_algorithm(Algorithm::milenage, 16));
    need(Service::tuak128, has_algorithm(Algorithm::tuak, 16));
    need(Service::tuak256, has_algorithm(Algorithm::tuak, 32));
    need(Service::usim_test_algorithm, has_algorithm(Algorithm::usim_test_algorithm, 16));
    need(Service::cave, seen(Kind::cdmaParameter));
    need(Service::eap, seen(Kind::eap));
  }
  bool has_algorithm(Algorithm a, size_t key_size) const { return algorithms_.contains({a, key_size}); }

  const Package& package_;
  std::vector<Finding> findings_;
  const ProfileElement* element_ = nullptr;
  size_t at_ = 0;
  Kind kind_ = Kind::header;
  std::map<Kind, int> seen_;
  std::set<Kind> of_application_;
  std::set<uint16_t> numbers_;
  std::set<uint8_t> puks_;
  std::set<Path> pin_contexts_;
  std::set<std::pair<Algorithm, size_t>> algorithms_;
  FileResolver resolver_;
};

}  // namespace

std::vector<Finding> find_faults(const Package& package) {
  return Checker(package).run();
}

bool is_sound(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](auto& f) { return f.severity == Severity::error; });
}

bool is_known_key(View key) {
  if (key.size() < 8) return false;
  // The difference from octet to octet is the same all along: repeated, counting up, counting down.
  auto step = static_cast<uint8_t>(key[1] - key[0]);
  bool even = true;
  for (size_t i = 1; i < key.size(); ++i) even = even && static_cast<uint8_t>(key[i] - key[i - 1]) == step;
  if (even) return true;
  if (key.size() < 16) return false;
  return std::set<uint8_t>(key.begin(), key.end()).size() < 8;
}

}  // namespace sealift::saip
