#include "saip/build.hpp"

#include "saip/contents.hpp"
#include "saip/templates.hpp"
#include "saip/tuak.hpp"

namespace sealift::saip {

namespace {

constexpr Octets<16> kUsimAid{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02, 0xFF,
                              0xFF, 0xFF, 0xFF, 0x89, 0x07, 0x09, 0x00, 0x00};
constexpr uint16_t kUsimTemporaryId = 0x7FF0;
constexpr uint8_t kPin1 = 0x01, kAdm1 = 0x0A, kPin2 = 0x81, kPuk1 = 0x01, kPuk2 = 0x81;
// pinAttributes: enabled, may be changed, may be disabled.
constexpr uint8_t kPinEnabled = 0x07, kPinDisabled = 0x06, kPinAlways = 0x03;
constexpr uint8_t kTenAttempts = 0xAA;

/// A template element written member by member.
class Filling {
 public:
  Filling(Kind kind, std::string_view oid) : template_(find_template(kind, oid_content(oid))) {
    check(template_ != nullptr, "a template of our own");
    element_.kind = kind;
    element_.templateID = oid_content(oid);
  }
  /// Members are added in the template's order.
  Filling& file(std::string_view member, File steps) {
    for (size_t i = 0; i < template_->files.size(); ++i) {
      if (template_->files[i].member != member) continue;
      check(element_.files.empty() || element_.files.back().index < i, "template members in order");
      element_.files.push_back({static_cast<uint8_t>(i), std::move(steps)});
      return *this;
    }
    check(false, "a member of the template");
    return *this;
  }
  Filling& content(std::string_view member, View octets) {
    return file(member, {{FillFileContent{to_bytes(octets)}}});
  }
  /// Created as the template says.
  Filling& plain(std::string_view member) { return file(member, {}); }
  Filling& without(std::string_view member) { return file(member, {{DoNotCreate{}}}); }
  Filling& sized(std::string_view member, Structure structure, uint16_t record, uint32_t size, View octets) {
    Fcp fcp;
    fcp.fileDescriptor = file_descriptor(structure, record);
    fcp.efFileSize = size_octets(size);
    return file(member, {{fcp}, {FillFileContent{to_bytes(octets)}}});
  }
  Filling& directory(std::string_view member, Bytes pin_references) {
    Fcp fcp;
    fcp.pinStatusTemplateDO = std::move(pin_references);
    return file(member, {{fcp}});
  }
  TemplateElement take() { return std::move(element_); }

 private:
  const Template* template_;
  TemplateElement element_;
};

/// Numbers the elements as they are added.
class Sequence {
 public:
  template <class T>
  void add(T element, bool mandated = true) {
    if constexpr (requires { element.header.identification; }) {
      if (mandated) element.header.mandated.emplace();
      element.header.identification = ++last_;
    }
    package_.elements.emplace_back(Body(std::move(element)));
  }
  Package take() { return std::move(package_); }

