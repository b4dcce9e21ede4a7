// Sealing: how an SM-DP+ makes the protected TLVs of a Bound Profile Package (SGP.22 v2.6 2.5, 2.6.4).
//
// The order of calls is the order on the wire, since counter and MAC chain run through all TLVs. A Protector
// is for one package and one thread. The profile may be protected in advance under keys of its own
// (`protect_profile`), so that binding costs three small TLVs.
#pragma once

#include "base/ports.hpp"
#include "bsp/channel.hpp"

namespace sealift::bsp {

/// A protected TLV is at most this large, tag, length and MAC included (SGP.22 2.5.4).
inline constexpr size_t max_protected_tlv = 1020;
/// Largest plaintext that fits an encrypted TLV: one octet of padding at least.
inline constexpr size_t max_encrypted_segment = 1007;
/// Largest content of a TLV that has a MAC only.
inline constexpr size_t max_mac_only_segment = 1008;
/// Tags of protected TLVs.
inline constexpr uint8_t tag_command = 0x87, tag_metadata = 0x88, tag_profile = 0x86;

class Protector {
 public:
  explicit Protector(const SessionKeys& keys) : channel_(keys) {}
  /// Encrypts, adds the MAC and appends the TLVs to `out`; content over 1007 octets is cut into several.
  /// Empty content gives no TLV.
  void seal(uint8_t tag, View content, Bytes& out);
  /// Adds the MAC only; content over 1008 octets is cut into several.
  void seal_mac_only(uint8_t tag, View content, Bytes& out);
  /// Everything from here on is sealed under the new keys, counter and chain starting anew. The command
  /// that tells the eUICC so is to be sealed before.
  void replace_session_keys(const messages::ReplaceSessionKeysRequest& request);

 private:
  void seal_one(uint8_t tag, View segment, Bytes& out);
  void seal_one_mac_only(uint8_t tag, View segment, Bytes& out);
  Channel channel_;
};

/// A profile package protected before anybody knows for which eUICC (random-key mode, 2.5.3).
struct ProtectedProfilePackage {
  messages::ReplaceSessionKeysRequest keys;
  Bytes sequenceOf86;
};
/// Seals a profile under fresh random keys, which must serve this profile alone.
ProtectedProfilePackage protect_profile(View unprotected_profile, Random& random);
/// As it comes out under these keys: for comparing a profile with one that was sealed before.
Bytes protect_profile(View unprotected_profile, const messages::ReplaceSessionKeysRequest& keys);

/// The BF26 TLV of a ReplaceSessionKeys command.
SecretBytes encode_command(const messages::ReplaceSessionKeysRequest& request);

/// Binds in session-key mode: seals ConfigureISDP (a BF24 TLV), StoreMetadata (a BF25 TLV) and the profile.
/// The initialiseSecureChannelRequest is left for the caller to fill and sign.
messages::BoundProfilePackage bind(const SessionKeys& keys, View configure_isdp, View store_metadata,
                                   View unprotected_profile);
/// Binds in random-key mode a profile protected earlier; its TLVs are copied.
messages::BoundProfilePackage bind(const SessionKeys& keys, View configure_isdp, View store_metadata,
                                   const ProtectedProfilePackage& profile);

}  // namespace sealift::bsp
