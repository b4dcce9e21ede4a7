// What one installed profile is: its file system, PINs, authentication parameters, security domains and
// remote management instances, as plain data (TS 102 221 8, SAIP 8).
//
// An image stands alone: indices point inside it, and nothing of another profile can be named from it. The
// installer makes it once; a running profile applies its committed changes to a copy. Move-only: holds keys.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"

namespace sealift::euicc {

/// Position in ProfileImage::files. The MF, where there is one, is 0.
using NodeIndex = uint16_t;
inline constexpr NodeIndex no_node = 0xFFFF;
inline constexpr NodeIndex mf_node = 0;

enum class FileKind : uint8_t { mf, df, adf, transparent, linear_fixed, cyclic, ber_tlv };
inline bool is_directory(FileKind kind) {
  return kind <= FileKind::adf;
}
inline bool has_records(FileKind kind) {
  return kind == FileKind::linear_fixed || kind == FileKind::cyclic;
}

/// Life cycle status (TS 102 221 11.1.1.4.9).
namespace lcs {
inline constexpr uint8_t activated = 0x05;
inline constexpr uint8_t deactivated = 0x04;
}  // namespace lcs

struct FileNode {
  uint16_t fid = 0;
  NodeIndex parent = no_node;
  /// For a link: the file whose structure and content this one shows (SAIP linkPath); never itself a link.
  NodeIndex link = no_node;
  /// EF_ARR and its record (tag 8B); record 0 is no rule at all, which nobody fulfils.
  uint16_t arr_fid = 0;
  uint8_t arr_record = 0;
  FileKind kind = FileKind::transparent;
  uint8_t life_cycle = lcs::activated;
  /// 1 to 30; 0 where the file has none.
  uint8_t sfi = 0;
  bool shareable = true;
  /// Special file information (tag C0 in A5).
  uint8_t special = 0;
  /// Linear fixed and cyclic.
  uint16_t record_size = 0;
  /// BER-TLV: most octets that its data objects may take.
  uint32_t capacity = 0;
  /// EF: its octets (a cyclic file begins with its newest record; a BER-TLV file is its data objects one
  /// after another). Directory: the key references of its PIN status template.
  Bytes content;

  size_t records() const { return record_size == 0 ? 0 : content.size() / record_size; }
};

/// An ADF's name.
struct ApplicationName {
  NodeIndex node = no_node;
  Aid aid;
};

struct Pin {
  /// Directory the PIN belongs to; the MF for global ones.
  NodeIndex node = no_node;
  uint8_t reference = 0;
  /// Key reference of the PUK; 0 where none unblocks it.
  uint8_t puk = 0;
  bool enabled = true;
  bool may_change = true;   ///< pinAttributes b2
  bool may_disable = true;  ///< pinAttributes b3
  uint8_t max_tries = 3;
  uint8_t tries_left = 3;
  Secret<8> value;
};

struct Puk {
  uint8_t reference = 0;
  uint8_t max_tries = 10;
  uint8_t tries_left = 10;
  Secret<8> value;
};

/// A directory that uses the PINs of another (PE-PINCodes filePath).
struct PinShare {
  NodeIndex node = no_node;
  NodeIndex with = no_node;
};

enum class AkaAlgorithm : uint8_t { milenage = 1, tuak = 2, usim_test = 3 };

/// Authentication parameters of one application (PE-AKAParameter).
struct Aka {
  NodeIndex node = no_node;
  AkaAlgorithm algorithm = AkaAlgorithm::milenage;
  uint8_t options = 0;
  SecretBytes key;
  SecretBytes opc;
  Octets<5> rotations{};
  Octets<80> constants{};
  /// TUAK: applications of Keccak, and octets of RES.
  uint8_t keccak = 1, res_size = 8;
  /// Most authentications that the card will run; 0 is no limit.
  uint32_t counter_max = 0;
  uint32_t counter = 0;
  uint8_t sqn_options = 0x02;
  uint64_t sqn_delta = 0;
  uint64_t sqn_age_limit = 0;
  /// SEQ of each IND (TS 33.102 C.2), without the index.
  std::array<uint64_t, 32> seq{};
};

/// An application that authenticates with the parameters of another (mappingParameter).
struct AkaMapping {
  NodeIndex node = no_node;
  NodeIndex source = no_node;
};

/// CDMA credentials of a CSIM (PE-CDMAParameter), kept as received: the card has no CAVE to use them with.
struct Cdma {
  NodeIndex node = no_node;
  SecretBytes authentication_key;
  SecretBytes ssd, hrpd_access, simple_ip, mobile_ip;  ///< empty where absent
};

struct SecurityDomainKey {
  uint8_t identifier = 0, version = 0, access = 0;
  Bytes usage;
  Bytes counter;
  struct Component {
    Bytes type;
    SecretBytes data;
    uint8_t mac_length = 8;
  };
  std::vector<Component> components;
};

struct SecurityDomain {
  Aid aid;
  Bytes privileges;
  uint8_t life_cycle = 0x07;
  /// Application specific parameters (C9) and UICC toolkit parameters (EA 80), as received.
  Bytes parameters, toolkit_parameters;
  std::vector<SecurityDomainKey> keys;
  /// STORE DATA contents of personalisation, as received.
  std::vector<Bytes> personalisation;
};

/// A remote file management instance (PE-RFM).
struct Rfm {
  Aid aid;
  std::optional<Aid> security_domain;
  std::vector<Octets<3>> tars;
  uint8_t minimum_security_level = 0;
  Bytes access_domain, admin_access_domain;
  /// The ADF that its scripts start in, where there is one.
  std::optional<Aid> adf;
  Bytes adf_access_domain, adf_admin_access_domain;
};

struct ProfileImage {
  uint8_t major_version = 0, minor_version = 0;
  Octets<10> iccid{};  ///< as in the profile header: digits in natural order, F filler
  std::vector<FileNode> files;
  std::vector<ApplicationName> applications;
  std::vector<Pin> pins;
  std::vector<PinShare> pin_shares;
  std::vector<Puk> puks;
  std::vector<Aka> akas;
  std::vector<AkaMapping> aka_mappings;
  std::vector<Cdma> cdmas;
  std::vector<SecurityDomain> security_domains;
  std::vector<Rfm> rfms;

  /// The file that holds structure and content: the link's target, or the file itself.
  NodeIndex target(NodeIndex node) const { return files[node].link == no_node ? node : files[node].link; }
  const FileNode& body(NodeIndex node) const { return files[target(node)]; }
  /// The file with this identifier directly under a directory (ADFs have none there); no_node if absent.
  NodeIndex child(NodeIndex directory, uint16_t fid) const;
  /// The EF with this short identifier directly under a directory.
  NodeIndex child_by_sfi(NodeIndex directory, uint8_t sfi) const;
  /// Name of an ADF; nullptr for other directories.
  const Aid* name_of(NodeIndex adf) const;
  /// The PIN that a key reference means in a directory: its own, one it shares, or one of a directory above.
  const Pin* find_pin(NodeIndex directory, uint8_t reference) const;
  const Puk* find_puk(uint8_t reference) const;
  /// Authentication parameters of an application, its own or mapped ones.
  const Aka* find_aka(NodeIndex adf) const;
};

/// Compact form for the journal: a version octet, then the fields in order, lengths as base-128 numbers.
SecretBytes serialise(const ProfileImage& image);
/// Strict: every index inside the image, every length inside the octets, nothing after the end. Error kind:
/// invalid.
Result<ProfileImage> parse_image(View octets);

}  // namespace sealift::euicc
