// The profile elements of a TCA (SIMalliance) interoperable profile package, module PEDefinitions 3.x.
//
// A ProfileElement owns everything it holds and is move-only, since keys and PINs are secrets. It keeps the
// TLV it was decoded from; changing a body through `edit` drops that TLV, so what was not touched is
// written back byte for byte. Field names are the module's, with hyphens taken out (major-version is
// majorVersion). Nothing here knows a card: saip/files.hpp turns elements into files.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "asn1/types.hpp"
#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace sealift::saip {

/// Alternatives of CHOICE ProfileElement; the value is the module's index and so the context tag number.
enum class Kind : uint8_t {
  header = 0,
  genericFileManagement,
  pinCodes,
  pukCodes,
  akaParameter,
  cdmaParameter,
  securityDomain,
  rfm,
  application,
  nonStandard,
  end,
  rfu1,
  rfu2,
  rfu3,
  rfu4,
  rfu5,
  mf,
  cd,
  telecom,
  usim,
  opt_usim,
  isim,
  opt_isim,
  phonebook,
  gsm_access,
  csim,
  opt_csim,
  eap,
  df_5gs,
  df_saip,
  df_snpn,
  df_5gprose,
  iot,
  opt_iot,
};
inline constexpr size_t kKinds = 34;

/// The module's name ("opt-usim"); "rfu1" and so on for the reserved ones.
std::string_view name(Kind kind);
/// Identifier octets as one number: 0xA0 to 0xBE, then 0xBF1F on.
constexpr uint32_t tag(Kind kind) {
  auto n = static_cast<uint32_t>(kind);
  return n < 31 ? 0xA0 + n : 0xBF00 + n;
}

/// OCTET STRING (SIZE(1)) where it is a code or a set of bits.
struct Octet {
  uint8_t value = 0;
  constexpr operator uint8_t() const { return value; }  // NOLINT: reads as the value it holds
  bool operator==(const Octet&) const = default;
};
/// OCTET STRING (SIZE(2)): a file identifier.
struct FileId {
  uint16_t value = 0;
  constexpr operator uint16_t() const { return value; }  // NOLINT: reads as the value it holds
  bool operator==(const FileId&) const = default;
};

/// PEHeader. `identification` is unique in a package and names the element in the card's response.
struct PeHeader {
  std::optional<asn1::Null> mandated;
  uint16_t identification = 0;  // UInt15
  asn1::Unknown unknown;
  bool operator==(const PeHeader&) const = default;
};

/// Members of ServicesList in the order of their tags.
enum class Service : uint8_t {
  contactless,
  usim,
  isim,
  csim,
  milenage,
  tuak128,
  cave,
  gba_usim,
  gba_isim,
  mbms,
  eap,
  javacard,
  multos,
  multiple_usim,
  multiple_isim,
  multiple_csim,
  tuak256,
  usim_test_algorithm,
  ber_tlv,
  dfLink,
  cat_tp,
  get_identity,
  profile_a_x25519,
  profile_b_p256,
  suciCalculatorApi,
  dns_resolution,
  scp11ac,
  scp11c_authorization_mechanism,
  s16mode,
  eaka,
};
inline constexpr size_t kServices = 30;
/// The module's name ("gba-usim"); "service-30" and so on for numbers later versions add.
std::string name(Service service);

/// ServicesList ::= SEQUENCE of NULLs by number, ascending; numbers of later versions are kept.
struct ServicesList {
  std::vector<Service> services;
  bool has(Service service) const;
  bool operator==(const ServicesList&) const = default;
};

struct MandatoryAid {
  Bytes aid;
  Octets<2> version{};
  asn1::Unknown unknown;
};
struct IotOptions {
  Bytes pix;
  asn1::Unknown unknown;
};

/// ProfileHeader (A0): the only element without PEHeader.
struct ProfileHeader {
  uint8_t majorVersion = 3;
  uint8_t minorVersion = 3;
  std::optional<std::string> profileType;
  /// 10 octets in E.118 order, not nibble-swapped, F-padded at the end (unlike EF_ICCID).
  Octets<10> iccid{};
  std::optional<Bytes> pol;
  ServicesList eUICCMandatoryServices;
  /// Content octets of each OBJECT IDENTIFIER.
  std::vector<Bytes> eUICCMandatoryGfsteList;
  std::optional<Bytes> connectivityParameters;
  std::optional<std::vector<MandatoryAid>> eUICCMandatoryAids;
  std::optional<IotOptions> iotOptions;  // IoT Minimal Profiles alone
  asn1::Unknown unknown;
};

