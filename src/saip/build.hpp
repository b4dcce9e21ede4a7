// Builds a complete USIM profile package from a subscriber's record.
//
// Deterministic: the same options give the same octets. The package is SAIP 2.3 with the templates that
// nearly all eUICCs know, and holds what a phone needs to register on 2G to 5G: MF, PINs, USIM, DF.5GS,
// Milenage or TUAK, and an MNO security domain, without keys unless they are given.
#pragma once

#include "base/ids.hpp"
#include "saip/package.hpp"

namespace sealift::saip {

/// Keys of the MNO security domain for SCP80, AES-128, key version 01. Never constants, never those of a
/// published test profile: whoever knows them manages the card over the air.
struct OtaKeys {
  Secret<16> kic;
  Secret<16> kid;
  Secret<16> kik;
};

/// A subscriber that authenticates with TUAK.
struct TuakKeys {
  SecretBytes k;     ///< 16 or 32 octets
  SecretBytes topc;  ///< 32 octets
  size_t res_size = 8;
  uint8_t iterations = 1;
};

struct UsimProfileOptions {
  Iccid iccid;
  Imsi imsi;
  Secret<16> k;
  Secret<16> opc;
  /// In place of k and opc, which are then not used.
  std::optional<TuakKeys> tuak;
  uint8_t mnc_length = 2;
  std::string profile_type = "Sealift USIM";
  /// Service provider name, UTF-8; empty: the phone shows the network's.
  std::string spn;
  /// Telephone numbers, digits, "+" in front for international; empty: none.
  std::string msisdn;
  std::string smsc;
  /// PIN 1; empty: "0000", disabled, so that the phone does not ask.
  std::string pin1;
  std::string puk1;
  std::string pin2;
  std::string puk2;
  /// Administrative key 1: 4 to 8 digits or 16 hexadecimal digits.
  std::string adm1;
  std::optional<OtaKeys> ota_keys;
};

/// The AID of the USIM in profiles made here (3GPP RID, TS 101 220 Annex E).
View usim_aid();

/// Errors name the option; kinds: invalid, limit (a name that does not fit).
Result<Package> build_usim_profile(const UsimProfileOptions& options);

}  // namespace sealift::saip
