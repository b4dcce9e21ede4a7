#include "bsp/opener.hpp"

#include "asn1/reader.hpp"

namespace sealift::bsp {

messages::ErrorReason error_reason(OpenError error) {
  return error == OpenError::structure ? messages::ErrorReason::scp03tStructureError
                                       : messages::ErrorReason::scp03tSecurityError;
}

void Opener::replace_session_keys(const messages::ReplaceSessionKeysRequest& request) {
  channel_ = Channel(session_keys(request));
}

Result<SecretBytes, OpenError> Opener::open(View tlv) {
  if (refused_) return OpenError::security;
  auto opened = open_checked(tlv);
  refused_ = !opened;
  return opened;
}

/// Removes 80 00*; the padding lies within the last block.
static bool remove_padding(Bytes& plain) {
  size_t end = plain.size(), first = plain.size() - block_size;
  while (end > first && plain[end - 1] == 0x00) --end;
  if (end == first || plain[end - 1] != 0x80) return false;
  wipe(std::span(plain).subspan(end - 1));
  plain.resize(end - 1);
  return true;
}

Result<SecretBytes, OpenError> Opener::open_checked(View tlv) {
  if (tlv.size() > max_tlv_) return OpenError::structure;
  asn1::Reader reader(tlv);
  auto outer = reader.next();
  if (!outer || !reader.at_end()) return OpenError::structure;
  bool encrypted = outer->tag == tag_profile || outer->tag == tag_command;
  if (!encrypted && outer->tag != tag_metadata) return OpenError::structure;
  View value = outer->value;
  if (value.size() < mac_size) return OpenError::structure;
  View body = value.first(value.size() - mac_size), mac = value.last(mac_size);
  if (encrypted && (body.empty() || body.size() % block_size != 0)) return OpenError::structure;

  crypto::Block icv = channel_.next_icv();
  Secret<16> expected = channel_.mac(tlv.first(tlv.size() - value.size()), body);
  if (!equal_constant_time(View(expected.expose()).first(mac_size), mac)) return OpenError::security;
  channel_.chain(std::move(expected));
  if (!encrypted) return SecretBytes(to_bytes(body));

  Bytes plain(body.size());
  check(channel_.cbc().decrypt(icv, body, plain).has_value(), "the body is whole blocks");
  if (!remove_padding(plain)) {
    wipe(plain);
    return OpenError::security;
  }
  return SecretBytes(std::move(plain));
}

}  // namespace sealift::bsp