/// ProprietaryInfo: SEQUENCE with tags C0 C1 C2 86 84.
struct ProprietaryInfo {
  /// C0; bit 8: high update activity, bit 7: readable and updatable when deactivated.
  asn1::Default<Octet{0x00}> specialFileInformation;
  std::optional<Bytes> fillPattern;        // C1
  std::optional<Bytes> repeatPattern;      // C2
  std::optional<Bytes> maximumFileSize;    // 86, BER-TLV files
  asn1::Default<Octet{0x01}> fileDetails;  // 84
  asn1::Unknown unknown;
  bool operator==(const ProprietaryInfo&) const = default;
};

/// Fcp: a file's control parameters, TS 102 222. Absent members take the template's value.
struct Fcp {
  std::optional<Bytes> fileDescriptor;                // 82, 2 to 4 octets
  std::optional<FileId> fileID;                       // 83
  std::optional<Bytes> dfName;                        // 84, AID of an ADF
  asn1::Default<Octet{0x05}> lcsi;                    // 8A
  std::optional<Bytes> securityAttributesReferenced;  // 8B, 1 or 3 octets
  std::optional<Bytes> efFileSize;                    // 80
  std::optional<Bytes> pinStatusTemplateDO;           // C6
  std::optional<Bytes> shortEFID;                     // 88, empty: no SFI
  std::optional<ProprietaryInfo> proprietaryEFInfo;   // A5
  std::optional<Bytes> linkPath;                      // C7, empty: a template link becomes a file of its own
  asn1::Unknown unknown;
  bool operator==(const Fcp&) const = default;
};

using DoNotCreate = asn1::Null;
/// Octets to pass over from the current position, not from the file's start.
struct FillFileOffset {
  uint16_t skip = 0;
  bool operator==(const FillFileOffset&) const = default;
};
struct FillFileContent {
  Bytes content;
  bool operator==(const FillFileContent&) const = default;
};
/// File ::= SEQUENCE OF CHOICE { doNotCreate, fileDescriptor, fillFileOffset, fillFileContent }
struct FileStep {
  std::variant<DoNotCreate, Fcp, FillFileOffset, FillFileContent> alt;
  bool operator==(const FileStep&) const = default;
};
using File = std::vector<FileStep>;

/// One File member of a template element. `index` is its position after templateID, the key into the
/// template table (saip/templates.hpp).
struct TemplateFile {
  uint8_t index = 0;
  File file;
};

/// Every element from mf to opt-iot: header, template, and the File members present, in order.
struct TemplateElement {
  Kind kind = Kind::mf;
  PeHeader header;
  Bytes templateID;  // content octets of the OBJECT IDENTIFIER
  std::vector<TemplateFile> files;
  asn1::Unknown unknown;  // members after those this version knows
};

struct FilePath {
  Bytes path;  // file identifiers from below the MF, ADFs by temporary identifier; empty is the MF
  bool operator==(const FilePath&) const = default;
};
struct FileManagementStep {
  std::variant<FilePath, Fcp, FillFileOffset, FillFileContent> alt;
  bool operator==(const FileManagementStep&) const = default;
};
/// PE-GenericFileManagement (A1).
struct GenericFileManagement {
  PeHeader header;
  std::vector<std::vector<FileManagementStep>> fileManagementCMD;
  asn1::Unknown unknown;
};

/// PINConfiguration. The value is eight octets, filled with FF; an administrative key may use all eight.
struct PinConfiguration {
  uint8_t keyReference = 0;
  Secret<8> pinValue;
  std::optional<uint8_t> unblockingPINReference;
  asn1::Default<uint8_t{7}> pinAttributes;  // bit 1 enabled, 2 may be changed, 3 may be disabled
  /// High nibble attempts, low nibble left; the module's spelling.
  asn1::Default<uint8_t{0x33}> maxNumOfAttempsRetryNumLeft;
  asn1::Unknown unknown;
};
struct PinCodesChoice {
  std::variant<std::vector<PinConfiguration>, FilePath> alt;
};
/// PE-PINCodes (A2): a list, or the path of the directory whose PINs this one shares.
struct PinCodes {
  PeHeader header;
  PinCodesChoice pinCodes;
  asn1::Unknown unknown;
};

struct PukConfiguration {
  uint8_t keyReference = 0;
  Secret<8> pukValue;
  asn1::Default<uint8_t{0xAA}> maxNumOfAttempsRetryNumLeft;
  asn1::Unknown unknown;
};
/// PE-PUKCodes (A3).
struct PukCodes {
  PeHeader header;
  std::vector<PukConfiguration> pukCodes;
  asn1::Unknown unknown;
};

