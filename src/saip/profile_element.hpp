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

/// PEHeader. `identification` is unique in a package and names the element in the card's response.
struct PeHeader {
  bool mandated = false;
  uint16_t identification = 0;  // UInt15
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

struct MandatoryAid {
  Bytes aid;
  Bytes version;  // 2 octets
};

/// ProfileHeader (A0): the only element without PEHeader.
struct ProfileHeader {
  uint8_t majorVersion = 3;
  uint8_t minorVersion = 3;
  std::optional<std::string> profileType;
  /// 10 octets in E.118 order, not nibble-swapped, F-padded at the end (unlike EF_ICCID).
  Octets<10> iccid{};
  std::optional<Bytes> pol;
  std::vector<Service> eUICCMandatoryServices;
  /// Content octets of each OBJECT IDENTIFIER.
  std::vector<Bytes> eUICCMandatoryGfsteList;
  std::optional<Bytes> connectivityParameters;
  std::optional<std::vector<MandatoryAid>> eUICCMandatoryAids;
  /// IotOptions.pix, present in IoT Minimal Profiles alone.
  std::optional<Bytes> iotPix;
};

/// ProprietaryInfo: SEQUENCE with tags C0 C1 C2 86 84.
struct ProprietaryInfo {
  std::optional<uint8_t> specialFileInformation;  // C0, DEFAULT 00; bit 8 set: high update activity
  std::optional<Bytes> fillPattern;               // C1
  std::optional<Bytes> repeatPattern;             // C2
  std::optional<Bytes> maximumFileSize;           // 86, BER-TLV files
  std::optional<uint8_t> fileDetails;             // 84, DEFAULT 01
  bool operator==(const ProprietaryInfo&) const = default;
};

/// Fcp: a file's control parameters, TS 102 222. Absent members take the template's value.
struct Fcp {
  std::optional<Bytes> fileDescriptor;                // 82, 2 to 4 octets
  std::optional<uint16_t> fileID;                     // 83
  std::optional<Bytes> dfName;                        // 84, AID of an ADF
  std::optional<uint8_t> lcsi;                        // 8A, DEFAULT 05
  std::optional<Bytes> securityAttributesReferenced;  // 8B, 1 or 3 octets
  std::optional<Bytes> efFileSize;                    // 80
  std::optional<Bytes> pinStatusTemplateDO;           // C6
  std::optional<Bytes> shortEFID;                     // 88, empty: no SFI
  std::optional<ProprietaryInfo> proprietaryEFInfo;   // A5
  std::optional<Bytes> linkPath;                      // C7, empty: a template link becomes a file of its own
  bool operator==(const Fcp&) const = default;
};

struct DoNotCreate {
  bool operator==(const DoNotCreate&) const = default;
};
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
using FileStep = std::variant<DoNotCreate, Fcp, FillFileOffset, FillFileContent>;
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
};

struct FilePath {
  Bytes path;  // file identifiers from below the MF, ADFs by temporary identifier; empty is the MF
};
using FileManagementStep = std::variant<FilePath, Fcp, FillFileOffset, FillFileContent>;
/// PE-GenericFileManagement (A1).
struct GenericFileManagement {
  PeHeader header;
  std::vector<std::vector<FileManagementStep>> fileManagementCMD;
};

/// PINConfiguration. The value is eight octets, filled with FF; an administrative key may use all eight.
struct PinConfiguration {
  uint8_t keyReference = 0;
  Secret<8> pinValue;
  std::optional<uint8_t> unblockingPINReference;
  uint8_t pinAttributes = 7;  // bit 1 enabled, bit 2 may be disabled, bit 3 may be unblocked by the user
  uint8_t maxNumOfAttempsRetryNumLeft = 0x33;  // high nibble attempts, low nibble left; the module's spelling
};
/// PE-PINCodes (A2): a list, or the path of the directory whose PINs this one shares.
struct PinCodes {
  PeHeader header;
  std::variant<std::vector<PinConfiguration>, FilePath> pinCodes;
};

struct PukConfiguration {
  uint8_t keyReference = 0;
  Secret<8> pukValue;
  uint8_t maxNumOfAttempsRetryNumLeft = 0xAA;
};
/// PE-PUKCodes (A3).
struct PukCodes {
  PeHeader header;
  std::vector<PukConfiguration> pukCodes;
};

/// Takes the algorithm of another application by its AID.
struct MappingParameter {
  uint8_t mappingOptions = 0;
  Bytes mappingSource;
};
enum class Algorithm : uint8_t { milenage = 1, tuak = 2, usim_test_algorithm = 3 };
struct AlgoParameter {
  Algorithm algorithmID = Algorithm::milenage;
  uint8_t algorithmOptions = 0;
  SecretBytes key;
  SecretBytes opc;  // OPc, or TOPc for TUAK
  Octets<5> rotationConstants{0x40, 0x00, 0x20, 0x40, 0x60};
  Octets<80> xoringConstants = default_xoring_constants();
  std::optional<Octets<3>> authCounterMax;
  uint8_t numberOfKeccak = 1;