 private:
  Package package_;
  uint16_t last_ = 0;
};

ProfileHeader header(const UsimProfileOptions& o) {
  ProfileHeader h;
  h.majorVersion = 2;
  h.minorVersion = 3;
  h.profileType = o.profile_type;
  h.iccid = header_iccid(o.iccid);
  const Service algorithm = !o.tuak                    ? Service::milenage
                            : o.tuak->k.size() == 32 ? Service::tuak256
                                                     : Service::tuak128;
  h.eUICCMandatoryServices.services = {Service::usim, algorithm};
  for (auto oid : {"2.23.143.1.2.1", "2.23.143.1.2.4", "2.23.143.1.2.5"}) {
    h.eUICCMandatoryGfsteList.push_back(oid_content(oid));
  }
  return h;
}

TemplateElement mf(const UsimProfileOptions& o) {
  Bytes dir = ef_dir_entry(kUsimAid, "USIM"), arr = ef_arr();
  return Filling(Kind::mf, "2.23.143.1.2.1")
      .directory("mf", {kPin1, kAdm1})
      .plain("ef-pl")
      .content("ef-iccid", o.iccid.octets())
      .sized("ef-dir", Structure::linear_fixed, 0x30, 0x30, dir)
      .sized("ef-arr", Structure::linear_fixed, kArrRecord, static_cast<uint32_t>(arr.size()), arr)
      .take();
}

Result<PukCodes> puk_codes(const UsimProfileOptions& o) {
  PukCodes out;
  for (auto& [reference, digits] : {std::pair(kPuk1, &o.puk1), std::pair(kPuk2, &o.puk2)}) {
    if (digits->size() != 8) return Error{ErrorKind::invalid, "a PUK has 8 digits"};
    PukConfiguration puk;
    puk.keyReference = reference;
    puk.pukValue = TRY(pin_octets(*digits, false));
    out.pukCodes.push_back(std::move(puk));
  }
  return out;
}

Result<PinConfiguration> pin(uint8_t reference, std::string_view digits, std::optional<uint8_t> puk,
                             uint8_t attributes) {
  PinConfiguration out;
  out.keyReference = reference;
  out.pinValue = TRY(pin_octets(digits, reference == kAdm1));
  out.unblockingPINReference = puk;
  out.pinAttributes = attributes;
  if (reference == kAdm1) out.maxNumOfAttempsRetryNumLeft = kTenAttempts;
  return out;
}

Result<PinCodes> global_pins(const UsimProfileOptions& o) {
  std::vector<PinConfiguration> list;
  list.push_back(o.pin1.empty() ? TRY(pin(kPin1, "0000", kPuk1, kPinDisabled))
                                : TRY(pin(kPin1, o.pin1, kPuk1, kPinEnabled)));
  list.push_back(TRY(pin(kAdm1, o.adm1, std::nullopt, kPinAlways)));
  PinCodes out;
  out.pinCodes.alt = std::move(list);
  return out;
}

Result<PinCodes> usim_pins(const UsimProfileOptions& o) {
  std::vector<PinConfiguration> list;
  list.push_back(TRY(pin(kPin2, o.pin2, kPuk2, kPinAlways)));
  PinCodes out;
  out.pinCodes.alt = std::move(list);
  return out;
}

/// EF_UST (TS 31.102 4.2.8): what the files below serve.
Bytes service_table(const UsimProfileOptions& o) {
  Bytes out(17, 0x00);
  auto available = [&](unsigned n) { out[(n - 1) / 8] |= static_cast<uint8_t>(1 << (n - 1) % 8); };
  for (unsigned n : {10u, 12u, 20u, 33u, 42u, 43u, 85u, 122u, 123u}) available(n);
  if (!o.spn.empty()) available(19);
  if (!o.msisdn.empty()) available(21);
  return out;
}

Result<TemplateElement> usim(const UsimProfileOptions& o) {
  constexpr size_t kSmspAlpha = 10;
  // 112 and 911: three octets of digits, then no name, then the service category (TS 31.102 4.2.21).
  static constexpr Octets<8> kEmergency{0x11, 0xF2, 0xFF, 0x00, 0x19, 0xF1, 0xFF, 0x00};
  Bytes arr = ef_arr();
  Fcp adf;
  adf.fileID = FileId{kUsimTemporaryId};
  adf.dfName = to_bytes(kUsimAid);
  adf.pinStatusTemplateDO = Bytes{kPin1, kPin2, kAdm1};
  Bytes ust = service_table(o);
  Filling f(Kind::usim, "2.23.143.1.2.4");
  f.file("adf-usim", {{adf}})
      .content("ef-imsi", o.imsi.ef_imsi())
      .sized("ef-arr", Structure::linear_fixed, kArrRecord, static_cast<uint32_t>(arr.size()), arr)
      .sized("ef-ust", Structure::transparent, 0, static_cast<uint32_t>(ust.size()), ust)
      .without("ef-fdn");
  if (!o.smsc.empty()) f.content("ef-smsp", TRY(ef_smsp_record(o.smsc, kSmspAlpha)));
  f.content("ef-spn", o.spn.empty() ? Bytes(17, 0xFF) : TRY(ef_spn(o.spn)))
      .content("ef-est", Octets<1>{0x00})
      .content("ef-acc", ef_acc(o.imsi))
      .content("ef-ad", ef_ad(o.mnc_length))
      .sized("ef-ecc", Structure::linear_fixed, 4, kEmergency.size(), kEmergency);
  return f.take();
}

Result<TemplateElement> opt_usim(const UsimProfileOptions& o) {
  constexpr size_t kMsisdnAlpha = 10;
  Filling f(Kind::opt_usim, "2.23.143.1.2.5");
  f.plain("ef-li");
  if (!o.msisdn.empty()) f.content("ef-msisdn", TRY(ef_msisdn_record(o.msisdn, kMsisdnAlpha)));
  // UTRAN, E-UTRAN and NG-RAN, and GSM (TS 31.102 4.2.5).
  Bytes home = to_bytes(plmn(o.imsi, o.mnc_length));
  append(home, Octets<2>{0xC8, 0x80});
  f.plain("ef-plmnwact").plain("ef-oplmnwact").content("ef-hplmnwact", home);
  return f.take();
}

TemplateElement df_5gs() {
  return Filling(Kind::df_5gs, "2.23.143.1.2.13")
      .directory("df-df-5gs", {kPin1, kPin2, kAdm1})
      .plain("ef-5gs3gpploci")
      .plain("ef-5gsn3gpploci")
      .plain("ef-5gs3gppnsc")
      .plain("ef-5gsn3gppnsc")
      .content("ef-5gauthkeys", Bytes(110, 0xFF))
      .take();
}

Result<AkaParameter> tuak(const TuakKeys& keys) {
  const crypto::TuakParameters parameters{.res = keys.res_size, .iterations = keys.iterations};
  TRY_VOID(fits_umts(parameters));
  const auto checked = crypto::Tuak::make(keys.k.expose(), keys.topc.expose(), parameters);
  if (!checked) return checked.error();
  AlgoParameter algorithm;
  algorithm.algorithmID = Algorithm::tuak;
  algorithm.algorithmOptions = TRY(tuak_options(parameters));
  algorithm.key = keys.k.clone();
  algorithm.opc = keys.topc.clone();
  algorithm.numberOfKeccak.value = keys.iterations;
  AkaParameter out;
  out.algoConfiguration.alt = std::move(algorithm);
  return out;
}

Result<AkaParameter> aka(const UsimProfileOptions& o) {
  if (o.tuak) return tuak(*o.tuak);
  AlgoParameter milenage;
  milenage.algorithmID = Algorithm::milenage;
  milenage.key = SecretBytes(to_bytes(o.k.expose()));
  milenage.opc = SecretBytes(to_bytes(o.opc.expose()));
  AkaParameter out;
  out.algoConfiguration.alt = std::move(milenage);
  return out;
}

KeyObject ota_key(uint8_t identifier, uint8_t usage, const Secret<16>& key) {
  constexpr uint8_t kAes = 0x88;  // GlobalPlatform 11.1.8
  KeyObject out;
  out.keyUsageQualifier = Bytes{usage};
  out.keyIdentifier = Octet{identifier};
  out.keyVersionNumber = Octet{0x01};
  KeyComponent component;
  component.keyType = Bytes{kAes};
  component.keyData = SecretBytes(to_bytes(key.expose()));
  out.keyComponents.push_back(std::move(component));
  return out;
}

/// The MNO-SD: a security domain of GlobalPlatform that the operator manages over the air.
SecurityDomain mno_sd(const UsimProfileOptions& o) {
  // Ciphering, integrity and key-encryption use (GlobalPlatform 11.1.9).
  constexpr uint8_t kCipher = 0x18, kMac = 0x14, kKeyEncryption = 0x48;
  SecurityDomain out;
  out.instance.applicationLoadPackageAID = *from_hex("A0000001515350");
  out.instance.classAID = *from_hex("A000000151535041");
  out.instance.instanceAID = *from_hex("A000000151000000");
  out.instance.applicationPrivileges = *from_hex("82DC00");
  out.instance.lifeCycleState = Octet{0x0F};
  // SCP80 with implementation options 00 as the domain's secure channel protocol.
  out.instance.applicationSpecificParametersC9 = *from_hex("81028000");
  if (o.ota_keys) {
    auto& keys = out.keyList.emplace();
    keys.push_back(ota_key(1, kCipher, o.ota_keys->kic));
    keys.push_back(ota_key(2, kMac, o.ota_keys->kid));
    keys.push_back(ota_key(3, kKeyEncryption, o.ota_keys->kik));
  }
  return out;
}

}  // namespace

View usim_aid() {
  return kUsimAid;
}

Result<Package> build_usim_profile(const UsimProfileOptions& o) {
  if (o.mnc_length != 2 && o.mnc_length != 3) return Error{ErrorKind::invalid, "an MNC has 2 or 3 digits"};
  if (o.profile_type.empty() || o.profile_type.size() > 100) {
    return Error{ErrorKind::invalid, "a profile type has 1 to 100 octets"};
  }
  Sequence out;
  out.add(header(o));
  out.add(mf(o));
  out.add(TRY(puk_codes(o)));
  out.add(TRY(global_pins(o)));
  out.add(TRY(usim(o)));
  out.add(TRY(opt_usim(o)));
  out.add(TRY(usim_pins(o)));
  out.add(TRY(aka(o)));
  out.add(df_5gs(), false);  // an eUICC that does not know it still gives a working subscription
  out.add(mno_sd(o));
  out.add(End{});
  return out.take();
}

}  // namespace sealift::saip