/// Takes the algorithm of another application by its AID.
struct MappingParameter {
  Octet mappingOptions;
  Bytes mappingSource;
  asn1::Unknown unknown;
};
enum class Algorithm : uint8_t { milenage = 1, tuak = 2, usim_test_algorithm = 3 };
inline constexpr Octets<5> kDefaultRotationConstants{0x40, 0x00, 0x20, 0x40, 0x60};
inline constexpr Octets<80> kDefaultXoringConstants = [] {
  Octets<80> c{};
  c[31] = 1, c[47] = 2, c[63] = 4, c[79] = 8;
  return c;
}();
struct AlgoParameter {
  Algorithm algorithmID = Algorithm::milenage;
  Octet algorithmOptions;
  SecretBytes key;
  SecretBytes opc;  // OPc, or TOPc for TUAK
  asn1::Default<kDefaultRotationConstants> rotationConstants;
  asn1::Default<kDefaultXoringConstants> xoringConstants;
  std::optional<Octets<3>> authCounterMax;
  asn1::Default<uint8_t{1}> numberOfKeccak;
  asn1::Unknown unknown;
};
struct AlgoConfiguration {
  std::variant<MappingParameter, AlgoParameter> alt;
};
/// One sequence number an index, without the index.
using SqnInit = std::array<Octets<6>, 32>;
inline constexpr Octets<6> kDefaultSqnLimit{0x00, 0x00, 0x10, 0x00, 0x00, 0x00};
/// PE-AKAParameter (A4), for the application created last.
struct AkaParameter {
  PeHeader header;
  AlgoConfiguration algoConfiguration;
  asn1::Default<Octet{0x02}> sqnOptions;
  asn1::Default<kDefaultSqnLimit> sqnDelta;
  asn1::Default<kDefaultSqnLimit> sqnAgeLimit;
  asn1::Default<SqnInit{}> sqnInit;
  asn1::Unknown unknown;
};

/// PE-CDMAParameter (A5).
struct CdmaParameter {
  PeHeader header;
  Secret<8> authenticationKey;
  std::optional<SecretBytes> ssd;
  std::optional<SecretBytes> hrpdAccessAuthenticationData;
  std::optional<SecretBytes> simpleIPAuthenticationData;
  std::optional<SecretBytes> mobileIPAuthenticationData;
  asn1::Unknown unknown;
};

struct Ts102226AdditionalContactlessParameters {
  Bytes protocolParameterData;
  asn1::Unknown unknown;
};
struct ApplicationSystemParameters {
  std::optional<Bytes> volatileMemoryQuotaC7;
  std::optional<Bytes> nonVolatileMemoryQuotaC8;
  std::optional<Bytes> globalServiceParameters;                                                    // CB
  std::optional<Bytes> implicitSelectionParameter;                                                 // CF
  std::optional<Bytes> volatileReservedMemory;                                                     // D7
  std::optional<Bytes> nonVolatileReservedMemory;                                                  // D8
  std::optional<Bytes> ts102226SIMFileAccessToolkitParameter;                                      // CA
  std::optional<Ts102226AdditionalContactlessParameters> ts102226AdditionalContactlessParameters;  // A0
  std::optional<Bytes> contactlessProtocolParameters;                                              // D9
  std::optional<Bytes> userInteractionContactlessParameters;                                       // DA
  std::optional<Bytes> cumulativeGrantedVolatileMemory;                                            // 82
  std::optional<Bytes> cumulativeGrantedNonVolatileMemory;                                         // 83
  asn1::Unknown unknown;
};
struct UiccApplicationParameters {
  std::optional<Bytes> uiccToolkitApplicationSpecificParametersField;               // 80
  std::optional<Bytes> uiccAccessApplicationSpecificParametersField;                // 81
  std::optional<Bytes> uiccAdministrativeAccessApplicationSpecificParametersField;  // 82
  asn1::Unknown unknown;
};
struct ControlReferenceTemplate {
  Bytes applicationProviderIdentifier;  // 5F20
  asn1::Unknown unknown;
};
struct ApplicationInstance {
  Bytes applicationLoadPackageAID;
  Bytes classAID;
  Bytes instanceAID;
  std::optional<Bytes> extraditeSecurityDomainAID;
  Bytes applicationPrivileges;
  asn1::Default<Octet{0x07}> lifeCycleState;
  Bytes applicationSpecificParametersC9;
  std::optional<ApplicationSystemParameters> systemSpecificParameters;
  std::optional<UiccApplicationParameters> applicationParameters;
  std::optional<std::vector<SecretBytes>> processData;  // may personalise the instance with keys
  std::optional<ControlReferenceTemplate> controlReferenceTemplate;
  asn1::Unknown unknown;
};