  static constexpr Octets<80> default_xoring_constants() {
    Octets<80> c{};
    c[31] = 1, c[47] = 2, c[63] = 4, c[79] = 8;
    return c;
  }
};
/// PE-AKAParameter (A4), for the application created last. Sequence numbers are without the index.
struct AkaParameter {
  PeHeader header;
  std::variant<MappingParameter, AlgoParameter> algoConfiguration;
  uint8_t sqnOptions = 0x02;
  Octets<6> sqnDelta{0x00, 0x00, 0x10, 0x00, 0x00, 0x00};
  Octets<6> sqnAgeLimit{0x00, 0x00, 0x10, 0x00, 0x00, 0x00};
  std::array<Octets<6>, 32> sqnInit{};
};

/// PE-CDMAParameter (A5).
struct CdmaParameter {
  PeHeader header;
  Secret<8> authenticationKey;
  std::optional<SecretBytes> ssd;
  std::optional<SecretBytes> hrpdAccessAuthenticationData;
  std::optional<SecretBytes> simpleIPAuthenticationData;
  std::optional<SecretBytes> mobileIPAuthenticationData;
};

struct ApplicationSystemParameters {
  std::optional<Bytes> volatileMemoryQuotaC7;
  std::optional<Bytes> nonVolatileMemoryQuotaC8;
  std::optional<Bytes> globalServiceParameters;                  // CB
  std::optional<Bytes> implicitSelectionParameter;               // CF
  std::optional<Bytes> volatileReservedMemory;                   // D7
  std::optional<Bytes> nonVolatileReservedMemory;                // D8
  std::optional<Bytes> ts102226SIMFileAccessToolkitParameter;    // CA
  std::optional<Bytes> ts102226AdditionalContactlessParameters;  // A0 { 80 protocolParameterData }
  std::optional<Bytes> contactlessProtocolParameters;            // D9
  std::optional<Bytes> userInteractionContactlessParameters;     // DA
  std::optional<Bytes> cumulativeGrantedVolatileMemory;          // 82
  std::optional<Bytes> cumulativeGrantedNonVolatileMemory;       // 83
};
struct UiccApplicationParameters {
  std::optional<Bytes> uiccToolkitApplicationSpecificParametersField;               // 80
  std::optional<Bytes> uiccAccessApplicationSpecificParametersField;                // 81
  std::optional<Bytes> uiccAdministrativeAccessApplicationSpecificParametersField;  // 82
};
struct ApplicationInstance {
  Bytes applicationLoadPackageAID;
  Bytes classAID;
  Bytes instanceAID;
  std::optional<Bytes> extraditeSecurityDomainAID;
  Bytes applicationPrivileges;
  uint8_t lifeCycleState = 0x07;
  Bytes applicationSpecificParametersC9;
  std::optional<ApplicationSystemParameters> systemSpecificParameters;
  std::optional<UiccApplicationParameters> applicationParameters;
  std::vector<SecretBytes> processData;                // may personalise the instance with keys
  std::optional<Bytes> applicationProviderIdentifier;  // controlReferenceTemplate
};

struct KeyComponent {
  Bytes keyType;
  SecretBytes keyData;
  uint8_t macLength = 8;
};
struct KeyObject {
  Bytes keyUsageQualifier;
  uint8_t keyAccess = 0;
  uint8_t keyIdentifier = 0;
  uint8_t keyVersionNumber = 0;
  std::optional<Bytes> keyCounterValue;
  std::vector<KeyComponent> keyComponents;  // "keyCompontents" in the module
};
struct OpenPersoData {
  std::optional<uint8_t> restrictParameter;
  std::optional<Bytes> contactlessProtocolParameters;
};
struct CatTpParameters {
  uint16_t catTpMaxSduSize = 0;
  uint16_t catTpMaxPduSize = 0;
};
/// PE-SecurityDomain (A6). The first one in a package is the MNO-SD.
struct SecurityDomain {
  PeHeader header;
  ApplicationInstance instance;
  std::vector<KeyObject> keyList;
  std::vector<SecretBytes> sdPersoData;
  std::optional<OpenPersoData> openPersoData;
  std::optional<CatTpParameters> catTpParameters;
};

struct AdfRfmAccess {
  Bytes adfAID;
  Bytes adfAccessDomain;
  Bytes adfAdminAccessDomain;
};
/// PE-RFM (A7).
struct Rfm {
  PeHeader header;
  Bytes instanceAID;
  std::optional<Bytes> securityDomainAID;
  std::vector<Octets<3>> tarList;
  uint8_t minimumSecurityLevel = 0;
  Bytes uiccAccessDomain;
  Bytes uiccAdminAccessDomain;
  std::optional<AdfRfmAccess> adfRFMAccess;
};

struct ApplicationLoadPackage {
  Bytes loadPackageAID;
  std::optional<Bytes> securityDomainAID;
  std::optional<Bytes> nonVolatileCodeLimitC6;
  std::optional<Bytes> volatileDataLimitC7;
  std::optional<Bytes> nonVolatileDataLimitC8;
  std::optional<Bytes> hashValue;
  Bytes loadBlockObject;
};
/// PE-Application (A8).
struct Application {
  PeHeader header;
  std::optional<ApplicationLoadPackage> loadBlock;
  std::vector<ApplicationInstance> instanceList;
};

/// PE-NonStandard (A9).
struct NonStandard {
  PeHeader header;
  Bytes issuerID;  // content octets of the OBJECT IDENTIFIER
  Bytes content;
};

/// PE-End (AA).
struct End {
  PeHeader header;
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
