// The file templates of the TCA profile package (9.2 to 9.8): which files each template element may hold,
// in the order of its ASN.1 members, with identifier, type, size, access rule, SFI and default content.
//
// Constant tables; the access rule numbers are records of the EF_ARR of 9.9.
#pragma once

#include "saip/fcp.hpp"

namespace sealift::saip {

struct FileTemplate {
  std::string_view member;  ///< ASN.1 member ("ef-imsi")
  std::string_view name;    ///< for people ("EF.IMSI")
  uint16_t fid = 0;         ///< 0: the package must say (ADF temporary identifier, EAP)
  Structure structure = Structure::transparent;
  uint16_t records = 0;  ///< 0: the package must say
  uint16_t size = 0;     ///< octets, or octets a record; 0: the package must say
  uint8_t arr = 0;       ///< record of EF_ARR
  uint8_t sfi = 0;       ///< 0: none
  /// Hexadecimal; "X..Y" repeats the octet before the dots up to what follows them; a leading '*' repeats
  /// the whole. Empty: filled with FF.
  std::string_view content;
  /// Position, in this table, of the directory the file lies in; the first row's directory by default.
  uint8_t parent = 0;
  /// False for a file that a created-by-default template makes only where the package lists it.
  bool by_default = true;
};

struct Template {
  Kind kind = Kind::mf;
  std::string_view oid;  ///< dotted
  bool created_by_default = false;
  /// True where the first row is a directory that holds the others; false where the rows extend the
  /// directory of `base`.
  bool own_directory = true;
  /// The element whose directory this one lies in or extends; mf for the MF.
  Kind base = Kind::mf;
  std::vector<FileTemplate> files;
};

/// The template an element names by OBJECT IDENTIFIER content octets; null for one we do not have, or where
/// it belongs to another element kind. An unknown later version of a known template is not guessed at.
const Template* find_template(Kind kind, View template_id);
/// The newest template of a kind (member names for elements that name an unknown template); null for kinds
/// that are not template elements.
const Template* newest_template(Kind kind);
/// All of them, for tests and documentation.
const std::vector<Template>& templates();
/// Content octets of a dotted OBJECT IDENTIFIER.
Bytes oid_content(std::string_view dotted);

}  // namespace sealift::saip
