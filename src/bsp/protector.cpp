#include "bsp/protector.hpp"

#include <algorithm>

namespace sealift::bsp {

void Protector::seal(uint8_t tag, View content, Bytes& out) {
  size_t segments = (content.size() + max_encrypted_segment - 1) / max_encrypted_segment;
  out.reserve(out.size() + content.size() +
              segments * (max_protected_tlv - max_encrypted_segment + block_size));
  for (size_t at = 0; at < content.size(); at += max_encrypted_segment) {
    seal_one(tag, content.subspan(at, std::min(max_encrypted_segment, content.size() - at)), out);
  }
}

void Protector::seal_mac_only(uint8_t tag, View content, Bytes& out) {
  for (size_t at = 0; at < content.size(); at += max_mac_only_segment) {
    seal_one_mac_only(tag, content.subspan(at, std::min(max_mac_only_segment, content.size() - at)), out);
  }
}

void Protector::replace_session_keys(const messages::ReplaceSessionKeysRequest& request) {
  channel_ = Channel(session_keys(request));
}

void Protector::seal_one(uint8_t tag, View segment, Bytes& out) {
  // Padding is 80 and then zeros up to a whole block, always there.
  size_t padded = (segment.size() / block_size + 1) * block_size;
  Header h = header(tag, padded + mac_size);
  append(out, h.view());
  size_t body_at = out.size();
  append(out, segment);
  out.push_back(0x80);
  out.resize(body_at + padded, 0x00);
  std::span<uint8_t> body{out.data() + body_at, padded};
  check(channel_.cbc().encrypt(channel_.next_icv(), body, body).has_value(),
        "a padded segment is whole blocks");
  Secret<16> mac = channel_.mac(h.view(), body);
  append(out, View(mac.expose()).first(mac_size));
  channel_.chain(std::move(mac));
}

void Protector::seal_one_mac_only(uint8_t tag, View segment, Bytes& out) {
  channel_.next_icv();  // counts, though nothing is encrypted under it
  Header h = header(tag, segment.size() + mac_size);
  Secret<16> mac = channel_.mac(h.view(), segment);
  append(out, h.view());
  append(out, segment);
  append(out, View(mac.expose()).first(mac_size));
  channel_.chain(std::move(mac));
}

ProtectedProfilePackage protect_profile(View unprotected_profile, Random& random) {
  ProtectedProfilePackage out;
  random.fill(out.keys.initialMacChainingValue.expose_mutable());
  random.fill(out.keys.ppkEnc.expose_mutable());
  random.fill(out.keys.ppkCmac.expose_mutable());
  out.sequenceOf86 = protect_profile(unprotected_profile, out.keys);
  return out;
}

Bytes protect_profile(View unprotected_profile, const messages::ReplaceSessionKeysRequest& keys) {
  Bytes out;
  Protector(session_keys(keys)).seal(tag_profile, unprotected_profile, out);
  return out;
}

SecretBytes encode_command(const messages::ReplaceSessionKeysRequest& request) {
  // Not asn1::encode: its working buffer would keep a copy of the keys.
  Bytes octets;
  octets.reserve(57);  // no reallocation leaves keys behind
  octets.insert(octets.end(), {0xBF, 0x26, 0x36});
  auto put = [&octets](uint8_t tag, const Secret<16>& key) {
    octets.insert(octets.end(), {tag, 16});
    append(octets, key.expose());
  };
  put(0x80, request.initialMacChainingValue);
  put(0x81, request.ppkEnc);
  put(0x82, request.ppkCmac);
  return SecretBytes(std::move(octets));
}

static messages::BoundProfilePackage bind_head(Protector& protector, View configure_isdp,
                                               View store_metadata) {
  messages::BoundProfilePackage out;
  protector.seal(tag_command, configure_isdp, out.firstSequenceOf87);
  protector.seal_mac_only(tag_metadata, store_metadata, out.sequenceOf88);
  return out;
}

messages::BoundProfilePackage bind(const SessionKeys& keys, View configure_isdp, View store_metadata,
                                   View unprotected_profile) {
  Protector protector(keys);
  messages::BoundProfilePackage out = bind_head(protector, configure_isdp, store_metadata);
  protector.seal(tag_profile, unprotected_profile, out.sequenceOf86);
  return out;
}

messages::BoundProfilePackage bind(const SessionKeys& keys, View configure_isdp, View store_metadata,
                                   const ProtectedProfilePackage& profile) {
  Protector protector(keys);
  messages::BoundProfilePackage out = bind_head(protector, configure_isdp, store_metadata);
  SecretBytes command = encode_command(profile.keys);
  protector.seal(tag_command, command.expose(), out.secondSequenceOf87.emplace());
  out.sequenceOf86 = profile.sequenceOf86;
  return out;
}

}  // namespace sealift::bsp
