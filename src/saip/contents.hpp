// Contents of elementary files that the builder writes and the printer reads: TS 31.102 4.2, TS 102 221 13,
// TS 31.101, TS 24.008 for numbers.
//
// Pure functions; sizes are those of the template's file or record.
#pragma once

#include <optional>

#include "base/ids.hpp"
#include "saip/fcp.hpp"

namespace sealift::saip {

/// An alpha identifier: the GSM default alphabet (TS 23.038), or UCS2 behind 80 (TS 102 221 Annex A), filled
/// with FF. Errors: invalid for what is not UTF-8, limit where it is too long for `size`.
Result<Bytes> alpha_identifier(std::string_view utf8, size_t size);
/// The reverse for the two codings above; empty for contents that are all FF or of another coding.
std::string from_alpha_identifier(View content);

/// EF_SPN (17 octets): display condition, then the name of at most 16 octets.
Result<Bytes> ef_spn(std::string_view utf8);
/// A record of EF_MSISDN with `alpha` octets of name. `number` has at most 20 digits, "+" in front for an
/// international one. Error kind: invalid.
Result<Bytes> ef_msisdn_record(std::string_view number, size_t alpha);
/// A record of EF_SMSP with the service centre's number and nothing else. Same rules.
Result<Bytes> ef_smsp_record(std::string_view service_centre, size_t alpha);
/// The number of a record written by the two above; empty where there is none.
std::string dialled_number(View record, size_t at);
/// EF_ACC: one of the classes 0 to 9, by the IMSI's last digit (TS 22.011 4.2).
Octets<2> ef_acc(const Imsi& imsi);
/// EF_AD of a normal UE with 2 or 3 digits of MNC.
Octets<4> ef_ad(uint8_t mnc_length);
/// A PLMN as three octets (TS 24.008 10.5.1.13) from the IMSI's first digits.
Octets<3> plmn(const Imsi& imsi, uint8_t mnc_length);
/// An application's entry of EF_DIR: 61 { 4F aid, 50 label }.
Bytes ef_dir_entry(View aid, std::string_view label);

/// The access rules of TCA 9.9 as EF_ARR records of `kArrRecord` octets, one after another; record n is the
/// rule that templates call n.
inline constexpr uint16_t kArrRecord = 33;
Bytes ef_arr();

/// A PIN, PUK or administrative key as the eight octets of a package: 4 to 8 digits (an ADM key may also be
/// 16 hexadecimal digits), filled with FF. Error kind: invalid.
Result<Secret<8>> pin_octets(std::string_view digits, bool administrative);

/// ICCID in the header's order, from the swapped digits of EF_ICCID.
Octets<10> header_iccid(const Iccid& iccid);
/// The reverse. Error kind: invalid.
Result<Iccid> iccid_of_header(const Octets<10>& octets);

/// Names of the services that EF_UST says are available (the ones phones ask about; others by number).
std::vector<std::string> ust_services(View content);

}  // namespace sealift::saip