struct KeyComponent {
  Bytes keyType;
  SecretBytes keyData;
  asn1::Default<uint8_t{8}> macLength;
  asn1::Unknown unknown;
};
struct KeyObject {
  Bytes keyUsageQualifier;
  asn1::Default<Octet{0x00}> keyAccess;
  Octet keyIdentifier;
  Octet keyVersionNumber;
  std::optional<Bytes> keyCounterValue;
  std::vector<KeyComponent> keyComponents;  // "keyCompontents" in the module
  asn1::Unknown unknown;
};
struct OpenPersoData {
  std::optional<Octet> restrictParameter;
  std::optional<Bytes> contactlessProtocolParameters;
  asn1::Unknown unknown;
};
struct CatTpParameters {
  uint16_t catTpMaxSduSize = 0;
  uint16_t catTpMaxPduSize = 0;
  asn1::Unknown unknown;
};
/// PE-SecurityDomain (A6). The first one in a package is the MNO-SD.
struct SecurityDomain {
  PeHeader header;
  ApplicationInstance instance;
  std::optional<std::vector<KeyObject>> keyList;
  std::optional<std::vector<SecretBytes>> sdPersoData;
  std::optional<OpenPersoData> openPersoData;
  std::optional<CatTpParameters> catTpParameters;
  asn1::Unknown unknown;
};

struct AdfRfmAccess {
  Bytes adfAID;
  Bytes adfAccessDomain;
  Bytes adfAdminAccessDomain;
  asn1::Unknown unknown;
};
/// PE-RFM (A7).
struct Rfm {
  PeHeader header;
  Bytes instanceAID;
  std::optional<Bytes> securityDomainAID;
  std::optional<std::vector<Octets<3>>> tarList;
  Octet minimumSecurityLevel;
  Bytes uiccAccessDomain;
  Bytes uiccAdminAccessDomain;
  std::optional<AdfRfmAccess> adfRFMAccess;
  asn1::Unknown unknown;
};

struct ApplicationLoadPackage {
  Bytes loadPackageAID;
  std::optional<Bytes> securityDomainAID;
  std::optional<Bytes> nonVolatileCodeLimitC6;
  std::optional<Bytes> volatileDataLimitC7;
  std::optional<Bytes> nonVolatileDataLimitC8;
  std::optional<Bytes> hashValue;
  Bytes loadBlockObject;
  asn1::Unknown unknown;
};
/// PE-Application (A8).
struct Application {
  PeHeader header;
  std::optional<ApplicationLoadPackage> loadBlock;
  std::optional<std::vector<ApplicationInstance>> instanceList;
  asn1::Unknown unknown;
};

/// PE-NonStandard (A9).
struct NonStandard {
  PeHeader header;
  Bytes issuerID;  // content octets of the OBJECT IDENTIFIER
  Bytes content;
  asn1::Unknown unknown;
};

/// PE-End (AA).
struct End {
  PeHeader header;
  asn1::Unknown unknown;
};

/// A reserved element or one that a later version adds: kept, and to be answered pe-not-supported.
struct UnknownElement {
  uint32_t tag = 0;
  std::optional<PeHeader> header;
};

using Body =
    std::variant<ProfileHeader, GenericFileManagement, PinCodes, PukCodes, AkaParameter, CdmaParameter,
                 SecurityDomain, Rfm, Application, NonStandard, End, TemplateElement, UnknownElement>;

class ProfileElement {
 public:
  /// An element made here; it is encoded from its body.
  explicit ProfileElement(Body body) : body_(std::move(body)) {}
  /// A decoded element with the TLV it came from.
  ProfileElement(Body body, SecretBytes raw) : body_(std::move(body)), raw_(std::move(raw)) {}

  const Body& body() const { return body_; }
  /// The body where it is a T, else null.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&body_);
  }
  /// The body to change; the received TLV is dropped, and encoding is from the body from now on.
  template <class T>
  T* edit() {
    T* body = std::get_if<T>(&body_);
    if (body) raw_ = SecretBytes();
    return body;
  }
  /// The TLV as received; empty for an element made or changed here.
  View raw() const { return raw_.expose(); }
  /// Outer tag.
  uint32_t tag() const;
  /// Empty for a tag this module version does not have.
  std::optional<Kind> kind() const;
  /// The PEHeader; null for the profile header and for unknown elements without one.
  const PeHeader* header() const;

 private:
  Body body_;
  SecretBytes raw_;
};

}  // namespace sealift::saip
